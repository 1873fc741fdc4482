// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { makeOutbox } from "../../static/js/outbox.js";
import { makeSignals } from "../../static/js/signals.js";
import { makeChatSocket } from "../../static/js/socket.js";
import { FakeClock, FakeNetwork, FakeStorage, settled } from "./fakes.js";

/** @type {FakeClock} */
let clock;
/** @type {FakeNetwork} */
let network;
/** @type {FakeStorage} */
let storage;
/** @type {import("../../static/js/socket.js").ChatSocket} */
let socket;
/** What the page was told. @type {[string, ...any[]][]} */
let told;
let standing = {};

beforeEach(() => {
  clock = new FakeClock();
  network = new FakeNetwork();
  storage = new FakeStorage();
  standing = { after: 7, epoch: "e1" };
  told = [];
  socket = page();
});

function page() {
  const { on, say } = makeSignals();
  on("joined", (roomId) => void told.push(["joined", roomId]));
  on("barred", (error, roomId) => void told.push(["barred", roomId, error.code]));
  on("stored", (letter, ack) => void told.push(["stored", letter.client_id, ack.sequence]));
  on("refused", (letter, error) => void told.push(["refused", letter.client_id, error.code]));
  return makeChatSocket({ url: "ws://test/", connect: network.connect, clock, random: () => 1, isFor: () => true, outbox: makeOutbox(storage, "alice"), say });
}

/** @param {string} clientId */
const letter = (clientId) => ({ client_id: clientId, room_id: "tea-break", message: `words ${clientId}`, timestamp: "2026-11-23T09:00:00Z", error: null });

async function joined() {
  socket.join("tea-break", () => standing);
  socket.start();
  await network.latest.welcome();
  await network.latest.ack("join_room");
}

/** The connection goes, and comes back as far as the welcome. */
async function reconnected() {
  await network.latest.cut();
  await clock.advance(1_000);
  await network.latest.welcome();
}

test("a room is joined where its timeline stands", async () => {
  socket.join("tea-break", () => standing);
  socket.start();
  await network.latest.welcome();
  const { data } = await network.latest.ack("join_room");
  assert.deepEqual(data, { room_id: "tea-break", after: 7, epoch: "e1" });
  assert.deepEqual(told, [["joined", "tea-break"]]);
});

test("after a loss it is joined again where its timeline stands then", async () => {
  await joined();
  standing = { after: 12, epoch: "e1" };
  await reconnected();
  assert.deepEqual(network.latest.next().data, { room_id: "tea-break", after: 12, epoch: "e1" });
});

test("a refused join is told and not repeated", async () => {
  socket.join("tea-break", () => standing);
  socket.start();
  await network.latest.welcome();
  await network.latest.refuse("join_room", { code: "not_a_member" });
  await reconnected();
  assert.deepEqual(told, [["barred", "tea-break", "not_a_member"]]);
  assert.deepEqual(network.latest.heard, []);
});

test("a room whose membership has ended is not joined again", async () => {
  await joined();
  await network.latest.say("membership_ended", { room_id: "tea-break", reason: "removed" });
  await reconnected();
  assert.deepEqual(network.latest.heard, []);
});

test("the end of one membership keeps no other room from being joined again", async () => {
  socket.join("reading", () => ({ after: 2, epoch: "e2" }));
  await joined();
  await network.latest.say("membership_ended", { room_id: "reading", reason: "left" });
  await reconnected();
  assert.deepEqual(network.latest.heard.map(({ data }) => data.room_id), ["tea-break"]);
});

test("a join that cannot be answered now is tried again", async () => {
  socket.join("tea-break", () => standing);
  socket.start();
  await network.latest.welcome();
  await network.latest.refuse("join_room", { code: "unavailable", retry_after: 1 });
  await clock.advance(1_000);
  await network.latest.ack("join_room");
  assert.deepEqual(told, [["joined", "tea-break"]]);
});

