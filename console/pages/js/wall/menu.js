// A menu of actions beside a row: opened by its button, walked with the arrows, closed by Escape or a click beside it.
import { html, useEffect, useRef, useState } from "../html.js";
import { t } from "./model.js";

const MARGIN = 4;

/** items: [{id, label, key, run, danger}] or null for a line; label: what the actions are for. */
export function Menu({ label, items }) {
  const [open, setOpen] = useState(false);
  const button = useRef();
  return html`<button ref=${button} type="button" class="quiet icon more" aria-haspopup="menu" aria-expanded=${open} aria-label=${label} title=${t("more")} onClick=${() => setOpen(true)}>⋯</button>
    ${open ? html`<${Popup} label=${label} items=${items()} beside=${button.current} onClose=${() => { setOpen(false); button.current?.focus(); }} />` : null}`;
}

function Popup({ label, items, beside, onClose }) {
  const ref = useRef();
  useEffect(() => {
    const menu = ref.current;
    menu.showPopover();
    const at = beside.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(MARGIN, Math.min(at.right - width, innerWidth - width - MARGIN))}px`;
    menu.style.top = `${at.bottom + MARGIN + height > innerHeight ? Math.max(MARGIN, at.top - height - MARGIN) : at.bottom + MARGIN}px`;
    menu.querySelector("[role=menuitem]")?.focus();
    const closed = (event) => event.newState === "closed" && onClose();
    menu.addEventListener("toggle", closed);
    return () => menu.removeEventListener("toggle", closed);
  }, []);
  const walk = (event) => {
    const all = [...ref.current.querySelectorAll("[role=menuitem]")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Tab") onClose();
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  };
  return html`<div ref=${ref} popover="auto" role="menu" aria-label=${label} class="menu" onKeyDown=${walk}>
    ${items.map((item, at) => item === null ? html`<hr key=${at} />` : html`<button key=${item.id} type="button" role="menuitem" tabindex="-1"
      class=${item.danger ? "danger" : ""} title=${item.hint} onClick=${() => { onClose(); item.run(); }}>
      <span>${item.label}</span>${item.key ? html`<kbd>${item.key}</kbd>` : null}</button>`)}
  </div>`;
}
