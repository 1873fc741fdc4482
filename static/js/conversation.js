// @ts-check
/** The reading side of the room: the timeline, how far it was read, and what one does with messages. */

import { browserClock } from "./clock.js";
import { find } from "./dom.js";
import { Editing } from "./editing.js";
import { RequestError } from "./line.js";
import { ReadMark } from "./read_mark.js";
import { Reading } from "./reading.js";
import { TimelineView } from "./timeline_view.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Change} from "./timeline.js" */
/** @import {Letter} from "./outbox.js" */

/** @param {Room} room */
export function startConversation(room) {
  const { main, me, id, timeline, socket, outbox } = room;
  const log = find(main, ".timeline");
  const view = new TimelineView(log, me);
  const reading = new Reading(log, find(main, ".jump"), {
    onEnd: () => void readMark.note(timeline.last?.sequence ?? 0),
    onStart: () => void fetchEarlier(),
  });
  const readMark = new ReadMark(Number(main.dataset.read), browserClock, async (sequence) => {
    const read = await room.ask("mark_read", { sequence });
    if (read instanceof RequestError) return false;
    room.say("read", { room_id: id, ...read });
    return true;
  });
  const editing = new Editing(room, /** @type {HTMLDialogElement} */ (find(document, "#delete-dialog")));
  let fetching = false;

  /** The page came with the room as it stood: show that, with what still waits to be sent. */
  function adopt() {
    for (const letter of outbox.of(id)) {
      timeline.write(letter);
      if (letter.error) timeline.fail(letter.client_id, letter.error);
    }
    timeline.apply("room_history", room.rendered);
    view.adopt(timeline.entries);
    view.setMore(timeline.hasMore);
  }

  /** @param {string} event @param {any} data */
  function hear(event, data) {
    if ((data.room_id ?? data.room?.room_id) !== id) return;
    const last = timeline.last?.sequence ?? 0;
    carryOut(timeline.apply(event, data));
    const fresh = timeline.newer(last).filter(({ sender, kind }) => sender.id !== me.id && kind === "text");
    if (fresh.length) room.say("heard", fresh);
    reading.cameIn(fresh.length);
  }

  /** The outbox serves every room; only this one's letters are on this page. @param {Letter} letter @param {() => Change[]} change */
  function ended(letter, change) {
    if (letter.room_id === id) carryOut(change());
  }

  /** @param {MouseEvent} event */
  function act(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    const element = button?.closest("article");
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.act === "earlier") {
      event.preventDefault();
      void fetchEarlier();
    } else if (element) actOn(element, String(button.dataset.act));
  }

  /** @param {HTMLElement} element @param {string} name */
  function actOn(element, name) {
    const entry = view.entryOf(element);
    if (!entry) return;
    if (entry.state !== "stored") actOnOwn(name, entry.draft);
    else if (name === "edit") editing.edit(element, entry.message);
    else if (name === "delete") void editing.remove(element, entry.message);
  }

  /** @param {string} name @param {import("./wire.d.ts").Draft} draft */
  function actOnOwn(name, draft) {
    const { client_id } = draft;
    if (name === "retry") {
      carryOut(timeline.retry(client_id));
      socket.retry(client_id);
    } else if (name === "rewrite" || name === "discard") {
      socket.discard(client_id);
      carryOut(timeline.discard(client_id));
      if (name === "rewrite") room.say("rewrite", draft);
    }
    room.say("reconsidered");
  }

  async function fetchEarlier() {
    const request = timeline.pageRequest();
    if (!request || fetching) return;
    fetching = true;
    const page = await room.ask("fetch_history", { before: request.before });
    fetching = false;
    if (page instanceof RequestError) return;
    log.setAttribute("aria-live", "off");
    carryOut(timeline.addPage(request, page));
    log.setAttribute("aria-live", "polite");
    reading.look();
  }

  /** @param {Change[]} changes */
  function carryOut(changes) {
    view.carryOut(changes);
    for (const change of changes) if (change.type === "room") room.say("room", change.room);
    view.setMore(timeline.hasMore);
  }

  room.on("event", hear);
  room.on("state", ({ status }) => {
    main.dataset.connection = status === "open" ? "open" : "lost";
    if (status !== "open") log.setAttribute("aria-live", "off");   // catching up is told in one line
    view.setOnline(status === "open");
  });
  room.on("joined", () => {
    log.setAttribute("aria-live", "polite");
    reading.look();
  });
  room.on("written", (draft) => {
    carryOut(timeline.write(draft));
    reading.toEnd();
  });
  room.on("stored", (letter, ack) => ended(letter, () => timeline.acknowledge(letter.client_id, ack)));
  room.on("refused", (letter, error) => ended(letter, () => timeline.fail(letter.client_id, error)));
  room.on("room", ({ name, topic }) => {
    find(main, ".room-title span").textContent = name;
    find(main, ".room-topic").textContent = topic;
  });
  log.addEventListener("click", act);
  adopt();
}
