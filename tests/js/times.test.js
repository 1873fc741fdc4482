// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime, dayName, fullTime } from "../../static/js/times.js";

const NOW = new Date(2026, 10, 25, 0, 30);

/** @param {string} key */
const weekday = (key) => new Date(`${key}T12:00:00`).toLocaleDateString(undefined, { weekday: "long" });

test("days near are named as people name them", () => {
  assert.equal(dayName("2026-11-25", NOW), "Today");
  assert.equal(dayName("2026-11-24", NOW), "Yesterday");
  assert.equal(dayName("2026-11-19", NOW), weekday("2026-11-19"));
});

test("a week ago, and ahead of the clock, it is the date", () => {
  for (const key of ["2026-11-18", "2026-11-26"]) assert.match(dayName(key, NOW), /\d/);
});

test("another year is told", () => {
  assert.match(dayName("2025-11-18", NOW), /2025/);
  assert.doesNotMatch(dayName("2026-11-10", NOW), /2026/);
});

test("hours are of twenty-four, whatever the language has", () => {
  assert.equal(clockTime(new Date(2026, 10, 25, 14, 9)), "14:09");
  assert.equal(clockTime(NOW), "00:30");
  assert.match(fullTime(new Date(2026, 10, 25, 14, 9)), /14:09$/);
});
