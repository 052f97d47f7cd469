// When alarms call, as a person sets it: one's own limits or the centre's, for all or for one queue; which is whose is told beside each.
import { html, useEffect, useRef, useState } from "../html.js";
import { KINDS, ruleFor } from "../alarms.js";
import { texts } from "../lang.js";
import { alarmsEn, alarmsEs } from "../lang/alarms.js";
import { change, keepSound, layers, limits, setsCentre, sound } from "./limits.js";
import { goalOf, nameOf, picked, queueNames, queueTitle } from "./model.js";
import { tryBeep } from "./watch.js";
import { clock, day } from "../times.js";

const t = texts({ es: alarmsEs, en: alarmsEn });
const MOST = { s: 86_400, count: 10_000, share: 1 };

/** The rules with one changed: for ``queue`` alone, or for all without one; null takes it away. */
function withRule(rules, kind, queue, changes) {
  const { of = {}, ...forAll } = rules[kind] ?? {};
  if (!queue) return { ...rules, [kind]: { ...(changes ? { ...forAll, ...changes } : {}), of } };
  const { [queue]: own, ...others } = of;
  return { ...rules, [kind]: { ...forAll, of: changes ? { ...of, [queue]: { ...own, ...changes } } : others } };
}
const without = (rules, queue) => Object.keys(rules).reduce((left, kind) => withRule(left, kind, queue, null), rules);
const isSet = (rules, kind, queue) => {
  const rule = queue ? rules[kind]?.of?.[queue] : rules[kind];
  return (rule?.on ?? rule?.limit ?? null) !== null;
};

export function Limits() {
  const ofCentre = setsCentre.value; // null: all, []: none
  const maySet = ofCentre === null || ofCentre.length > 0;
  const [whose, setWhose] = useState("mine");
  const [queue, setQueue] = useState(picked.value.queue || "");
  const [refused, setRefused] = useState(null);
  const only = whose === "centre" && ofCentre; // a supervisor of some queues
  const names = queueNames.value.filter((name) => !only || only.includes(name));
  const one = only && !names.includes(queue) ? (names[0] ?? "") : queue;
  const rules = layers.value[whose];
  const shown = whose === "mine" ? layers.value : { centre: rules };
  const kinds = Object.keys(KINDS).filter((kind) => !one || KINDS[kind].of === "queue");
  const back = whose === "mine" ? "toCentre" : "toUsual";
  const apply = async (make) => {
    setRefused(null);
    try {
      await change(whose, make);
    } catch (error) {
      const key = `err_${error.code}`;
      setRefused(t("notKept", { why: t(key) === key ? error.message : t(key) }));
    }
  };
  return html`${maySet ? html`<fieldset class="choices whose"><legend>${t("setting")}</legend>
      ${["mine", "centre"].map((each) => html`<label key=${each}><input type="radio" name="whose" checked=${whose === each} onChange=${() => { setWhose(each); setRefused(null); }} /> ${t({ mine: "setMine", centre: "setCentre" }[each])}</label>`)}</fieldset>` : null}
    <p class="muted small" data-whose=${whose}><${About} whose=${whose} /></p>
    <div class="row which"><label class="grow">${t("for")} <select value=${one} onChange=${(event) => { setQueue(event.target.value); setRefused(null); }}>
      ${only ? null : html`<option value="">${t("forAll")}</option>`}${names.map((name) => html`<option key=${name} value=${name}>${queueTitle(name)}</option>`)}</select></label>
      <label><input type="checkbox" checked=${sound.value} onChange=${(event) => { keepSound(event.target.checked); if (event.target.checked) tryBeep(); }} /> ${t("sound")}</label></div>
    ${refused ? html`<p class="problem" role="alert">${refused}</p>` : null}
    <table class="limits"><thead><tr><th scope="col">${t("what")}</th><th scope="col">${t("on")}</th><th scope="col">${t("limit")}</th><th scope="col">${t("whose")}</th></tr></thead>
    <tbody>${kinds.map((kind) => html`<${Limit} key=${`${whose} ${one} ${kind}`} kind=${kind} rule=${ruleFor(shown, kind, one, one ? goalOf(one).goal : null)} back=${isSet(rules, kind, one) ? back : null}
      refuse=${(why) => setRefused(t("notKept", { why }))} onChange=${(changes) => apply((now) => withRule(now, kind, one, changes))} />`)}</tbody></table>
    <p class="muted small">${t("explained")}</p>
    <button type="button" class="small" disabled=${!kinds.some((kind) => isSet(rules, kind, one))} onClick=${() => apply((now) => without(now, one))}>${t(back)}</button>`;
}

/** Who set what is shown, and for whom. */
function About({ whose }) {
  const { centre, mine } = limits.value;
  const centres = centre.version ? t("centresBy", { who: nameOf(centre.by), at: `${day(centre.at)}, ${clock(centre.at)}` }) : t("none");
  if (whose === "centre") return `${centres} ${t("others")}`;
  return Object.keys(mine.rules).length ? centres : `${t("noOwn")} ${centres}`;
}

function Limit({ kind, rule, back, refuse, onChange }) {
  const { unit } = KINDS[kind];
  const scale = unit === "share" ? 100 : 1;
  const text = { s: "s", share: "%", count: "", yes: "" }[unit];
  const what = t(`what_${kind}`);
  const shown = rule.limit === null ? "" : String(Number((rule.limit * scale).toFixed(2)));
  const input = useRef();
  const [tried, setTried] = useState(0);
  useEffect(() => {
    if (input.current) input.current.value = shown; // also what was not kept shows what is
  }, [shown, tried]);
  const send = async (changes) => {
    await onChange(changes);
    setTried((times) => times + 1);
  };
  const take = (event) => {
    const value = event.target.value.trim();
    const limit = Number(value) / scale;
    if (value === "") send({ limit: undefined });
    else if (!Number.isFinite(limit) || limit < 0) refuse(t("notNumber"));
    else if (limit > MOST[unit]) refuse(t(`tooMuch_${unit}`));
    else send({ limit });
  };
  return html`<tr data-limit=${kind} data-of=${rule.whose}><th scope="row">${what}</th>
    <td><input type="checkbox" checked=${rule.on} aria-label=${`${t("on")}: ${what}`} onChange=${(event) => send({ on: event.target.checked })} /></td>
    <td>${unit === "yes" ? null : html`<span class="row tight"><input ref=${input} class="limit" type="number" min="0" step="any" aria-label=${`${t("limit")}: ${what}`}
      defaultValue=${shown} placeholder=${t("theGoal")} onChange=${take} /> ${text}</span>`}</td>
    <td><span class="row tight of"><span class=${`badge ${rule.whose === "mine" ? "info" : "plain"}`}>${t(`is_${rule.whose}`)}</span>
      ${back ? html`<button type="button" class="quiet small" aria-label=${t(`one${back[0].toUpperCase()}${back.slice(1)}`, { what })} onClick=${() => onChange(null)}>↺ ${t(`${back}Short`)}</button>` : null}</span></td></tr>`;
}
