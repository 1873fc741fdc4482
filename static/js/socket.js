// @ts-check
/**
 * The page's one conversation with the server: rooms stay joined and letters get sent, whatever the line does. No DOM.
 *
 * After every welcome each room is joined where its timeline stands, then what waits in the outbox is sent, one after the
 * other so that the order of writing holds, again under the same `client_id` until it is acknowledged or refused.
 */

import { backoff } from "./backoff.js";
import { pause } from "./clock.js";
import { makeLine, RequestError } from "./line.js";

/** @import {LineOptions, LineState} from "./line.js" */
/** @import {Letter, Outbox} from "./outbox.js" */
/** @import {Page} from "./room.d.ts" */
/** @import {Refusal} from "./wire.d.ts" */
/** @typedef {() => {after?: number, epoch?: string}} Standing where a room's timeline stands now */

/** A long answer on a thin line. */
const JOIN_WITHIN = 60_000;
/** Refusals that pass by themselves. */
const PASSING = new Set(["rate_limited", "unavailable", "timeout"]);

/** @typedef {ReturnType<typeof makeChatSocket>} ChatSocket */

/** @param {Omit<LineOptions, "onEvent" | "onState"> & {outbox: Outbox, say: Page["say"]}} options `say` never throws */
export function makeChatSocket({ outbox, say, ...options }) {
  const { clock, random } = options;
  const line = makeLine({ ...options, onEvent: hear, onState: change });
  /** @type {Map<string, Standing>} */
  const rooms = new Map();
  let sending = false;
  /** Rooms are joined: what is sent now is heard in its place. */
  let ready = false;

  /** @param {string} event @param {any} data */
  function hear(event, data) {
    if (event === "membership_ended") rooms.delete(data.room_id);   // to come back is for people to ask
    say("event", event, data);
    if (event === "welcome") void arrive();
  }

  /** @param {LineState} state */
  function change(state) {
    if (state.status !== "open") ready = false;
    say("state", state);
  }

  async function arrive() {
    await Promise.all([...rooms].map(([roomId, standing]) => joinRoom(roomId, standing)));
    ready = line.isOpen;
    await sendAll();
  }

  /** @param {string} roomId @param {Standing} standing */
  async function joinRoom(roomId, standing) {
    const outcome = await persist(() => line.request("join_room", { room_id: roomId, ...standing() }, JOIN_WITHIN));
    if (outcome?.error) {
      rooms.delete(roomId);
      say("barred", outcome.error, roomId);
    } else if (outcome) say("joined", roomId);
  }

  async function sendAll() {
    if (sending) return;
    sending = true;
    try {
      for (let letter = outbox.next; letter && ready; letter = outbox.next) await sendOne(letter);
    } finally {
      sending = false;
    }
  }

  /** @param {Letter} letter */
  async function sendOne(letter) {
    const { room_id, message, client_id, reply_to } = letter;
    const attachments = letter.attachments?.map(({ attachment_id }) => attachment_id);
    const ask = () => line.request("send_message", { room_id, message, client_id, reply_to, attachments });
    const outcome = await persist(ask, () => outbox.has(client_id));
    if (outcome?.error) {
      outbox.mark(client_id, outcome.error);
      say("refused", letter, outcome.error);
    } else if (outcome) {
      outbox.remove(client_id);
      say("stored", letter, outcome.answer);
    }
  }

  /**
   * Ask again while the refusal is one that passes. Null: the line went, or the answer is not `wanted` any more.
   * @param {() => Promise<any>} ask @param {() => boolean} wanted
   * @returns {Promise<{answer?: any, error?: Refusal} | null>}
   */
  async function persist(ask, wanted = () => true) {
    for (let attempt = 0; wanted(); attempt += 1) {
      try {
        return { answer: await ask() };
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        const { code, retry_after: seconds } = error.refusal;
        if (code === "disconnected") return null;
        if (!PASSING.has(code)) return { error: error.refusal };
        await pause(clock, seconds === undefined ? backoff(attempt, random) : seconds * 1000);
      }
    }
    return null;
  }

  return Object.assign(line, {
    /** Be in a room from the next welcome on. @param {string} roomId @param {Standing} standing */
    join(roomId, standing) {
      rooms.set(roomId, standing);
    },
    /** Send until it is stored or refused. @param {Letter} letter */
    send(letter) {
      outbox.put(letter);
      void sendAll();
    },
    /** Send again what was refused. @param {string} clientId */
    retry(clientId) {
      outbox.mark(clientId, null);
      void sendAll();
    },
    /** @param {string} clientId */
    discard(clientId) {
      outbox.remove(clientId);
    },
  });
}
