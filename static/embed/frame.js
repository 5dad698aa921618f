// The portal inside a page of the brand's own site. Any page around may hear how
// high this one would like to be; one that asks hears what the person allows, in
// the words of Google's Consent Mode.
(() => {
  if (parent === window) return;
  let told = 0;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    parent.postMessage({ type: "livingprofile.height", version: 1, height }, "*");
  };
  new ResizeObserver(() => requestAnimationFrame(tell)).observe(document.body);
  tell();

  // A link of the brand's server is spent once, here, and is out of the address
  // before that. What it gives is kept in this page's memory: the browser may
  // keep no cookie.
  let bearer = "", opened;
  const open = document.getElementById("open");
  if (open) {
    const { exchange, token, start } = open.dataset;
    const { lang } = document.documentElement;
    history.replaceState(null, "", `${start}?locale=${lang}`);
    opened = fetch(exchange, { method: "POST", body: new URLSearchParams({ token }), headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((session) => {
        bearer = session.bearer;
        return htmx.ajax("GET", start, { target: document.body, swap: "innerHTML", headers: { "HX-Boosted": "true", "Frame-Begins": "true" } });
      })
      .then(() => document.body.setAttribute("hx-boost", "true"))
      .then(() => htmx.process(document.body))
      .catch(() => {
        document.getElementById("opening")?.remove();
        const closed = document.getElementById("closed");
        if (closed) closed.hidden = false;
      });
  }

  // Who asked is told again after each answer. The last question is the one that
  // counts, and what cannot be found out is a no.
  let asker = "", asked = 0;
  const allowed = async () => {
    const turn = ++asked;
    let mode = {};
    try {
      await opened;
      const [, , brand, inside] = location.pathname.split("/");
      const address = inside === "in" ? `/embed/${brand}/in/consent-mode.json` : `/${brand}/consent-mode.json`;
      const answer = await fetch(address, { headers: bearer ? { "Frame-Session": bearer } : {} });
      if (answer.ok) mode = await answer.json();
    } catch {}
    if (turn === asked) parent.postMessage({ type: "livingprofile.consent", version: 1, mode }, asker);
  };
  addEventListener("message", (e) => {
    if (e.source !== parent || e.data?.type !== "livingprofile.consent") return;
    asker = e.origin;
    allowed();
  });
  addEventListener("htmx:afterRequest", ({ detail }) => {
    if (asker && detail.requestConfig.verb !== "get") allowed();
  });

  addEventListener("htmx:configRequest", ({ detail }) => {
    if (bearer) detail.headers["Frame-Session"] = bearer;
    detail.headers["Frame-Locale"] = document.documentElement.lang;
  });

  // What is refused is a page too: it says where to go on.
  addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status < 400 || detail.xhr.status === 422) return;
    detail.shouldSwap = true;
    detail.isError = false;
    detail.target = document.body;
    detail.swapOverride = "innerHTML";
  });
  let page = false;
  addEventListener("htmx:beforeSwap", ({ detail }) => {
    page = detail.target === document.body;
  });
  addEventListener("htmx:afterSettle", () => {
    if (!page) return;
    page = false;
    const next = document.querySelector(".wrongs, .said, .flash") || document.getElementById("main");
    if (!next) return;
    next.tabIndex = -1;
    next.focus();
  });
})();
