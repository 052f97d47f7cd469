// What does the operator ask for, and what does a refusal mean? All of it goes to the engine; what comes of it is shown by the status.
import { signal } from "@preact/signals";
import { post, Refused } from "../api.js";
import { me } from "../session.js";
import { toast, words } from "../ui.js";
import { t } from "../lang/desk.js";
import { keep } from "./now.js";
import { personTitle } from "./names.js";

/** What is being asked at this moment; null for nothing. */
export const asking = signal(null);

const PATIENCE_MS = 15_000;
/** What comes of it, or a refusal when nothing has come of it for too long: in a network that is dead a request may never end. */
function inTime(work) {
  let timer;
  const late = new Promise((_, refuse) => (timer = setTimeout(() => refuse(new Refused(0, "unreachable", "Nobody answers.")), PATIENCE_MS)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Ask, once at a time; says what was refused. Gives the answer, or undefined. */
export async function doing(what, work) {
  if (asking.peek()) return undefined;
  asking.value = what;
  try {
    const status = await inTime(work());
    keep(status);
    return status ?? true;
  } catch (error) {
    toast(inWords(error), "bad");
    return undefined;
  } finally {
    asking.value = null;
  }
}

const call = (id, rest) => `calls/${encodeURIComponent(id)}/${rest}`;
const own = (rest) => `operators/${encodeURIComponent(me.value.code)}/${rest}`;

export const setState = (state, more = {}) => doing(state, () => post(own("state"), { state, ...more }));
export const extendWrapUp = (seconds) => doing("extend", () => post(own("wrap-up"), { extend_s: seconds }));
export const noteOutcome = (id, code) => doing("outcome", () => post(call(id, "disposition"), { code }));
/** hold, resume, consult/swap, consult/complete, consult/cancel, conference or hangup. */
export const inCall = (id, what) => doing(what, () => post(call(id, what)));
export const recording = (id, action) => doing("recording", () => post(call(id, "recording"), { action }));
/** how: transfer or consult; to: {operator}, {queue} or {number}. */
export const passOn = (id, how, to, more = {}) => doing(how, () => post(call(id, how), { to, ...more }));

// -- refusals, in words -----------------------------------------------------------------------------------------------------

const state = (text) => t(`state_${text.trim().replaceAll(" ", "_")}`);
const REFUSALS = [
  [/^not while the conversation is (\w+)/i, (said) => t("refused_control", { control: t(`control_${said[1].toLowerCase()}`) })],
  [/^nobody talks with this caller/i, () => t("refused_nobody")],
  [/^the phone of (\S+) is not reachable/i, (said) => t("refused_phone", { who: personTitle(said[1]) })],
  [/^(\S+) is not free: ([\w ]+)/i, (said) => t("refused_busy", { who: personTitle(said[1]), state: state(said[2]) })],
  [/^nobody has the code (\w+)/i, (said) => t("refused_code", { code: said[1] })],
  [/^this operator has the call already/i, () => t("refused_self")],
  [/^a queue cannot be consulted/i, () => t("refused_queue")],
  [/^this number is not among|^this is not a number/i, () => t("refused_number")],
  [/^no carrier/i, () => t("refused_carrier")],
  [/^this conversation is not recorded/i, () => t("refused_unrecorded")],
  [/^note the outcome/i, () => t("refused_outcome")],
  [/^there is no wrap-up/i, () => t("refused_wrap_up")],
  [/^a pause needs a reason/i, () => t("refused_reason")],
  [/may not be called/i, () => t("refused_number")],
];

/** What a refusal means, for a person, in the page's language where we know it. */
export function inWords(error) {
  if (error.code === "call_not_up") return t("refused_over");
  if (error.code === "not_now" || error.code === "state_refused")
    for (const [pattern, say] of REFUSALS) {
      const found = pattern.exec(error.message);
      if (found) return say(found);
    }
  return words(error);
}
