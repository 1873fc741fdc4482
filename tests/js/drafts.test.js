// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetDrafts, makeDrafts } from "../../static/js/drafts.js";
import { makeOutbox } from "../../static/js/outbox.js";

/** Its keys are properties of its own, as those of a browser's storage. @returns {Storage} */
const storage = () => Object.create(/** @type {any} */ ({
  getItem(/** @type {string} */ key) {
    return this[key] ?? null;
  },
  setItem(/** @type {string} */ key, /** @type {string} */ value) {
    this[key] = value;
  },
  removeItem(/** @type {string} */ key) {
    delete this[key];
  },
}));

const quote = { message_id: 7, sequence: 9, username: "bob", name: "bob", avatar: "/people/bob/avatar.svg", text: "Tea?", deleted: false };

test("each room keeps its own", () => {
  const kept = storage();
  makeDrafts(kept, 1, "tea").keep({ message: "half a" });
  makeDrafts(kept, 1, "work").keep({ message: "another" });
  assert.deepEqual(makeDrafts(kept, 1, "tea").kept, { message: "half a" });
  assert.equal(makeDrafts(kept, 1, "elsewhere").kept, null);
});

test("what it answers is kept along, also without a word", () => {
  const drafts = makeDrafts(storage(), 1, "tea");
  drafts.keep({ message: "", reply_to: 7, quote });
  assert.deepEqual(drafts.kept, { message: "", reply_to: 7, quote });
});

test("an empty field leaves nothing behind", () => {
  const kept = storage();
  const drafts = makeDrafts(kept, 1, "tea");
  drafts.keep({ message: "half a" });
  drafts.keep({ message: " \n" });
  assert.equal(drafts.kept, null);
  assert.deepEqual(Object.keys(kept), []);
});

test("nobody finds the drafts of somebody else", () => {
  const kept = storage();
  makeDrafts(kept, 1, "tea").keep({ message: "alice's" });
  assert.equal(makeDrafts(kept, 11, "tea").kept, null);
});

test("who signs out leaves no drafts, and everything else", () => {
  const kept = storage();
  makeDrafts(kept, 1, "tea").keep({ message: "alice's" });
  kept.setItem("parley.notices.off", "1");
  forgetDrafts(kept);
  assert.deepEqual(Object.keys(kept), ["parley.notices.off"]);
});

test("who comes finds their own drafts and clears away the others'", () => {
  const kept = storage();
  makeDrafts(kept, 1, "tea").keep({ message: "alice's" });
  makeDrafts(kept, 11, "tea").keep({ message: "dora's" });
  forgetDrafts(kept, 1);
  assert.deepEqual(makeDrafts(kept, 1, "tea").kept, { message: "alice's" });
  assert.equal(makeDrafts(kept, 11, "tea").kept, null);
});

test("a browser that has no room for it lets one go on", () => {
  const full = Object.assign(storage(), { setItem() {
    throw new DOMException("full", "QuotaExceededError");
  } });
  makeDrafts(full, 1, "tea").keep({ message: "half a" });
  const outbox = makeOutbox(full, "alice");
  outbox.put({ message: "tea?", client_id: "a1", timestamp: "", room_id: "tea", error: null });
  assert.equal(outbox.next?.client_id, "a1");
});
