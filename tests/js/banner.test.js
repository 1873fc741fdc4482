// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { backWords } from "../../static/js/banner.js";

test("what came and what went is counted", () => {
  assert.equal(backWords(3, 2), "3 messages came in meanwhile, 2 of yours were sent.");
  assert.equal(backWords(1, 0), "1 message came in meanwhile.");
  assert.equal(backWords(0, 1), "1 of yours was sent.");
});

test("nothing missed is said too", () => {
  assert.equal(backWords(0, 0), "You missed nothing.");
});
