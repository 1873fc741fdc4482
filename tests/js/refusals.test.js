// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, worthRetrying } from "../../static/js/refusals.js";

test("a limit is named", () => {
  const error = { code: "message_too_long", message: "", details: { limit: 4000 } };
  assert.match(explain(error), /^Not sent: it is longer than 4.000 characters\.$/);
});

test("a wait is named in whole seconds, at least one", () => {
  assert.equal(explain({ code: "rate_limited", message: "", retry_after: 7.2 }), "Too quick. You can send again in 8 seconds.");
  assert.equal(explain({ code: "rate_limited", message: "", retry_after: 0.1 }), "Too quick. You can send again in 1 second.");
});

test("who forbids may say why", () => {
  assert.equal(explain({ code: "not_allowed", message: "You are muted here for now." }), "You are muted here for now.");
});

test("a code nobody knows is explained too", () => {
  assert.notEqual(explain({ code: "of_tomorrow", message: "" }), "");
});

test("what would be refused again is not worth another try", () => {
  assert.ok(!worthRetrying({ code: "message_too_long", message: "" }));
  assert.ok(worthRetrying({ code: "not_allowed", message: "" }));
});
