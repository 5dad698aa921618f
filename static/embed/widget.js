// Shows the portal of a brand on a page of the brand's own site:
//
//   <script src="https://privacy.example.com/embed/widget.js" async
//     data-brand="example" data-link="/my-data/link" data-section="allow"
//     data-label="Your privacy" data-locale="en" data-theme="light"></script>
//
// data-link asks the brand's own server for a signed link: the address of one
// that answers {"url": …} to a POST, or the name of a function. See
// docs/embedding.md. With data-check the page is checked instead.
(async () => {
  const { currentScript: me } = document;
  const { brand = "", label = "Privacy", locale = "", theme = "", link = "", section = "", check } = me.dataset;
  const site = new URL(me.src).origin;
  const home = `${site}/embed/${encodeURIComponent(brand)}`;

  // The button is there until the frame has spoken, so that a page on which it
  // is refused or blocked still leads to the portal.
  const button = document.createElement("a");
  button.href = check === undefined ? home.replace("/embed", "") : `${home}/check?origin=${encodeURIComponent(origin)}`;
  button.target = "_blank";
  button.rel = "noopener";
  button.textContent = label;

  const frame = document.createElement("iframe");
  frame.title = label;
  Object.assign(frame.style, {
    border: "0",
    inlineSize: "100%",
    blockSize: "20rem",
    colorScheme: ["light", "dark"].includes(theme) ? theme : "light dark",
  });

  // Nothing is believed but the height, and that from this very frame alone.
  addEventListener("message", (e) => {
    if (e.origin !== site || e.source !== frame.contentWindow) return;
    const { type, version, height } = e.data || {};
    if (type !== "livingprofile.height" || version !== 1 || !(height > 0)) return;
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
    url.pathname = `/embed/${encodeURIComponent(brand)}/check`;
    for (const [name, value] of Object.entries({ origin, failed, link: to === home ? "" : to.split("/").pop() }))
      url.searchParams.set(name, value);
  }
  if (locale) url.searchParams.set("locale", locale);
  if (section) url.searchParams.set("section", section);
  frame.src = url;
  me.after(frame, button);
})();
