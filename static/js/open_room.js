// @ts-check
/** What the parts of a room's page share: the reader, the room, the conversation with the server, and signals. */

import { browserClock } from "./clock.js";
import { find } from "./dom.js";
import { RequestError } from "./line.js";
import { Outbox } from "./outbox.js";
import { ChatSocket, reportFault } from "./socket.js";
import { Timeline } from "./timeline.js";

/** @import {Room, Signals} from "./room.d.ts" */
/** @import {Person, RoomHistory} from "./wire.d.ts" */

/** @returns {Room} */
export function openRoom() {
  const main = find(document, "main.room");
  /** @type {RoomHistory} */
  const rendered = JSON.parse(String(main.dataset.history));
  /** @type {Person} */
  const me = JSON.parse(String(main.dataset.me));
  const id = rendered.room_id;
  /** @type {Map<string, ((...said: any[]) => void)[]>} */
  const listeners = new Map();

  /** A part that fails keeps nothing from the others. @param {keyof Signals} name @param {any[]} said */
  function say(name, ...said) {
    for (const hear of listeners.get(name) ?? []) {
      try {
        hear(...said);
      } catch (error) {
        reportFault(error);
      }
    }
  }

  const outbox = new Outbox(sessionStorage, `parley.outbox.${me.id}`);
  const timeline = new Timeline(id, me);
  const socket = new ChatSocket({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/`,
    connect: (url) => new WebSocket(url),
    clock: browserClock,
    random: Math.random,
    outbox,
    listener: {
      onEvent: (event, data) => say("event", event, data),
      onState: (state) => say("state", state),
      onJoined: () => say("joined"),
      onJoinRefused: (_, error) => say("barred", error),
      onStored: (letter, ack) => say("stored", letter, ack),
      onRefused: (letter, error) => say("refused", letter, error),
    },
  });
  for (const hint of ["online", "offline"]) addEventListener(hint, () => socket.check());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && socket.check());
  addEventListener("pagehide", () => socket.stop());
  addEventListener("pageshow", () => socket.start());

  return {
    main, me, id, rendered, outbox, timeline, socket, say,
    limit: Number(main.dataset.limit),
    on: (name, hear) => void listeners.set(name, [...listeners.get(name) ?? [], hear]),
    async ask(event, data) {
      try {
        return await socket.request(event, { room_id: id, ...data });
      } catch (error) {
        if (error instanceof RequestError) return error;
        throw error;
      }
    },
    send(content) {
      const draft = { ...content, client_id: freshId(), timestamp: new Date().toISOString() };
      say("written", draft);
      socket.send({ ...draft, room_id: id, error: null });
    },
    start() {
      socket.join(id, () => timeline.standing);
      socket.start();
    },
  };
}

/** `crypto.randomUUID` needs HTTPS; this does not. */
const freshId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
