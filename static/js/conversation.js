// @ts-check
/** The reading side of the room: the timeline, how far it was read, and what one does with messages. */

import { messageActs } from "./acts.js";
import { browserClock } from "./clock.js";
import { find } from "./dom.js";
import { RequestError } from "./line.js";
import { ReadMark } from "./read_mark.js";
import { startReading } from "./reading.js";
import { isOwnText, Receipts } from "./receipts.js";
import { startRoving } from "./roving.js";
import { makeTimelineView } from "./timeline_view.js";
import { ngettext } from "./words.js";

/** @import {Letter} from "./outbox.js" */
/** @import {Room} from "./room.d.ts" */
/** @import {Change} from "./timeline.js" */
/** @import {Draft} from "./wire.d.ts" */

const SAID_FOR = 4_000;

/** @param {Room} room */
export function startConversation(room) {
  const { main, me, id, timeline, socket, outbox, rendered } = room;
  const { read = 0, unread = 0, ceiling, page = 50 } = main.dataset;
  const log = find(main, ".timeline");
  const status = find(main, ".said");
  const view = makeTimelineView(log, me);
  const receipts = new Receipts();
  const acts = messageActs(room);
  let fetching = false;
  /** Whether what the line stands above was looked at since, and what came in while away. */
  let seen = !Number(unread);
  let [heardAway, newsFrom, news] = [0, Number(read), Number(unread)];

  const readMark = new ReadMark(Number(read), browserClock, async (sequence) => {
    const answer = await room.ask("mark_read", { sequence });
    if (answer instanceof RequestError) return false;
    room.say("read", { room_id: id, ...answer });
    return true;
  });
  const reading = startReading(log, find(main, ".jump"), {
    onEnd() {
      if (!timeline.isLive) return void fetchPage(timeline.laterRequest(Number(page)));
      seen = true;
      if (socket.state.status === "open") void readMark.note(timeline.last?.sequence ?? 0);
    },
    onStart: () => void fetchPage(timeline.pageRequest()),
    onJump: toEnd,
  });

  function toEnd() {
    if (timeline.isLive) reading.toEnd();
    else location.assign(location.pathname);
  }

  /** The page came with the room as it stood: show that, with what still waits to be sent. */
  function adopt() {
    for (const letter of outbox.of(id)) {
      timeline.write(letter);
      if (letter.error) timeline.fail(letter.client_id, letter.error);
    }
    if (ceiling) timeline.look(rendered, Number(ceiling));
    else timeline.apply("room_history", rendered);
    receipts.reset(rendered.readers ?? []);
    view.adopt(timeline.entries);
    view.setMore(timeline.hasMore);
    view.setNews(newsFrom, news);
    showReceipts();
    const target = document.getElementById(location.hash.slice(1));
    if (target) light(target);
    reading.look();
  }

  /** @param {string} event @param {any} data */
  function hear(event, data) {
    if ((data.room_id ?? data.room?.room_id) !== id) return;
    if (event === "message_read") receipts.hear(data.username, data.read_sequence);
    else if (event === "room_history" && data.readers) receipts.reset(data.readers);
    else if (event === "membership_changed") main.dataset.role = data.role;
    const last = timeline.last?.sequence ?? 0;
    carryOut(timeline.apply(event, data));
    const fresh = timeline.newer(last).filter(({ sender, kind }) => sender.id !== me.id && kind === "text");
    if (!fresh.length) return;
    room.say("heard", fresh);
    heardAway += fresh.length;
    if (document.hidden) noteNews(last, fresh.length);
    reading.cameIn(fresh.length);
  }

  /** What came in while nobody looked stands below the line. @param {number} after @param {number} count */
  function noteNews(after, count) {
    if (seen) [newsFrom, news, seen] = [after, 0, false];
    news += count;
    view.setNews(newsFrom, news);
  }

  /** The outbox serves every room; only this one's letters are on this page. @param {Letter} letter @param {() => Change[]} change */
  function ended(letter, change) {
    if (letter.room_id === id) carryOut(change());
  }

  /** @param {MouseEvent} event */
  function click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;   // a link opened elsewhere
    const target = /** @type {Element} */ (event.target);
    const link = target.closest("a[href*='#m']");
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-act]"));
    const found = link && document.getElementById(String(link.getAttribute("href")).split("#")[1]);
    if (found) light(found);
    else if (button?.dataset.act === "earlier") void fetchPage(timeline.pageRequest());
    else if (button) act(button, String(button.dataset.act), button);
    else return;
    event.preventDefault();
  }

  /** Show where a message is. @param {HTMLElement} element */
  function light(element) {
    if (element.hidden) /** @type {HTMLElement | null} */ (element.closest("section")?.querySelector(".system-run[aria-expanded=false]"))?.click();
    log.querySelector(".is-found")?.classList.remove("is-found");
    element.scrollIntoView({ block: "center" });   // which also lets the light begin anew
    element.classList.add("is-found");
    element.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} element @param {string} name @param {HTMLElement} [button] */
  function act(element, name, button) {
    const entry = view.entryOf(element);
    const article = /** @type {HTMLElement | null} */ (element.closest(".message"));
    if (!entry || !article) return;
    if (entry.state !== "stored") actOnOwn(name, entry.draft);
    else if (!entry.message.deleted) acts[name]?.(article, entry.message, button ?? article.querySelector(`[data-act=${name}]`) ?? article);
  }

  /** @param {string} name @param {Draft} draft */
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

  /** @param {import("./timeline.js").PageRequest | null} request */
  async function fetchPage(request) {
    if (!request || fetching || socket.state.status !== "open") return;
    fetching = true;
    const answer = await room.ask("fetch_history", { before: request.before });
    fetching = false;
    if (answer instanceof RequestError) return;
    log.ariaLive = "off";
    const stand = log.scrollHeight + log.scrollTop;
    carryOut(timeline.addPage(request, answer));
    if (request.later) log.scrollTop = stand - log.scrollHeight;   // what grew below does not move what is read
    log.ariaLive = "polite";
    reading.look();
  }

  /** @param {Change[]} changes */
  function carryOut(changes) {
    reading.inPlace(() => view.carryOut(changes));
    for (const change of changes) if (change.type === "room") room.say("room", change.room);
    view.setMore(timeline.hasMore);
    showReceipts();
  }

  function showReceipts() {
    view.setReadBy(receipts.shown(timeline.entries, me));
  }

  room.on("event", hear);
  room.on("state", ({ status }) => {
    main.dataset.connection = status === "open" ? "open" : "lost";
    if (status !== "open") log.ariaLive = "off";   // catching up is told in one line
    else heardAway = 0;
    view.setOnline(status === "open");
  });
  room.on("joined", () => {
    const words = ngettext("%(count)s message came in", "%(count)s messages came in", heardAway);
    if (heardAway && find(main, ".banner").hidden && log.ariaLive === "off") room.say("said", words);
    log.ariaLive = "polite";
    reading.look();
  });
  room.on("written", (draft) => {
    readMark.release();
    if (!timeline.isLive) return toEnd();   // the outbox takes it along
    carryOut(timeline.write(draft));
    reading.toEnd();
  });
  room.on("unread", (sequence, answer) => {
    readMark.hold(sequence - 1);
    [newsFrom, news, seen] = [sequence - 1, answer.unread, false];
    view.setNews(newsFrom, news);
    room.say("read", { room_id: id, ...answer });
  });
  room.on("said", (words, failed = false) => {
    status.textContent = words;
    status.classList.toggle("is-error", failed);
    status.hidden = false;
    browserClock.after(SAID_FOR, () => {
      if (status.textContent === words) status.hidden = true;
    });
  });
  room.on("edit_last", () => {
    const own = timeline.entries.findLast((entry) => isOwnText(entry, me));
    const element = own && document.getElementById(own.key);
    if (element) act(element, "edit");
  });
  room.on("stored", (letter, ack) => ended(letter, () => timeline.acknowledge(letter.client_id, ack)));
  room.on("refused", (letter, error) => ended(letter, () => timeline.fail(letter.client_id, error)));
  room.on("room", ({ kind, name, topic }) => {
    // A direct room is called by the other person's name, which the page has.
    if (kind !== "direct") find(main, ".room-title span").textContent = name;
    find(main, ".room-topic").textContent = topic;
  });
  log.addEventListener("click", click);
  startRoving(log, { act, toEnd });
  adopt();
}
