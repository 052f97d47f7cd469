// Where in the text is what is wrong? A text area beside the numbers of its lines, and the problems, each of which leads to its line.
import { html, useId, useRef } from "../html.js";
import { language } from "../lang.js";
import { t } from "../lang/scripts.js";
import { words } from "../ui.js";

const LINE_PX = 20;
const ABOVE = 6;

/** What is wrong and what to do, in the page's language as far as the server can say it so. */
export function inWords(problem) {
  const { what, remedy } = problem.texts?.[language.value] ?? problem;
  return `${what}; ${remedy}`;
}

/** Select a line of the text area, and show it. */
export function goTo(area, line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (line - ABOVE) * LINE_PX);
}

/** area: a ref for the text area. Lines with a problem are marked; Enter keeps the indentation. */
export function Lines({ text, problems, area, onWrite }) {
  const gutter = useRef();
  const id = useId();
  const bad = new Map(problems.map((one) => [one.line, inWords(one)]));
  const keys = (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    const box = event.target;
    const before = box.value.slice(box.value.lastIndexOf("\n", box.selectionStart - 1) + 1, box.selectionStart);
    event.preventDefault();
    const indent = /^ */.exec(before)[0] + (/:\s*$/.test(before) ? "  " : "");
    if (!document.execCommand("insertText", false, `\n${indent}`)) box.setRangeText(`\n${indent}`, box.selectionStart, box.selectionEnd, "end");
    onWrite(box.value);
  };
  return html`<div class="script-lines">
    <label class="visually-hidden" for=${id}>${t("text")}</label>
    <div class="script-gutter" aria-hidden="true" ref=${gutter}>
      ${text.split("\n").map((_, place) => html`<div key=${place} class=${bad.has(place + 1) ? "bad" : ""} title=${bad.get(place + 1)}>${place + 1}</div>`)}
    </div>
    <textarea id=${id} ref=${area} value=${text} spellcheck="false" wrap="off" autocapitalize="off" maxlength="40000" aria-invalid=${problems.length ? "true" : undefined}
      onKeyDown=${keys} onInput=${(event) => onWrite(event.target.value)} onScroll=${(event) => (gutter.current.scrollTop = event.target.scrollTop)}></textarea>
  </div>`;
}

/** checked: the answer of the last check, null before it; failed: why there is none. */
export function Problems({ checked, failed, onGo }) {
  const problems = checked?.problems ?? [];
  return html`<section aria-label=${t("problems")} aria-live="polite" class="script-problems">
    ${failed ? html`<p class="small script-warn">${t("uncheckable", { why: words(failed) })}</p>` : null}
    ${!checked ? html`<p class="muted small">${failed ? "" : t("checking")}</p>` : !problems.length ? html`<p class="small"><span class="badge good">${t("noProblems")}</span> <code>${checked.version}</code></p>`
      : html`<ul>${problems.map((one, place) => html`<li key=${place}><button type="button" class="quiet small" onClick=${() => onGo(one.line)}><strong>${t("line", { line: one.line })}</strong> ${one.field ? html`<code>${one.field}</code> ` : null}<span>${inWords(one)}</span></button></li>`)}</ul>`}
  </section>`;
}
