// @ts-check
/** One WebSocket, kept up: it comes back after a loss, notices a dead line, and ties answers to questions. No DOM. */

import { waitAfterClose } from "./backoff.js";

/** @import {Clock} from "./clock.js" */
/** @import {Person, Refusal} from "./wire.d.ts" */
/** @typedef {"idle" | "connecting" | "open" | "waiting" | "ended"} Status */
/** @typedef {{status: Status, retryAt: number | null, code: number | null}} LineState `retryAt` in the clock's time */
/** @typedef {{resolve: (data: any) => void, reject: (error: RequestError) => void, cancel: () => void}} Question */
/**
 * @typedef {object} LineOptions
 * @property {string} url
 * @property {(url: string) => WebSocket} connect
 * @property {Clock} clock
 * @property {() => number} random in [0, 1)
 * @property {(user: Person) => unknown} isFor whether a conversation with this person is wanted; where not, it is over
 * @property {(event: string, data: any) => void} onEvent everything that answers no question
 * @property {(state: LineState) => void} onState
 */

/** The welcome, too. */
const ANSWER_WITHIN = 15_000;
const SILENCE = 25_000;
/** Longer than a busy database makes an event wait: the pong queues behind it. */
const PONG_WITHIN = 12_000;
const QUICK_PONG_WITHIN = 4_000;
/** Only a connection that lasted this long is a success. */
const STEADY = 5_000;
/** After a new password the browser has a new cookie as well: time for it to arrive. */
const COOKIE_WITHIN = 2_000;
/** What a browser reports when a connection just went away. */
const LOST = 1006;

/** A request that came to nothing: refused by the server, or `disconnected`, or unanswered (`timeout`). */
export class RequestError extends Error {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** @typedef {ReturnType<typeof makeLine>} Line */

/** @param {LineOptions} options */
export function makeLine({ url, connect, clock, random, isFor, onEvent, onState }) {
  /** @type {LineState} */
  let state = { status: "idle", retryAt: null, code: null };
  /** @type {WebSocket | null} */
  let socket = null;
  let [attempt, openedAt, asked] = [0, 0, 0];
  /** The login ended, and the browser may already have another: worth one more attempt. */
  let onceMore = false;
  /** @type {Map<string, Question>} */
  const questions = new Map();
  /** Cancels the one thing waited for: the welcome, the next ping, its pong, or the next attempt. */
  let cancelWait = () => {};

  /** @param {Status} status @param {Partial<LineState>} more */
  function become(status, more = {}) {
    state = { status, retryAt: null, code: null, ...more };
    onState(state);
  }

  const isOpen = () => state.status === "open";

  /** Connect, and stay connected; also at once when waiting to try again. */
  function start() {
    if (state.status === "connecting" || isOpen()) return;
    become("connecting");
    socket = connect(url);
    socket.onmessage = ({ data }) => hear(data);
    socket.onclose = ({ code }) => lose(code);
    wait(ANSWER_WITHIN, () => lose(LOST));
  }

  /** Close, and stay closed until the next `start`. */
  function stop() {
    hangUp();
    become("idle");
  }

  /** Something hints that the line may be dead, or could be had again, be it by a new login: find out now. */
  function check() {
    if (isOpen()) ping(QUICK_PONG_WITHIN);
    else start();
  }

  /**
   * Ask, and hear the answer's data. Rejects with a `RequestError`.
   * @param {string} event @param {object} data @param {number} within milliseconds @returns {Promise<any>}
   */
  function request(event, data, within = ANSWER_WITHIN) {
    if (!isOpen()) return Promise.reject(lostError("disconnected"));
    const ref = String(++asked);
    return new Promise((resolve, reject) => {
      const cancel = clock.after(within, () => answer(ref, (question) => question.reject(lostError("timeout"))));
      questions.set(ref, { resolve, reject, cancel });
      transmit({ event, data, ref });
    });
  }

  /** Say something that needs no answer and is worth nothing later. @param {string} event @param {object} data */
  function tell(event, data) {
    if (isOpen()) transmit({ event, data });
  }

  const transmit = (/** @type {object} */ frame) => socket?.send(JSON.stringify(frame));

  /** As long as something is heard, the line lives. @param {string} text */
  function hear(text) {
    const { event, data, ref } = JSON.parse(text);
    if (event === "welcome") {
      if (!isFor(data.user)) return stop();
      openedAt = clock.now();
      become("open");
    }
    if (event === "session_ended") onceMore = data.reason === "password_changed";
    if (isOpen()) wait(SILENCE, () => ping(PONG_WITHIN));
    if (ref === undefined) onEvent(event, data);
    else answer(ref, (question) => event === "error" ? question.reject(new RequestError(data)) : question.resolve(data));
  }

  /** @param {number} within */
  function ping(within) {
    transmit({ event: "ping", data: {} });
    wait(within, () => lose(LOST));
  }

  /** @param {number} code */
  function lose(code) {
    if (isOpen() && clock.now() - openedAt >= STEADY) attempt = 0;
    hangUp();
    const pause = onceMore ? COOKIE_WITHIN : waitAfterClose(code, attempt, random);
    onceMore = false;
    attempt += 1;
    if (pause === null) return become("ended", { code });
    become("waiting", { code, retryAt: clock.now() + pause });
    wait(pause, start);
  }

  function hangUp() {
    cancelWait();
    if (socket) {
      socket.onmessage = socket.onclose = null;   // a dead line may take minutes to say that it closed
      socket.close();
    }
    socket = null;
    for (const ref of questions.keys()) answer(ref, (question) => question.reject(lostError("disconnected")));
  }

  /** @param {string} ref @param {(question: Question) => void} say */
  function answer(ref, say) {
    const question = questions.get(ref);
    if (!question) return;
    questions.delete(ref);
    question.cancel();
    say(question);
  }

  /** @param {number} milliseconds @param {() => void} action */
  function wait(milliseconds, action) {
    cancelWait();
    cancelWait = clock.after(milliseconds, action);
  }

  return {
    start, stop, check, request, tell,
    get state() {
      return state;
    },
    get isOpen() {
      return isOpen();
    },
  };
}

/** @param {string} code */
const lostError = (code) => new RequestError({ code, message: code });
