// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { makeTimeline } from "../../static/js/timeline.js";
import { history, message, person, room } from "./model_server.js";

/** @import {Timeline} from "../../static/js/timeline.js" */

const ME = person(1);
const DRAFT = { client_id: "a", message: "mine", timestamp: "2026-11-23T09:00:00Z" };

/** @type {Timeline} */
let timeline;
beforeEach(() => {
  timeline = makeTimeline("tea-break", ME);
});

/** @param {number[]} sequences */
const messages = (...sequences) => sequences.map((sequence) => message({ sequence }));
/** The sequences shown, and the client ids after them. */
const shown = () => timeline.entries.map((entry) => entry.state === "stored" ? entry.message.sequence : entry.draft.client_id);
/** @param {number} sequence @param {number} changed @param {object} fields */
const edited = (sequence, changed, fields = {}) => message({ sequence, changed_sequence: changed, edited: true, message: `edit ${changed}`, ...fields });
const entryOf = (/** @type {string} */ key) => timeline.entries.find((entry) => entry.key === key);
const textOf = (/** @type {number} */ sequence) => {
  const entry = entryOf(`m${sequence + 1000}`);
  return entry?.state === "stored" ? entry.message.message : undefined;
};
/** @param {number} [sequence] */
const stored = (sequence = 1) => ({ message_id: sequence + 1000, sequence, changed_sequence: sequence, timestamp: "2026-11-23T09:00:01Z" });

test("the first history is shown and stood at", () => {
  timeline.apply("room_history", history(messages(3, 4), { sequence: 6 }));
  assert.deepEqual(shown(), [3, 4]);
  assert.deepEqual(timeline.standing, { after: 6, epoch: "e1" });
});

test("before the first history there is nothing to resume from", () => {
  assert.deepEqual(timeline.standing, {});
});

test("frames before the first history are left to it", () => {
  timeline.apply("new_message", message({ sequence: 9 }));
  assert.deepEqual(shown(), []);
  assert.deepEqual(timeline.standing, {});
});

test("a new message comes last and moves the position", () => {
  timeline.apply("room_history", history(messages(1)));
  const changes = timeline.apply("new_message", message({ sequence: 2 }));
  assert.deepEqual(changes.map((change) => change.type === "put" && change.before), [null]);
  assert.equal(timeline.standing.after, 2);
});

test("an edit changes the text in its place", () => {
  timeline.apply("room_history", history(messages(1, 2)));
  const [change] = timeline.apply("message_edited", edited(1, 3));
  assert.deepEqual(change.type === "put" && [change.entry.key, change.before], ["m1001", "m1002"]);
  assert.equal(textOf(1), "edit 3");
});

test("an older change of a message does not undo a newer one", () => {
  timeline.apply("room_history", history(messages(1)));
  timeline.apply("message_edited", edited(1, 3));
  assert.deepEqual(timeline.apply("message_edited", edited(1, 2)), []);
  assert.equal(textOf(1), "edit 3");
});

test("the position never goes back", () => {
  timeline.apply("room_history", history(messages(1), { sequence: 5 }));
  timeline.apply("message_edited", edited(1, 3));
  timeline.apply("room_history", history([], { sequence: 4 }));
  assert.equal(timeline.standing.after, 5);
});

test("what was missed is put in place by a resumed history", () => {
  timeline.apply("room_history", history(messages(1, 2)));
  timeline.apply("room_history", history([message({ sequence: 4 }), edited(1, 5), message({ sequence: 6 })]));
  assert.deepEqual(shown(), [1, 2, 4, 6]);
  assert.equal(textOf(1), "edit 5");
  assert.equal(timeline.standing.after, 6);
});

test("a change of an older message than those loaded waits until its page comes", () => {
  timeline.apply("room_history", history(messages(5, 6), { has_more: true }));
  assert.deepEqual(timeline.apply("message_edited", edited(3, 7)), []);
  const request = timeline.pageRequest();
  assert.equal(request?.before, 5);
  timeline.addPage(/** @type {any} */ (request), { messages: messages(3, 4), has_more: true });
  assert.deepEqual(shown(), [3, 4, 5, 6]);
  assert.equal(textOf(3), "edit 7");
});

test("a page does not move the position", () => {
  timeline.apply("room_history", history(messages(5), { has_more: true }));
  timeline.addPage({ before: 5, era: 1 }, { messages: [edited(4, 8)], has_more: false });
  assert.equal(timeline.standing.after, 5);
  assert.equal(timeline.pageRequest(), null);
});

