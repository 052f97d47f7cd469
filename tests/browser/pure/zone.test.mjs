import assert from "node:assert/strict";
import test from "node:test";
import { atOf, dateAt, inZone, offsetMs, plusDays, shownAt } from "./zone.mjs";

const MADRID = "Europe/Madrid";
const at = (iso) => Date.parse(iso);
const iso = (ms) => new Date(ms).toISOString().slice(0, 16);

test("a time is said by the zone's clock, with 24 hours in both languages", () => {
  const afternoon = at("2026-11-28T13:22:04Z");
  for (const language of ["es", "en"]) assert.equal(inZone(afternoon, language, MADRID, { hour: "2-digit", minute: "2-digit", second: "2-digit" }), "14:22:04");
  assert.equal(inZone(at("2026-11-28T23:05:00Z"), "en", MADRID, { hour: "2-digit", minute: "2-digit" }), "00:05");
  assert.match(inZone(afternoon, "en", MADRID, { dateStyle: "medium", timeStyle: "short" }), /Nov 28, 2026, 14:22/);
  assert.match(inZone(afternoon, "es", MADRID, { dateStyle: "medium", timeStyle: "short" }), /28 nov 2026, 14:22/);
});

test("how far a clock is before UTC", () => {
  assert.deepEqual([offsetMs(at("2026-11-28T12:00Z"), MADRID), offsetMs(at("2026-07-01T12:00:00.500Z"), MADRID)], [3_600_000, 7_200_000]);
  assert.equal(offsetMs(at("2026-11-28T12:00Z"), "America/Bogota"), -5 * 3_600_000);
  assert.equal(offsetMs(at("2026-11-28T12:00Z"), "Asia/Kathmandu"), 5.75 * 3_600_000);
});

test("there and back, every quarter of an hour of both nights in which a clock is changed", () => {
  for (const night of ["2026-03-29", "2026-10-25"]) {
    for (let ms = at(`${night}T00:00Z`) - 3 * 3_600_000; ms < at(`${night}T06:00Z`); ms += 900_000) {
      const back = atOf(shownAt(ms, MADRID), MADRID);
      const twice = night === "2026-10-25" && ms >= at(`${night}T01:00Z`) && ms < at(`${night}T02:00Z`);
      assert.equal(iso(back), iso(twice ? ms - 3_600_000 : ms), shownAt(ms, MADRID)); // what is shown twice is the first time
    }
  }
});

test("what a clock never shows is as long after the last hour that it did", () => {
  assert.equal(iso(atOf("2026-03-29T02:30", MADRID)), "2026-03-29T01:30");
  assert.equal(shownAt(atOf("2026-03-29T02:30", MADRID), MADRID), "2026-03-29T03:30");
});

test("a day begins at midnight there, also one of 23 or 25 hours", () => {
  assert.equal(iso(atOf("2026-11-28", MADRID)), "2026-11-27T23:00");
  const hours = (date) => (atOf(plusDays(date, 1), MADRID) - atOf(date, MADRID)) / 3_600_000;
  assert.deepEqual([hours("2026-03-29"), hours("2026-10-25"), hours("2026-11-28")], [23, 25, 24]);
  assert.deepEqual([plusDays("2026-12-31", 1), plusDays("2026-03-01", -1)], ["2027-01-01", "2026-02-28"]);
});

test("the date there", () => {
  assert.deepEqual([dateAt(at("2026-11-28T23:30Z"), MADRID), dateAt(at("2026-11-28T23:30Z"), "America/Bogota")], ["2026-11-29", "2026-11-28"]);
});
