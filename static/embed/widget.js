// Shows the portal of a brand on a page of the brand's own site, by one line
// there: docs/embedding.md has it. With data-check the page is checked instead.
(async () => {
  const { currentScript: me } = document;
  const { brand = "", label = "Privacy", locale, theme, link, section, consentMode, check } = me.dataset;
  const site = new URL(me.src).origin;
  const path = "/" + encodeURIComponent(brand);
  const home = `${site}/embed${path}`;

  // Google's Consent Mode: no, until the frame says what the person allows.
  const no = { ad_personalization: "denied", ad_user_data: "denied" };
  for (const t of ["ad", "analytics", "functionality", "personalization", "security"]) no[t + "_storage"] = "denied";
  function gtag() {
    if (consentMode !== undefined) (window.dataLayer ||= []).push(arguments);
  }
  gtag("consent", "default", { ...no, wait_for_update: 500 });

  // The button is there until the frame has spoken, so that a page on which it
  // is refused or blocked still leads to the portal.
  const button = document.createElement("a");
  button.href = check === undefined ? site + path : `${home}/check?origin=${encodeURIComponent(origin)}`;
  button.target = "_blank";
  button.rel = "noopener";
  button.textContent = label;

  const frame = document.createElement("iframe");
  frame.title = label;
  frame.style = `border: 0; inline-size: 100%; block-size: 20rem; color-scheme: ${theme || "light dark"}`;
  if (consentMode !== undefined) frame.onload = () => frame.contentWindow.postMessage({ type: "livingprofile.consent", version: 1 }, site);

  // Nobody is believed but this very frame.
  addEventListener("message", (e) => {
    if (e.origin !== site || e.source !== frame.contentWindow) return;
    const { type, version, height, mode } = e.data || {};
    if (version !== 1) return;
    if (type === "livingprofile.consent") gtag("consent", "update", { ...no, ...mode });
    if (type !== "livingprofile.height" || !(height > 0)) return;
    frame.style.blockSize = `${Math.min(Math.ceil(height), 20000)}px`;
    button.hidden = true;
  });

  const signed = async () => {
    if (typeof window[link] === "function") return window[link]();
    const answer = await fetch(link, { method: "POST", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json()).url;
  };
  let to = home, failed = "";
  try {
    if (link) to = await signed();
    if (new URL(to).origin !== site) throw new Error("origin");
  } catch (e) {
    failed = e.message;
    to = home;
  }
  const url = new URL(to);
  if (check !== undefined) {
    url.pathname = `/embed${path}/check`;
    for (const [name, value] of Object.entries({ origin, failed, link: to === home ? "" : to.split("/").pop() }))
      url.searchParams.set(name, value);
  }
  if (locale) url.searchParams.set("locale", locale);
  if (section) url.searchParams.set("section", section);
  frame.src = url;
  me.after(frame, button);
})();
