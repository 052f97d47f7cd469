// Which limits hold for this person's alarms? The centre's, and one's own that go before them; the server keeps both, and is asked again
// while a page is open. Sound is this browser's alone.
import { computed, effect, signal } from "../html.js";
import { KINDS } from "../alarms.js";
import { get, put } from "../api.js";
import { centre, may, me } from "../session.js";

const ASKED_EVERY_MS = 20_000;
const NONE = { rules: {}, version: 0, at: null, by: null };
const NOTHING = { centre: NONE, mine: NONE };

/** {centre, mine}, each {rules: see alarms.ruleFor, version, at, by}. */
export const limits = signal(NOTHING);
/** Whether the server has been asked: before, nothing should call. */
export const asked = signal(false);
export const layers = computed(() => ({ centre: limits.value.centre.rules, mine: limits.value.mine.rules }));

/** The queues whose limits of the centre this person sets; null: all, and those for all; []: none. */
export const setsCentre = computed(() => {
  const reach = me.value?.reach?.alarms;
  if (reach === "all") return null;
  if (reach !== "queues") return [];
  const own = me.value.queues ?? [];
  const all = centre.value?.queues?.every((one) => own.includes(one.name));
  return own.length && !all ? own : null;
});

const take = (found) => {
  if (JSON.stringify(found) !== JSON.stringify(limits.peek())) limits.value = found;
};

async function learn() {
  const who = me.peek()?.code;
  try {
    const found = await get("alarms/limits");
    if (me.peek()?.code !== who) return;
    take(found);
  } catch {
    // What was known stays, and it is asked again.
  }
  if (me.peek()?.code !== who) return;
  asked.value = true;
  takeOver();
}

const whoever = computed(() => (may("alarms") ? me.value.code : null));
effect(() => {
  const who = whoever.value;
  limits.value = NOTHING;
  asked.value = false;
  if (!who) return undefined;
  learn();
  const again = setInterval(learn, ASKED_EVERY_MS);
  return () => clearInterval(again);
});

effect(() => {
  if (centre.value && asked.peek()) takeOver(); // else as soon as the server has been asked
});

let turn = Promise.resolve();
/** Let ``make`` change the rules of "mine" or "centre", one change after the other. Throws Refused. */
export function change(whose, make) {
  const done = turn.then(() => changed(whose, make, 3));
  turn = done.catch(() => {});
  return done;
}

async function changed(whose, make, times) {
  const { version, rules } = limits.peek()[whose];
  try {
    take(await put(`alarms/limits/${whose}`, { version, rules: make(rules) }));
  } catch (error) {
    if (error.status !== 409 || times === 1) throw error;
    take(await get("alarms/limits")); // somebody else was quicker: the same change of theirs
    await changed(whose, make, times - 1);
  }
}

// -- this browser -----------------------------------------------------------------------------------------------------------

const KEPT = "centralita.alarms";
const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
};
const write = (kept) => localStorage.setItem(KEPT, JSON.stringify(kept));

/** Whether alarms are heard in this browser. */
export const sound = signal(read().sound === true);
export function keepSound(on) {
  sound.value = on;
  write({ ...read(), sound: on });
}

/** Limits that an earlier version kept here become one's own, once, where one has none yet; then they are gone from here. */
async function takeOver() {
  const { rules } = read();
  if (!rules || !centre.peek()) return; // without the centre, which queues there are is not known yet
  const own = understood(rules, new Set(centre.peek().queues.map((one) => one.name)));
  if (limits.peek().mine.version === 0 && Object.keys(own).length) {
    try {
      await change("mine", (now) => ({ ...own, ...now }));
    } catch (error) {
      if (error.status !== 422) return; // the next time; what cannot be used is not tried again
    }
  }
  write({ sound: sound.peek() });
}

function understood(rules, queues) {
  const known = Object.entries(rules).filter(([kind]) => KINDS[kind]);
  return Object.fromEntries(known.map(([kind, { of, ...rule }]) => {
    const some = Object.entries(of ?? {}).filter(([name]) => queues.has(name));
    return [kind, some.length ? { ...rule, of: Object.fromEntries(some) } : rule];
  }));
}
