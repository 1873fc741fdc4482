// @ts-check
/**
 * A small model of the server as one client meets it: a database that numbers changes, a hub behind a bus that loses,
 * repeats and reorders, a wire that breaks, pages and acks that overtake frames. Random, but each seed is one history.
 */

/** @import {Message, RoomHistory, Stored} from "../../static/js/wire.d.ts" */
/** @typedef {{number: number, event: string, data: any}} Frame */

const SNAPSHOT = 5;
const PAGE = 3;
const RESUME_LIMIT = 25;
const REPAIR_LIMIT = 8;
const ROOM = "tea-break";

/** Numbers in [0, 1) that depend on the seed only (mulberry32). @param {number} seed */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {number} id */
export const person = (id) => ({ id, username: `user${id}`, name: `User ${id}`, avatar: `/people/user${id}/avatar.svg` });

/** @param {Partial<Message> & {sequence: number}} fields @returns {Message} */
export function message(fields) {
  return {
    room_id: ROOM, message_id: fields.sequence + 1000, changed_sequence: fields.sequence,
    text_sequence: fields.sequence, sender: person(2),
    message: `words ${fields.sequence}`, kind: "text", timestamp: "2026-11-23T09:00:00Z", edited: false, deleted: false,
    ...fields,
  };
}

/** @param {number} floor */
export const room = (floor = 1) => ({ room_id: ROOM, name: ROOM, topic: "", kind: /** @type {const} */ ("public"), closed: false, floor });

/** @param {Message[]} messages @param {Partial<RoomHistory>} fields @returns {RoomHistory} */
export function history(messages, fields = {}) {
  const sequence = Math.max(0, ...messages.map((each) => each.changed_sequence));
  return { room_id: ROOM, room: room(), messages, sequence, epoch: "e1", has_more: false, reset: false, ...fields };
}

export class Database {
  head = 0;
  floor = 1;
  epoch = 1;
  ids = 1000;
  /** @type {Map<number, Message>} */
  rows = new Map();

  /** @param {Partial<Message>} fields @returns {Frame} */
  send(fields) {
    this.head += 1;
    this.ids += 1;   // ids go on after a restored backup, as a sequence of PostgreSQL may
    return this.#store("new_message", message({ ...fields, sequence: this.head, message_id: this.ids }));
  }

  /** @param {Message} row @param {string} text @returns {Frame} */
  edit(row, text) {
    this.head += 1;
    return this.#store("message_edited", { ...row, changed_sequence: this.head, message: text, edited: true });
  }

  /** @param {Message} row @returns {Frame} */
  delete(row) {
    this.head += 1;
    return this.#store("message_deleted", { ...row, changed_sequence: this.head, message: "", deleted: true });
  }

  /** @param {number} floor @returns {Frame} */
  prune(floor) {
    this.head += 1;
    this.floor = floor;
    for (const sequence of this.rows.keys()) if (sequence < floor) this.rows.delete(sequence);
    return this.roomFrame("history_pruned");
  }

  /** @param {string} event @returns {Frame} */
  roomFrame(event) {
    return { number: this.head, event, data: { changed_sequence: this.head, room: room(this.floor) } };
  }

  /** What changed in (after, to], by change. @param {number} after @param {number} to */
  changes(after, to) {
    return this.sorted.filter(({ changed_sequence: n }) => n > after && n <= to)
      .sort((one, other) => one.changed_sequence - other.changed_sequence);
  }

  get sorted() {
    return [...this.rows.values()].sort((one, other) => one.sequence - other.sequence);
  }

  copy() {
    return Object.assign(new Database(), this, { rows: new Map(this.rows) });
  }

  /** @param {string} event @param {Message} row @returns {Frame} */
  #store(event, row) {
    this.rows.set(row.sequence, row);
    return { number: this.head, event, data: row };
  }
}

