// @ts-check
/** The room page: ties the conversation, the timeline and what is on screen together. */

import { Banner } from "./banner.js";
import { browserClock } from "./clock.js";
import { Composer } from "./composer.js";
import { find } from "./dom.js";
import { Editing } from "./editing.js";
import { RequestError } from "./line.js";
import { Outbox } from "./outbox.js";
import { ReadMark } from "./read_mark.js";
import { Reading } from "./reading.js";
import { explain } from "./refusals.js";
import { setUnread } from "./sidebar.js";
import { ChatSocket } from "./socket.js";
import { Timeline } from "./timeline.js";
import { TimelineView } from "./timeline_view.js";
import { TypingSignal, WhoTypes } from "./typing.js";
import { gettext } from "./words.js";

/** @import {LineState} from "./line.js" */
/** @import {Letter} from "./outbox.js" */
/** @import {Change} from "./timeline.js" */
/** @import {Person, RoomHistory, RoomState, Summary} from "./wire.js" */

const main = find(document, "main.room");
const log = find(main, ".timeline");
const typingLine = find(main, ".typing");
const limit = Number(main.dataset.limit);
/** @type {RoomHistory} */
const rendered = JSON.parse(String(main.dataset.history));
/** @type {Person} */
const me = JSON.parse(String(main.dataset.me));
const roomId = rendered.room_id;

/** Since the connection was lost: messages of others heard, own ones sent. */
let missed = { heard: 0, sent: 0 };
let fetching = false;

