// A figure's definition, shown beside whatever has the pointer or the focus, and said to screen readers.
import { html, signal, useId } from "../html.js";
import { said } from "../lang.js";

const beside = signal(null);
const WIDTH = 320;
const GAP = 6;

const show = (definition) => ({ currentTarget }) => {
  const box = currentTarget.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, innerWidth - WIDTH - 8));
  const below = box.bottom + 110 < innerHeight;
  beside.value = { definition, left, top: below ? box.bottom + GAP : null, bottom: below ? null : innerHeight - box.top + GAP };
};
const hide = () => (beside.value = null);
addEventListener("scroll", hide, { capture: true, passive: true });
addEventListener("keydown", (event) => event.key === "Escape" && hide());

/** What an element needs so that the definition is shown beside it. */
export const defining = (definition) => ({ onMouseEnter: show(definition), onMouseLeave: hide, onFocus: show(definition), onBlur: hide });

/** The figure's name with its definition. */
export function Name({ definition }) {
  const id = useId();
  return html`<span class="defined" tabindex="0" aria-describedby=${id} ...${defining(definition)}>${said(definition.name)}<span id=${id} class="visually-hidden">${said(definition.definition)}</span></span>`;
}

/** Once on a page with figures: where the definition appears. */
export function Definition() {
  const it = beside.value;
  const style = it ? { left: `${it.left}px`, top: it.top === null ? "auto" : `${it.top}px`, bottom: it.bottom === null ? "auto" : `${it.bottom}px` } : {};
  return it ? html`<div class="definition" role="tooltip" style=${style}><strong>${said(it.definition.name)}</strong> ${said(it.definition.definition)}</div>` : null;
}
