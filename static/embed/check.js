// What only a browser can tell of a page with the portal inside.
(async () => {
  const show = (id, is = true) => {
    document.getElementById(id).hidden = !is;
  };
  const { now, cookie } = document.getElementById("check").dataset;
  const off = Math.abs(Date.now() - Date.parse(now)) > 120000;
  show(off ? "clock-off" : "clock-ok");
  if (parent === window) return;
  // The link that is looked at is not spent, and is not to be kept either.
  history.replaceState(null, "", location.pathname);
  show("frame-ok");
  show("frame-none", false);
  const { kept } = await (await fetch(cookie)).json();
  show(kept ? "cookie-ok" : "cookie-none");
})();
