// The rules of alarms, run by node: no clock, no page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, AGAIN_S, FALLS_S, KINDS, measure, none, ruleFor, standing, step } from "./alarms.mjs";

const S = 1000;
const START = Date.parse("2026-11-28T10:00:00Z");
const queue = (changes = {}) => ({
  name: "soporte", waiting: 0, longest_wait_s: 0, ready: 2, ringing: 0, talking: 0, wrap_up: 0, paused: 0, logged_in: 2, closed: false,
  offered: 0, answered: 0, abandoned: 0, answered_in_sl: 0, abandoned_in_sl: 0, sl2: null, service_level_s: 20, ...changes,
});
const operator = (changes = {}) => ({ code: "1005", state: "ready", since: "2026-11-28T10:00:00Z", phone: "reachable", ...changes });

/** A floor that is looked at once a second, as a page does. */
class Floor {
  constructor(mine = {}, centre = {}) {
    Object.assign(this, { layers: { mine, centre }, now: START, state: none(), rose: [], fell: [], queues: [], operators: [], here: true, goal: () => 0.8 });
  }

  look(changes = {}, forS = 1) {
    Object.assign(this, changes);
    for (let passed = 0; passed < forS; passed += 1) {
      const next = step(this.state, this.layers, measure(this, this.now), this.now);
      this.state = next.state;
      this.rose.push(...next.rose.map((one) => one.id));
      this.fell.push(...next.fell.map((one) => one.id));
      this.now += S;
    }
    return this;
  }

  get up() {
    return standing(this.state).map((one) => one.id);
  }
}
const waits = (longest_wait_s, waiting = 1) => ({ queues: [queue({ waiting, longest_wait_s })] });

test("a long wait calls at once, and falls only when it has been well back for a while", () => {
  const floor = new Floor().look(waits(60));
  assert.deepEqual(floor.up, []);
  floor.look(waits(60.5));
  assert.deepEqual(floor.up, ["longest_wait:soporte"]);
  floor.look(waits(55), 30);
  assert.deepEqual(floor.up, ["longest_wait:soporte"], "55 s is not well below 60");
  floor.look(waits(10), FALLS_S);
  assert.deepEqual(floor.up, ["longest_wait:soporte"]);
  floor.look(waits(10), 1);
  assert.deepEqual([floor.up, floor.rose, floor.fell], [[], ["longest_wait:soporte"], ["longest_wait:soporte"]]);
});

test("a value that swings about its limit is one alarm", () => {
  const floor = new Floor();
  for (let at = 0; at < 300; at += 1) floor.look(waits(at % 2 ? 63 : 57));
  assert.deepEqual([floor.rose, floor.fell], [["longest_wait:soporte"], []]);
});

test("one that falls and rises again within a minute is shown, but calls nobody a second time", () => {
  const floor = new Floor().look(waits(70)).look(waits(0, 0), FALLS_S + 1);
  assert.deepEqual(floor.up, []);
  floor.look(waits(70));
  assert.deepEqual([floor.up, floor.rose.length], [["longest_wait:soporte"], 1]);
  floor.look(waits(0, 0), FALLS_S + 1 + AGAIN_S).look(waits(70));
  assert.equal(floor.rose.length, 2);
});

test("who has seen an alarm is not called again before it has fallen and risen anew", () => {
  const floor = new Floor().look(waits(70));
  floor.state = acknowledge(floor.state);
  floor.look(waits(90), 20);
  assert.deepEqual(standing(floor.state).map((one) => [one.acknowledged, one.value]), [[true, 90]]);
  floor.look(waits(0, 0), FALLS_S + AGAIN_S + 2).look(waits(70));
  assert.deepEqual(standing(floor.state).map((one) => one.acknowledged), [false]);
});

test("acknowledging one leaves the others", () => {
  const floor = new Floor().look({ queues: [queue({ waiting: 9, longest_wait_s: 70 })] }, 5);
  assert.deepEqual(floor.up.toSorted?.() ?? [...floor.up].sort(), ["longest_wait:soporte", "waiting:soporte"]);
  floor.state = acknowledge(floor.state, ["waiting:soporte"]);
  assert.deepEqual(standing(floor.state).filter((one) => !one.acknowledged).map((one) => one.id), ["longest_wait:soporte"]);
});

test("a moment beyond the limit does not call where it must last", () => {
  const floor = new Floor().look(waits(1, 6), KINDS.waiting.holds_s - 1).look(waits(1, 2), 3).look(waits(1, 6), KINDS.waiting.holds_s);
  assert.deepEqual(floor.up, []);
  floor.look(waits(1, 6));
  assert.deepEqual(floor.up, ["waiting:soporte"]);
});

test("the service level is held against the queue's goal, and not for a handful of calls", () => {
  const few = { queues: [queue({ offered: 9, answered: 9, answered_in_sl: 1, sl2: 1 / 9 })] };
  const many = { queues: [queue({ offered: 20, answered: 20, answered_in_sl: 15, sl2: 0.75 })] };
  assert.deepEqual(new Floor().look(few, 20).up, []);
  assert.deepEqual(new Floor().look(many, 20).up, ["service_level:soporte"]);
  const modest = new Floor();
  modest.goal = () => 0.7;
  assert.deepEqual(modest.look(many, 20).up, []);
  assert.deepEqual(new Floor({ service_level: { limit: 0.9 } }).look(many, 20).state.alarms["service_level:soporte"].limit, 0.9);
});