test("a letter is sent under its client_id and told stored", async () => {
  await joined();
  socket.send(letter("a"));
  const { data } = await network.latest.ack("send_message", { sequence: 8 });
  assert.deepEqual(data, { room_id: "tea-break", message: "words a", client_id: "a" });
  assert.deepEqual(told.at(-1), ["stored", "a", 8]);
});

test("letters are sent one after the other", async () => {
  await joined();
  socket.send(letter("a"));
  socket.send(letter("b"));
  await settled();
  assert.equal(network.latest.heard.length, 1);
  await network.latest.ack("send_message");
  assert.equal((await network.latest.ack("send_message")).data.client_id, "b");
});

test("what is written without a connection is sent after the next join", async () => {
  socket.join("tea-break", () => standing);
  socket.send(letter("a"));
  socket.start();
  await network.latest.welcome();
  assert.deepEqual(network.latest.heard.map(({ event }) => event), ["join_room"]);
  await network.latest.ack("join_room");
  assert.equal(network.latest.next().data.client_id, "a");
});

test("what is written while joining is sent after the join, so that it is heard in its place", async () => {
  socket.join("tea-break", () => standing);
  socket.start();
  await network.latest.welcome();
  socket.send(letter("a"));
  await settled();
  assert.deepEqual(network.latest.heard.map(({ event }) => event), ["join_room"]);
  await network.latest.ack("join_room");
  assert.equal(network.latest.next().data.client_id, "a");
});

test("a send that was not acknowledged is sent again, under the same client_id", async () => {
  await joined();
  socket.send(letter("a"));
  assert.equal(network.latest.next().data.client_id, "a");
  await reconnected();
  await network.latest.ack("join_room");
  assert.equal((await network.latest.ack("send_message", { sequence: 8 })).data.client_id, "a");
  assert.deepEqual(told.at(-1), ["stored", "a", 8]);
  await reconnected();
  await network.latest.ack("join_room");
  assert.deepEqual(network.latest.heard, []);
});

test("no answer is no refusal: it is sent again", async () => {
  await joined();
  socket.send(letter("a"));
  network.latest.next();
  await clock.advance(10_000);
  await network.latest.say("server_tick");
  await clock.advance(5_000 + 500);
  assert.equal((await network.latest.ack("send_message", { sequence: 8 })).data.client_id, "a");
  assert.deepEqual(told.at(-1), ["stored", "a", 8]);
});

test("too quick: it waits as told and tries again, the others behind it", async () => {
  await joined();
  socket.send(letter("a"));
  socket.send(letter("b"));
  await network.latest.refuse("send_message", { code: "rate_limited", retry_after: 3 });
  await clock.advance(2_999);
  assert.deepEqual(network.latest.heard, []);
  await clock.advance(1);
  assert.equal((await network.latest.ack("send_message")).data.client_id, "a");
  assert.equal((await network.latest.ack("send_message")).data.client_id, "b");
});

test("a server that cannot now is asked again, later each time", async () => {
  await joined();
  socket.send(letter("a"));
  for (const wait of [500, 1_000, 2_000]) {
    await network.latest.refuse("send_message", { code: "unavailable" });
    await clock.advance(wait - 1);
    assert.deepEqual(network.latest.heard, []);
    await clock.advance(1);
  }
  await network.latest.ack("send_message", { sequence: 8 });
  assert.deepEqual(told.at(-1), ["stored", "a", 8]);
});

test("a refusal is told, and what was written after it goes on", async () => {
  await joined();
  socket.send(letter("a"));
  socket.send(letter("b"));
  await network.latest.refuse("send_message", { code: "message_too_long" });
  await network.latest.ack("send_message", { sequence: 8 });
  assert.deepEqual(told.slice(1), [["refused", "a", "message_too_long"], ["stored", "b", 8]]);
});

