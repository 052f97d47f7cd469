// How does a button open a short list to choose from? With the mouse, the arrows, or the number beside an entry.
import { html, useEffect, useRef } from "../html.js";

/** entries: {id, label, hint, current}. open is a signal, so that a key may open the menu too. */
export function Menu({ label, icon, open, entries, onChoose, title, ...button }) {
  const root = useRef();
  const opener = useRef();
  const close = (back = true) => {
    open.value = false;
    if (back) opener.current?.focus();
  };
  useEffect(() => {
    if (!open.value) return undefined;
    const outside = (event) => !root.current?.contains(event.target) && close(false);
    document.addEventListener("pointerdown", outside);
    const items = [...root.current.querySelectorAll("[role=menuitemradio]")];
    (items.find((one) => one.ariaChecked === "true") ?? items[0])?.focus();
    return () => document.removeEventListener("pointerdown", outside);
  }, [open.value]);
  const choose = (id) => {
    close();
    onChoose(id);
  };
  const key = (event) => {
    const items = [...root.current.querySelectorAll("[role=menuitemradio]")];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      items[(to + items.length) % items.length].focus();
      event.preventDefault();
    } else if (event.key === "Escape") close();
    else if (event.key === "Tab") open.value = false;
    else if (/^[1-9]$/.test(event.key) && entries[event.key - 1]) choose(entries[event.key - 1].id);
    else return;
    event.stopPropagation();
  };
  return html`<div class="menu" ref=${root} onKeyDown=${open.value ? key : undefined}>
    <button type="button" ref=${opener} aria-haspopup="menu" aria-expanded=${open.value ? "true" : "false"} onClick=${() => (open.value = !open.value)} ...${button}>
      ${icon}${label}<span aria-hidden="true" class="caret">▾</span></button>
    ${open.value ? html`<div role="menu" aria-label=${title} class="card menu-list">
      ${entries.map((one, at) => html`<button key=${one.id} type="button" role="menuitemradio" tabindex="-1" aria-checked=${one.current ? "true" : "false"} onClick=${() => choose(one.id)}>
        <kbd aria-hidden="true">${at + 1}</kbd><span class="grow">${one.label}</span>${one.hint ? html`<small class="muted">${one.hint}</small>` : null}</button>`)}
    </div>` : null}
  </div>`;
}
