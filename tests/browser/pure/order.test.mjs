import assert from "node:assert/strict";
import test from "node:test";
import { calmOrder, kept } from "./order.mjs";

test("what is left keeps its place, what is new comes last, what is gone is gone", () => {
  assert.deepEqual(kept(["a", "b", "c"], ["d", "c", "a"]), ["a", "c", "d"]);
  assert.deepEqual(kept([], ["b", "a"]), ["b", "a"]);
});

test("rows change places once a round", () => {
  const next = calmOrder();
  assert.deepEqual(next(["a", "b"], "k", 1, false), ["a", "b"]);
  assert.deepEqual(next(["b", "a"], "k", 1, false), ["a", "b"]);
  assert.deepEqual(next(["b", "a"], "k", 2, false), ["b", "a"]);
});

test("no row moves under a hand, however long", () => {
  const next = calmOrder();
  next(["a", "b"], "k", 1, false);
  for (const round of [2, 3, 4]) assert.deepEqual(next(["c", "b", "a"], "k", round, true), ["a", "b", "c"]);
  assert.deepEqual(next(["c", "b", "a"], "k", 4, false), ["c", "b", "a"]);
});

test("another sort or filter counts at once, hand or no hand", () => {
  const next = calmOrder();
  next(["a", "b"], "k", 1, false);
  assert.deepEqual(next(["b", "a"], "by name", 1, true), ["b", "a"]);
});
