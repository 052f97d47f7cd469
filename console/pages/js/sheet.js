// A part's own style sheet: asked for once, when the part is first loaded.
const asked = new Set();

export function sheet(href) {
  if (asked.has(href)) return;
  asked.add(href);
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}
