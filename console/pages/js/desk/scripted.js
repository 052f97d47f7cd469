// Is there anything to be said in this call? A queue without a script takes no room on the desk; unless one was followed before the
// call came here.
import { computed, effect, signal } from "@preact/signals";
import { get } from "../api.js";
import { self, shownCall } from "./now.js";

/** The queues that have a script; null while that is not known, "away" when nobody says. */
const queues = signal(null);
/** The last call of a queue without one in which a script was followed all the same. */
const followed = signal(null);

const shownId = computed(() => shownCall.value?.id ?? null);
const queueOf = (call) => self.value?.queue ?? call?.queue ?? null;
const shownQueue = computed(() => queueOf(shownCall.value));

effect(() => {
  if (!shownId.value) return;
  get("scripts")
    .then((found) => (queues.value = new Set(found.scripts.flatMap((one) => one.queues))))
    .catch(() => (queues.value ??= "away"));
});
effect(() => {
  const id = shownId.value;
  if (!id || !(queues.value instanceof Set) || queues.value.has(shownQueue.value)) return;
  get(`calls/${encodeURIComponent(id)}/scripts`)
    .then(({ items }) => items.length && (followed.value = id))
    .catch(() => {});
});

export const isScripted = (call) => queues.value === "away" || Boolean(queues.value?.has(queueOf(call))) || followed.value === call.id;
