// An operator's own figures of the day, for the desk: each with its definition, and the hours below.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { Dialog, Loading, Problem } from "../ui.js";
import { styleSheet } from "../sheet.js";
import { CallList } from "./calls.js";
import { Definition, Name } from "./defined.js";
import { shown, t } from "./words.js";

const AGAIN_MS = 60_000;
const SHOWN = ["handled", "aht_s", "talk_s", "hold_s", "wrap_up_s", "occupancy", "missed", "rejected", "paused_s", "logged_in_s"];
await styleSheet("/css/figures.css");

/** On the desk while no call is there. */
export const DayFigures = () => html`<section class="card"><h2>${t("mine")}</h2><${OwnFigures} /></section>`;

/** changes: anything that is another value when there may be something new, such as the number of calls ended. */
export function OwnFigures({ changes = "" }) {
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const [behind, setBehind] = useState(null);
  useEffect(() => {
    let over = false;
    const look = () => get("figures/by?by=operator").then((found) => { if (!over) { setAnswer(found); setError(null); } }, (refused) => !over && setError(refused));
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => { over = true; clearInterval(timer); };
  }, [changes]);
  if (error && !answer) return html`<${Problem} error=${error} />`;
  if (!answer) return html`<${Loading} />`;
  const row = answer.items[0] ?? answer.total;
  return html`<section class="own-figures" aria-label=${t("mine")}><dl class="tiles">
    ${answer.definitions.filter(({ id }) => SHOWN.includes(id)).sort((a, b) => SHOWN.indexOf(a.id) - SHOWN.indexOf(b.id)).map((one) => html`<div key=${one.id} class="tile"><dt><${Name} definition=${one} /></dt>
      <dd class="number" data-figure=${one.id}>${one.counted && row.figures[one.id] ? html`<button type="button" class="quiet figure" onClick=${() => setBehind(one)}>${shown(one, row.figures[one.id])}</button>` : shown(one, row.figures[one.id])}</dd></div>`)}</dl>
    <${Definition} />
    ${behind ? html`<${Dialog} wide title=${t("calls")} onClose=${() => setBehind(null)}><${CallList} query=${`${row.calls}&counted=${behind.counted}`} /><//>` : null}</section>`;
}
