// @ts-check
/** The writing side of the room: the composer, and who types. */

import { browserClock } from "./clock.js";
import { Composer } from "./composer.js";
import { find } from "./dom.js";
import { explain } from "./refusals.js";
import { TypingSignal, WhoTypes } from "./typing.js";
import { gettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */

/** @param {Room} room */
export function startWriting(room) {
  const { main, socket, outbox, id } = room;
  const line = find(main, ".typing");
  const whoTypes = new WhoTypes(browserClock, (words) => {
    find(line, ".typing-words").textContent = words;
    line.hidden = words === "";
  });
  const typing = new TypingSignal(browserClock, (on) => socket.tell("typing", { room_id: id, typing: on }));
  const composer = new Composer(find(main, ".composer"), room.limit, {
    onSend(message) {
      room.send({ message });
      typing.sent();
      showWaiting();
    },
    onTyping: (on) => typing.note(on),
  });

  function showWaiting() {
    const open = socket.state.status === "open";
    composer.setWaiting(open ? 0 : outbox.of(id).filter(({ error }) => error === null).length);
  }

  for (const name of /** @type {const} */ (["state", "reconsidered"])) room.on(name, showWaiting);
  room.on("event", (event, data) => {
    if (data.room_id !== id) return;
    if (event === "user_typing") whoTypes.hear(data.username, data.typing);
    else if (event === "membership_ended") composer.setClosed(gettext("You are not in this room any more."));
  });
  room.on("heard", (messages) => messages.forEach(({ sender }) => whoTypes.hear(sender.username, false)));
  room.on("barred", (error) => composer.setClosed(explain(error)));
  room.on("room", ({ closed }) => composer.setClosed(closed ? explain({ code: "room_closed", message: "" }) : null));
  room.on("rewrite", ({ message }) => composer.write(message));
}
