// What is true of this operator now? Everything the desk shows begins here; a reload or a lost connection finds it all again.
import { computed, effect, signal } from "@preact/signals";
import { get } from "../api.js";
import { calls, ended, operators, queues, stream } from "../live.js";
import { me } from "../session.js";

export const self = computed(() => operators.value.get(me.value?.code) ?? null);

const TALKS = new Set(["talking", "on_hold"]);
/** out, ready, paused, reserved, ringing, talking, wrap_up or own_call; null while nothing is known yet. */
export const phase = computed(() => {
  const state = self.value?.state;
  if (!state) return null;
  return state === "logged_out" ? "out" : TALKS.has(state) ? "talking" : state;
});
/** What is chosen now comes after the call. */
export const busy = computed(() => ["reserved", "ringing", "talking", "own_call"].includes(phase.value));

// -- the call ---------------------------------------------------------------------------------------------------------------

const asked = signal(new Map());
const known = (id) => calls.value.get(id) ?? ended.value.find((one) => one.id === id) ?? asked.value.get(id) ?? null;

export const callId = computed(() => self.value?.call ?? null);
/** The call that rings, goes on, or is being written up. */
export const call = computed(() => (callId.value ? known(callId.value) : null));
/** Another's call about which this operator is being consulted. */
export const consultedIn = computed(() => [...calls.value.values()].find((one) => one.consulting && one.consulting === me.value?.code) ?? null);
/** The call whose caller is shown. */
export const shownCall = computed(() => call.value ?? consultedIn.value);

// A call that ended while this page was away is asked for once; so is one that a new connection did not bring.
effect(() => {
  const id = callId.value;
  if (!id || stream.value !== "live" || known(id)) return;
  get(`calls/${encodeURIComponent(id)}`).then(
    (found) => (asked.value = new Map(asked.peek()).set(id, found)),
    () => {},
  );
});

/** After an answer that is newer than what the stream has brought. */
export const keep = (status) => {
  if (status?.id && !calls.peek().has(status.id)) asked.value = new Map(asked.peek()).set(status.id, status);
};

// -- queues -----------------------------------------------------------------------------------------------------------------

/** The names of the queues that this operator serves, or could log into. */
export const own = computed(() => {
  const serves = self.value?.serves ?? [];
  return [...new Set([...(me.value?.queues ?? []), ...serves])];
});
export const served = computed(() => (self.value?.serves ?? []).map((name) => queues.value.get(name)).filter(Boolean));
