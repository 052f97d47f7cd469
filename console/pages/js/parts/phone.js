// The phone on the page: what is wrong with it, who rings, what can be done. The phone itself is js/phone/phone.js, one for the page,
// and goes on while one looks at other pages.
//
// PhonePanel: everything, as a card; controls: also what the centre does with the call (the desk has that itself). PhoneDock: only what
// needs a hand now, in a corner of every page. The default export is a page of its own.
import { styleSheet } from "../sheet.js";
import { post } from "../api.js";
import { computed, html, signal, useEffect, useRef, useState } from "../html.js";
import { t } from "../lang/phone.js";
import { calls, queues } from "../live.js";
import { learnPeople, people } from "../people.js";
import { me } from "../session.js";
import { Elapsed, Field, toast, tried, words } from "../ui.js";
import { answersAll, belongsTo, call, equipment, line, microphoneLabel, phone, problems, refusal, wasOn } from "../phone/phone.js";
import { phoneKind } from "../phone/kind.js";
import { controls } from "../phone/state.js";

const STYLE = "/css/phone.css";
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const DRAW_MS = 90;
const LOOKS_MS = 1500;
const keypad = signal(false);

/** The centre's call that this phone is in, or null. */
const mine = computed(() => {
  const code = me.value?.code;
  return [...calls.value.values()].find((one) => (one.operator === code || one.consulting === code) && ["ringing", "talking"].includes(one.stage)) ?? null;
});
const on = computed(() => !["off", "waiting", "elsewhere"].includes(line.value));

