// Of what stretches a call consists, from the steps of its story.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stretchesOf } from "./timeline.mjs";

const START = Date.parse("2026-11-28T10:00:00Z");
const at = (second) => new Date(START + second * 1000).toISOString();
const step = (second, kind, fact = {}) => ({ at: at(second), kind, fact: { queue: "soporte", operator: "1005", ...fact } });
const seen = (steps, until) => stretchesOf(steps, START, START + until * 1000).map(({ kind, from, to, who }) => [kind, (from - START) / 1000, (to - START) / 1000, who]);

test("menu, wait, two offers, a talk with a hold in it", () => {
  const steps = [step(4, "CallerEntered"), step(6, "OfferMade"), step(10, "OfferOver"), step(11, "OfferMade", { operator: "1006" }), step(13, "CallConnected", { operator: "1006" }),
    step(20, "CallWasHeld", { held: true }), step(25, "CallWasHeld", { held: false }), step(40, "ConversationOver")];
  assert.deepEqual(seen(steps, 41), [["menu", 0, 4, null], ["waiting", 4, 13, "soporte"], ["ringing", 6, 10, "1005"], ["ringing", 11, 13, "1006"], ["talking", 13, 40, "1006"], ["hold", 20, 25, "1005"]]);
});

test("a call that goes on reaches until now", () => {
  assert.deepEqual(seen([step(0, "CallerEntered"), step(3, "OfferMade"), step(5, "CallConnected")], 30), [["waiting", 0, 5, "soporte"], ["ringing", 3, 5, "1005"], ["talking", 5, 30, "1005"]]);
  assert.deepEqual(seen([], 7), [["menu", 0, 7, null]]);
});

test("a caller who gives up, one who is called back, and one who is passed on", () => {
  assert.deepEqual(seen([step(0, "CallerEntered"), step(9, "CallerAbandoned")], 9), [["waiting", 0, 9, "soporte"]]);
  assert.deepEqual(seen([step(0, "CallerEntered"), step(9, "CallbackAgreed"), step(60, "CallConnected"), step(80, "ConversationOver")], 80), [["waiting", 0, 9, "soporte"], ["callback", 9, 60, "soporte"], ["talking", 60, 80, "1005"]]);
  assert.deepEqual(seen([step(0, "CallerEntered"), step(2, "CallConnected"), step(9, "CallHandedOver", { operator: "1015" }), step(20, "ConversationOver")], 20), [["waiting", 0, 2, "soporte"], ["talking", 2, 9, "1005"], ["talking", 9, 20, "1015"]]);
});
