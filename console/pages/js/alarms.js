// Which alarms stand? Pure: limits and what is true now go in, alarms come out. It asks no clock and shows nothing.
//
// An alarm rises when a value has been beyond its limit for `holds_s`, and falls when it has been back by a margin for `FALLS_S`: a value
// that swings about its limit is one alarm, not many. Who has acknowledged one is not called again before it has fallen and risen anew,
// and what rises anew within `AGAIN_S` is shown, but calls nobody.

/** What can be watched. of: whose value it is; unit: s, share, count or yes; worse: on which side of the limit; margin: how far it must come
 * back (a share of the limit, or for counts a number); holds_s: how long it must last; least: of how many calls a share says something. */
export const KINDS = {
  longest_wait: { of: "queue", unit: "s", worse: "above", margin: 0.2, holds_s: 0, limit: 60, on: true },
  waiting: { of: "queue", unit: "count", worse: "above", margin: 1, holds_s: 3, limit: 5, on: true },
  service_level: { of: "queue", unit: "share", worse: "below", margin: 0.02, holds_s: 5, limit: null, least: 10, on: true },
  abandonment: { of: "queue", unit: "share", worse: "above", margin: 0.01, holds_s: 5, limit: 0.05, least: 10, on: true },
  nobody_ready: { of: "queue", unit: "yes", worse: "above", margin: 0, holds_s: 5, limit: 0, on: true },
  long_pause: { of: "operator", unit: "s", worse: "above", margin: 0, holds_s: 0, limit: 900, on: true },
  long_wrap_up: { of: "operator", unit: "s", worse: "above", margin: 0, holds_s: 0, limit: 120, on: true },
  unreachable: { of: "operator", unit: "s", worse: "above", margin: 0, holds_s: 0, limit: 10, on: true },
  controller: { of: "centre", unit: "yes", worse: "above", margin: 0, holds_s: 3, limit: 0, on: true },
};
export const FALLS_S = 5;
export const AGAIN_S = 60;

/** The limit that holds for one subject: {on, limit, whose}. layers: {mine, centre}, each {kind: {on, limit, of: {subject: {on, limit}}}}:
 * what a person has set goes before what is set for all. whose: who says any of it, "mine", "centre" or "usual". */
export function ruleFor({ mine = {}, centre = {} }, kind, subject, goal = null) {
  const usual = KINDS[kind];
  const said = [["mine", mine[kind]?.of?.[subject]], ["mine", mine[kind]], ["centre", centre[kind]?.of?.[subject]], ["centre", centre[kind]]];
  const first = (field) => said.find(([, rule]) => (rule?.[field] ?? null) !== null);
  const [on, limit] = [first("on"), first("limit")];
  const whose = ["mine", "centre"].find((one) => on?.[0] === one || limit?.[0] === one) ?? "usual";
  return { on: on ? on[1].on : usual.on, limit: limit ? limit[1].limit : (usual.limit ?? goal), whose };
}

const seconds = (from, now) => Math.max(0, (now - Date.parse(from)) / 1000);

/** Everything that is measured now: [{kind, subject, value, goal}]. state: {queues, operators, here, goal(name)}; now in milliseconds. */
export function measure({ queues, operators, here, goal }, now) {
  const found = [{ kind: "controller", subject: "", value: here ? 0 : 1 }];
  if (!here) return found; // nobody keeps the rest true
  for (const one of queues) found.push(...ofQueue(one, goal));
  for (const one of operators) {
    if (one.state === "paused") found.push({ kind: "long_pause", subject: one.code, value: seconds(one.since, now) });
    if (one.state === "wrap_up") found.push({ kind: "long_wrap_up", subject: one.code, value: seconds(one.since, now) });
    if (one.state !== "logged_out" && one.phone === "unreachable") found.push({ kind: "unreachable", subject: one.code, value: null });
  }
  return found;
}