const outbox = new Outbox(sessionStorage, `parley.outbox.${me.id}`);
const timeline = new Timeline(roomId, me);
const view = new TimelineView(log, me);
const socket = new ChatSocket({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/`,
  connect: (url) => new WebSocket(url),
  clock: browserClock,
  random: Math.random,
  outbox,
  listener: {
    onEvent: hear,
    onState: showState,
    onJoined: joined,
    onJoinRefused: (_, error) => composer.setClosed(explain(error)),
    onStored: (letter, ack) => ended(letter, () => timeline.acknowledge(letter.client_id, ack)),
    onRefused: (letter, error) => ended(letter, () => timeline.fail(letter.client_id, error)),
  },
});
const banner = new Banner(find(main, ".banner"), find(main, "textarea"), () => socket.start());
const reading = new Reading(log, find(main, ".jump"), {
  onEnd: () => void readMark.note(timeline.last?.sequence ?? 0),
  onStart: () => void fetchEarlier(),
});
const readMark = new ReadMark(Number(main.dataset.read), browserClock, async (sequence) => {
  const read = await ask("mark_read", { sequence });
  if (read) setUnread(roomId, read.unread);
  return read !== null;
});
const editing = new Editing(socket, roomId, limit, /** @type {HTMLDialogElement} */ (find(document, "#delete-dialog")));
const whoTypes = new WhoTypes(browserClock, (words) => {
  find(typingLine, ".typing-words").textContent = words;
  typingLine.hidden = words === "";
});
const typing = new TypingSignal(browserClock, (on) => socket.tell("typing", { room_id: roomId, typing: on }));
const composer = new Composer(find(main, ".composer"), limit, { onSend: send, onTyping: (on) => typing.note(on) });

/** The page came with the room as it stood: show that, with what still waits to be sent. */
function adopt() {
  for (const letter of outbox.of(roomId)) {
    timeline.write(letter);
    if (letter.error) timeline.fail(letter.client_id, letter.error);
  }
  timeline.apply("room_history", rendered);
  view.adopt(timeline.entries);
  view.setMore(timeline.hasMore);
}

/** @param {string} event @param {any} data */
function hear(event, data) {
  hearCounts(event, data);
  if ((data.room_id ?? data.room?.room_id) !== roomId) return;
  if (event === "user_typing") whoTypes.hear(data.username, data.typing);
  else if (event === "membership_ended") composer.setClosed(gettext("You are not in this room any more."));
  else hearTimeline(event, data);
}

/** @param {string} event @param {any} data */
function hearCounts(event, data) {
  if (event === "welcome") data.rooms.forEach((/** @type {Summary} */ room) => setUnread(room.room_id, room.unread));
  else if (event === "room_activity") setUnread(data.room_id, data.unread);
  else if (event === "message_read" && data.username === me.username) setUnread(data.room_id, data.unread);
}

/** @param {string} event @param {any} data */
function hearTimeline(event, data) {
  const last = timeline.last?.sequence ?? 0;
  carryOut(timeline.apply(event, data));
  const fresh = timeline.newer(last).filter(({ sender, kind }) => sender.id !== me.id && kind === "text");
  for (const { sender } of fresh) whoTypes.hear(sender.username, false);
  missed.heard += fresh.length;
  reading.cameIn(fresh.length);
}

/** @param {LineState} state */
function showState(state) {
  const open = state.status === "open";
  main.dataset.connection = open ? "open" : "lost";
  if (open) missed = { heard: 0, sent: 0 };
  else log.setAttribute("aria-live", "off");   // catching up is told in one line
  banner.setState(state);
  showWaiting();
}

function joined() {
  log.setAttribute("aria-live", "polite");
  reading.look();
  sayBack();
}

/** Said once everything missed is heard, and everything kept is sent. */
function sayBack() {
  if (outbox.next === undefined) banner.back(missed.heard, missed.sent);
}

function showWaiting() {
  const open = socket.state.status === "open";
  view.setOnline(open);
  composer.setWaiting(open ? 0 : outbox.of(roomId).filter(({ error }) => error === null).length);
}

/** @param {string} text */
function send(text) {
  const draft = { client_id: freshId(), message: text, timestamp: new Date().toISOString() };
  carryOut(timeline.write(draft));
  socket.send({ ...draft, room_id: roomId, error: null });
  typing.sent();
  showWaiting();
  reading.toEnd();
}

/** A letter's road ended. The outbox serves every room; only this one's letters are on this page. @param {Letter} letter @param {() => Change[]} change */
function ended(letter, change) {
  if (!outbox.has(letter.client_id)) missed.sent += 1;
  if (letter.room_id === roomId) carryOut(change());
  sayBack();
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
  if (entry.state !== "stored") actOnOwn(name, entry.draft.client_id, entry.draft.message);
  else if (name === "edit") editing.edit(element, entry.message);
  else if (name === "delete") void editing.remove(element, entry.message);
}

/** @param {string} name @param {string} clientId @param {string} text */
function actOnOwn(name, clientId, text) {
  if (name === "retry") {
    carryOut(timeline.retry(clientId));
    socket.retry(clientId);
  } else if (name === "rewrite" || name === "discard") {
    socket.discard(clientId);
    carryOut(timeline.discard(clientId));
    if (name === "rewrite") composer.write(text);
  }
  showWaiting();
}

async function fetchEarlier() {
  const request = timeline.pageRequest();
  if (!request || fetching) return;
  fetching = true;
  const page = await ask("fetch_history", { before: request.before });
  fetching = false;
  if (!page) return;
  log.setAttribute("aria-live", "off");
  carryOut(timeline.addPage(request, page));
  log.setAttribute("aria-live", "polite");
  reading.look();
}

/** Null: not now. @param {string} event @param {object} data */
async function ask(event, data) {
  try {
    return await socket.request(event, { room_id: roomId, ...data });
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}

/** @param {Change[]} changes */
function carryOut(changes) {
  view.carryOut(changes);
  for (const change of changes) if (change.type === "room") showRoom(change.room);
  view.setMore(timeline.hasMore);
}

/** @param {RoomState} room */
function showRoom({ name, topic, closed }) {
  find(main, ".room-title span").textContent = name;
  find(main, ".room-topic").textContent = topic;
  composer.setClosed(closed ? explain({ code: "room_closed", message: "" }) : null);
}

/** `crypto.randomUUID` needs HTTPS; this does not. */
function freshId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

adopt();
log.addEventListener("click", act);
for (const hint of ["online", "offline"]) addEventListener(hint, () => socket.check());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && socket.check());
addEventListener("pagehide", () => socket.stop());
addEventListener("pageshow", () => socket.start());
socket.join(roomId, () => timeline.standing);
socket.start();
