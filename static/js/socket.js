// @ts-check
/**
 * The page's one conversation with the server: rooms stay joined and letters get sent, whatever the line does. No DOM.
 *
 * After every welcome each room is joined where its timeline stands, then what waits in the outbox is sent, one after the
 * other so that the order of writing holds, again under the same `client_id` until it is acknowledged or refused.
 */

import { backoff } from "./backoff.js";
import { pause } from "./clock.js";
import { Line, RequestError } from "./line.js";
import { reportFault } from "./signals.js";

/** @import {LineOptions, LineState} from "./line.js" */
/** @import {Letter, Outbox} from "./outbox.js" */
/** @import {Refusal, Stored} from "./wire.d.ts" */
/** @typedef {() => {after?: number, epoch?: string}} Standing where a room's timeline stands now */
/**
 * @typedef {object} Listener
 * @property {(event: string, data: any) => void} onEvent
 * @property {(state: LineState) => void} onState
 * @property {(roomId: string) => void} onJoined what was missed has been heard
 * @property {(roomId: string, error: Refusal) => void} onJoinRefused
 * @property {(letter: Letter, ack: Stored) => void} onStored
 * @property {(letter: Letter, error: Refusal) => void} onRefused
 */

/** A long answer on a thin line. */
const JOIN_WITHIN = 60_000;
/** Refusals that pass by themselves. */
const PASSING = new Set(["rate_limited", "unavailable", "timeout"]);

export class ChatSocket {
  /** @type {Map<string, Standing>} */
  #rooms = new Map();
  #sending = false;
  /** Rooms are joined: what is sent now is heard in its place. */
  #ready = false;
  #line;
  #outbox;
  #clock;
  #random;
  #listener;

  /** @param {Omit<LineOptions, "onEvent" | "onState"> & {outbox: Outbox, listener: Listener}} options */
  constructor({ outbox, listener, ...options }) {
    this.#outbox = outbox;
    this.#listener = listener;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#line = new Line({
      ...options,
      onEvent: (event, data) => this.#hear(event, data),
      onState: (state) => this.#change(state),
    });
  }

  get state() {
    return this.#line.state;
  }

  start() {
    this.#line.start();
  }

  stop() {
    this.#line.stop();
  }

  check() {
    this.#line.check();
  }

  /** Rejects with a `RequestError`. @param {string} event @param {object} data @returns {Promise<any>} */
  request(event, data) {
    return this.#line.request(event, data);
  }

  /** @param {string} event @param {object} data */
  tell(event, data) {
    this.#line.tell(event, data);
  }

  /** Be in a room from the next welcome on. @param {string} roomId @param {Standing} standing */
  join(roomId, standing) {
    this.#rooms.set(roomId, standing);
  }

  /** Send until it is stored or refused. @param {Letter} letter */
  send(letter) {
    this.#outbox.put(letter);
    void this.#sendAll();
  }

  /** Send again what was refused. @param {string} clientId */
  retry(clientId) {
    this.#outbox.mark(clientId, null);
    void this.#sendAll();
  }

  /** @param {string} clientId */
  discard(clientId) {
    this.#outbox.remove(clientId);
  }

  /** A fault of the page is reported and stops nothing here. @param {() => void} call */
  #tellPage(call) {
    try {
      call();
    } catch (error) {
      reportFault(error);
    }
  }

  /** @param {string} event @param {any} data */
  #hear(event, data) {
    if (event === "membership_ended") this.#rooms.delete(data.room_id);   // to come back is for people to ask
    this.#tellPage(() => this.#listener.onEvent(event, data));
    if (event === "welcome") void this.#arrive();
  }

  /** @param {LineState} state */
  #change(state) {
    if (state.status !== "open") this.#ready = false;
    this.#tellPage(() => this.#listener.onState(state));
  }

  async #arrive() {
    await Promise.all([...this.#rooms].map(([roomId, standing]) => this.#joinRoom(roomId, standing)));
    this.#ready = this.#line.isOpen;
    await this.#sendAll();
  }

  /** @param {string} roomId @param {Standing} standing */
  async #joinRoom(roomId, standing) {
    const ask = () => this.#line.request("join_room", { room_id: roomId, ...standing() }, JOIN_WITHIN);
    const outcome = await this.#persist(ask);
    const error = outcome?.error;
    if (error) {
      this.#rooms.delete(roomId);
      this.#tellPage(() => this.#listener.onJoinRefused(roomId, error));
    } else if (outcome) this.#tellPage(() => this.#listener.onJoined(roomId));
  }

  async #sendAll() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let letter = this.#outbox.next; letter && this.#ready; letter = this.#outbox.next) await this.#sendOne(letter);
    } finally {
      this.#sending = false;
    }
  }

  /** @param {Letter} letter */
  async #sendOne(letter) {
    const { room_id, message, client_id, reply_to } = letter;
    const attachments = letter.attachments?.map(({ attachment_id }) => attachment_id);
    const ask = () => this.#line.request("send_message", { room_id, message, client_id, reply_to, attachments });
    const outcome = await this.#persist(ask, () => this.#outbox.has(client_id));
    const error = outcome?.error;
    if (error) {
      this.#outbox.mark(client_id, error);
      this.#tellPage(() => this.#listener.onRefused(letter, error));
    } else if (outcome) {
      this.#outbox.remove(client_id);
      this.#tellPage(() => this.#listener.onStored(letter, outcome.answer));
    }
  }

  /**
   * Ask again while the refusal is one that passes. Null: the line went, or the answer is not `wanted` any more.
   * @param {() => Promise<any>} ask @param {() => boolean} wanted
   * @returns {Promise<{answer?: any, error?: Refusal} | null>}
   */
  async #persist(ask, wanted = () => true) {
    for (let attempt = 0; wanted(); attempt += 1) {
      try {
        return { answer: await ask() };
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (error.code === "disconnected") return null;
        if (!PASSING.has(error.code)) return { error: error.refusal };
        const { retry_after: seconds } = error.refusal;
        await pause(this.#clock, seconds === undefined ? backoff(attempt, this.#random) : seconds * 1000);
      }
    }
    return null;
  }
}
