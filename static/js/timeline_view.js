// @ts-check
/** The timeline on screen: carries out the pure timeline's changes, touching only what they name. */

import { all, byId, fill, find, fromTemplate, hit } from "./dom.js";
import { continues, runs, writtenAt } from "./grouping.js";
import { create, show } from "./message_view.js";
import { dayKey, dayName, fullDay } from "./times.js";
import { gettext, ngettext, number } from "./words.js";

/** @import {Change, Entry} from "./timeline.js" */
/** @import {Person} from "./wire.d.ts" */
/** @typedef {{key: string, words: string} | null} ReadBy */

/** Before that, "Sending" would only flicker. */
const SOON = 400;
/** From then on the connection is to blame. */
const LATE = 10_000;
const A_MINUTE = 60_000;
const LINE = ".message, .system-line";

/** @param {HTMLElement} timeline @param {Person} me */
export function makeTimelineView(timeline, me) {
  const [inner, start, empty] = [".timeline-inner", ".timeline-start", ".empty"].map((part) => find(timeline, part));
  const newLine = fromTemplate("new");
  /** What each element shows. @type {Map<HTMLElement, Entry>} */
  const shown = new Map();
  /** Days in which something came or went. @type {Set<Element>} */
  const touched = new Set();
  let isOnline = true;
  /** Below the line: what comes after a place, and how many that are. */
  let [newsAfter, newsCount] = [0, 0];
  /** Who has read which message. @type {ReadBy} */
  let reader = null;

  /** Take over what the server rendered: same elements, in the reader's own days. @param {Entry[]} entries */
  function adopt(entries) {
    const rendered = entries.map(({ key }) => byId(key));
    clear();
    entries.forEach((entry, index) => insert(rendered[index] ?? create(entry), entry, null));
    afterwards();
  }

  /** @param {Change[]} changes */
  function carryOut(changes) {
    for (const change of changes) {
      if (change.type === "clear") clear();
      else if (change.type === "drop") drop(change.key);
      else if (change.type === "put") put(change);
    }
    afterwards();
  }

  /** The entry that an element, or one inside it, belongs to. @param {Element} element @returns {Entry | undefined} */
  const entryOf = (element) => entryIn(element.closest(".message"));

  /** @param {Element | null} element */
  const entryIn = (element) => shown.get(/** @type {HTMLElement} */ (element));

  /** Say of what waits why it waits. @param {boolean} online */
  function setOnline(online) {
    isOnline = online;
    for (const [element, entry] of shown) if (entry.state === "pending") showEntry(element, entry);
  }

  /** @param {boolean} more whether older messages can be had */
  function setMore(more) {
    start.hidden = !more;
  }

  /** Draw the line above what is new; it stays when that is read. @param {number} after a place @param {number} count */
  function setNews(after, count) {
    [newsAfter, newsCount] = [after, count];
    placeNews();
  }

  /** @param {ReadBy} readBy */
  function setReadBy(readBy) {
    const keys = [reader?.key, readBy?.key];
    if (keys[0] === keys[1] && readBy?.words === reader?.words) return;
    reader = readBy;
    for (const key of keys) {
      const element = byId(key ?? "");
      const entry = entryIn(element);
      if (element && entry) showEntry(element, entry);
    }
  }

  /** @param {Extract<Change, {type: "put"}>} change */
  function put({ entry, was, before }) {
    const element = byId(was ?? entry.key);
    if (element && was === null) {
      showEntry(element, entry);
      regroup(element);
    } else {
      const focused = document.activeElement;
      insert(element ?? create(entry), entry, byId(before ?? ""));
      if (focused !== document.activeElement && element?.contains(focused)) element.focus();
    }
    if (entry.state === "pending") remind(entry);
  }

  /** @param {HTMLElement} element @param {Entry} entry @param {HTMLElement | null} before */
  function insert(element, entry, before) {
    take(element);
    const above = before ? neighbour(before, "previous") ?? lastIn(before.parentElement?.previousElementSibling) : lastIn(all(inner, "[data-day]").at(-1));
    // Never above the day of what stands before it, whatever the clocks say.
    const day = [dayOf(above) ?? "", dayKey(writtenAt(entry))].sort()[1];
    if (before && dayOf(before) === day) before.before(element);
    else if (above && dayOf(above) === day) above.after(element);
    else newDay(day, above).append(element);
    touched.add(/** @type {Element} */ (element.parentElement));
    showEntry(element, entry);
    regroup(element);
  }

  /** @param {string} key */
  function drop(key) {
    const element = byId(key);
    if (!element) return;
    const beside = neighbour(element, "next") ?? neighbour(element, "previous");
    const hadFocus = element.contains(document.activeElement);
    take(element);
    shown.delete(element);
    if (hadFocus) (beside ?? inner.parentElement)?.focus();
  }

  /** Out of its place, and the day with it when it was the day's only one. @param {HTMLElement} element */
  function take(element) {
    const next = neighbour(element, "next");
    const section = element.closest("section");
    element.remove();
    if (next) regroup(next);
    if (!section) return;
    touched.add(section);
    if (!lastIn(section)) section.remove();
  }

  function clear() {
    shown.clear();
    inner.replaceChildren(start, empty);
  }

  function afterwards() {
    empty.hidden = shown.size > 0;
    for (const section of touched) if (section.isConnected) fold(section);
    touched.clear();
    placeNews();
  }

  /** Tell many comings and goings in a row in one line, which opens. @param {Element} section */
  function fold(section) {
    const lines = all(section, LINE);
    const heads = new Map(all(section, ".system-run").map((head) => [head.nextElementSibling, head]));
    for (const line of lines) line.hidden = false;
    for (const { start, end, words } of runs(lines.map((line) => shown.get(line)))) {
      const first = lines[start];
      const head = heads.get(first) ?? fromTemplate("run");
      heads.delete(first);
      if (!head.isConnected) first.before(head);
      fill(head, { span: words });
      for (const line of lines.slice(start, end)) line.hidden = head.ariaExpanded === "false";
    }
    for (const head of heads.values()) head.remove();
  }

  function placeNews() {
    const first = newsCount && all(inner, ".message[data-sequence]:not(.is-own)").find(({ dataset }) => Number(dataset.sequence) > newsAfter);
    if (!first) return newLine.remove();
    const words = gettext("%(count)s new", { count: number(newsCount) });
    fill(newLine, { "": { "": words, "aria-label": ngettext("%(count)s new message", "%(count)s new messages", newsCount) } });
    if (first.previousElementSibling !== newLine) first.before(newLine);
  }

  /** @param {HTMLElement} element @param {Entry} entry */
  function showEntry(element, entry) {
    shown.set(element, entry);
    const readBy = reader?.key === entry.key ? reader.words : "";
    show(element, entry, me, { waiting: whyWaiting(entry), readBy });
  }

  /** Whether an element, and the one below it, go on under the head above. @param {HTMLElement} element */
  function regroup(element) {
    for (const each of [element, neighbour(element, "next")]) {
      const entry = entryIn(each);
      if (each && entry) each.classList.toggle("is-continued", continues(entryIn(neighbour(each, "previous")), entry, me.id));
    }
  }

  /** @param {string} day @param {HTMLElement | undefined} above */
  function newDay(day, above) {
    const id = `day-${day}`;
    const section = fromTemplate("day", { "": { "data-day": day, "aria-labelledby": id }, h2: { id }, time: { datetime: day, title: fullDay(day) } });
    (above?.parentElement ?? empty).after(section);
    nameDays();
    return section;
  }

  /** What was today may be so no longer. */
  function nameDays() {
    for (const time of all(inner, ".day-label time")) fill(time, { "": dayName(String(time.getAttribute("datetime"))) });
  }


  /** @param {Entry} entry */
  function whyWaiting(entry) {
    if (entry.state !== "pending") return "";
    const waited = Date.now() - writtenAt(entry).getTime();
    if (!isOnline || waited >= LATE) return gettext("Waiting for the connection");
    return waited >= SOON ? gettext("Sending") : "";
  }

  /** Look again when there is something else to say. @param {Entry} entry */
  function remind(entry) {
    for (const after of [SOON, LATE]) {
      setTimeout(() => {
        const element = byId(entry.key);
        if (element && shown.get(element) === entry) showEntry(element, entry);
      }, after + 50);
    }
  }

  setInterval(nameDays, A_MINUTE);
  inner.onclick = (event) => {
    const run = hit(event, ".system-run");
    if (!run) return;
    run.ariaExpanded = String(run.ariaExpanded === "false");
    fold(/** @type {Element} */ (run.parentElement));
  };
  return { adopt, carryOut, entryOf, setOnline, setMore, setNews, setReadBy };
}

/** The message beside this one on the same day. @param {Element} element @param {"previous" | "next"} side @returns {HTMLElement | null} */
function neighbour(element, side) {
  const beside = element[`${side}ElementSibling`];
  return !beside || beside.matches(LINE) ? /** @type {HTMLElement | null} */ (beside) : neighbour(beside, side);
}

/** @param {Element | null | undefined} section */
const lastIn = (section) => section ? all(section, LINE).at(-1) : undefined;

/** @param {HTMLElement | null | undefined} element */
const dayOf = (element) => element?.closest("section")?.dataset.day;