export class ModelServer {
  database = new Database();
  #backup = new Database();
  #position = 0;
  /** @type {Frame[]} */
  #bus = [];
  /** @type {Map<number, Frame>} */
  #held = new Map();
  /** What is on its way to the client, in order. @type {{event: string, data: any}[]} */
  wire = [];
  connected = false;
  #random;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
  }

  /** @template T @param {T[]} items @returns {T} */
  pick(items) {
    return items[Math.floor(this.#random() * items.length)];
  }

  /** Somebody changes something. */
  write() {
    const live = this.database.sorted.filter((row) => !row.deleted);
    const chance = this.#random();
    if (chance < 0.5 || live.length === 0) this.#publish(this.database.send({}));
    else if (chance < 0.75) this.#publish(this.database.edit(this.pick(live), `edit ${this.database.head}`));
    else if (chance < 0.9) this.#publish(this.database.delete(this.pick(live)));
    else if (chance < 0.95) this.#publish(this.database.prune(this.pick(this.database.sorted).sequence));
    else this.#changeRoom();
  }

  /** Store the client's message, once however often it comes. @param {string} clientId @param {string} text @returns {Stored} */
  receive(clientId, text) {
    const known = [...this.database.rows.values()].find((row) => row.client_id === clientId);
    if (!known) this.#publish(this.database.send({ client_id: clientId, message: `${text} (filtered)`, sender: person(1) }));
    return known ?? /** @type {Message} */ (this.database.sorted.at(-1));
  }

  /** The bus brings something, in any order, perhaps twice. */
  deliver() {
    if (this.#bus.length === 0) return;
    const index = Math.floor(this.#random() * this.#bus.length);
    const frame = this.#random() < 0.1 ? this.#bus[index] : this.#bus.splice(index, 1)[0];
    if (frame.number <= this.#position) return;
    this.#held.set(frame.number, frame);
    this.#drain();
  }

  /** The hub reads what it missed; meanwhile others go on writing. */
  repair() {
    const head = this.database.head;
    if (head <= this.#position) return;
    if (head - this.#position > REPAIR_LIMIT) return this.#reload();
    for (let writes = this.pick([0, 0, 1, 2]); writes > 0; writes -= 1) this.write();
    for (const row of this.database.changes(this.#position, head)) {
      const event = row.sequence > this.#position ? "new_message" : row.deleted ? "message_deleted" : "message_edited";
      this.#toClient(event, row);
    }
    this.#toClient("room_changed", { changed_sequence: head, room: room(this.database.floor) });
    this.#position = head;
    this.#drain();
  }

  disconnect() {
    this.connected = false;
    this.wire = [];
  }

  /** @param {{after?: number, epoch?: string}} standing */
  join({ after, epoch }) {
    this.connected = true;
    this.wire = [];
    const head = this.database.head;
    const resumes = epoch === this.#epoch && after !== undefined && head - after <= RESUME_LIMIT && after >= this.database.floor - 1;
    if (!resumes) this.#snapshot();
    else this.#resume(after, head);
    for (const row of this.database.changes(head, this.#position)) this.#toClient("new_message", row);   // held while joining
  }

  /** A page of older messages, as the database has it now. @param {number} before */
  page(before) {
    const older = this.database.sorted.filter(({ sequence }) => sequence < before);
    return { messages: older.slice(-PAGE), has_more: older.length > PAGE };
  }

  backup() {
    this.#backup = this.database.copy();
  }

  /** An older state comes back under a new epoch; the hub tells everyone to start afresh. */
  restore() {
    const { epoch, ids } = this.database;
    this.database = Object.assign(this.#backup.copy(), { epoch: epoch + 1, ids });
    this.#bus = [];
    this.#held.clear();
    this.#reload();
  }

  get #epoch() {
    return `e${this.database.epoch}`;
  }

  #reload() {
    this.#position = this.database.head;
    this.#snapshot();
    this.#drain();
  }

  #snapshot() {
    const messages = this.database.sorted.slice(-SNAPSHOT);
    const fields = { sequence: this.database.head, has_more: this.database.rows.size > SNAPSHOT, reset: true };
    this.#toClient("room_history", history(messages, { ...fields, epoch: this.#epoch, room: room(this.database.floor) }));
  }

  /** @param {number} after @param {number} head */
  #resume(after, head) {
    const rows = this.database.changes(after, head);
    do {
      const part = rows.splice(0, 2);
      const sequence = rows.length ? /** @type {Message} */ (part.at(-1)).changed_sequence : head;
      this.#toClient("room_history", history(part, { sequence, epoch: this.#epoch, room: room(this.database.floor) }));
    } while (rows.length);
  }

  #changeRoom() {
    this.database.head += 1;
    this.#publish(this.database.roomFrame("room_changed"));
  }

  /** @param {Frame} frame */
  #publish(frame) {
    if (this.#random() > 0.25) this.#bus.push(frame);
  }

  #drain() {
    for (let next = this.#held.get(this.#position + 1); next; next = this.#held.get(this.#position + 1)) {
      this.#position += 1;
      this.#toClient(next.event, next.data);
    }
    for (const number of this.#held.keys()) if (number <= this.#position) this.#held.delete(number);
  }

  /** @param {string} event @param {any} data */
  #toClient(event, data) {
    if (this.connected) this.wire.push({ event, data });
  }
}
