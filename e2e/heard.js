// From now on window.heard() is what a screen reader says of itself.
() => {
  const heard = [], was = new Map();
  const regions = () => [...document.querySelectorAll("[aria-live]:not([aria-live=off]), [role=status], [role=alert]")];
  const words = (e) => (e.checkVisibility() ? e.textContent.replace(/\s+/g, " ").trim() : "");
  for (const r of regions()) was.set(r, words(r));
  const listen = () => {
    for (const r of regions()) {
      const now = words(r);
      if (now !== (was.get(r) || "") && now) heard.push(now);
      was.set(r, now);
    }
  };
  const watch = new MutationObserver(listen);
  watch.observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true });
  window.heard = () => (listen(), heard.splice(0));
}
