// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, waitAfterClose } from "../../static/js/backoff.js";

const longest = () => 1;

test("the limit doubles from half a second to thirty", () => {
  const limits = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => backoff(attempt, longest));
  assert.deepEqual(limits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test("the wait is any part of the limit", () => {
  assert.equal(backoff(3, () => 0.25), 1000);
  assert.equal(backoff(3, () => 0), 0);
});

test("who was too slow resumes at once, who met a restart soon", () => {
  assert.equal(waitAfterClose(4408, 0, longest), 250);
  assert.equal(waitAfterClose(1012, 0, longest), 2000);
});

test("a server that closes again and again is not hurried", () => {
  assert.equal(waitAfterClose(4408, 4, longest), 8000);
});

test("nobody comes back without a login", () => {
  assert.equal(waitAfterClose(4401, 0, longest), null);
  assert.equal(waitAfterClose(4403, 0, longest), null);
});

test("who flooded waits longer", () => {
  assert.ok(/** @type {number} */ (waitAfterClose(4429, 0, () => 0)) >= 10_000);
});
