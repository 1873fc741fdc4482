// @ts-check
/** What the parts of a room's page share: the reader, the room, the conversation with the server, and signals. */

import { find } from "./dom.js";
import { RequestError } from "./line.js";
import { makeOutbox } from "./outbox.js";
import { browserLine, keepUp } from "./page_line.js";
import { makeSignals } from "./signals.js";
import { makeChatSocket } from "./socket.js";
import { makeTimeline } from "./timeline.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Person, RoomHistory} from "./wire.d.ts" */

/** @returns {Room} */
export function openRoom() {
  const main = find(document, "main.room");
  /** @type {RoomHistory} */
  const rendered = JSON.parse(String(main.dataset.history));
  /** @type {Person} */
  const me = JSON.parse(String(main.dataset.me));
  const id = rendered.room_id;
  const { on, say } = makeSignals();
  const outbox = makeOutbox(sessionStorage, `parley.outbox.${me.id}`);
  const timeline = makeTimeline(id, me);
  const socket = makeChatSocket({ ...browserLine, outbox, say });
  keepUp(socket);
  on("event", (event, data) => {
    // A welcome brings one's membership as it is.
    for (const each of data.rooms ?? []) if (each.room_id === id) say("here", "membership_changed", each);
    if ((data.room_id ?? data.room?.room_id) === id) say("here", event, data);
  });

  return {
    main, me, id, rendered, outbox, timeline, socket, on, say,
    limit: Number(main.dataset.limit),
    async ask(event, data) {
      try {
        return await socket.request(event, { room_id: id, ...data });
      } catch (error) {
        if (error instanceof RequestError) return error;   // which bears the refusal
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
const freshId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
