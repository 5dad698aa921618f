// The portal inside a page of the brand's own site. Nothing is told to the page
// around but how high this one would like to be, so whoever it is may hear it.
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
  let bearer = "";
  const open = document.getElementById("open");
  if (open) {
    const { exchange, token, start } = open.dataset;
    const { lang } = document.documentElement;
    history.replaceState(null, "", `${start}?locale=${lang}`);
    fetch(exchange, { method: "POST", body: new URLSearchParams({ token }), headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((session) => {
        bearer = session.bearer;
        return htmx.ajax("GET", start, { target: document.body, swap: "innerHTML", headers: { "HX-Boosted": "true" } });
      })
      .then(() => document.body.setAttribute("hx-boost", "true"))
      .then(() => htmx.process(document.body))
      .catch(() => {
        document.getElementById("opening")?.remove();
        const closed = document.getElementById("closed");
        if (closed) closed.hidden = false;
      });
  }
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
