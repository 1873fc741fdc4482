// @ts-check
/** A clock that stands still until told, and a server at the other end of every WebSocket. */

/** @import {Clock} from "../../static/js/clock.js" */

/** Let every promise that can settle do so. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @implements {Clock} */
export class FakeClock {
  #time = 0;
  /** @type {{at: number, action: () => void}[]} */
  #timers = [];

  now = () => this.#time;

  after = (/** @type {number} */ milliseconds, /** @type {() => void} */ action) => {
    const timer = { at: this.#time + milliseconds, action };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((each) => each !== timer));
  };

  /** @param {number} milliseconds */
  async advance(milliseconds) {
    const end = this.#time + milliseconds;
    for (await settled(); ; await settled()) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.#time = due.at;
      this.#timers = this.#timers.filter((each) => each !== due);
      due.action();
    }
    this.#time = end;
  }
}

/** One connection, seen from both ends. */
export class FakeWebSocket {
  /** @type {((event: {data: string}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void) | null} */
  onclose = null;
  closed = false;
  /** What the page said, not yet looked at. @type {{event: string, data: any, ref?: string}[]} */
  heard = [];

  /** @param {string} text */
  send(text) {
    this.heard.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  /** @param {string} event @param {object} data @param {string} [ref] */
  say(event, data = {}, ref = undefined) {
    this.onmessage?.({ data: JSON.stringify({ event, data, ref }) });
    return settled();
  }

  welcome(username = "alice") {
    return this.say("welcome", { user: { username }, rooms: [], limits: {} });
  }

  /** The server closes, or the network does. @param {number} code */
  cut(code = 1006) {
    this.onclose?.({ code });
    return settled();
  }

  /** The oldest thing the page said. */
  next() {
    const frame = this.heard.shift();
    if (!frame) throw new Error("the page said nothing");
    return frame;
  }

  /** Acknowledge the oldest thing the page said. @param {string} event @param {object} data */
  async ack(event, data = {}) {
    const frame = this.#expect(event);
    await this.say("ack", data, frame.ref);
    return frame;
  }

  /** Refuse it. @param {string} event @param {object} error */
  async refuse(event, error) {
    const frame = this.#expect(event);
    await this.say("error", { message: "No.", ...error }, frame.ref);
    return frame;
  }

  /** @param {string} event */
  #expect(event) {
    const frame = this.next();
    if (frame.event !== event) throw new Error(`the page said ${frame.event}, not ${event}`);
    return frame;
  }
}

/** Everything that a page opened, newest last. */
export class FakeNetwork {
  /** @type {FakeWebSocket[]} */
  sockets = [];

  connect = () => {
    const socket = new FakeWebSocket();
    this.sockets.push(socket);
    return /** @type {WebSocket} */ (/** @type {unknown} */ (socket));
  };

  get latest() {
    return /** @type {FakeWebSocket} */ (this.sockets.at(-1));
  }
}

/** A tab's storage. */
export class FakeStorage {
  /** @type {Map<string, string>} */
  items = new Map();
  getItem = (/** @type {string} */ key) => this.items.get(key) ?? null;
  setItem = (/** @type {string} */ key, /** @type {string} */ value) => void this.items.set(key, value);
}
