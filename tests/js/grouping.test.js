// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { continues, runs } from "../../static/js/grouping.js";
import { message, person } from "./model_server.js";

/** @param {object} fields @returns {import("../../static/js/timeline.js").Entry} */
const said = (fields) => ({ key: "m1", state: "stored", message: message({ sequence: 1, timestamp: at("09:00:00"), ...fields }) });
/** @param {string} time local time, as the reader's day decides */
const at = (time) => new Date(`2026-11-23T${time}`).toISOString();

test("the same author within five minutes goes on", () => {
  assert.ok(continues(said({}), said({ timestamp: at("09:04:59") }), 1));
});

test("after five minutes a new head is shown", () => {
  assert.ok(!continues(said({}), said({ timestamp: at("09:05:00") }), 1));
});

test("another author has a head of their own", () => {
  assert.ok(!continues(said({}), said({ sender: person(3) }), 1));
});

test("a new day has a head", () => {
  const before = said({ timestamp: at("23:59:00") });
  assert.ok(!continues(before, said({ timestamp: new Date("2026-11-24T00:01:00").toISOString() }), 1));
});

test("nothing goes on after what the system says", () => {
  assert.ok(!continues(said({ kind: "system" }), said({}), 1));
  assert.ok(!continues(said({}), said({ kind: "system" }), 1));
});

test("the first message has a head", () => {
  assert.ok(!continues(undefined, said({}), 1));
});

test("what is being sent goes on under one's own head", () => {
  const draft = { client_id: "a", message: "mine", timestamp: at("09:01:00") };
  assert.ok(continues(said({ sender: person(1) }), { key: "ca", state: "pending", draft, error: null }, 1));
});

/** @param {string[]} acts */
const comings = (...acts) => acts.map((act, index) => {
  const said = message(act === "text" ? { sequence: index + 1 } : { sequence: index + 1, kind: "system", act });
  return { key: `m${said.message_id}`, state: /** @type {const} */ ("stored"), message: said };
});

test("five who come one after the other are told in one line", () => {
  const entries = comings("text", "joined", "joined", "joined", "joined", "joined", "text");
  assert.deepEqual(runs(entries), [{ start: 1, end: 6, words: "5 people joined" }]);
});

test("four are told one by one, and what is said between ends a row", () => {
  assert.deepEqual(runs(comings("joined", "joined", "joined", "joined")), []);
  assert.deepEqual(runs(comings("left", "left", "left", "text", "left", "left")), []);
});

test("leaving, and both, have their own words", () => {
  assert.equal(runs(comings("left", "left", "left", "left", "left"))[0].words, "5 people left");
  assert.equal(runs(comings("left", "joined", "left", "left", "left", "left"))[0].words, "People joined and left 6 times");
});

test("who was removed is told alone", () => {
  assert.deepEqual(runs(comings("left", "left", "removed", "left", "left", "left")), []);
});