test("a page asked for before a reset is dropped", () => {
  timeline.apply("room_history", history(messages(5), { has_more: true }));
  const request = /** @type {any} */ (timeline.pageRequest());
  timeline.apply("room_history", history([edited(5, 8)], { has_more: true, reset: true }));
  assert.deepEqual(timeline.addPage(request, { messages: messages(4), has_more: false }), []);
  assert.deepEqual(shown(), [5]);
});

test("the same page twice changes nothing the second time", () => {
  timeline.apply("room_history", history(messages(5), { has_more: true }));
  const request = /** @type {any} */ (timeline.pageRequest());
  timeline.addPage(request, { messages: messages(3, 4), has_more: false });
  assert.deepEqual(timeline.addPage(request, { messages: messages(3, 4), has_more: true }), []);
  assert.equal(timeline.hasMore, false);
});

test("a reset empties everything but what is not stored yet", () => {
  timeline.apply("room_history", history(messages(1, 2)));
  timeline.write(DRAFT);
  timeline.apply("room_history", history(messages(8, 9), { reset: true }));
  assert.deepEqual(shown(), [8, 9, "a"]);
});

test("another epoch is a reset, said or not, and may stand lower", () => {
  timeline.apply("room_history", history(messages(8, 9)));
  timeline.apply("room_history", history(messages(1, 2), { epoch: "e2" }));
  assert.deepEqual(shown(), [1, 2]);
  assert.deepEqual(timeline.standing, { after: 2, epoch: "e2" });
});

test("what is pruned goes, and does not come back", () => {
  timeline.apply("room_history", history(messages(1, 2, 3)));
  const changes = timeline.apply("history_pruned", { changed_sequence: 4, room: room(3) });
  assert.deepEqual(changes.filter(({ type }) => type === "drop"), [{ type: "drop", key: "m1001" }, { type: "drop", key: "m1002" }]);
  timeline.apply("message_edited", edited(1, 5));
  assert.deepEqual(shown(), [3]);
});

test("a change of the room is told and moves the position", () => {
  timeline.apply("room_history", history(messages(1)));
  const state = { ...room(), topic: "Tea at eleven" };
  assert.deepEqual(timeline.apply("room_changed", { changed_sequence: 2, room: state }), [{ type: "room", room: state }]);
  assert.equal(timeline.standing.after, 2);
});

test("unknown events change nothing", () => {
  timeline.apply("room_history", history(messages(1)));
  assert.deepEqual(timeline.apply("server_tick", { count: 3 }), []);
  assert.equal(timeline.standing.after, 1);
});

test("what is written stands last, in order of writing, below whatever comes in", () => {
  timeline.apply("room_history", history(messages(1)));
  timeline.write(DRAFT);
  timeline.write({ ...DRAFT, client_id: "b" });
  timeline.apply("new_message", message({ sequence: 2 }));
  assert.deepEqual(shown(), [1, 2, "a", "b"]);
});

test("an ack before its message: shown once, as written, then as stored", () => {
  timeline.apply("room_history", history([]));
  timeline.write(DRAFT);
  const [change] = timeline.acknowledge("a", stored());
  assert.deepEqual(change.type === "put" && [change.was, change.entry.key], ["ca", "m1001"]);
  timeline.apply("new_message", message({ sequence: 1, sender: ME, client_id: "a", message: "filtered" }));
  assert.deepEqual(shown(), [1]);
  assert.equal(textOf(1), "filtered");
});

test("an ack after its message changes nothing", () => {
  timeline.apply("room_history", history([]));
  timeline.write(DRAFT);
  timeline.apply("new_message", message({ sequence: 1, sender: ME, client_id: "a" }));
  assert.deepEqual(timeline.acknowledge("a", stored()), []);
  assert.deepEqual(shown(), [1]);
});

test("an ack does not move the position", () => {
  timeline.apply("room_history", history([]));
  timeline.write(DRAFT);
  timeline.acknowledge("a", stored(7));
  assert.equal(timeline.standing.after, 0);
});

test("one's own message found in a page waits no more", () => {
  timeline.apply("room_history", history(messages(5), { has_more: true }));
  timeline.write(DRAFT);
  timeline.addPage({ before: 5, era: 1 }, { messages: [message({ sequence: 4, sender: ME, client_id: "a" })], has_more: false });
  assert.deepEqual(shown(), [4, 5]);
});

test("another's message with one's own client_id is another's", () => {
  timeline.apply("room_history", history([]));
  timeline.write(DRAFT);
  timeline.apply("new_message", message({ sequence: 1, client_id: "a" }));
  assert.deepEqual(shown(), [1, "a"]);
});

