// Which calls of mine still lack their outcome? The engine knows the last hour's; so none is lost when a page is closed or loaded again.
import { computed, effect, signal } from "../html.js";
import { get } from "../api.js";
import { stream } from "../live.js";
import { centre, me } from "../session.js";
import { queueRules } from "./names.js";
import { call, callId, phase, self } from "./now.js";

/** Whether the wrap-up may not be finished yet. */
export function mustChoose() {
  const rules = phase.value === "wrap_up" ? queueRules(self.value?.queue) : null;
  return Boolean(rules?.wrap_up_until_disposition && !rules.may_skip_disposition && !call.value?.disposition);
}

// -- what the script suggests ------------------------------------------------------------------------------------------------

const suggested = signal({ call: null, code: null });
/** A script has come to an end that fits this outcome, or (null) to none. It is only shown: people give outcomes. */
export const suggest = (id, code) => void (suggested.value = { call: id, code });
/** The outcome that the script suggests for the call that is written up; null for none. */
export const suggestion = computed(() => (suggested.value.call === callId.value ? suggested.value.code : null));

// Where the script is out of sight (on a telephone, or after the page was loaded again) it is asked what it came to.
const writtenUp = computed(() => (phase.value === "wrap_up" ? callId.value : null));
effect(() => {
  const id = writtenUp.value;
  if (!id || suggested.peek().call === id) return;
  get(`calls/${encodeURIComponent(id)}/scripts`)
    .then(({ items }) => suggested.peek().call === id || suggest(id, items.at(-1)?.disposition ?? null))
    .catch(() => {});
});

// -- what lacks its outcome --------------------------------------------------------------------------------------------------

const ended = signal([]);

/** Ended calls without an outcome, where the queue knows some; the newest first. Not the one that is being written up now. */
export const untyped = computed(() =>
  ended.value
    .filter((one) => one.stage === "ended" && one.operator === me.value?.code && !one.disposition && one.id !== callId.value && queueRules(one.queue)?.dispositions.length)
    .sort((a, b) => b.since.localeCompare(a.since)),
);

let asked = 0;
export async function look() {
  const mine = ++asked;
  try {
    const found = await get("calls?ended=true");
    if (mine === asked) ended.value = found.items;
  } catch {
    // asked again when the state changes, or the connection is back
  }
}

/** An outcome was given. */
export const typed = (status) => (ended.value = ended.peek().map((one) => (one.id === status.id ? status : one)));

effect(() => {
  if (stream.value === "live" && centre.value && phase.value && phase.value !== "ringing") look();
});
