// Alarms, for a person: the strip that says which stand, and the dialog that says when they shall.
import { html, useEffect, useState } from "../html.js";
import { KINDS, ruleFor } from "../alarms.js";
import { duration, number, percent, texts } from "../lang.js";
import { alarmsEn, alarmsEs } from "../lang/alarms.js";
import { Dialog } from "../ui.js";
import { Icon } from "./icons.js";
import { goalOf, nameOf, pick, picked, queueNames, queueTitle } from "./model.js";
import { alarms, keep, risen, seen, settings, tryBeep, unseen } from "./watch.js";

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

/** What calls: for all, and, for queues, for one of them alone. */
function Limits() {
  const [whose, setWhose] = useState(picked.value.queue || "");
  const { rules, sound } = settings.value;
  const kinds = Object.keys(KINDS).filter((kind) => !whose || KINDS[kind].of === "queue");
  const change = (kind, changes) => {
    const before = rules[kind] ?? {};
    const next = whose ? { ...before, of: { ...before.of, [whose]: { ...before.of?.[whose], ...changes } } } : { ...before, ...changes };
    keep({ ...settings.value, rules: { ...rules, [kind]: next } });
  };
  const reset = () => {
    const without = Object.fromEntries(Object.entries(rules).map(([kind, rule]) => [kind, { ...rule, of: Object.fromEntries(Object.entries(rule.of ?? {}).filter(([name]) => name !== whose)) }]));
    keep({ ...settings.value, rules: whose ? without : Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule.of).map(([kind, rule]) => [kind, { of: rule.of }])) });
  };
  return html`<div class="row"><label class="grow">${t("for")} <select value=${whose} onChange=${(event) => setWhose(event.target.value)}>
      <option value="">${t("forAll")}</option>${queueNames.value.map((name) => html`<option key=${name} value=${name}>${queueTitle(name)}</option>`)}</select></label>
      <label><input type="checkbox" checked=${sound} onChange=${(event) => { keep({ ...settings.value, sound: event.target.checked }); if (event.target.checked) tryBeep(); }} /> ${t("sound")}</label></div>
    <table class="limits"><thead><tr><th scope="col">${t("what")}</th><th scope="col">${t("on")}</th><th scope="col">${t("limit")}</th></tr></thead>
    <tbody>${kinds.map((kind) => html`<${Limit} key=${`${whose} ${kind}`} kind=${kind} rule=${ruleFor(rules, kind, whose, whose ? goalOf(whose).goal : null)} whose=${whose} onChange=${(changes) => change(kind, changes)} />`)}</tbody></table>
    <p class="muted small">${t("explained")}</p>
    <button type="button" class="small" onClick=${reset}>${t("usual")}</button>`;
}

function Limit({ kind, rule, onChange }) {
  const { unit } = KINDS[kind];
  const scale = unit === "share" ? 100 : 1;
  const text = { s: "s", share: "%", count: "", yes: "" }[unit];
  const take = (event) => {
    const value = event.target.value.trim();
    if (value === "") onChange({ limit: undefined });
    else if (Number.isFinite(Number(value)) && Number(value) >= 0) onChange({ limit: Number(value) / scale });
  };
  return html`<tr><th scope="row">${t(`what_${kind}`)}</th>
    <td><input type="checkbox" checked=${rule.on} aria-label=${`${t("on")}: ${t(`what_${kind}`)}`} onChange=${(event) => onChange({ on: event.target.checked })} /></td>
    <td>${unit === "yes" ? null : html`<span class="row tight"><input class="limit" type="number" min="0" step="any" aria-label=${`${t("limit")}: ${t(`what_${kind}`)}`}
      defaultValue=${rule.limit === null ? "" : Number((rule.limit * scale).toFixed(2))} placeholder=${t("theGoal")} onChange=${take} /> ${text}</span>`}</td></tr>`;
}
