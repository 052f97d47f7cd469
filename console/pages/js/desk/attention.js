// How does an operator notice a call while looking elsewhere? The title, a sound and the system's notification; and a word to screen readers.
import { effect, html, signal } from "../html.js";
import { language } from "../lang.js";
import { t } from "../lang/desk.js";
import { phoneKind } from "../phone/kind.js";
import { callerOf } from "./caller.js";
import { pauseTitle, queueTitle } from "./names.js";
import { call, phase, self } from "./now.js";

const kept = (key, usual) => {
  const one = signal(localStorage.getItem(`centralita.desk.${key}`) ?? usual);
  effect(() => localStorage.setItem(`centralita.desk.${key}`, one.value));
  return one;
};
export const sound = kept("sound", "on");
export const notices = kept("notices", "off");

// -- sound ------------------------------------------------------------------------------------------------------------------

let audio = null;
const AGAIN_MS = 2600;
/** Two soft notes. */
export function chime() {
  audio ??= new AudioContext();
  audio.resume();
  [660, 880].forEach((hz, at) => {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const from = audio.currentTime + at * 0.22;
    tone.frequency.value = hz;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.18, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.55);
  });
}

// -- while it rings and nobody looks ----------------------------------------------------------------------------------------

export async function allowNotices() {
  if (!("Notification" in globalThis)) return;
  const said = await Notification.requestPermission();
  notices.value = said === "granted" ? "on" : "denied";
}

function notify(shown) {
  if (notices.peek() !== "on" || globalThis.Notification?.permission !== "granted") return null;
  const notice = new Notification(t("ringTitle", { queue: queueTitle(shown.queue) }), { body: callerOf(shown), tag: shown.id, icon: "/icon.svg", lang: language.peek() });
  notice.onclick = () => { window.focus(); notice.close(); };
  return notice;
}

/** Begin to watch; gives how to stop. */
export function watchRinging() {
  const hidden = signal(document.hidden);
  const look = () => (hidden.value = document.hidden);
  document.addEventListener("visibilitychange", look);
  const rings = () => (phase.value === "ringing" ? call.value?.id : null);
  const stopTitle = effect(() => {
    const id = rings();
    if (!id) return undefined;
    const before = document.title;
    document.title = t("ringTitle", { queue: queueTitle(call.peek()?.queue) });
    return () => (document.title = before);
  });
  const stopCall = effect(() => {
    const id = rings();
    if (!id || !hidden.value || phoneKind.peek() === "browser") return undefined; // a phone in the browser rings itself
    const notice = notify(call.peek());
    const ring = () => sound.peek() === "on" && chime();
    ring();
    const timer = setInterval(ring, AGAIN_MS);
    return () => { clearInterval(timer); notice?.close(); };
  });
  return () => { document.removeEventListener("visibilitychange", look); stopTitle(); stopCall(); };
}

// -- for those who listen to the page ---------------------------------------------------------------------------------------

export function Announcer() {
  const mine = self.value;
  const shown = call.value;
  const rings = phase.value === "ringing" && shown;
  const reason = mine?.state === "paused" && mine.reason ? pauseTitle(mine.reason) : "";
  return html`<div class="visually-hidden" role="alert">${rings ? t("nowRinging", { queue: queueTitle(shown.queue), caller: callerOf(shown) }) : ""}</div>
    <div class="visually-hidden" role="status">${mine ? t("stateNow", { state: t(`state_${mine.state}`), reason }) : ""}${phase.value === "talking" && shown?.control ? ` ${t(`control_${shown.control}`)}` : ""}</div>`;
}
