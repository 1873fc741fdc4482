// @ts-check
/** The real timeline against the model server, over thousands of seeded histories. SEED and HISTORIES choose others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeTimeline } from "../../static/js/timeline.js";
import { ModelServer, person, seededRandom } from "./model_server.js";
import { Screen } from "./screen.js";

const FIRST_SEED = Number(process.env.SEED ?? 0);
const HISTORIES = Number(process.env.HISTORIES ?? 3000);
const STEPS = 120;

/** One person's page: a timeline, what it shows, and what it has not heard the end of. */
class Client {
  timeline = makeTimeline("tea-break", person(1));
  screen = new Screen();
  /** @type {Map<string, string>} what is to be sent until it is acknowledged */
  outbox = new Map();
  /** @type {(() => void)[]} acks on their way, which may overtake frames */
  acks = [];
  /** @type {(() => void)[]} pages on their way, which may too */
  pages = [];
  #written = 0;

  /** @param {ModelServer} server @param {() => number} random */
  constructor(server, random) {
    this.server = server;
    this.random = random;
  }

  write() {
    const clientId = `client-${this.#written++}`;
    this.outbox.set(clientId, `mine ${clientId}`);
    this.show(this.timeline.write({ client_id: clientId, message: `mine ${clientId}`, timestamp: "2026-11-23T09:00:00Z" }));
    this.send(clientId);
  }

  /** It may be stored without the ack ever coming, or acknowledged twice. @param {string} clientId */
  send(clientId) {
    if (!this.server.connected || this.random() < 0.1) return;
    const ack = this.server.receive(clientId, /** @type {string} */ (this.outbox.get(clientId)));
    const heard = () => {
      this.outbox.delete(clientId);
      this.show(this.timeline.acknowledge(clientId, ack));
    };
    this.acks.push(heard, ...(this.random() < 0.3 ? [heard] : []));
  }

  fetchPage() {
    const request = this.timeline.pageRequest();
    if (!request || !this.server.connected) return;
    const page = this.server.page(request.before);
    this.pages.push(() => this.show(this.timeline.addPage(request, page)));
  }

  hearAnswer() {
    const answers = this.acks.length && this.random() < 0.5 ? this.acks : this.pages;
    if (answers.length) answers.splice(Math.floor(this.random() * answers.length), 1)[0]();
  }

  /** @param {number} frames */
  hear(frames) {
    for (const { event, data } of this.server.wire.splice(0, frames)) this.show(this.timeline.apply(event, data));
  }

  reconnect() {
    this.server.join(this.timeline.standing);
    for (const clientId of this.outbox.keys()) this.send(clientId);
  }

  disconnect() {
    this.server.disconnect();
    this.acks = [];
    this.pages = [];
  }

  /** @param {import("../../static/js/timeline.js").Change[]} changes */
  show(changes) {
    this.screen.carryOut(changes);
    assert.deepEqual(this.screen.entries, this.timeline.entries, "the changes do not lead to the entries");
  }
}

/** @param {Client} client @param {ModelServer} server */
function step(client, server) {
  const chance = client.random();
  if (chance < 0.32) server.write();
  else if (chance < 0.4) client.write();
  else if (chance < 0.6) server.deliver();
  else if (chance < 0.65) server.repair();
  else if (chance < 0.7) server.connected ? client.disconnect() : client.reconnect();
  else if (chance < 0.78) client.fetchPage();
  else if (chance < 0.85) client.hearAnswer();
  else if (chance < 0.86) server.backup();
  else if (chance < 0.865) restore(client, server);
  else client.hear(Math.ceil(client.random() * 5));
}

/** A backup takes back what was acknowledged; no ack of the old epoch comes after it. */
function restore(/** @type {Client} */ client, /** @type {ModelServer} */ server) {
  client.acks = [];
  server.restore();
}

/** @param {Client} client @param {ModelServer} server */
function settle(client, server) {
  if (!server.connected) client.reconnect();
  while (client.outbox.size) {
    for (const clientId of client.outbox.keys()) client.send(clientId);
    while (client.acks.length) client.hearAnswer();
  }
  for (let repairs = 0; repairs < 50; repairs += 1) server.repair();
  client.hear(Infinity);
  while (client.pages.length) client.hearAnswer();
}

/** @param {number} seed */
function live(seed) {
  const random = seededRandom(seed);
  const server = new ModelServer(random);
  const client = new Client(server, random);
  client.reconnect();
  for (let steps = 0; steps < STEPS; steps += 1) step(client, server);
  settle(client, server);
  return { client, server };
}

test(`after every history the timeline equals the database (seeds ${FIRST_SEED} to ${FIRST_SEED + HISTORIES - 1})`, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed += 1) {
    const { client, server } = live(seed);
    const entries = client.timeline.entries;
    const oldest = client.timeline.pageRequest()?.before ?? 0;
    const shown = entries.map((entry) => entry.state === "stored" ? entry.message : entry);
    assert.deepEqual(shown, server.database.sorted.filter(({ sequence }) => sequence >= oldest), `seed ${seed}`);
    assert.equal(client.timeline.standing.after, server.database.head, `seed ${seed}`);
  }
});

test("with the rest of the pages the whole database is shown", () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES / 10; seed += 1) {
    const { client, server } = live(seed);
    while (client.timeline.hasMore) {
      client.fetchPage();
      client.hearAnswer();
    }
    assert.deepEqual(client.timeline.entries.map((entry) => entry.state === "stored" && entry.message), server.database.sorted, `seed ${seed}`);
  }
});
