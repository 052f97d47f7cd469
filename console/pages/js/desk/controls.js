// What can be done with the call at this moment? What its state allows, always in the same order; hanging up stands apart.
import { computed, effect, html, signal, useLayoutEffect, useRef } from "../html.js";
import { t } from "../lang/desk.js";
import { asking, inCall, recording } from "./commands.js";
import { Icon } from "./icons.js";
import { call, callId, phase } from "./now.js";

/** How the picker is open: "transfer", "consult" or null. */
export const picking = signal(null);
const conversation = computed(() => (phase.value === "talking" ? callId.value : null));
effect(() => {
  conversation.value; // who was to get one caller is not to get the next
  picking.value = null;
});

const TALKS = new Set(["talking", "held"]);
const WITH_OTHER = new Set(["consulting", "swapped", "conference"]);
const GONE = new Set(["taken_over", "outside"]);

/** The actions of a call, by name: what each does. What is not possible now is not there. */
export function actions(shown = call.value) {
  const control = shown?.control;
  if (phase.value !== "talking" || !control || GONE.has(control)) return {};
  const ask = (what) => () => inCall(shown.id, what);
  const found = {};
  if (control === "talking") found.hold = ask("hold");
  if (control === "held") found.resume = ask("resume");
  if (TALKS.has(control)) found.consult = () => (picking.value = "consult");
  if (TALKS.has(control) || control === "held_by_phone" || control === "barged") found.transfer = () => (picking.value = "transfer");
  if (WITH_OTHER.has(control)) found.complete = ask("consult/complete");
  if (control === "consulting" || control === "swapped") {
    found.swap = ask("consult/swap");
    found.conference = ask("conference");
  }
  if (WITH_OTHER.has(control) || control === "ringing_other") found.cancel = ask("consult/cancel");
  if (shown.recording_state) found.recording = () => recording(shown.id, shown.recording_state === "on" ? "pause" : "resume");
  found.hangup = ask("hangup");
  return found;
}

const KEYS = { hold: "h", resume: "h", consult: "c", transfer: "t", swap: "x", complete: "k", conference: "n", cancel: "b", recording: "g", hangup: "Shift+e" };
const SIGNS = { resume: "resume", recording: "recording" };

function word(name, shown) {
  if (name === "recording") return t(shown.recording_state === "on" ? "pauseRecording" : "resumeRecording");
  if (name === "cancel") return t(shown.control === "conference" ? "endConsult" : "cancelConsult");
  return t(name === "hangup" ? "hangUp" : name);
}

export function Controls() {
  const shown = call.value;
  const found = actions(shown);
  const names = Object.keys(found);
  const root = useRef();
  const had = root.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (had && !root.current?.contains(document.activeElement)) root.current?.querySelector("button")?.focus();
  });
  if (!names.length) return null;
  const press = (name) => (event) => event.detail > 1 || found[name](); // the second half of a double click would undo the first
  return html`<div class="controls" ref=${root} role="toolbar" aria-label=${t("controls")} data-of=${names.length}>
    ${names.map((name) => html`<button key=${name === "resume" ? "hold" : name} type="button" class=${`control ${name} ${name === "hangup" ? "danger" : ""} ${name === "complete" || name === "resume" ? "primary" : ""}`}
      aria-keyshortcuts=${KEYS[name]} aria-pressed=${name === "recording" ? String(shown.recording_state === "paused") : undefined} aria-disabled=${asking.value !== null ? "true" : undefined} onClick=${press(name)}>
      <${Icon} name=${SIGNS[name] ?? name} /><span>${word(name, shown)}</span></button>`)}
  </div>`;
}
