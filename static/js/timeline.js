// @ts-check
/**
 * What one room's timeline shows: pure state, no DOM and no socket.
 *
 * What the server says goes in through `apply`, `addPage` and `acknowledge`; what the person does through `write`,
 * `retry`, `fail` and `discard`. Each answers with the changes to carry out on screen, in that order.
 *
 * The rule that keeps it true while frames, pages and acks arrive in any order: per message the higher
 * `changed_sequence` wins, whatever brought it; changes of messages older than the oldest loaded one wait aside until
 * their page comes; only numbered frames and `room_history` move the position.
 */

/** @import {Draft, HistoryPage, Message, Person, Refusal, RoomHistory, RoomState, Stored} from "./wire.d.ts" */
/** @typedef {{key: string, state: "stored", message: Message}} StoredEntry */
/** @typedef {{key: string, state: "pending" | "failed", draft: Draft, error: Refusal | null}} OwnEntry */
/** @typedef {StoredEntry | OwnEntry} Entry */
/** @typedef {{before: number, era: number, later?: boolean}} PageRequest */
/**
 * `put`: show `entry` just before the entry with key `before` (null: at the end); `was` is the key it had until now.
 * @typedef {{type: "clear"} | {type: "drop", key: string} | {type: "room", room: RoomState}
 *   | {type: "put", entry: Entry, was: string | null, before: string | null}} Change
 */

const MESSAGE_EVENTS = new Set([
  "new_message", "message_edited", "message_deleted", "reaction_changed", "pin_changed",
]);
const ROOM_EVENTS = new Set(["room_changed", "room_closed", "history_pruned"]);

/** @param {number} messageId */
export const storedKey = (messageId) => `m${messageId}`;
/** @param {string} clientId */
export const ownKey = (clientId) => `c${clientId}`;

export class Timeline {
  /** @type {string | null} */
  epoch = null;
  /** The number of the last change applied; null before the first history. @type {number | null} */
  position = null;
  /** Whether older messages exist than those loaded. */
  hasMore = false;
  /** Nothing placed above this is shown: the page looks at the past. */
  #ceiling = Infinity;
  #floor = 0;
  #oldest = 0;
  /** Counts the resets. */
  #era = 0;
  /** Everything known, also what waits aside. @type {Map<number, Message>} */
  #known = new Map();
  /** What is shown, by sequence. @type {Message[]} */
  #shown = [];
  /** What is not stored yet, in order of writing. @type {Map<string, OwnEntry>} */
  #own = new Map();
  #roomId;
  #me;

  /** @param {string} roomId @param {Person} me the reader: only one's own messages are matched by `client_id` */
  constructor(roomId, me) {
    this.#roomId = roomId;
    this.#me = me;
  }

