// What a page gains when scripts run. Nothing here is needed to do anything.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // An open menu closes on Escape and when the focus or the pointer leaves it.
  const close = (except) => {
    for (const d of document.querySelectorAll("details.drop[open]"))
      if (!except || !d.contains(except)) d.open = false;
  };
  addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    const d = document.activeElement.closest("details.drop[open]");
    close();
    if (d) d.querySelector("summary").focus();
  });
  addEventListener("pointerdown", (e) => close(e.target));
  addEventListener("focusin", (e) => close(e.target));

  // On a new page what is wrong, or what was just done, is read out first, and
  // the keyboard goes on from there.
  const told = document.querySelector(".wrongs") || document.querySelector(".said, .flash");
  if (told) {
    told.tabIndex = -1;
    told.focus();
  }

  // After a row was replaced, the focus stays in that row: htmx gives it back
  // to the control of the same id; when that is gone, the row itself gets it.
  let held = "";
  addEventListener("htmx:beforeSwap", (e) => {
    const t = e.detail.target;
    held = t.contains(document.activeElement) ? t.id : "";
  });
  addEventListener("htmx:afterSettle", () => {
    const row = held && document.getElementById(held);
    held = "";
    if (!row) return;
    const wrong = row.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
    else if (!row.contains(document.activeElement)) {
      const next = row.querySelector(".form :is(.input, .tick input), [data-focus]");
      if (!next) row.tabIndex = -1;
      (next || row).focus({ preventScroll: true });
    }
  });

  // A change that did not get through is said, and the boxes show again what
  // is saved. Where the session or the page is out of date, a new page says so.
  const trouble = (e) => {
    if (e.detail.xhr && [401, 403, 404, 409].includes(e.detail.xhr.status)) {
      location.reload();
      return;
    }
    for (const i of e.detail.elt.querySelectorAll("input[type=checkbox]"))
      i.checked = i.defaultChecked;
    const note = document.getElementById("trouble");
    note.hidden = false;
    note.focus();
  };
  addEventListener("htmx:sendError", trouble);
  addEventListener("htmx:responseError", trouble);
  addEventListener("htmx:beforeRequest", () => {
    document.getElementById("trouble").hidden = true;
  });

  addEventListener("click", (e) => {
    if (e.target.closest("[data-print]")) print();
  });
})();