function ofQueue(one, goal) {
  const about = { subject: one.name };
  const decided = one.answered + one.abandoned;
  const found = [
    { ...about, kind: "longest_wait", value: one.waiting ? one.longest_wait_s : 0 },
    { ...about, kind: "waiting", value: one.waiting },
    { ...about, kind: "nobody_ready", value: !one.closed && one.waiting > 0 && one.ready + one.ringing + one.talking + one.wrap_up === 0 ? 1 : 0 },
  ];
  if (decided >= KINDS.service_level.least) found.push({ ...about, kind: "service_level", value: one.sl2, goal: goal(one.name) });
  if (one.offered >= KINDS.abandonment.least) found.push({ ...about, kind: "abandonment", value: one.abandoned / one.offered });
  return found;
}

/** No alarms yet. */
export const none = () => ({ alarms: {} });

/** The alarms after ``found`` at ``now`` (milliseconds): {state, rose, fell}. state: what the next step is given; rose: those that call
 * (again); fell: those that are over. layers: see ruleFor. An alarm: {id, kind, subject, value, limit, since, acknowledged}. */
export function step(state, layers, found, now) {
  const alarms = {};
  const [rose, fell] = [[], []];
  const seen = new Set();
  const blind = found.some((one) => one.kind === "controller" && one.value);
  for (const one of found) {
    const id = `${one.kind}:${one.subject}`;
    seen.add(id);
    const next = judge(state.alarms[id] ?? quiet(one, id), one, ruleFor(layers, one.kind, one.subject, one.goal), now);
    if (next) keep(alarms, rose, fell, state.alarms[id], next, now);
  }
  for (const [id, before] of Object.entries(state.alarms)) {
    if (seen.has(id)) continue;
    // What is measured no more (a pause that is over) is back within its limit; while nothing is measured, nothing changes.
    const next = blind ? before : back(before, now);
    if (next) keep(alarms, rose, fell, before, next, now);
  }
  return { state: { alarms }, rose, fell };
}

const quiet = ({ kind, subject }, id) => ({ id, kind, subject, up: false, beyond: null, back: null, fellAt: null, acknowledged: false, since: null });

function judge(before, { kind, value, goal }, { on, limit }, now) {
  const { worse, margin, unit, holds_s } = KINDS[kind];
  const shown = { ...before, value: value ?? (before.beyond ? (now - before.beyond) / 1000 : 0), limit, goal };
  if (!on || limit === null) return before.up ? { ...shown, up: false, beyond: null, back: null, fellAt: now } : null;
  const lasts = value === null ? limit : holds_s; // nothing but how long it lasts is known
  const bad = value === null || (worse === "above" ? value > limit : value < limit);
  if (bad) {
    const beyond = before.beyond ?? now;
    const up = before.up || now - beyond >= lasts * 1000;
    return { ...shown, beyond, back: null, up, since: before.up ? before.since : now };
  }
  const room = unit === "s" ? limit * margin : margin;
  // Nothing is below 0 or above all: at the end of what there is no more room is asked for than there is.
  const clear = worse === "above" ? value <= Math.max(0, limit - room) : value >= Math.min(1, limit + room);
  if (before.up && !clear) return { ...shown, back: null };
  return back(shown, now);
}

function back(before, now) {
  if (!before.up) return before.fellAt !== null && now - before.fellAt < AGAIN_S * 1000 ? { ...before, beyond: null, back: null } : null;
  const since = before.back ?? now;
  if (now - since < FALLS_S * 1000) return { ...before, back: since };
  return { ...before, up: false, beyond: null, back: null, fellAt: now };
}

function keep(alarms, rose, fell, before, next, now) {
  alarms[next.id] = next;
  if (next.up && !before?.up) {
    const soonAgain = next.fellAt !== null && now - next.fellAt < AGAIN_S * 1000;
    alarms[next.id] = { ...next, acknowledged: soonAgain && next.acknowledged };
    if (!soonAgain) rose.push(alarms[next.id]);
  }
  if (!next.up && before?.up) fell.push(next);
}

/** The same with these alarms (all without ids) acknowledged. */
export function acknowledge(state, ids = null) {
  const alarms = Object.fromEntries(Object.entries(state.alarms).map(([id, one]) => [id, one.up && (!ids || ids.includes(id)) ? { ...one, acknowledged: true } : one]));
  return { alarms };
}

/** Those that stand, the newest first. */
export const standing = (state) => Object.values(state.alarms).filter((one) => one.up).sort((a, b) => b.since - a.since || a.id.localeCompare(b.id));
