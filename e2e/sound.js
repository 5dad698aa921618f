(lang, dir) => {
  const found = [], root = document.documentElement;
  const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") +
    (e.classList.length ? "." + [...e.classList].join(".") : "");
  if (root.lang !== lang || root.dir !== dir)
    found.push(`got lang ${root.lang} and dir ${root.dir}, want ${lang} and ${dir}`);
  for (const m of root.outerHTML.match(/⟦[^⟧]*⟧/g) || []) found.push("words are missing: " + m);
  if (!document.title || !document.querySelector("h1")) found.push("no title or no h1");
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) found.push("twice the id " + id);
  const wide = root.clientWidth;
  if (root.scrollWidth > wide || document.body.scrollWidth > wide) {
    const out = [...document.body.querySelectorAll("*")].filter((e) => {
      const r = e.getBoundingClientRect();
      return r.width > 1 && (r.right > wide + 1 || r.left < -1);
    });
    found.push(`wider than the window: ${root.scrollWidth} of ${wide}: ` + out.slice(0, 4).map(name).join(", "));
  }
  for (const e of document.querySelectorAll("header, main, footer, main > *")) {
    const r = e.getBoundingClientRect();
    if (r.left < -1 || r.right > wide + 1) found.push(`${name(e)} lies outside: ${r.left} to ${r.right} of ${wide}`);
  }
  // A wide window has room for every table.
  if (wide >= 1280) for (const e of document.querySelectorAll(".scroll"))
    if (e.scrollWidth > e.clientWidth + 1) found.push(`${e.getAttribute("aria-label")} is cut off: ${e.scrollWidth} of ${e.clientWidth}`);
  return found;
}
