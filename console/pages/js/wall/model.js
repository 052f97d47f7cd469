// What do the supervisor's pages know of the centre besides its live state: names, goals, teams; and what is picked out of it?
import { computed } from "../html.js";
import { said, texts } from "../lang.js";
import { en, es } from "../lang/wall.js";
import { calls, operators, queues } from "../live.js";
import { go, place } from "../router.js";
import { person, teams } from "../people.js";
import { centre, me } from "../session.js";
import { calmList, listOf, rowsOf } from "./rows.js";

export const t = texts({ es, en });
export const queueRow = rowsOf(queues);
export const operatorRow = rowsOf(operators);
export const callRow = rowsOf(calls);

const USUAL_GOAL = 0.8;
export const STATES = ["ringing", "talking", "on_hold", "own_call", "reserved", "wrap_up", "ready", "paused", "logged_out"];
export const BUSY = new Set(["reserved", "ringing", "talking", "on_hold", "own_call", "wrap_up"]);
const STAGES = ["waiting", "ringing", "callback", "calling", "talking", "menu", "new", "elsewhere"];

// -- names ------------------------------------------------------------------------------------------------------------------

export const teamOf = (code) => person(code)?.team ?? null;
export const teamName = (id) => said(teams.value.find((one) => one.id === id)?.names) || id;
export const nameOf = (code) => operators.peek().get(code)?.name || person(code)?.name || code;
/** What the centre says of a queue ({titles, service_level_goal, dispositions, ...}), or nothing. */
export const aboutQueue = (name) => centre.value?.queues?.find((one) => one.name === name);
export const queueTitle = (name) => said(aboutQueue(name)?.titles) || name || "";
/** {goal, own}: the share that is to be served in time, and whether the centre has set it. */
export const goalOf = (name) => {
  const own = aboutQueue(name)?.service_level_goal;
  return { goal: own ?? USUAL_GOAL, own: own !== undefined };
};
export const pauses = computed(() => centre.value?.pauses ?? []);
export const pauseName = (reason) => said(pauses.value.find((one) => one.code === reason)?.names) || reason || "";
export const stateName = (state) => t(state);
export const stageName = (stage) => t(`stage_${stage}`);

// -- what is picked ---------------------------------------------------------------------------------------------------------

/** The filters, as the address says: {queue, team, state, text, sort, panel}; null or "" for none. */
export const picked = computed(() => {
  const query = place.value.query;
  return Object.fromEntries(["queue", "team", "state", "text", "sort", "panel"].map((name) => [name, query.get(name) || ""]));
});

/** The address of this page with some of the filters changed; an empty value takes one away. */
export function withPicked(changes) {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
  const text = query.toString();
  return text ? `${place.peek().path}?${text}` : place.peek().path;
}
export const pick = (changes, replace = true) => go(withPicked(changes), { replace });

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const hasText = (wanted, ...texts_) => !wanted || fold(texts_.filter(Boolean).join(" ")).includes(fold(wanted));

/** Names of the queues in the order of the centre's file. */
export const queueNames = listOf(() => {
  const order = new Map((centre.value?.queues ?? []).map((one, at) => [one.name, at]));
  return [...queues.value.keys()].sort((a, b) => (order.get(a) ?? 1e6) - (order.get(b) ?? 1e6) || a.localeCompare(b));
});
export const shownQueues = listOf(() => queueNames.value.filter((name) => !picked.value.queue || name === picked.value.queue));

/** Everybody who takes calls, by code. */
export const operatorCodes = listOf(() => [...operators.value.keys()].sort());

const ofQueue = (one, name) => !name || one.serves.includes(name) || one.queue === name;
const ofTeam = (one, team) => !team || teamOf(one.code) === team;
const inFilters = (one, { queue, team, text }) =>
  ofQueue(one, queue) && ofTeam(one, team) && hasText(text, one.code, one.name, one.queue, queueTitle(one.queue));

const groupOf = (state, one) => {
  if (state === "unreachable") return one.phone === "unreachable" && one.state !== "logged_out";
  if (state === "all") return true;
  return one.state === state;
};

/** How many operators are in each state (within queue, team and text), and with an unreachable phone. */
export const operatorCounts = computed(() => {
  const counts = { working: 0, unreachable: 0 };
  for (const one of operators.value.values()) {
    if (!inFilters(one, picked.value)) continue;
    counts[one.state] = (counts[one.state] ?? 0) + 1;
    if (one.state === "logged_out") continue;
    counts.working += 1;
    if (one.phone === "unreachable") counts.unreachable += 1;
  }
  return counts;
});

const bySince = (a, b) => a.since.localeCompare(b.since) || a.code.localeCompare(b.code);
const byState = (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || bySince(a, b);
const ORDERS = { state: byState, since: bySince, name: (a, b) => a.name.localeCompare(b.name), queue: (a, b) => (a.serves[0] ?? "~").localeCompare(b.serves[0] ?? "~") || byState(a, b) };

/** What a list goes by besides what happens. */
const pickedKey = () => JSON.stringify([picked.value, teams.value.length]);

export const { list: shownOperators, hands: operatorHands } = calmList(() => {
  const { state, sort } = picked.value;
  return [...operators.value.values()]
    .filter((one) => inFilters(one, picked.value) && (state ? groupOf(state, one) : one.state !== "logged_out"))
    .sort(ORDERS[sort] ?? byState)
    .map((one) => one.code);
}, pickedKey);

const byStage = (a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) || (a.queue ?? "").localeCompare(b.queue ?? "")
  || (a.position ?? 1e6) - (b.position ?? 1e6) || a.since.localeCompare(b.since) || a.id.localeCompare(b.id);

export const callFits = (one, { queue, team, text }) =>
  (!queue || one.queue === queue) && (!team || (one.operator !== null && teamOf(one.operator) === team))
  && hasText(text, one.caller, one.number, one.operator, one.operator && nameOf(one.operator), one.queue, queueTitle(one.queue), one.ticket);
export const { list: shownCalls, hands: callHands } = calmList(
  () => [...calls.value.values()].filter((one) => callFits(one, picked.value)).sort(byStage).map((one) => one.id), pickedKey,
);
/** Queues (of those shown) in which somebody waits. */
export const waitingQueues = listOf(() => shownQueues.value.filter((name) => queues.value.get(name)?.waiting > 0));

/** All queues' counts together, as one more queue. */
export const totals = computed(() => {
  const sum = { waiting: 0, longest_wait_s: 0, offered: 0, answered: 0, abandoned: 0, in_time: 0, callbacks: 0, calling: 0, callbacks_agreed: 0, called_back: 0 };
  for (const name of shownQueues.value) {
    const one = queues.value.get(name);
    for (const key of ["waiting", "offered", "answered", "abandoned", "callbacks", "calling", "callbacks_agreed", "called_back"]) sum[key] += one[key];
    sum.longest_wait_s = Math.max(sum.longest_wait_s, one.waiting ? one.longest_wait_s : 0);
    sum.in_time += one.answered_in_sl + one.abandoned_in_sl;
  }
  const ended = sum.answered + sum.abandoned;
  return { ...sum, sl2: ended ? sum.in_time / ended : null };
});
export const abandonment = (one) => (one.offered ? one.abandoned / one.offered : null);
export const mine = (code) => me.value?.code === code;
