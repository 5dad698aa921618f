// What the console gains when scripts run: signing in, which is the browser's
// to do, and the keyboard.
(() => {
  // A form that makes or uses a passkey asks the server for a challenge, the
  // browser for an answer, and sends that as any form is sent.
  const answer = async (form) => {
    const asked = await fetch(form.dataset.begin, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!asked.ok) throw new Error("no challenge");
    const options = await asked.json();
    const make = form.dataset.passkey === "make";
    const credential = make
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const note = document.getElementById("no-passkey");
    const button = form.querySelector("button");
    button.disabled = false;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      note.hidden = true;
      button.disabled = true;
      answer(form).catch(() => {
        button.disabled = false;
        note.hidden = false;
        note.focus();
      });
    });
  }

  // A form with a preview shows it anew as one types; the newest answer counts.
  for (const form of document.querySelectorAll("form[data-preview]")) {
    let waiting, asked;
    const show = async () => {
      asked?.abort();
      asked = new AbortController();
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById("preview");
      // The element stays: where it is a live region, what is new in it is read out.
      if (part) document.getElementById("preview").replaceChildren(...part.childNodes);
    };
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => show().catch(() => {}), 400);
    });
  }

  // One letter does one thing, unless somebody is writing.
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")].map((r) => r.querySelector("a, button")).filter(Boolean);
  const inRow = (what) => document.activeElement.closest("tr")?.querySelector(what);
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const row = document.activeElement.closest("tr");
    const at = all.findIndex((one) => row && one.closest("tr") === row);
    all[Math.min(Math.max(at + by, 0), all.length - 1)].focus();
  };
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    const writing = e.target.closest("input:not([type=checkbox]), textarea, select");
    if (writing && e.key === "Escape") writing.blur();
    if (writing) return;
    const search = document.querySelector("[data-search] .input");
    const keys = document.getElementById("keys");
    if (e.key === "/" && search) search.focus();
    else if (e.key === "j") move(1);
    else if (e.key === "k") move(-1);
    else if (e.key === "x" && inRow("input[type=checkbox]")) inRow("input[type=checkbox]").click();
    else if (e.key === "o" && inRow("button")) inRow("button").click();
    else if (e.key === "a" && document.querySelector("[data-assign] select")) document.querySelector("[data-assign] select").focus();
    else if (e.key === "n" && document.querySelector("[data-onward]")) document.querySelector("[data-onward]").click();
    else if (e.key === "?" && keys) keys.open = !keys.open;
    else if (/^[1-9]$/.test(e.key)) {
      const section = document.querySelectorAll(".side a")[e.key - 1];
      if (!section) return;
      section.click();
    } else return;
    e.preventDefault();
  });
})();