/** The phone belongs to whoever is signed in, and is on if it was on before. */
function usePhone() {
  styleSheet(STYLE);
  useEffect(() => {
    if (!me.value) return;
    belongsTo(me.value.code);
    if (wasOn()) phone.start();
  }, [me.value?.code]);
  useEffect(() => {
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

const SHORTCUTS = {
  KeyA: () => phone.answer(),
  KeyE: () => phone.hangUp(),
  KeyM: () => call.value && phone.mute(!call.value.muted),
  KeyK: () => (keypad.value = !keypad.value),
};

function pressed(event) {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat || !(event.code in SHORTCUTS)) return;
  event.preventDefault();
  SHORTCUTS[event.code]();
}

export default function PhonePage() {
  if (phoneKind.value === "sip") return html`<p class="card">${t("another")}</p>`;
  return html`<div class="phone-page"><${PhonePanel} controls=${true} /></div>`;
}

/** For the operator's desk, which has the call's own controls. */
export const DeskPhone = () => html`<${PhonePanel} controls=${false} />`;

export function PhonePanel({ controls: withControls = true }) {
  usePhone();
  return html`<section class="card phone" aria-label=${t("phone")}>
    <header><h2>${t("phone")}</h2><${Light} /><span class="grow"></span>
      ${on.value ? html`<button type="button" class="quiet small" disabled=${call.value !== null} onClick=${() => phone.stop()}>${t("turnOff")}</button>` : null}</header>
    <${Announcer} />
    <${Signs} />
    <${Begin} />
    <${Now} withControls=${withControls} />
    ${on.value ? html`<${Dial} /><${Meters} /><${Settings} />` : null}
  </section>`;
}

/** In a corner of every page that does not show the phone anyway. */
export function PhoneDock() {
  usePhone();
  if (!call.value && !problems.value.some((one) => one.level === "bad")) return html`<${Announcer} />`;
  return html`<aside class="card phone phone-dock" aria-label=${t("phone")}><${Announcer} /><${Signs} /><${Now} withControls=${true} /></aside>`;
}

function Light() {
  const kind = line.value === "ready" ? (problems.value.some((one) => one.level === "bad") ? "bad" : "good") : on.value ? "warn" : "plain";
  return html`<span class=${`badge ${kind}`} data-line=${line.value}>${t(`line_${line.value}`)}</span>`;
}

function Signs() {
  return html`<ul class="signs" role="alert" aria-live="assertive">
    ${problems.value.map((one) => html`<li key=${one.code} class=${`sign ${one.level}`} data-sign=${one.code}>
      ${t(`sign_${one.code}`, { why: refusal.value ? words(refusal.value) : "" })}
      ${one.code === "microphone_lost" ? html` <button type="button" class="small" onClick=${() => phone.reopen()}>${t("reopen")}</button>` : null}</li>`)}
  </ul>`;
}

/** Says what changes, to those who do not see it. */
function Announcer() {
  const before = useRef(null);
  const stage = call.value?.stage ?? null;
  const who = call.value?.name || call.value?.peer || "";
  const text = stage === "ringing" ? t("now_ringing", { who }) : stage === "up" ? t("now_up", { who }) : before.current && !stage ? t("now_over") : line.value === "ready" && !stage ? t("now_ready") : "";
  useEffect(() => {
    before.current = stage;
  }, [stage]);
  return html`<p class="visually-hidden" role="status" aria-live="polite">${text}</p>`;
}

function Begin() {
  const [busy, setBusy] = useState(false);
  const there = line.value === "waiting" || line.value === "elsewhere";
  useEffect(() => {
    if (!there) return undefined;
    const look = () => phone.other().then((other) => setBusy(other.busy));
    look();
    const timer = setInterval(look, LOOKS_MS);
    return () => clearInterval(timer);
  }, [there]);
  if (line.value === "off") return html`<p class="muted">${t("offHint")}</p><button type="button" class="primary" onClick=${turnOn}>${t("turnOn")}</button>`;
  if (!there) return null;
  const take = async () => setBusy(!(await phone.take()));
  return html`<p>${t(line.value)} ${busy ? t("busyThere") : null}</p>
    <button type="button" class="primary" disabled=${busy} onClick=${take}>${t("take")}</button>`;
}

function turnOn() {
  if ("Notification" in window && Notification.permission === "default") Notification.requestPermission().catch(() => {});
  phone.start();
}

function Now({ withControls }) {
  const now = call.value;
  const first = useRef();
  useEffect(() => {
    if (now?.stage === "ringing" && document.activeElement === document.body) first.current?.focus();
  }, [now?.stage]);
  if (!now) return null;
  const ringing = now.stage === "ringing";
  return html`<div class=${`now ${now.stage}`} data-stage=${now.stage}>
    <div class="row"><strong>${t(now.stage)}</strong><span class="grow"></span>${now.stage === "up" ? html`<${Elapsed} since=${new Date(now.since).toISOString()} />` : null}</div>
    <div class="who">${now.name || now.peer}${now.name && now.name !== now.peer ? html` <span class="muted">${now.peer}</span>` : null}</div>
    ${now.muted ? html`<p class="sign" role="status">${t("muted")}</p>` : null}
    <div class="row">
      ${ringing ? html`<button type="button" class="answer" ref=${first} aria-keyshortcuts="Alt+Shift+A" onClick=${() => phone.answer()}>☎ ${t("answer")}</button>` : null}
      ${now.stage === "up" ? html`<button type="button" aria-pressed=${String(now.muted)} aria-keyshortcuts="Alt+Shift+M" onClick=${() => phone.mute(!now.muted)}>${t(now.muted ? "unmute" : "mute")}</button>` : null}
      <button type="button" class="hang" aria-keyshortcuts="Alt+Shift+E" onClick=${() => phone.hangUp()}>${t(ringing ? "reject" : "hangUp")}</button>
    </div>
    ${withControls && mine.value && now.stage === "up" ? html`<${Controls} shown=${mine.value} />` : null}
  </div>`;
}

function Controls({ shown }) {
  const [picking, pick] = useState(null);
  const may = controls(shown.control, shown.operator === me.value.code);
  const ask = (what, body) => tried(() => post(`calls/${encodeURIComponent(shown.id)}/${what}`, body));
  const buttons = [
    ["hold", () => ask("hold")],
    ["resume", () => ask("resume")],
    ["swap", () => ask("consult/swap")],
    ["conference", () => ask("conference")],
    ["complete", () => ask("consult/complete")],
    ["cancel", () => ask("consult/cancel")],
    ["consult", () => pick("consult")],
    ["transfer", () => pick("transfer")],
  ].filter(([name]) => may[name]);
  const given = async (to) => {
    if (await ask(picking, { to })) pick(null);
  };
  return html`<p class="muted small" role="status">${shown.control ? t(`control_${shown.control}`) : ""} ${shown.consulting ?? ""}</p>
    <div class="row" role="group" aria-label=${t("phone")}>
      ${buttons.map(([name, act]) => html`<button key=${name} type="button" data-control=${name} onClick=${act}>${t(name)}</button>`)}
    </div>
    ${picking && may[picking] ? html`<${Pick} what=${picking} onPick=${given} onClose=${() => pick(null)} />` : null}`;
}

/** What was typed, as the API wants it: a person's code or name, a queue, else a number; null for none of them. */
export function target(text, known, names) {
  const wanted = text.trim();
  const said = (one) => one.toLocaleLowerCase();
  const person = known.find((one) => one.code === wanted || said(one.name) === said(wanted) || `${one.code} ${one.name}` === wanted);
  if (person) return { operator: person.code };
  if (names.includes(wanted)) return { queue: wanted };
  const digits = wanted.replace(/[\s()./-]/g, "");
  return /^\+?\d{3,15}$/.test(digits) ? { number: digits } : null;
}

function Pick({ what, onPick, onClose }) {
  const [error, setError] = useState(null);
  useEffect(() => void learnPeople(), []);
  const names = [...queues.value.keys()];
  const submit = async (event) => {
    event.preventDefault();
    const typed = new FormData(event.target).get("to");
    await learnPeople(); // else a colleague's code would be a number
    const to = target(typed, people.value, what === "transfer" ? names : []);
    if (to) onPick(to);
    else setError(t("nobodyThere"));
  };
  return html`<form onSubmit=${submit}>
    <${Field} label=${t("to")} name="to" list="phone-targets" autocomplete="off" required autofocus error=${error} />
    <datalist id="phone-targets">${people.value.filter((one) => one.code !== me.value.code).map((one) => html`<option key=${one.code} value=${`${one.code} ${one.name}`}></option>`)}
      ${what === "transfer" ? names.map((one) => html`<option key=${one} value=${one}></option>`) : null}</datalist>
    <div class="row"><button class="primary">${t(what === "transfer" ? "send" : "ask")}</button><button type="button" onClick=${onClose}>${t("cancel")}</button></div>
  </form>`;
}

function Dial() {
  const inCall = call.value?.stage === "up";
  const submit = (event) => {
    event.preventDefault();
    phone.dial(new FormData(event.target).get("number"));
    event.target.reset();
  };
  if (call.value && !inCall) return null;
  return html`<div>
    <button type="button" class="quiet small" aria-expanded=${String(keypad.value)} aria-keyshortcuts="Alt+Shift+K" onClick=${() => (keypad.value = !keypad.value)}>⌨ ${t(keypad.value ? "closeKeypad" : "keypad")}</button>
    ${!keypad.value ? null : inCall ? html`<div class="keys" role="group" aria-label=${t("keypad")}>
        ${KEYS.map((key) => html`<button key=${key} type="button" onClick=${() => phone.press(key)}>${key}</button>`)}</div>`
      : html`<form class="row" onSubmit=${submit}><${Field} label=${t("number")} name="number" required autocomplete="off" /><button class="primary" disabled=${line.value !== "ready"}>${t("dial")}</button></form>`}
  </div>`;
}

function Meters() {
  const input = useRef();
  const output = useRef();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.hidden || !input.current) return;
      const levels = phone.readLevels();
      input.current.value = levels.input;
      output.current.value = levels.output;
    }, DRAW_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<div class="meters" role="group" aria-label=${t("levels")}>
    <label for="phone-input">${t("microphone")}</label><meter id="phone-input" ref=${input} min="0" max="1" low="0.35" high="0.97" optimum="0.6" title=${microphoneLabel.value}></meter>
    <label for="phone-output">${t("earphone")}</label><meter id="phone-output" ref=${output} min="0" max="1" low="0.35" high="0.97" optimum="0.6"></meter>
  </div>`;
}

function Settings() {
  const { inputs, outputs, ...chosen } = equipment.value;
  const choice = (kind, label, all) => html`<${Field} label=${label} as="select" value=${chosen[kind] ?? ""} onChange=${(event) => phone.choose(kind, event.target.value)}>
    <option value="">${t("system")}</option>
    ${all.filter((one) => one.id !== "default").map((one) => html`<option key=${one.id} value=${one.id}>${one.label}</option>`)}<//>`;
  const notices = "Notification" in window && Notification.permission !== "granted";
  return html`<details><summary>${t("settings")}</summary>
    ${choice("input", t("microphone"), inputs)}
    ${outputs.length ? html`${choice("output", t("earphone"), outputs)}${choice("ringer", t("ringer"), outputs)}` : null}
    <label class="row"><input type="checkbox" checked=${answersAll.value} onChange=${(event) => phone.answerAll(event.target.checked)} /> ${t("answersAll")}</label>
    ${notices ? html`<button type="button" class="small" onClick=${() => Notification.requestPermission().then((said) => said === "granted" && toast(t("now_ready"), "good"))}>${t("notify")}</button>` : null}
    <p class="muted small">${t("keys")}</p>
  </details>`;
}
