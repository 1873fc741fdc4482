// @ts-check
/** One WebSocket, kept up: it comes back after a loss, notices a dead line, and ties answers to questions. No DOM. */

import { waitAfterClose } from "./backoff.js";

/** @import {Clock} from "./clock.js" */
/** @import {Refusal} from "./wire.d.ts" */
/** @typedef {"idle" | "connecting" | "open" | "waiting" | "ended"} Status */
/** @typedef {{status: Status, retryAt: number | null, code: number | null}} LineState `retryAt` in the clock's time */
/** @typedef {{resolve: (data: any) => void, reject: (error: RequestError) => void, cancel: () => void}} Question */
/**
 * @typedef {object} LineOptions
 * @property {string} url
 * @property {(url: string) => WebSocket} connect
 * @property {Clock} clock
 * @property {() => number} random in [0, 1)
 * @property {(event: string, data: any) => void} onEvent everything that answers no question
 * @property {(state: LineState) => void} onState
 */

const WELCOME_WITHIN = 15_000;
const ANSWER_WITHIN = 15_000;
const SILENCE = 25_000;
/** Longer than a busy database makes an event wait: the pong queues behind it. */
const PONG_WITHIN = 12_000;
const QUICK_PONG_WITHIN = 4_000;
/** Only a connection that lasted this long is a success. */
const STEADY = 5_000;
/** After a new password the browser has a new cookie as well: time for it to arrive. */
const NEW_COOKIE_WITHIN = 2_000;
/** What a browser reports when a connection just went away. */
const LOST = 1006;

/** A request that came to nothing: refused by the server, or `disconnected`, or unanswered (`timeout`). */
export class RequestError extends Error {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }

  get code() {
    return this.refusal.code;
  }
}

export class Line {
  /** @type {LineState} */
  state = { status: "idle", retryAt: null, code: null };
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #openedAt = 0;
  #asked = 0;
  /** The login ended, and the browser may already have another: worth one more attempt. */
  #onceMore = false;
  /** @type {Map<string, Question>} */
  #questions = new Map();
  /** Cancels the one thing waited for: the welcome, the next ping, its pong, or the next attempt. */
  #cancelWait = () => {};
  #options;

  /** @param {LineOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get isOpen() {
    return this.state.status === "open";
  }

  /** Connect, and stay connected; also at once when waiting to try again. */
  start() {
    if (this.state.status === "connecting" || this.isOpen) return;
    this.#become("connecting");
    const socket = this.#options.connect(this.#options.url);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#lose(code);
    this.#wait(WELCOME_WITHIN, () => this.#lose(LOST));
  }

  /** Close, and stay closed until the next `start`. */
  stop() {
    this.#hangUp("disconnected");
    this.#become("idle");
  }

  /** Something hints that the line may be dead, or could be had again: find out now. */
  check() {
    if (this.isOpen) this.#ping(QUICK_PONG_WITHIN);
    else if (this.state.status === "waiting") this.start();
  }

  /**
   * Ask, and hear the answer's data. Rejects with a `RequestError`.
   * @param {string} event @param {object} data @param {number} within milliseconds @returns {Promise<any>}
   */
  request(event, data, within = ANSWER_WITHIN) {
    if (!this.isOpen) return Promise.reject(lostError("disconnected"));
    const ref = String(++this.#asked);
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.after(within, () => this.#answer(ref, (question) => question.reject(lostError("timeout"))));
      this.#questions.set(ref, { resolve, reject, cancel });
      this.#transmit({ event, data, ref });
    });
  }

  /** Say something that needs no answer and is worth nothing later. @param {string} event @param {object} data */
  tell(event, data) {
    if (this.isOpen) this.#transmit({ event, data });
  }

  /** @param {object} frame */
  #transmit(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** @param {string} text */
  #hear(text) {
    const { event, data, ref } = JSON.parse(text);
    if (event === "welcome") this.#open();
    if (event === "session_ended") this.#onceMore = data.reason === "password_changed";
    if (this.isOpen) this.#listen();
    if (ref === undefined) this.#options.onEvent(event, data);
    else this.#answer(ref, (question) => event === "error" ? question.reject(new RequestError(data)) : question.resolve(data));
  }

  #open() {
    this.#openedAt = this.#options.clock.now();
    this.#become("open");
  }

  /** As long as something is heard, the line lives. */
  #listen() {
    this.#wait(SILENCE, () => this.#ping(PONG_WITHIN));
  }

  /** @param {number} within */
  #ping(within) {
    this.#transmit({ event: "ping", data: {} });
    this.#wait(within, () => this.#lose(LOST));
  }

  /** @param {number} code */
  #lose(code) {
    const { clock, random } = this.#options;
    if (this.isOpen && clock.now() - this.#openedAt >= STEADY) this.#attempt = 0;
    this.#hangUp("disconnected");
    const wait = this.#onceMore ? NEW_COOKIE_WITHIN : waitAfterClose(code, this.#attempt, random);
    this.#onceMore = false;
    this.#attempt += 1;
    if (wait === null) return this.#become("ended", { code });
    this.#become("waiting", { code, retryAt: clock.now() + wait });
    this.#wait(wait, () => this.start());
  }

  /** @param {string} why */
  #hangUp(why) {
    this.#cancelWait();
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;   // a dead line may take minutes to say that it closed
      socket.close();
    }
    for (const ref of this.#questions.keys()) this.#answer(ref, (question) => question.reject(lostError(why)));
  }

  /** @param {string} ref @param {(question: Question) => void} say */
  #answer(ref, say) {
    const question = this.#questions.get(ref);
    if (!question) return;
    this.#questions.delete(ref);
    question.cancel();
    say(question);
  }

  /** @param {number} milliseconds @param {() => void} action */
  #wait(milliseconds, action) {
    this.#cancelWait();
    this.#cancelWait = this.#options.clock.after(milliseconds, action);
  }

  /** @param {Status} status @param {Partial<LineState>} more */
  #become(status, more = {}) {
    this.state = { status, retryAt: null, code: null, ...more };
    this.#options.onState(this.state);
  }
}

/** @param {string} code */
const lostError = (code) => new RequestError({ code, message: code });