test("a refusal keeps the words and says why, and trying again makes them wait again", () => {
  timeline.write(DRAFT);
  const error = { code: "not_allowed", message: "No." };
  timeline.fail("a", error);
  assert.deepEqual(entryOf("ca"), { key: "ca", state: "failed", draft: DRAFT, error });
  timeline.retry("a");
  assert.deepEqual(entryOf("ca"), { key: "ca", state: "pending", draft: DRAFT, error: null });
});

test("what is tried again keeps its place", () => {
  timeline.write(DRAFT);
  timeline.write({ ...DRAFT, client_id: "b" });
  timeline.fail("a", { code: "not_allowed", message: "No." });
  const [change] = timeline.retry("a");
  assert.equal(change.type === "put" && change.before, "cb");
});

test("a refusal that comes after the message itself changes nothing", () => {
  timeline.apply("room_history", history([]));
  timeline.write(DRAFT);
  timeline.apply("new_message", message({ sequence: 1, sender: ME, client_id: "a" }));
  assert.deepEqual(timeline.fail("a", { code: "conflict", message: "No." }), []);
});

test("what is discarded is gone", () => {
  timeline.write(DRAFT);
  assert.deepEqual(timeline.discard("a"), [{ type: "drop", key: "ca" }]);
  assert.deepEqual(timeline.discard("a"), []);
});

/** A page of the past: 4 and 5 of a room that stands at 12. */
const lookBack = () => timeline.look(history(messages(4, 5), { sequence: 12, has_more: true }), 5);

test("a page of the past shows nothing that came later, and knows of it", () => {
  lookBack();
  timeline.apply("new_message", message({ sequence: 13 }));
  assert.deepEqual(shown(), [4, 5]);
  assert.deepEqual(timeline.newer(12).map(({ sequence }) => sequence), [13]);
  assert.equal(timeline.isLive, false);
  assert.deepEqual(timeline.standing, { after: 13, epoch: "e1" });
});

test("going down a page of the past ends in the live room, and what came meanwhile is there", () => {
  lookBack();
  timeline.apply("new_message", message({ sequence: 13 }));
  timeline.apply("message_edited", edited(7, 14));
  for (const found of [messages(6, 7, 8), messages(9, 11), messages(12, 13)]) {
    const request = timeline.laterRequest(3);
    assert.ok(request);
    timeline.addPage(request, { messages: found, has_more: true });
  }
  assert.deepEqual(shown(), [4, 5, 6, 7, 8, 9, 11, 12, 13]);
  assert.equal(textOf(7), "edit 14");
  assert.equal(timeline.isLive, true);
  assert.equal(timeline.laterRequest(3), null);
  timeline.apply("new_message", message({ sequence: 15 }));
  assert.equal(shown().at(-1), 15);
});

test("what a page brings before it is told is new once, when it is told", () => {
  lookBack();
  const request = timeline.laterRequest(20);
  assert.ok(request);
  timeline.addPage(request, { messages: messages(6, 12, 13, 14), has_more: true });
  const told = [];
  for (const [event, data] of /** @type {[string, object][]} */ ([
    ["user_typing", { username: "bob", typing: true }], ["new_message", message({ sequence: 13 })], ["new_message", message({ sequence: 14 })],
  ])) {
    const { after = 0 } = timeline.standing;
    timeline.apply(event, data);
    told.push(timeline.newer(after).map(({ sequence }) => sequence));
  }
  assert.deepEqual(told, [[], [13], [14]]);
});

test("a page of the past goes up as well", () => {
  lookBack();
  const request = timeline.pageRequest();
  assert.ok(request);
  timeline.addPage(request, { messages: messages(2, 3), has_more: false });
  assert.deepEqual(shown(), [2, 3, 4, 5]);
});

test("a reset leaves the past", () => {
  lookBack();
  timeline.apply("room_history", history(messages(20, 21), { reset: true, sequence: 21 }));
  assert.deepEqual(shown(), [20, 21]);
  assert.equal(timeline.isLive, true);
});

test("what is acknowledged keeps its quote and files until the server shows them", () => {
  const quote = { message_id: 1001, sequence: 1, username: "bob", name: "bob", avatar: "/people/bob/avatar.svg", text: "Tea?", deleted: false };
  timeline.apply("room_history", history(messages(1)));
  timeline.write({ ...DRAFT, reply_to: 1001, quote });
  timeline.acknowledge("a", stored(2));
  const entry = entryOf("m1002");
  assert.deepEqual(entry?.state === "stored" && entry.message.quote, quote);
});
