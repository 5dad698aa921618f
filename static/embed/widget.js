// Shows the portal of a brand on a page of the brand's own site:
//
//   <script src="https://privacy.example.com/embed/widget.js"
//     data-brand="example" data-label="Your privacy" data-locale="en"
//     data-theme="light" async></script>
//
// The link beside the frame is there until the frame has spoken, so that a
// page on which it is refused or blocked still leads to the portal.
(() => {
  const { currentScript: me } = document;
  const { brand = "", label = "Privacy", locale = "", theme = "" } = me.dataset;
  const site = new URL(me.src).origin;
  const name = encodeURIComponent(brand);

  const link = document.createElement("a");
  link.href = `${site}/${name}`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = label;

  const frame = document.createElement("iframe");
  frame.src = `${site}/embed/${name}` + (locale && `?locale=${encodeURIComponent(locale)}`);
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
    frame.style.blockSize = `${Math.min(Math.ceil(height), 4000)}px`;
    link.hidden = true;
  });
  me.after(frame, link);
})();
