// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeReceipts, readWords } from "../../static/js/receipts.js";
import { message, person } from "./model_server.js";

const ME = person(1);
/** @param {number} sequence @param {object} [fields] */
const entry = (sequence, fields) => {
  const said = message({ sequence, sender: ME, ...fields });
  return { key: `m${said.message_id}`, state: /** @type {const} */ ("stored"), message: said };
};
/** @param {Record<string, number>} readers */
function receipts(readers) {
  const all = makeReceipts(ME);
  all.reset(Object.entries(readers).map(([username, read_sequence]) => ({ username, read_sequence })));
  return all;
}

test("the last of one's messages that somebody read says so", () => {
  const entries = [entry(1), entry(2), entry(3)];
  assert.deepEqual(receipts({ bob: 2, carol: 1 }).shown(entries), { key: "m1002", words: "Read by bob" });
});

test("all who read that far are named", () => {
  assert.equal(receipts({ bob: 5, carol: 3 }).shown([entry(3)])?.words, "Read by bob, carol");
});

test("messages of others, system lines and tombstones tell nothing", () => {
  const entries = [entry(1), entry(2, { sender: person(2) }), entry(3, { kind: "system" }), entry(4, { deleted: true })];
  assert.equal(receipts({ bob: 9 }).shown(entries)?.key, "m1001");
});

test("what is not stored was read by nobody, and one's own mark is no receipt", () => {
  const draft = { client_id: "a", message: "mine", timestamp: "2026-11-23T09:00:00Z" };
  const pending = { key: "ca", state: /** @type {const} */ ("pending"), draft, error: null };
  assert.equal(receipts({ bob: 9 }).shown([pending]), null);
  assert.equal(receipts({ [ME.username]: 9 }).shown([entry(1)]), null);
});

test("who marks something unread takes the receipt back", () => {
  const all = receipts({ bob: 2 });
  all.hear({ username: "bob", read_sequence: 1 });
  assert.equal(all.shown([entry(1), entry(2)])?.key, "m1001");
});

test("where rooms tell nothing, nothing is shown", () => {
  assert.equal(receipts({}).shown([entry(1)]), null);
});

test("many readers are counted", () => {
  assert.equal(readWords(["a", "b", "c"]), "Read by a, b, c");
  assert.equal(readWords(["a", "b", "c", "d"]), "Read by 4 people");
});
