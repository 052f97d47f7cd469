// A style sheet of a part, loaded once with it; the part is shown when it is there.
const asked = new Map();

export function styleSheet(href) {
  if (!asked.has(href)) {
    asked.set(href, new Promise((done) => {
      const link = document.createElement("link");
      Object.assign(link, { rel: "stylesheet", href, onload: done, onerror: done });
      document.head.append(link);
    }));
  }
  return asked.get(href);
}
