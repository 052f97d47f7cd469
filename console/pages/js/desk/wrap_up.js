// How did the call end? The outcome with one key, the time that is left, and what follows.
import { html, useEffect, useId, useState } from "../html.js";
import { duration } from "../lang.js";
import { now } from "../live.js";
import { tried } from "../ui.js";
import { t } from "../lang/desk.js";
import { OwnNote } from "../past/note.js";
import { callerOf } from "./caller.js";
import { asking, extendWrapUp, noteOutcome, setState } from "./commands.js";
import { outcomeTitle, queueRules, queueTitle } from "./names.js";
import { call, callId, keep, phase, self } from "./now.js";
import { mustChoose, suggestion, typed, untyped } from "./outcomes.js";
import { pausing } from "./state_bar.js";
import { clock } from "../times.js";

const MORE_S = 60;

/** The outcomes of the call that is being written up; a queue without any takes none by key. */
export const choices = () => (phase.value === "wrap_up" ? (queueRules(self.value?.queue)?.dispositions ?? []) : []);
/** Give the outcome of the call that is being written up. */
export async function give(code, id = callId.value) {
  const status = await noteOutcome(id, code);
  if (!status) return;
  keep(status);
  typed(status);
}

export function WrapUp() {
  const mine = self.value;
  if (phase.value !== "wrap_up" || !mine?.call) return null;
  const shown = call.value;
  const listed = choices();
  const waits = mustChoose();
  const left = mine.until ? (Date.parse(mine.until) - now.value) / 1000 : null;
  return html`<section class="card wrap-up" aria-label=${t("wrapTitle")}>
    <header class="row"><h2 class="grow">${t("wrapTitle")}</h2>
      <span class=${`wrap-left number ${left !== null && left < 6 ? "soon" : ""}`}>${left === null ? t("untilOutcome") : html`<small class="muted">${t("endsIn")}</small> ${duration(left)}`}</span></header>
    ${shown ? html`<p class="muted">${callerOf(shown)} · ${queueTitle(shown.queue ?? mine.queue)}${shown.end_reason ? html` · ${endWords(shown.end_reason)}` : null}</p>` : null}
    ${listed.length ? html`<${Outcomes} id=${mine.call} listed=${listed} chosen=${shown?.disposition} needed=${waits} />` : html`<${FreeOutcome} key=${mine.call} id=${mine.call} chosen=${shown?.disposition} />`}
    <${OwnNote} key=${mine.call} id=${mine.call} />
    <div class="row wrap-end">
      <button type="button" disabled=${asking.value !== null || left === null} onClick=${() => extendWrapUp(MORE_S)}>${t("moreTime")}</button>
      <span class="grow"></span>
      <button type="button" class="primary big" aria-keyshortcuts="r" disabled=${waits || asking.value !== null} aria-describedby=${waits ? "finish-hint" : undefined} onClick=${finish}>${t(mine.wish === "paused" ? "finishPause" : "finish")}</button>
    </div>
    ${waits ? html`<p id="finish-hint" class="muted small">${t("finishHint")}</p>` : null}
  </section>`;
}

/** What was wished for during the call comes now. */
export function finish() {
  const mine = self.value;
  if (mine.wish !== "paused") return setState("ready");
  if (mine.reason) return setState("paused", { reason: mine.reason });
  pausing.value = true;
  return undefined;
}

function Outcomes({ id, listed, chosen, needed }) {
  return html`<fieldset class="outcomes"><legend>${t("outcomeFirst")} ${needed ? html`<small class="muted">${t("outcomeNeeded")}</small>` : null}</legend>
    ${listed.map((code, at) => html`<button key=${code} type="button" class=${`outcome ${suggestion.value === code ? "suggested" : ""}`} aria-pressed=${String(chosen === code)} aria-keyshortcuts=${at < 9 ? String(at + 1) : undefined} disabled=${asking.value !== null} onClick=${() => give(code, id)}>
      ${at < 9 ? html`<kbd aria-hidden="true">${at + 1}</kbd>` : null}<span>${outcomeTitle(code)}${suggestion.value === code && chosen !== code ? html`<small>${t("outcomeSuggested")}</small>` : null}</span></button>`)}
  </fieldset>`;
}

const draftKey = (id) => `centralita.desk.outcome.${id}`;
function FreeOutcome({ id, chosen }) {
  const [written, write] = useState(() => sessionStorage.getItem(draftKey(id)) ?? chosen ?? null);
  const field = useId();
  useEffect(() => {
    if (written !== null) sessionStorage.setItem(draftKey(id), written);
  }, [written]);
  const text = written ?? suggestion.value ?? "";
  const save = async (event) => {
    event.preventDefault();
    if (!text.trim()) return;
    await tried(() => give(text.trim(), id));
  };
  const kept = chosen && chosen === text.trim();
  return html`<form class="row free-outcome" onSubmit=${save}><label for=${field} class="visually-hidden">${t("outcomeFree")}</label>
    <input id=${field} class="grow" maxlength="64" placeholder=${t("outcomeFree")} value=${text} onInput=${(event) => write(event.target.value)} />
    <button disabled=${!text.trim() || kept || asking.value !== null}>${t(kept ? "saved" : "save")}</button>
    ${written === null && suggestion.value && !kept ? html`<small class="muted">${t("outcomeSuggested")}</small>` : null}</form>`;
}

function endWords(reason) {
  const said = t(`end_${reason}`);
  return said === `end_${reason}` ? reason.replaceAll("_", " ") : said;
}

/** Calls of the last hour that lack their outcome. */
export function Untyped() {
  const list = untyped.value;
  if (!list.length) return null;
  return html`<section class="card untyped"><h2>${t("untyped")} <span class="badge warn">${list.length}</span></h2>
    <p class="muted small">${t("untypedText")}</p>
    <ul class="plain-list">${list.slice(0, 8).map((one) => html`<li key=${one.id}><span class="grow"><strong>${callerOf(one)}</strong> <small class="muted">${queueTitle(one.queue)} · ${t("endedAt", { time: clock(one.since) })}</small></span>
      <select aria-label=${`${t("outcome")}: ${callerOf(one)}`} value="" onChange=${(event) => event.target.value && give(event.target.value, one.id)}>
        <option value="">${t("outcome")}…</option>${queueRules(one.queue).dispositions.map((code) => html`<option key=${code} value=${code}>${outcomeTitle(code)}</option>`)}</select></li>`)}</ul>
  </section>`;
}
