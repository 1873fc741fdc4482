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

/** @param {number} messageId */
const storedKey = (messageId) => `m${messageId}`;
/** @param {string} clientId */
const ownKey = (clientId) => `c${clientId}`;

/** @typedef {ReturnType<typeof makeTimeline>} Timeline */

/** @param {string} roomId @param {Person} me the reader: only one's own messages are matched by `client_id` */
export function makeTimeline(roomId, me) {
  /** @type {string | null} */
  let epoch = null;
  /** @type {number | null} */
  let position = null;
  let hasMore = false;
  /** Nothing placed above this is shown: the page looks at the past. */
  let ceiling = Infinity;
  let floor = 0;
  let oldest = 0;
  /** Counts the resets. */
  let era = 0;
  /** Everything known, also what waits aside. @type {Map<number, Message>} */
  const known = new Map();
  /** What is shown, by sequence. @type {Message[]} */
  let shown = [];
  /** What is not stored yet, in order of writing. @type {Map<string, OwnEntry>} */
  const own = new Map();

  /** Show a part of the past, up to the place `top`; only until a reset. @param {RoomHistory} history @param {number} top @returns {Change[]} */
  function look(history, top) {
    const changes = reset(history);
    ceiling = top;
    return [...changes, ...history.messages.flatMap(putStored)];
  }

  /**
   * What is placed after `after`, also what a page of the past does not show. Not what a page brought before it was
   * told: that comes with the position.
   * @param {number} after
   */
  const newer = (after) => [...known.values()].filter(({ sequence }) => sequence > after && sequence <= (position ?? 0));

  /**
   * Take in one event of this room. What changes the timeline bears a number, with a whole message or the room as it is.
   * @param {string} event @param {any} data @returns {Change[]}
   */
  function apply(event, data) {
    if (event === "room_history") return takeHistory(data);
    const { changed_sequence: number, room, message_id } = data;
    if (!number || position === null) return [];   // not joined yet: the history to come contains it
    position = Math.max(position, number);
    return room ? takeRoom(room) : message_id ? putStored(data) : [];
  }

  /** What to ask for next, further up; null when the beginning is shown. @returns {PageRequest | null} */
  const pageRequest = () => hasMore ? { before: oldest, era } : null;

  /** What to ask for next, further down; null when the end is shown. @param {number} size messages of a page @returns {PageRequest | null} */
  const laterRequest = (size) => isLive() ? null : { before: ceiling + 1 + size, era, later: true };

  const isLive = () => ceiling === Infinity;

  /**
   * Take in the answer to `fetch_history`. A page asked for before a reset may be older than the reset: it is dropped.
   * @param {PageRequest} request @param {HistoryPage} page @returns {Change[]}
   */
  function addPage(request, page) {
    if (request.era !== era || !request.later && request.before !== oldest) return [];
    const shownTo = ceiling;
    if (request.later) ceiling = request.before > (position ?? 0) ? Infinity : request.before - 1;
    else {
      oldest = lowest(page.messages, oldest);
      hasMore = page.has_more;
    }
    const settled = page.messages.map(settle).filter((key) => key !== null);
    page.messages.forEach(learn);
    const uncovered = [...known.values()].filter(({ sequence }) => fits(sequence) && (request.later ? sequence > shownTo : sequence < request.before));
    return [...settled.map(drop), ...uncovered.sort(inOrder).map((message) => showStored(message, null))];
  }

  /** Show what is being sent. @param {Draft} draft @returns {Change[]} */
  const write = (draft) => [showOwn({ key: ownKey(draft.client_id), state: "pending", draft, error: null })];

  /** @param {string} clientId @param {Pick<OwnEntry, "state" | "error">} news @returns {Change[]} */
  function restate(clientId, news) {
    const entry = own.get(clientId);
    return entry ? [showOwn({ ...entry, ...news })] : [];
  }

  /** The server refused it for good. @param {string} clientId @param {Refusal} error */
  const fail = (clientId, error) => restate(clientId, { state: "failed", error });

  /** It is being sent again. @param {string} clientId */
  const retry = (clientId) => restate(clientId, { state: "pending", error: null });

  /** The person gave it up. @param {string} clientId @returns {Change[]} */
  const discard = (clientId) => own.delete(clientId) ? [drop(ownKey(clientId))] : [];

  /**
   * It is stored. Until its `new_message` comes, and unless that came first, the text as written stands in its place.
   * @param {string} clientId @param {Stored} ack @returns {Change[]}
   */
  function acknowledge(clientId, ack) {
    const entry = own.get(clientId);
    return entry ? putStored({
      ...entry.draft, ...ack, room_id: roomId, sender: me, text_sequence: ack.sequence, kind: "text", edited: false, deleted: false,
      changed_sequence: 0,   // whatever the server says of it is newer
    }) : [];
  }

  /** @param {RoomHistory} history @returns {Change[]} */
  function takeHistory(history) {
    const fresh = history.reset || position === null || history.epoch !== epoch;
    const changes = fresh ? reset(history) : takeRoom(history.room);
    changes.push(...history.messages.flatMap(putStored));
    position = Math.max(position ?? 0, history.sequence);
    return changes;
  }

  /** Forget everything but what is not stored yet. @param {RoomHistory} history @returns {Change[]} */
  function reset(history) {
    known.clear();
    shown = [];
    era += 1;
    ceiling = Infinity;
    floor = history.room.floor;
    oldest = lowest(history.messages, history.sequence + 1);
    [epoch, position, hasMore] = [history.epoch, history.sequence, history.has_more];
    const waiting = [...own.values()].map((entry) => put(entry, null, null));
    return [{ type: "clear" }, { type: "room", room: history.room }, ...waiting];
  }

  /** @param {RoomState} room @returns {Change[]} */
  function takeRoom(room) {
    floor = Math.max(floor, room.floor);
    for (const message of known.values()) {
      if (message.sequence < floor) known.delete(message.message_id);
    }
    const gone = shown.splice(0, placeOf({ sequence: floor, message_id: 0 }));
    return [{ type: "room", room }, ...gone.map(({ message_id }) => drop(storedKey(message_id)))];
  }

  /** Learn of a message and show it where it belongs. @param {Message} message @returns {Change[]} */
  function putStored(message) {
    const was = settle(message);
    if (learn(message) && fits(message.sequence)) return [showStored(message, was)];
    return was ? [drop(was)] : [];
  }

  /** Keep what is newer than what is known. @param {Message} message @returns {boolean} whether it was */
  function learn(message) {
    const before = known.get(message.message_id);
    if (before && before.changed_sequence >= message.changed_sequence) return false;
    known.set(message.message_id, message);
    return true;
  }

  /** One's own message came back: it waits no more. @param {Message} message @returns {string | null} its old key */
  const settle = ({ client_id: clientId, sender }) => clientId && sender.id === me.id && own.delete(clientId) ? ownKey(clientId) : null;

  /** @param {number} sequence */
  const fits = (sequence) => sequence >= oldest && sequence >= floor && sequence <= ceiling;

  /** @param {Message} message @param {string | null} was @returns {Change} */
  function showStored(message, was) {
    const place = placeOf(message);
    const present = shown[place]?.message_id === message.message_id;
    shown.splice(place, present ? 1 : 0, message);
    const next = shown[place + 1];
    const [firstOwn] = own.values();
    return put(storedEntry(message), was, next ? storedKey(next.message_id) : (firstOwn?.key ?? null));
  }

  /** How many shown messages come before this one. @param {Pick<Message, "sequence" | "message_id">} message */
  function placeOf(message) {
    let low = 0;
    let high = shown.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inOrder(shown[middle], message) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {OwnEntry} entry @returns {Change} */
  function showOwn(entry) {
    own.set(entry.draft.client_id, entry);
    const all = [...own.values()];
    return put(entry, null, all[all.indexOf(entry) + 1]?.key ?? null);
  }

  return {
    apply, newer, look, pageRequest, laterRequest, addPage, write, fail, retry, discard, acknowledge,
    /** Whether older messages exist than those loaded. */
    get hasMore() {
      return hasMore;
    },
    /** Everything on screen, from top to bottom. @returns {Entry[]} */
    get entries() {
      return [...shown.map(storedEntry), ...own.values()];
    },
    /** Whether the newest messages are shown. */
    get isLive() {
      return isLive();
    },
    /** The newest stored message. @returns {Message | undefined} */
    get last() {
      return shown.at(-1);
    },
    /** What to join with: nothing before the first history. @returns {{after?: number, epoch?: string}} */
    get standing() {
      return position === null || epoch === null ? {} : { after: position, epoch };
    },
  };
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
