// Which alarms stand for this person? What rises is said, and, if wanted in this browser, heard.
import { computed, effect, signal } from "../html.js";
import { acknowledge, KINDS, measure, none, ruleFor, standing, step } from "../alarms.js";
import { controller, now, operators, queues, stream } from "../live.js";
import { me } from "../session.js";
import { asked, layers, sound } from "./limits.js";
import { goalOf } from "./model.js";

const state = signal(none());
/** The alarms that stand. */
export const alarms = computed(() => standing(state.value));
export const unseen = computed(() => alarms.value.filter((one) => !one.acknowledged));
/** The alarms that rose last, for whoever says them: {at, alarms}. */
export const risen = signal({ at: 0, alarms: [] });

export const seen = (ids = null) => (state.value = acknowledge(state.peek(), ids));

effect(() => {
  const at = now.value;
  const here = controller.peek().here && stream.peek() === "live";
  if (!me.peek() || !asked.peek() || stream.peek() === "connecting") return;
  const found = measure({ queues: [...queues.peek().values()], operators: [...operators.peek().values()], here, goal: (name) => goalOf(name).goal }, at);
  const next = step(state.peek(), layers.value, found, at);
  state.value = next.state;
  if (next.rose.length) {
    risen.value = { at, alarms: next.rose };
    if (sound.peek()) beep();
  }
});

const bySubject = computed(() => {
  const found = new Map();
  for (const one of alarms.value) {
    const key = `${KINDS[one.kind].of}:${one.subject}`;
    found.set(key, { ...found.get(key), [one.kind]: one.acknowledged ? "alarm seen" : "alarm" });
  }
  return found;
});
const NOTHING = {};
const rows = new Map();
/** By kind, the class of what is beyond its limit for a subject ("queue" or "operator", name). */
export function levelsOf(of, subject) {
  const key = `${of}:${subject}`;
  if (!rows.has(key)) {
    let last = NOTHING;
    rows.set(key, computed(() => {
      const next = bySubject.value.get(key) ?? NOTHING;
      if (JSON.stringify(next) !== JSON.stringify(last)) last = next;
      return last;
    }));
  }
  return rows.get(key).value;
}

const STATE_KIND = { paused: "long_pause", wrap_up: "long_wrap_up" };
const USUAL_S = { ringing: 30, on_hold: 180, talking: 900, reserved: 60, own_call: 900 };
/** After how many seconds somebody has been in a state for too long; null: one may be in it for ever. */
export function tooLongAfter(one) {
  const kind = STATE_KIND[one.state];
  return kind ? ruleFor(layers.value, kind, one.code).limit : (USUAL_S[one.state] ?? null);
}

let audio = null;
function beep() {
  audio ??= new AudioContext();
  audio.resume().catch(() => {});
  [880, 660].forEach((hz, at) => {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(0.12, audio.currentTime + at * 0.18);
    gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at * 0.18 + 0.16);
    tone.connect(gain).connect(audio.destination);
    tone.start(audio.currentTime + at * 0.18);
    tone.stop(audio.currentTime + at * 0.18 + 0.17);
  });
}
/** Let it be heard once, so that the browser allows it later on. */
export const tryBeep = beep;
