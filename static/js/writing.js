// @ts-check
/** The writing side of the room: the composer, and who types. */

import { browserClock } from "./clock.js";
import { startComposer } from "./composer.js";
import { fill, find } from "./dom.js";
import { makeDrafts } from "./drafts.js";
import { explain } from "./refusals.js";
import { clockTime, dayKey, fullTime } from "./times.js";
import { makeTypingSignal, makeWhoTypes } from "./typing.js";
import { gettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */

/** No timer waits longer. */
const LONGEST = 2 ** 31 - 1;

/** @param {Room} room */
export function startWriting(room) {
  const { main, socket, outbox, id } = room;
  const form = find(main, ".composer");
  const line = find(main, ".typing");
  const hearTyping = makeWhoTypes(browserClock, (words, aloud) => {
    fill(form, { ".typing-words": words, ".typing-aloud": aloud });
    line.hidden = !words;
  });
  const typing = makeTypingSignal(browserClock, (on) => socket.tell("typing", { room_id: id, typing: on }));
  const composer = startComposer(form, room.limit, makeDrafts(localStorage, room.me.id, id), {
    onSend(content) {
      room.send(content);
      typing.sent();
      showWaiting();
    },
    onTyping: (on) => typing.note(on),
    onEditLast: () => room.say("edit_last"),
  });
  const closedWords = explain({ code: "room_closed", message: "" });
  /** Why nothing can be written, the lasting before the passing. @type {{out: string | null, closed: string | null, muted: string | null}} */
  const barred = { out: null, closed: room.rendered.room.closed ? closedWords : null, muted: null };
  let unmute = () => {};

  function showWaiting() {
    composer.setWaiting(socket.isOpen ? 0 : outbox.of(id).filter(({ error }) => error === null).length);
  }

  /** @param {Partial<typeof barred>} news */
  function bar(news) {
    Object.assign(barred, news);
    composer.setClosed(barred.out ?? barred.closed ?? barred.muted);
  }

  /** @param {string | undefined} until */
  function mute(until) {
    unmute();
    const end = new Date(until ?? 0);
    const rest = end.getTime() - Date.now();
    const time = dayKey(end) === dayKey(new Date()) ? clockTime(end) : fullTime(end);
    bar({ muted: rest > 0 ? gettext("You cannot write here until %(time)s.", { time }) : null });
    if (rest > 0 && rest < LONGEST) unmute = browserClock.after(rest, () => mute(until));
  }

  for (const name of /** @type {const} */ (["state", "reconsidered"])) room.on(name, showWaiting);
  room.on("here", (event, data) => {
    if (event === "user_typing") hearTyping(data.username, data.typing);
    else if (event === "membership_ended") bar({ out: gettext("You are not in this room any more.") });
    else if (barred.out && event.startsWith("membership")) location.reload();   // one was asked back
    else if (event === "membership_changed") mute(data.muted_until);
  });
  room.on("heard", (messages) => messages.forEach(({ sender }) => hearTyping(sender.username, false)));
  room.on("barred", (error) => bar({ out: explain(error) }));
  room.on("room", ({ closed }) => bar({ closed: closed ? closedWords : null }));
  room.on("rewrite", (draft) => composer.write(draft));
  room.on("reply", (message) => composer.reply({ ...message, ...message.sender, text: message.message }));
  mute(form.dataset.mutedUntil);
}
