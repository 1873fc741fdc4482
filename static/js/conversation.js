// @ts-check
/** The reading side of the room: the timeline, how far it was read, and what one does with messages. */

import { messageActs } from "./acts.js";
import { browserClock } from "./clock.js";
import { byId, fill, find, hit } from "./dom.js";
import { makeReadMark } from "./read_mark.js";
import { startReading } from "./reading.js";
import { isOwnText, makeReceipts } from "./receipts.js";
import { startRoving } from "./roving.js";
import { makeTimelineView } from "./timeline_view.js";
import { ngettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Change} from "./timeline.js" */
/** @import {Draft} from "./wire.d.ts" */

/** @param {Room} room */
export function startConversation(room) {
  const { main, me, id, timeline, socket, outbox, rendered } = room;
  const { read, unread, ceiling, page } = main.dataset;
  const log = find(main, ".timeline");
  const status = find(main, ".said");
  const view = makeTimelineView(log, me);
  const receipts = makeReceipts(me);
  const acts = messageActs(room);
  const mendRoving = startRoving(log, { act, toEnd });
  const saidFor = 4_000;   // ms
  let fetching = false;
  let heardAway = 0;
  /** Whether what the line stands above was looked at since; where it stands, and what is new below. */
  let [seen, newsFrom, news] = [!Number(unread), Number(read), Number(unread)];

  const readMark = makeReadMark(Number(read), browserClock, async (sequence) => {
    const answer = await room.ask("mark_read", { sequence });
    if (answer.refusal) return false;
    room.say("read", answer);
    return true;
  });
  const reading = startReading(log, find(main, ".jump"), {
    onEnd() {
      if (!timeline.isLive) return void fetchPage(timeline.laterRequest(Number(page)));
      seen = true;
      if (socket.isOpen) void readMark.note(timeline.last?.sequence ?? 0);
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
    view.setNews(newsFrom, news);
    afterwards();
    light(byId(location.hash.slice(1)));
    reading.look();
  }

  /** @param {string} event @param {any} data */
  function hear(event, data) {
    if (event === "message_read") receipts.hear(data);
    else if (event === "room_history" && !data.more) receipts.reset(data.readers ?? []);
    else if (event === "membership_changed") main.dataset.role = data.role;
    const { after = 0 } = timeline.standing;
    carryOut(timeline.apply(event, data));
    const fresh = timeline.newer(after).filter(({ sender, kind }) => sender.id !== me.id && kind === "text");
    if (!fresh.length) return;
    room.say("heard", fresh);
    heardAway += fresh.length;
    if (document.hidden) drawLine(seen ? after : newsFrom, seen ? fresh.length : news + fresh.length);
    reading.cameIn(fresh.length);
  }

  /** What is new stands below the line. @param {number} after @param {number} count */
  function drawLine(after, count) {
    [newsFrom, news, seen] = [after, count, false];
    view.setNews(after, count);
  }

  /** @param {MouseEvent} event */
  function click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;   // a link opened elsewhere
    const link = /** @type {HTMLAnchorElement | null} */ (hit(event, "a[href*='#m']"));
    const button = hit(event, "[data-act]");
    const name = button?.dataset.act ?? "";
    if (name === "earlier") void fetchPage(timeline.pageRequest());
    else if (button) act(button, name, button);
    else if (link?.host !== location.host || link.pathname !== location.pathname || !light(byId(link.hash.slice(1)))) return;
    event.preventDefault();
  }

  /** Show where a message is, if it is on the page. @param {HTMLElement | null} element */
  function light(element) {
    if (!element || !log.contains(element)) return false;
    if (element.hidden) /** @type {HTMLElement | null} */ (element.closest("section")?.querySelector(".system-run[aria-expanded=false]"))?.click();
    log.querySelector(".is-found")?.classList.remove("is-found");
    element.scrollIntoView({ block: "center" });   // which also lets the light begin anew
    element.classList.add("is-found");
    element.focus({ preventScroll: true });
    return true;
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
    if (!request || fetching || !socket.isOpen) return;
    fetching = true;
    const answer = await room.ask("fetch_history", { before: request.before });
    fetching = false;
    if (answer.refusal) return;
    log.ariaLive = "off";
    const { scrollHeight, scrollTop } = log;
    carryOut(timeline.addPage(request, answer));
    // What grew below or above does not move what is read: Firefox would stay at the very beginning.
    log.scrollTop = request.later ? scrollTop + scrollHeight - log.scrollHeight : scrollTop;
    log.ariaLive = "polite";
    reading.look();
  }

  /** @param {Change[]} changes */
  function carryOut(changes) {
    reading.inPlace(() => view.carryOut(changes));
    for (const change of changes) if (change.type === "room") room.say("room", change.room);
    afterwards();
  }

  function afterwards() {
    view.setMore(timeline.hasMore);
    view.setReadBy(receipts.shown(timeline.entries));
    mendRoving();
  }

  room.on("here", hear);
  room.on("state", ({ status }) => {
    const open = status === "open";
    main.dataset.connection = open ? "open" : "lost";
    if (open) heardAway = 0;
    else log.ariaLive = "off";   // catching up is told in one line
    view.setOnline(open);
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
  room.on("unread", async (sequence, asked) => {
    readMark.hold(sequence - 1);   // at once: what is noted before the answer comes would undo it
    const answer = await asked;
    if (!answer) return readMark.release();
    drawLine(sequence - 1, answer.unread);
    room.say("read", answer);
  });
  room.on("said", (words, failed = false) => {
    fill(status, { "": words });
    status.classList.toggle("is-error", failed);
    status.hidden = false;
    setTimeout(() => {
      if (status.textContent === words) status.hidden = true;
    }, saidFor);
  });
  room.on("edit_last", () => {
    const own = timeline.entries.findLast((entry) => isOwnText(entry, me));
    const element = byId(own?.key ?? "");
    if (element) act(element, "edit");
  });
  // The outbox serves every room; of letters to others the timeline knows nothing.
  room.on("stored", ({ client_id }, ack) => carryOut(timeline.acknowledge(client_id, ack)));
  room.on("refused", ({ client_id }, error) => carryOut(timeline.fail(client_id, error)));
  room.on("room", ({ kind, name, topic }) => {
    // A direct room is called by the other person's name, which the page has.
    if (kind !== "direct") fill(main, { ".room-title span": name });
    fill(main, { ".room-topic": topic });
  });
  log.addEventListener("click", click);
  adopt();
}
