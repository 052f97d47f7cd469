// Alarms, for a person: the strip that says which stand, and the dialog that says when they shall.
import { html, useEffect, useState } from "../html.js";
import { KINDS } from "../alarms.js";
import { duration, number, percent, texts } from "../lang.js";
import { alarmsEn, alarmsEs } from "../lang/alarms.js";
import { Dialog } from "../ui.js";
import { Icon } from "./icons.js";
import { nameOf, pick, queueTitle } from "./model.js";
import { Limits } from "./limits_form.js";
import { alarms, risen, seen, unseen } from "./watch.js";

const t = texts({ es: alarmsEs, en: alarmsEn });
const SHOWN = 5;
const shown = (kind, value) => ({ s: duration, share: (share) => percent(share, 0), count: number, yes: () => "" })[KINDS[kind].unit](value);
const subjectOf = (one) => ({ queue: queueTitle, operator: nameOf, centre: () => "" })[KINDS[one.kind].of](one.subject);

export const inWords = (one) => t(`is_${one.kind}`, { who: subjectOf(one), value: shown(one.kind, one.value), limit: shown(one.kind, one.limit) });

/** The alarms that stand, above everything else; what has just risen is told to screen readers. */
export function Strip() {
  const [said, setSaid] = useState("");
  const { at } = risen.value;
  useEffect(() => {
    if (at) setSaid(risen.peek().alarms.map(inWords).join(". "));
  }, [at]);
  const list = unseen.value;
  return html`<div class="strip">
    <p class="visually-hidden" role="status" aria-live="assertive">${said}</p>
    ${list.length ? html`<ul aria-label=${t("alarms")}>
      ${list.slice(0, SHOWN).map((one) => html`<li key=${one.id} class="alarm-chip" data-alarm=${one.id}><${Icon} name="alarm" />
        <${Whose} one=${one}>${inWords(one)}<//><button type="button" class="quiet small" aria-label=${`${t("seen")}: ${inWords(one)}`} onClick=${() => seen([one.id])}>${t("seen")}</button></li>`)}
      ${list.length > SHOWN ? html`<li class="small">${t("andMore", { n: list.length - SHOWN })}</li>` : null}
      ${list.length > 1 ? html`<li><button type="button" class="small" title="⇧A" onClick=${() => seen()}>${t("allSeen")}</button></li>` : null}
    </ul>` : null}
  </div>`;
}

function Whose({ one, children }) {
  const panel = { queue: `queue:${one.subject}:waiting`, operator: `operator:${one.subject}` }[KINDS[one.kind].of];
  return panel ? html`<button type="button" class="link" onClick=${() => pick({ panel }, false)}>${children}</button>` : html`<span>${children}</span>`;
}

/** The button that opens the alarms' dialog, with how many stand. */
export function Bell({ onOpen }) {
  const count = alarms.value.length;
  return html`<button type="button" class=${count ? "bell on" : "bell"} onClick=${onOpen} aria-label=${count ? t("standing", { n: count }) : t("alarms")} title=${`${t("alarms")} (A)`}>
    <${Icon} name="bell" /> ${t("alarms")} ${count ? html`<span class="badge bad number" data-count="alarms">${count}</span>` : null}</button>`;
}

export function Alarms({ onClose }) {
  return html`<${Dialog} title=${t("alarms")} onClose=${onClose} wide>
    <section><h3>${t("now")}</h3>${alarms.value.length ? html`<ul class="plain-list">
      ${alarms.value.map((one) => html`<li key=${one.id} class="row"><span class=${`badge ${one.acknowledged ? "plain" : "bad"}`}>${one.acknowledged ? t("wasSeen") : t("isNew")}</span> <span class="grow">${inWords(one)}</span>
        ${one.acknowledged ? null : html`<button type="button" class="small" onClick=${() => seen([one.id])}>${t("seen")}</button>`}</li>`)}</ul>` : html`<p class="muted">${t("noneNow")}</p>`}</section>
    <section><h3>${t("limits")}</h3><${Limits} /></section>
  <//>`;
}