test("what was refused is sent again only when asked to", async () => {
  await joined();
  socket.send(letter("a"));
  await network.latest.refuse("send_message", { code: "not_allowed" });
  await reconnected();
  await network.latest.ack("join_room");
  assert.deepEqual(network.latest.heard, []);
  socket.retry("a");
  assert.equal((await network.latest.ack("send_message")).data.client_id, "a");
});

test("what is discarded while it waits is not sent", async () => {
  await joined();
  socket.send(letter("a"));
  await network.latest.refuse("send_message", { code: "rate_limited", retry_after: 3 });
  socket.discard("a");
  socket.send(letter("b"));
  await clock.advance(3_000);
  assert.equal((await network.latest.ack("send_message")).data.client_id, "b");
  assert.deepEqual(network.latest.heard, []);
});

test("a loss while waiting to try again loses nothing", async () => {
  await joined();
  socket.send(letter("a"));
  await network.latest.refuse("send_message", { code: "rate_limited", retry_after: 10 });
  await reconnected();
  await network.latest.ack("join_room");
  assert.deepEqual(network.latest.heard, []);
  await clock.advance(10_000);
  await network.latest.ack("send_message", { sequence: 8 });
  assert.deepEqual(told.at(-1), ["stored", "a", 8]);
});

test("what waits survives a reload of the page, in order", async () => {
  socket.send(letter("a"));
  socket.send(letter("b"));
  socket = page();
  await joined();
  assert.equal((await network.latest.ack("send_message")).data.client_id, "a");
  assert.equal((await network.latest.ack("send_message")).data.client_id, "b");
  assert.deepEqual(makeOutbox(storage, "alice").of("tea-break"), []);
});

test("what was refused is kept with its reason until discarded", async () => {
  await joined();
  socket.send(letter("a"));
  await network.latest.refuse("send_message", { code: "not_allowed" });
  assert.deepEqual(makeOutbox(storage, "alice").of("tea-break").map(({ error }) => error?.code), ["not_allowed"]);
  socket.discard("a");
  assert.deepEqual(makeOutbox(storage, "alice").of("tea-break"), []);
});

test("another person finds nothing of it", () => {
  socket.send(letter("a"));
  assert.equal(makeOutbox(storage, "bob").next, undefined);
});

/**
 * A page that throws at whatever it is told. Its faults are reported by timers: they are kept here.
 * @param {import("node:test").TestContext} context @returns {(() => void)[]}
 */
function clumsyPage(context) {
  /** @type {(() => void)[]} */
  const reports = [];
  context.mock.method(globalThis, "setTimeout", (/** @type {() => void} */ report) => reports.push(report));
  const fail = () => {
    throw new Error("of the page");
  };
  const { on, say } = makeSignals();
  for (const signal of /** @type {const} */ (["event", "state", "joined", "barred", "stored", "refused"])) on(signal, fail);
  socket = makeChatSocket({ url: "ws://test/", connect: network.connect, clock, random: () => 1, isFor: () => true, outbox: makeOutbox(storage, "alice"), say });
  return reports;
}

test("a page that throws stops no sending", async (context) => {
  clumsyPage(context);
  await joined();
  socket.send(letter("a"));
  socket.send(letter("b"));
  socket.send(letter("c"));
  await network.latest.ack("send_message", { sequence: 8 });
  await network.latest.refuse("send_message", { code: "not_allowed" });
  assert.equal((await network.latest.ack("send_message", { sequence: 9 })).data.client_id, "c");
});

test("a page that throws stops no joining", async (context) => {
  clumsyPage(context);
  socket.join("secrets", () => ({}));
  socket.join("tea-break", () => standing);
  socket.start();
  await network.latest.welcome();
  await network.latest.refuse("join_room", { code: "not_allowed" });
  await network.latest.ack("join_room");
  await reconnected();
  assert.deepEqual(network.latest.heard.map(({ data }) => data.room_id), ["tea-break"]);
});

test("what a page throws is reported", async (context) => {
  const reports = clumsyPage(context);
  await joined();
  assert.ok(reports.length > 0);
  for (const report of reports) assert.throws(report, /of the page/);
});
