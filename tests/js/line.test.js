// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { makeLine } from "../../static/js/line.js";
import { FakeClock, FakeNetwork } from "./fakes.js";

/** @type {FakeClock} */
let clock;
/** @type {FakeNetwork} */
let network;
/** @type {import("../../static/js/line.js").Line} */
let line;
/** @type {[string, any][]} */
let events;

beforeEach(() => {
  clock = new FakeClock();
  network = new FakeNetwork();
  events = [];
  line = makeLine({
    url: "ws://test/", connect: network.connect, clock, random: () => 1, isFor: ({ username }) => username !== "mallory", onState: () => {},
    onEvent: (event, data) => void events.push([event, data]),
  });
});

async function open() {
  line.start();
  await network.latest.welcome();
}

test("it is open once welcomed", async () => {
  line.start();
  assert.equal(line.state.status, "connecting");
  await network.latest.welcome();
  assert.equal(line.state.status, "open");
});

test("starting twice makes one connection", async () => {
  line.start();
  line.start();
  await network.latest.welcome();
  line.start();
  assert.equal(network.sockets.length, 1);
});

test("a server that does not welcome is given up", async () => {
  line.start();
  await clock.advance(15_000);
  assert.equal(line.state.status, "waiting");
  assert.ok(network.latest.closed);
});

test("a lost connection is tried again, later each time", async () => {
  await open();
  const waits = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await network.latest.cut();
    waits.push(/** @type {number} */ (line.state.retryAt) - clock.now());
    await clock.advance(waits[attempt]);
    assert.equal(line.state.status, "connecting");
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000]);
});

test("a connection that lasted makes the next wait short again", async () => {
  await open();
  await network.latest.cut();
  await clock.advance(500);
  await network.latest.welcome();
  await clock.advance(5_000);
  await network.latest.cut();
  assert.equal(/** @type {number} */ (line.state.retryAt) - clock.now(), 500);
});

test("a connection that was cut at once does not", async () => {
  await open();
  await network.latest.cut(4408);
  await clock.advance(250);
  await network.latest.welcome();
  await network.latest.cut(4408);
  assert.equal(/** @type {number} */ (line.state.retryAt) - clock.now(), 1000);
});

test("without a login it ends, and says why", async () => {
  await open();
  await network.latest.cut(4401);
  assert.deepEqual(line.state, { status: "ended", retryAt: null, code: 4401 });
  await clock.advance(600_000);
  assert.equal(network.sockets.length, 1);
});

test("who has signed in again is back when they look", async () => {
  await open();
  await network.latest.cut(4401);
  line.check();
  assert.equal(line.state.status, "connecting");
  await network.latest.cut(4401);
  assert.equal(line.state.status, "ended");
  line.check();
  await network.latest.welcome();
  assert.ok(line.isOpen);
});

test("after a new password it tries once more, with the cookie that comes with it", async () => {
  await open();
  await network.latest.say("session_ended", { reason: "password_changed" });
  await network.latest.cut(4401);
  assert.equal(line.state.status, "waiting");
  await clock.advance(2_000);
  await network.latest.welcome();
  assert.ok(line.isOpen);
  await network.latest.cut(4401);
  assert.equal(line.state.status, "ended");
});

test("after a new password it does not insist", async () => {
  await open();
  await network.latest.say("session_ended", { reason: "password_changed" });
  await network.latest.cut(4401);
  await clock.advance(2_000);
  await network.latest.cut(4401);
  assert.equal(line.state.status, "ended");
});

test("with whom it is not meant for it has no conversation", async () => {
  line.start();
  await network.latest.welcome("mallory");
  assert.deepEqual(events, []);
  assert.equal(line.state.status, "idle");
  assert.ok(network.latest.closed);
  await clock.advance(600_000);
  assert.equal(network.sockets.length, 1);
});

test("stopping is for good until started again", async () => {
  await open();
  line.stop();
  await clock.advance(600_000);
  assert.equal(network.sockets.length, 1);
  await open();
  assert.ok(line.isOpen);
});

test("trying now does not wait", async () => {
  await open();
  await network.latest.cut();
  line.start();
  assert.equal(network.sockets.length, 2);
  await network.latest.welcome();
  await clock.advance(1_000);
  assert.equal(network.sockets.length, 2);
});

test("an ack answers the question with its ref", async () => {
  await open();
  const [first, second] = [line.request("one", {}), line.request("two", { n: 2 })];
  const [one, two] = [network.latest.next(), network.latest.next()];
  assert.deepEqual([two.event, two.data], ["two", { n: 2 }]);
  await network.latest.say("ack", { answer: 2 }, two.ref);
  await network.latest.say("ack", { answer: 1 }, one.ref);
  assert.deepEqual([await first, await second], [{ answer: 1 }, { answer: 2 }]);
});

test("an error answers it too", async () => {
  await open();
  const answer = line.request("one", {});
  network.latest.refuse("one", { code: "rate_limited", retry_after: 2 });
  await assert.rejects(answer, { refusal: { code: "rate_limited", message: "No.", retry_after: 2 } });
});

test("what answers nothing is an event", async () => {
  await open();
  await network.latest.say("server_tick", { count: 1 });
  await network.latest.say("error", { code: "invalid_event" });
  assert.deepEqual(events.slice(1), [["server_tick", { count: 1 }], ["error", { code: "invalid_event" }]]);
});

test("a question nobody answers is given up", async () => {
  await open();
  const answer = assert.rejects(line.request("one", {}), { message: "timeout" });
  await clock.advance(15_000);
  await answer;
});

test("an answer that comes too late is ignored", async () => {
  await open();
  const answer = assert.rejects(line.request("one", {}), { message: "timeout" });
  await clock.advance(15_000);
  await answer;
  await network.latest.ack("one");
});

test("a loss answers all questions", async () => {
  await open();
  const answers = [line.request("one", {}), line.request("two", {})];
  network.latest.cut();
  for (const answer of answers) await assert.rejects(answer, { message: "disconnected" });
});

test("without a connection nothing is asked", async () => {
  await assert.rejects(line.request("one", {}), { message: "disconnected" });
});

test("silence is asked after, and an answer keeps the line", async () => {
  await open();
  await clock.advance(25_000);
  assert.equal(network.latest.next().event, "ping");
  await network.latest.say("pong");
  await clock.advance(12_000);
  assert.ok(line.isOpen);
});

test("a dead line is given up although it never said that it closed", async () => {
  await open();
  await clock.advance(25_000 + 12_000);
  assert.equal(line.state.status, "waiting");
});

test("as long as something is heard nobody pings", async () => {
  await open();
  for (let minutes = 0; minutes < 4; minutes += 1) {
    await clock.advance(20_000);
    await network.latest.say("server_tick");
  }
  assert.deepEqual(network.latest.heard, []);
});

test("a hint that the line may be dead is looked into quickly", async () => {
  await open();
  line.check();
  assert.equal(network.latest.next().event, "ping");
  await clock.advance(4_000);
  assert.equal(line.state.status, "waiting");
});

test("a hint that there is a network again ends the wait", async () => {
  await open();
  await network.latest.cut();
  line.check();
  assert.equal(line.state.status, "connecting");
});

test("a line given up hears nothing more from its old connection", async () => {
  await open();
  const old = network.latest;
  await clock.advance(25_000 + 12_000 + 500);
  await network.latest.welcome();
  await old.say("server_tick");
  await old.cut(4401);
  assert.ok(line.isOpen);
  assert.deepEqual(events.map(([event]) => event), ["welcome", "welcome"]);
});
