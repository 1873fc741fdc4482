// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeReadMark } from "../../static/js/read_mark.js";
import { FakeClock, settled } from "./fakes.js";

/** @param {boolean} taken whether the server takes what it is told */
function marking(taken = true) {
  const clock = new FakeClock();
  /** @type {number[]} */
  const told = [];
  const mark = makeReadMark(5, clock, async (sequence) => {
    told.push(sequence);
    return taken;
  });
  return { clock, told, mark };
}

test("what was read is told at once", () => {
  const { told, mark } = marking();
  void mark.note(6);
  assert.deepEqual(told, [6]);
});

test("what the server knows is not told", () => {
  const { told, mark } = marking();
  void mark.note(5);
  assert.deepEqual(told, []);
});

test("much at once is told as first and last", async () => {
  const { clock, told, mark } = marking();
  for (const sequence of [6, 7, 8, 9]) void mark.note(sequence);
  await clock.advance(500);
  assert.deepEqual(told, [6, 9]);
});

test("what the server did not take is told when noted again", async () => {
  const { clock, told, mark } = marking(false);
  void mark.note(6);
  await clock.advance(10_000);
  assert.deepEqual(told, [6]);
  void mark.note(6);
  await settled();
  assert.deepEqual(told, [6, 6]);
});

test("what is marked unread stays so until the next thing done", () => {
  const { told, mark } = marking();
  mark.hold(3);
  void mark.note(6);
  assert.deepEqual(told, []);
  mark.release();
  void mark.note(6);
  assert.deepEqual(told, [6]);
});

test("what was being told while it was marked unread is told again after the next thing done", async () => {
  const { clock, told, mark } = marking();
  void mark.note(6);
  mark.hold(3);
  await clock.advance(500);
  mark.release();
  void mark.note(6);
  assert.deepEqual(told, [6, 6]);
});
