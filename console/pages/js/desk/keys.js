// Which key does what? Single keys, only while nobody writes and no dialog is open; they can be switched off (WCAG 2.1.4).
import { effect, html, signal, useEffect } from "../html.js";
import { Dialog } from "../ui.js";
import { t } from "../lang/desk.js";
import { allowNotices, chime, notices, sound } from "./attention.js";
import { actions } from "./controls.js";
import { setState } from "./commands.js";
import { busy, phase } from "./now.js";
import { pausing } from "./state_bar.js";
import { mustChoose } from "./outcomes.js";
import { choices, finish, give } from "./wrap_up.js";

const KEPT = "centralita.desk.keys";
export const keysOn = signal(localStorage.getItem(KEPT) !== "off");
effect(() => localStorage.setItem(KEPT, keysOn.value ? "on" : "off"));
export const helping = signal(false);

/** [key, what it is called in the help, what it does]. */
const KEYS = [
  ["r", "key_ready", () => (phase.value === "wrap_up" ? mustChoose() || finish() : phase.value !== "out" && setState("ready"))],
  ["p", "key_pause", () => phase.value !== "out" && !mustChoose() && (pausing.value = true)],
  ["h", "key_hold", () => { const can = actions(); (can.hold ?? can.resume)?.(); }],
  ["c", "key_consult", () => actions().consult?.()],
  ["t", "key_transfer", () => actions().transfer?.()],
  ["x", "key_swap", () => actions().swap?.()],
  ["k", "key_complete", () => actions().complete?.()],
  ["n", "key_conference", () => actions().conference?.()],
  ["b", "key_cancel", () => actions().cancel?.()],
  ["g", "key_recording", () => actions().recording?.()],
  ["E", "key_hangup", () => actions().hangup?.()],
  ["?", "key_help", () => (helping.value = true)],
];

const WRITTEN_IN = "input, textarea, [contenteditable]";
const RUNS_ON_MS = 1500;
/** Where something was written last, and when: who types on when the field has gone (the wrap-up is over) gives no commands. */
const writing = { field: null, at: 0 };

const writes = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog[open], [role=menu]") || document.querySelector("dialog[open]");

export function useKeys() {
  useEffect(() => {
    const typed = (event) => {
      const ends = event.key === "Enter" || event.key === "Escape";
      if (event.target.matches?.(WRITTEN_IN)) Object.assign(writing, { field: ends ? null : event.target, at: event.timeStamp });
    };
    const pressed = (event) => {
      if (writing.field && !writing.field.isConnected && event.timeStamp - writing.at < RUNS_ON_MS) return void (writing.at = event.timeStamp);
      if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey || writes(event.target)) return;
      if (!keysOn.value && event.key !== "?") return;
      const outcome = /^[1-9]$/.test(event.key) ? choices()[event.key - 1] : null;
      const letter = event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase(); // Caps Lock alone is no Shift
      const found = KEYS.find(([key]) => key === letter);
      if (!outcome && !found) return;
      event.preventDefault();
      if (outcome) give(outcome);
      else found[2]();
    };
    document.addEventListener("keydown", typed, true);
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("keydown", typed, true);
      document.removeEventListener("keydown", pressed);
    };
  }, []);
}

const spoken = (key) => (key === "E" ? html`<kbd>Shift</kbd> <kbd>E</kbd>` : html`<kbd>${key.toUpperCase()}</kbd>`);

export function Help() {
  if (!helping.value) return null;
  return html`<${Dialog} title=${t("help")} onClose=${() => (helping.value = false)}>
    <h3>${t("keysTitle")}</h3>
    <label class="choice"><input type="checkbox" checked=${keysOn.value} onChange=${(event) => (keysOn.value = event.target.checked)} /> <span>${t("keysOn")}<br /><small class="muted">${t("keysText")}</small></span></label>
    <dl class="keys">${KEYS.map(([key, name]) => html`<div key=${key}><dt>${spoken(key)}</dt><dd>${t(name)}</dd></div>`)}
      <div><dt><kbd>1</kbd>–<kbd>9</kbd></dt><dd>${t("key_outcome")}</dd></div></dl>
    <h3>${t("phone")}</h3>
    <h3>${t("alertsTitle")}</h3>
    <div class="row"><label class="choice grow"><input type="checkbox" checked=${sound.value === "on"} onChange=${(event) => (sound.value = event.target.checked ? "on" : "off")} /> ${t("soundOn")}</label>
      <button type="button" class="small" onClick=${chime}>${t("tryIt")}</button></div>
    <label class="choice"><input type="checkbox" checked=${notices.value === "on"} onChange=${(event) => (event.target.checked ? allowNotices() : (notices.value = "off"))} /> ${t("noticesOn")}</label>
    ${notices.value === "denied" ? html`<p class="problem small">${t("noticesDenied")}</p>` : null}
  <//>`;
}