  /** Everything on screen, from top to bottom. @returns {Entry[]} */
  get entries() {
    return [...this.#shown.map(storedEntry), ...this.#own.values()];
  }

  /** Whether the newest messages are shown. */
  get isLive() {
    return this.#ceiling === Infinity;
  }

  /** Show a part of the past, up to `ceiling`; only until a reset. @param {RoomHistory} history @param {number} ceiling @returns {Change[]} */
  look(history, ceiling) {
    const changes = this.#reset(history);
    this.#ceiling = ceiling;
    return [...changes, ...history.messages.flatMap((message) => this.#put(message))];
  }

  /** The newest stored message. @returns {Message | undefined} */
  get last() {
    return this.#shown.at(-1);
  }

  /** What is shown after `sequence`. @param {number} sequence */
  newer(sequence) {
    return this.#shown.slice(this.#place({ sequence: sequence + 1, message_id: 0 }));
  }

  /** What to join with: nothing before the first history. @returns {{after?: number, epoch?: string}} */
  get standing() {
    return this.position === null || this.epoch === null ? {} : { after: this.position, epoch: this.epoch };
  }

  /** @param {string} key @returns {Entry | undefined} */
  entry(key) {
    const message = this.#known.get(Number(key.slice(1)));
    return key.startsWith("m") ? message && storedEntry(message) : this.#own.get(key.slice(1));
  }

  /**
   * Take in one event of this room; events that are not the timeline's change nothing.
   * @param {string} event @param {any} data @returns {Change[]}
   */
  apply(event, data) {
    if (event === "room_history") return this.#history(data);
    if (MESSAGE_EVENTS.has(event)) return this.#numbered(data.changed_sequence, () => this.#put(data));
    if (ROOM_EVENTS.has(event)) return this.#numbered(data.changed_sequence, () => this.#room(data.room));
    return [];
  }

  /** What to ask for next, further up; null when the beginning is shown. @returns {PageRequest | null} */
  pageRequest() {
    return this.hasMore ? { before: this.#oldest, era: this.#era } : null;
  }

  /** What to ask for next, further down; null when the end is shown. @param {number} size messages of a page @returns {PageRequest | null} */
  laterRequest(size) {
    return this.isLive ? null : { before: this.#ceiling + 1 + size, era: this.#era, later: true };
  }

  /**
   * Take in the answer to `fetch_history`. A page asked for before a reset may be older than the reset: it is dropped.
   * @param {PageRequest} request @param {HistoryPage} page @returns {Change[]}
   */
  addPage(request, page) {
    if (request.era !== this.#era || !request.later && request.before !== this.#oldest) return [];
    const shownTo = this.#ceiling;
    if (request.later) this.#ceiling = request.before > (this.position ?? 0) ? Infinity : request.before - 1;
    else {
      this.#oldest = lowest(page.messages, this.#oldest);
      this.hasMore = page.has_more;
    }
    const settled = page.messages.map((message) => this.#settle(message)).filter((key) => key !== null);
    for (const message of page.messages) this.#learn(message);
    const uncovered = [...this.#known.values()].filter(({ sequence }) => this.#fits(sequence) && (request.later ? sequence > shownTo : sequence < request.before));
    return [...settled.map(drop), ...uncovered.sort(inOrder).map((message) => this.#show(message, null))];
  }

  /** Show what is being sent. @param {Draft} draft @returns {Change[]} */
  write(draft) {
    return [this.#showOwn({ key: ownKey(draft.client_id), state: "pending", draft, error: null })];
  }

  /** The server refused it for good. @param {string} clientId @param {Refusal} error @returns {Change[]} */
  fail(clientId, error) {
    const entry = this.#own.get(clientId);
    return entry ? [this.#showOwn({ ...entry, state: "failed", error })] : [];
  }

  /** It is being sent again. @param {string} clientId @returns {Change[]} */
  retry(clientId) {
    const entry = this.#own.get(clientId);
    return entry ? [this.#showOwn({ ...entry, state: "pending", error: null })] : [];
  }

  /** The person gave it up. @param {string} clientId @returns {Change[]} */
  discard(clientId) {
    return this.#own.delete(clientId) ? [drop(ownKey(clientId))] : [];
  }

  /**
   * It is stored. Until its `new_message` comes, and unless that came first, the text as written stands in its place.
   * @param {string} clientId @param {Stored} ack @returns {Change[]}
   */
  acknowledge(clientId, ack) {
    const entry = this.#own.get(clientId);
    return entry ? this.#put({
      room_id: this.#roomId, sender: this.#me, message_id: ack.message_id, sequence: ack.sequence,
      changed_sequence: 0,   // whatever the server says of it is newer
      text_sequence: ack.sequence, message: entry.draft.message, kind: "text", timestamp: ack.timestamp,
      edited: false, deleted: false, client_id: clientId,
      reply_to: entry.draft.reply_to, quote: entry.draft.quote, attachments: entry.draft.attachments,
    }) : [];
  }

  /** @param {RoomHistory} history @returns {Change[]} */
  #history(history) {
    const fresh = history.reset || this.position === null || history.epoch !== this.epoch;
    const changes = fresh ? this.#reset(history) : this.#room(history.room);
    changes.push(...history.messages.flatMap((message) => this.#put(message)));
    this.position = Math.max(this.position ?? 0, history.sequence);
    return changes;
  }

  /** Forget everything but what is not stored yet. @param {RoomHistory} history @returns {Change[]} */
  #reset(history) {
    this.#known.clear();
    this.#shown = [];
    this.#era += 1;
    this.#ceiling = Infinity;
    this.#floor = history.room.floor;
    this.#oldest = lowest(history.messages, history.sequence + 1);
    this.epoch = history.epoch;
    this.position = history.sequence;
    this.hasMore = history.has_more;
    const own = [...this.#own.values()].map((entry) => put(entry, null, null));
    return [{ type: "clear" }, { type: "room", room: history.room }, ...own];
  }

  /** @param {number} number @param {() => Change[]} change @returns {Change[]} */
  #numbered(number, change) {
    if (this.position === null) return [];   // not joined yet: the history to come contains it
    this.position = Math.max(this.position, number);
    return change();
  }

  /** @param {RoomState} room @returns {Change[]} */
  #room(room) {
    this.#floor = Math.max(this.#floor, room.floor);
    for (const message of this.#known.values()) {
      if (message.sequence < this.#floor) this.#known.delete(message.message_id);
    }
    const gone = this.#shown.splice(0, this.#place({ sequence: this.#floor, message_id: 0 }));
    return [{ type: "room", room }, ...gone.map(({ message_id }) => drop(storedKey(message_id)))];
  }

  /** Learn of a message and show it where it belongs. @param {Message} message @returns {Change[]} */
  #put(message) {
    const was = this.#settle(message);
    if (this.#learn(message) && this.#fits(message.sequence)) return [this.#show(message, was)];
    return was ? [drop(was)] : [];
  }

  /** Keep what is newer than what is known. @param {Message} message @returns {boolean} whether it was */
  #learn(message) {
    const known = this.#known.get(message.message_id);
    if (known && known.changed_sequence >= message.changed_sequence) return false;
    this.#known.set(message.message_id, message);
    return true;
  }

  /** One's own message came back: it waits no more. @param {Message} message @returns {string | null} its old key */
  #settle({ client_id: clientId, sender }) {
    return clientId && sender.id === this.#me.id && this.#own.delete(clientId) ? ownKey(clientId) : null;
  }

  /** @param {number} sequence */
  #fits(sequence) {
    return sequence >= this.#oldest && sequence >= this.#floor && sequence <= this.#ceiling;
  }

  /** @param {Message} message @param {string | null} was @returns {Change} */
  #show(message, was) {
    const place = this.#place(message);
    const present = this.#shown[place]?.message_id === message.message_id;
    this.#shown.splice(place, present ? 1 : 0, message);
    const next = this.#shown[place + 1];
    const [firstOwn] = this.#own.values();
    return put(storedEntry(message), was, next ? storedKey(next.message_id) : (firstOwn?.key ?? null));
  }

  /** How many shown messages come before this one. @param {Pick<Message, "sequence" | "message_id">} message */
  #place(message) {
    let low = 0;
    let high = this.#shown.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inOrder(this.#shown[middle], message) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {OwnEntry} entry @returns {Change} */
  #showOwn(entry) {
    this.#own.set(entry.draft.client_id, entry);
    const own = [...this.#own.values()];
    return put(entry, null, own[own.indexOf(entry) + 1]?.key ?? null);
  }
}

/**
 * Between a restored backup and the reset that tells of it, two messages may claim one sequence.
 * @param {Pick<Message, "sequence" | "message_id">} one @param {Pick<Message, "sequence" | "message_id">} other
 */
const inOrder = (one, other) => one.sequence - other.sequence || one.message_id - other.message_id;
/** @param {Message} message @returns {StoredEntry} */
const storedEntry = (message) => ({ key: storedKey(message.message_id), state: "stored", message });
/** @param {Entry} entry @param {string | null} was @param {string | null} before @returns {Change} */
const put = (entry, was, before) => ({ type: "put", entry, was, before });
/** @param {string} key @returns {Change} */
const drop = (key) => ({ type: "drop", key });
/** @param {Message[]} messages @param {number} otherwise */
const lowest = (messages, otherwise) => messages.reduce((least, { sequence }) => Math.min(least, sequence), otherwise);