test("a queue may have limits of its own, and an alarm may be off", () => {
  const rules = { longest_wait: { limit: 30, of: { soporte: { limit: 100 }, ventas: { on: false } } } };
  const whose = "mine";
  assert.deepEqual(["soporte", "ventas", "otra"].map((name) => ruleFor({ mine: rules }, "longest_wait", name)), [{ on: true, limit: 100, whose }, { on: false, limit: 30, whose }, { on: true, limit: 30, whose }]);
  const floor = new Floor(rules).look({ queues: [queue({ waiting: 1, longest_wait_s: 70 }), queue({ name: "ventas", waiting: 1, longest_wait_s: 500 })] }, 3);
  assert.deepEqual(floor.up, []);
  floor.look({ queues: [queue({ waiting: 1, longest_wait_s: 101 })] });
  assert.deepEqual(floor.up, ["longest_wait:soporte"]);
  floor.layers = { mine: { longest_wait: { on: false } } };
  assert.deepEqual(floor.look().up, []);
});

test("callers who wait while nobody can answer", () => {
  const nobody = { queues: [queue({ waiting: 1, longest_wait_s: 1, ready: 0, logged_in: 1, paused: 1 })] };
  assert.deepEqual(new Floor().look(nobody, 10).up, ["nobody_ready:soporte"]);
  assert.deepEqual(new Floor().look({ queues: [{ ...nobody.queues[0], talking: 1 }] }, 10).up, []);
  assert.deepEqual(new Floor().look({ queues: [{ ...nobody.queues[0], closed: true }] }, 10).up, []);
});

test("a pause and a wrap-up that last, and a phone that stays away", () => {
  const floor = new Floor().look({ operators: [operator({ state: "paused" }), operator({ code: "1006", state: "wrap_up" }), operator({ code: "1007", phone: "unreachable" }), operator({ code: "1008", state: "logged_out", phone: "unreachable" })] }, 11);
  assert.deepEqual(floor.up, ["unreachable:1007"]);
  floor.look({}, 111);
  assert.deepEqual([...floor.up].sort(), ["long_wrap_up:1006", "unreachable:1007"]);
  floor.look({}, 780);
  assert.deepEqual([...floor.up].sort(), ["long_pause:1005", "long_wrap_up:1006", "unreachable:1007"]);
  floor.look({ operators: [operator(), operator({ code: "1006" }), operator({ code: "1007" })] }, FALLS_S + 1);
  assert.deepEqual(floor.up, []);
});

test("while nobody keeps the state true, that is the alarm, and the others stay as they were", () => {
  const floor = new Floor().look(waits(70)).look({ here: false }, 60);
  assert.deepEqual([...floor.up].sort(), ["controller:", "longest_wait:soporte"]);
  floor.look({ here: true, ...waits(0, 0) }, FALLS_S + 2);
  assert.deepEqual(floor.up, []);
});

test("one's own limits go before the centre's, these before the usual, each where it says something", () => {
  const centre = { longest_wait: { limit: 90, of: { ventas: { limit: 20, on: false } } }, unreachable: { on: false } };
  const rule = (mine, kind, name) => ruleFor({ mine, centre }, kind, name);
  assert.deepEqual(rule({}, "longest_wait", "soporte"), { on: true, limit: 90, whose: "centre" });
  assert.deepEqual(rule({}, "longest_wait", "ventas"), { on: false, limit: 20, whose: "centre" });
  assert.deepEqual(rule({ longest_wait: { limit: 10 } }, "longest_wait", "ventas"), { on: false, limit: 10, whose: "mine" });
  assert.deepEqual(rule({ longest_wait: { of: { ventas: { on: true } } } }, "longest_wait", "ventas"), { on: true, limit: 20, whose: "mine" });
  assert.deepEqual(rule({ unreachable: { on: true } }, "unreachable", "1005"), { on: true, limit: 10, whose: "mine" });
  assert.deepEqual(rule({}, "waiting", "ventas"), { on: true, limit: 5, whose: "usual" });
  assert.deepEqual(ruleFor({}, "service_level", "ventas", 0.7), { on: true, limit: 0.7, whose: "usual" });
  const floor = new Floor({ longest_wait: { limit: 30 } }, { longest_wait: { limit: 100 } }).look(waits(70), 3);
  assert.deepEqual(floor.up, ["longest_wait:soporte"]);
  assert.deepEqual(new Floor({}, { longest_wait: { limit: 100 } }).look(waits(70), 3).up, []);
});

test("an alarm at the very end of what can be set falls as well", () => {
  const anybody = new Floor({ waiting: { limit: 0 } }).look(waits(1, 1), KINDS.waiting.holds_s + 1);
  assert.deepEqual(anybody.up, ["waiting:soporte"]);
  assert.deepEqual(anybody.look(waits(0, 0), FALLS_S + 1).up, []);
  const counts = (answered_in_sl, abandoned = 0) => ({ queues: [queue({ offered: 100, answered: 100 - abandoned, abandoned, answered_in_sl, sl2: answered_in_sl / 100 })] });
  const all = new Floor({ service_level: { limit: 1 }, abandonment: { limit: 0.005 } }).look(counts(90, 10), 20);
  assert.deepEqual([...all.up].sort(), ["abandonment:soporte", "service_level:soporte"]);
  assert.deepEqual(all.look(counts(100), FALLS_S + 1).up, []);
  const high = new Floor({ service_level: { limit: 0.99 } }).look(counts(90), 20);
  assert.deepEqual(high.look(counts(100), FALLS_S + 1).up, []);
});
