// Who calls, and how did he or she come here? What is known the moment that the phone rings.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { language } from "../lang.js";
import { toast } from "../ui.js";
import { t } from "../lang/desk.js";
import { callerOf, numberOf } from "./caller.js";
import { queueTitle } from "./names.js";
import { shownCall } from "./now.js";
import { customerSlots, Slot } from "./slots.js";
import { clock } from "../times.js";

export function Customer() {
  const shown = shownCall.value;
  if (!shown) return html`<p class="muted nothing">${t("noCustomer")}</p>`;
  return html`<div class="stack">
    <${Caller} shown=${shown} />
    ${customerSlots.map((slot) => html`<${Slot} key=${`${slot.id} ${shown.id}`} slot=${slot} call=${shown} number=${numberOf(shown)} />`)}
    <${Story} key=${shown.id} shown=${shown} />
  </div>`;
}

function Caller({ shown }) {
  const number = numberOf(shown);
  const facts = Object.entries(shown.shown ?? {}).filter(([name]) => name !== "language");
  const copy = () => navigator.clipboard?.writeText(number).then(() => toast(t("copied"), "good"), () => {});
  return html`<section class="card"><h2>${t("caller")}</h2>
    <p class="row"><span class="caller-number number grow">${callerOf(shown)}</span>${number ? html`<button type="button" class="small" onClick=${copy}>${t("copy")}</button>` : null}</p>
    <dl class="facts two">
      <div><dt>${t("queue")}</dt><dd>${queueTitle(shown.queue) || "–"}</dd></div>
      <div><dt>${t("dialled")}</dt><dd class="number">${shown.number}</dd></div>
      ${shown.ticket ? html`<div><dt>${t("ticketRef")}</dt><dd>${shown.ticket}</dd></div>` : null}
      ${shown.shown?.language ? html`<div><dt>${t("language")}</dt><dd>${t(`lang_${shown.shown.language}`)}</dd></div>` : null}
    </dl>
    ${facts.length ? html`<h3>${t("knownByFlow")}</h3><dl class="facts two">${facts.map(([name, text]) => html`<div key=${name}><dt>${factName(name)}</dt><dd>${text}</dd></div>`)}</dl>` : null}
  </section>`;
}

/** What a flow calls it; the commonest are known in both languages. */
function factName(name) {
  const said = t(`fact_${name}`);
  return said === `fact_${name}` ? name.replaceAll("_", " ") : said;
}

const SOME = 6;
function Story({ shown }) {
  const [story, tell] = useState(null);
  const [error, fail] = useState(null);
  const [whole, showWhole] = useState(false);
  const load = () => {
    const stop = new AbortController();
    get(`calls/${encodeURIComponent(shown.id)}/why?lang=${language.value}`, { signal: stop.signal }).then((found) => { tell(found); fail(null); }, (refused) => refused.name !== "AbortError" && fail(refused));
    return () => stop.abort();
  };
  useEffect(load, [shown.id, shown.stage, shown.operator, shown.control, language.value]);
  const steps = story?.steps ?? [];
  const listed = whole ? steps : steps.slice(-SOME);
  return html`<section class="card"><h2>${t("story")}</h2>
    ${error && error.status !== 404 && !story ? html`<${Away} again=${load} />` : steps.length ? html`
      <ol class="story">${listed.map((step) => html`<li key=${`${step.at}${step.kind}${step.text}`}><time datetime=${step.at}>${clock(step.at)}</time><span>${step.text}</span></li>`)}</ol>
      ${steps.length > SOME ? html`<button type="button" class="quiet small" aria-expanded=${String(whole)} onClick=${() => showWhole(!whole)}>${t(whole ? "seeLess" : "seeAll")} (${steps.length})</button>` : null}`
      : html`<p class="muted">${story || error ? t("storyLater") : ""}</p>`}
  </section>`;
}

export const Away = ({ again }) => html`<p class="muted away">${t("away")} <button type="button" class="quiet small" onClick=${again}>${t("again")}</button></p>`;
