// What has the focus, and whether somebody who sees can tell.
() => {
  const e = document.activeElement;
  if (!e || e === document.body) return { name: "" };
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter((s) => {
    if (s.disabled || s.type === "hidden" || s.tabIndex < 0) return false;
    if (!s.checkVisibility({ visibilityProperty: true })) return false;
    const shut = s.closest("details:not([open])");
    if (shut && !(s.tagName === "SUMMARY" && s.parentElement === shut)) return false;
    if (s.type !== "radio") return true;
    const group = [...(s.form || document).querySelectorAll("input[type=radio]")].filter((r) => r.name === s.name);
    return s.checked || (!group.some((r) => r.checked) && group[0] === s);
  });
  const box = e.getClientRects()[0] || e.getBoundingClientRect();
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  const top = document.elementFromPoint(x, y);
  const ring = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
  const text = (e.getAttribute("aria-label") || e.innerText || e.labels?.[0]?.innerText || e.name || "").trim();
  return {
    id: e.id,
    name: `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""} “${text.replace(/\s+/g, " ").slice(0, 40)}”`,
    index: stops.indexOf(e),
    count: stops.length,
    seen: box.width > 1 && box.height > 1 && x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight,
    cover: top && (e.contains(top) || top.contains(e)) ? "" : top ? top.outerHTML.slice(0, 80) : "nothing",
    ring: ring(getComputedStyle(e)) || ring(getComputedStyle(e, "::after")),
    main: !!e.closest("main"),
    top: box.top + scrollY,
    bottom: box.bottom + scrollY,
  };
}
