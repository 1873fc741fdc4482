// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { badgeLabel, countText, neighbour, titled, totals } from "../../static/js/badges.js";

/** @import {Summary} from "../../static/js/wire.d.ts" */

/** @param {Partial<Summary>} [more] @returns {Summary} */
const room = (more) => ({ room_id: "tea", name: "tea", kind: "public", unread: 0, ...more });

test("nothing is counted beyond a hundred", () => {
  assert.equal(countText(99), "99");
  assert.equal(countText(100), "99+");
});

test("a badge says how many wait, and that one is mentioned", () => {
  assert.equal(badgeLabel(room({ unread: 12 })), "12 unread");
  assert.equal(badgeLabel(room({ unread: 12, mentions: 1 })), "12 unread, you are mentioned");
  assert.equal(badgeLabel(room({ kind: "direct", unread: 1, mentions: 1 })), "1 unread");
});

test("silenced rooms count for nothing", () => {
  const rooms = [room({ unread: 3, mentions: 1 }), room({ unread: 9, mentions: 2, silenced: true }), room({ unread: 4 })];
  assert.deepEqual(totals(rooms), { unread: 7, mentions: 1 });
});

test("a title tells what is for the reader, and nothing else", () => {
  assert.equal(titled("releases · Parley", 0), "releases · Parley");
  assert.equal(titled("releases · Parley", 2), "(2) releases · Parley");
});

test("the next room follows, around the end", () => {
  const all = ["general", "releases", "tea"];
  const any = () => true;
  assert.equal(neighbour(all, 1, 1, any), "tea");
  assert.equal(neighbour(all, 2, 1, any), "general");
  assert.equal(neighbour(all, 0, -1, any), "tea");
});

test("from a page of no room the first is next, and the last before", () => {
  const all = ["general", "releases", "tea"];
  assert.equal(neighbour(all, -1, 1, () => true), "general");
  assert.equal(neighbour(all, -1, -1, () => true), "tea");
});

test("rooms that are not wanted are passed over", () => {
  const all = ["general", "releases", "tea"];
  assert.equal(neighbour(all, 2, 1, (name) => name === "releases"), "releases");
  assert.equal(neighbour(all, 1, 1, () => false), undefined);
  assert.equal(neighbour([], -1, 1, () => true), undefined);
});
