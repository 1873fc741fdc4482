// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, worthRetrying } from "../../static/js/refusals.js";

const words = { room_closed: "This room was closed.", "": "This was refused." };
const main = { dataset: { refusals: JSON.stringify(words) } };
Object.assign(globalThis, { document: { querySelector: () => main, documentElement: { lang: "en" } } });

test("a code is said in the words that the page came with", () => {
  assert.equal(explain({ code: "room_closed", message: "" }), "This room was closed.");
});

test("a wait is named in whole seconds, at least one", () => {
  assert.equal(explain({ code: "rate_limited", message: "", retry_after: 7.2 }), "Too quick. You can send again in 8 seconds.");
  assert.equal(explain({ code: "rate_limited", message: "", retry_after: 0.1 }), "Too quick. You can send again in 1 second.");
});

test("who forbids may say why", () => {
  assert.equal(explain({ code: "not_allowed", message: "You are muted here for now." }), "You are muted here for now.");
});

test("a code nobody knows is explained too", () => {
  assert.equal(explain({ code: "of_tomorrow", message: "" }), "This was refused.");
});

test("what would be refused again is not worth another try", () => {
  assert.ok(!worthRetrying({ code: "message_too_long", message: "" }));
  assert.ok(worthRetrying({ code: "not_allowed", message: "" }));
});
