// @ts-check
/** The timeline on screen: carries out the pure timeline's changes, touching only what they name. */

import { find, fromTemplate } from "./dom.js";
import { continues, runs, writtenAt } from "./grouping.js";
import { create, show } from "./message_view.js";
import { dayKey, dayName } from "./times.js";
import { fill, gettext, ngettext, number } from "./words.js";

/** @import {Change, Entry} from "./timeline.js" */
/** @import {Person} from "./wire.d.ts" */

/** Before that, "Sending" would only flicker. */
const SAY_SENDING_AFTER = 400;
const SAY_WAITING_AFTER = 10_000;
const A_MINUTE = 60_000;

export class TimelineView {
  /** What each element shows. @type {Map<HTMLElement, Entry>} */
  #entries = new Map();
  #inner;
  #start;
  #empty;
  #me;
  #online = true;
  /** Days in which something came or went. @type {Set<Element>} */
  #touched = new Set();
  /** What is new stands below the line. @type {{after: number, count: number} | null} */
  #news = null;
  #newLine = fromTemplate("new-template");
  /** @type {{key: string, words: string} | null} */
  #readBy = null;

  /** @param {HTMLElement} timeline @param {Person} me */
  constructor(timeline, me) {
    this.#inner = find(timeline, ".timeline-inner");
    this.#start = find(timeline, ".timeline-start");
    this.#empty = find(timeline, ".empty");
    this.#me = me;
    setInterval(() => this.#nameDays(), A_MINUTE);
    this.#inner.addEventListener("click", ({ target }) => {
      const run = target instanceof Element && target.closest(".system-run");
      if (!run) return;
      run.setAttribute("aria-expanded", String(run.getAttribute("aria-expanded") === "false"));
      this.#fold(/** @type {Element} */ (run.parentElement));
    });
  }

  /** Take over what the server rendered: same elements, in the reader's own days. @param {Entry[]} entries */
  adopt(entries) {
    const rendered = entries.map((entry) => document.getElementById(entry.key));
    this.#clear();
    entries.forEach((entry, index) => this.#insert(rendered[index] ?? create(entry), entry, null));
    this.#afterwards();
  }

  /** @param {Change[]} changes */
  carryOut(changes) {
    for (const change of changes) {
      if (change.type === "clear") this.#clear();
      else if (change.type === "drop") this.#drop(change.key);
      else if (change.type === "put") this.#put(change);
    }
    this.#afterwards();
  }

  /** The entry that an element, or one inside it, belongs to. @param {Element} element @returns {Entry | undefined} */
  entryOf(element) {
    const message = element.closest(".message");
    return message instanceof HTMLElement ? this.#entries.get(message) : undefined;
  }

  /** Say of what waits why it waits. @param {boolean} online */
  setOnline(online) {
    this.#online = online;
    for (const [element, entry] of this.#entries) if (entry.state === "pending") this.#show(element, entry);
  }

  /** @param {boolean} more whether older messages can be had */
  setMore(more) {
    this.#start.hidden = !more;
  }

  /** Draw the line above what is new; it stays when that is read. @param {number} after a place @param {number} count */
  setNews(after, count) {
    this.#news = { after, count };
    this.#placeNews();
  }

  /** @param {{key: string, words: string} | null} readBy who has read which message */
  setReadBy(readBy) {
    if (readBy?.key === this.#readBy?.key && readBy?.words === this.#readBy?.words) return;
    const keys = [this.#readBy?.key, readBy?.key];
    this.#readBy = readBy;
    for (const key of keys) {
      const element = document.getElementById(key ?? "");
      const entry = element && this.#entries.get(element);
      if (entry) this.#show(element, entry);
    }
  }

  /** @param {Extract<Change, {type: "put"}>} change */
  #put({ entry, was, before }) {
    const shown = document.getElementById(was ?? entry.key);
    const stays = shown && was === null;
    if (stays) {
      this.#show(shown, entry);
      this.#regroup(shown);
    } else {
      const focused = document.activeElement;
      this.#insert(shown ?? create(entry), entry, before === null ? null : document.getElementById(before));
      if (focused !== document.activeElement && shown?.contains(focused)) shown.focus();
    }
    if (entry.state === "pending") this.#remind(entry);
  }

  /** @param {HTMLElement} element @param {Entry} entry @param {HTMLElement | null} before */
  #insert(element, entry, before) {
    this.#take(element);
    const above = before ? this.#above(before) : this.#last();
    // Never above the day of what stands before it, whatever the clocks say.
    const day = [dayOf(above) ?? "", dayKey(writtenAt(entry))].sort()[1];
    if (before && dayOf(before) === day) before.before(element);
    else if (above && dayOf(above) === day) above.after(element);
    else this.#newDay(day, above).append(element);
    this.#touched.add(/** @type {Element} */ (element.parentElement));
    this.#show(element, entry);
    this.#regroup(element);
  }

  /** @param {string} key */
  #drop(key) {
    const element = document.getElementById(key);
    if (!element) return;
    const beside = neighbour(element, "next") ?? neighbour(element, "previous");
    const hadFocus = element.contains(document.activeElement);
    this.#take(element);
    this.#entries.delete(element);
    if (hadFocus) (beside ?? this.#inner.parentElement)?.focus();
  }

  /** Out of its place, and the day with it when it was the day's only one. @param {HTMLElement} element */
  #take(element) {
    const next = neighbour(element, "next");
    const section = element.closest("section");
    element.remove();
    if (next) this.#regroup(next);
    if (!section) return;
    this.#touched.add(section);
    if (!lastIn(section)) section.remove();
  }

  #clear() {
    this.#entries.clear();
    this.#inner.replaceChildren(this.#start, this.#empty);
  }

  #afterwards() {
    this.#empty.hidden = this.#entries.size > 0;
    for (const section of this.#touched) if (section.isConnected) this.#fold(section);
    this.#touched.clear();
    this.#placeNews();
  }

  /** Tell many comings and goings in a row in one line, which opens. @param {Element} section */
  #fold(section) {
    const lines = /** @type {HTMLElement[]} */ ([...section.querySelectorAll(":scope > :is(.message, .system-line)")]);
    const heads = new Map([...section.querySelectorAll(".system-run")].map((head) => [head.nextElementSibling, head]));
    for (const line of lines) line.hidden = false;
    for (const { start, end, words } of runs(lines.map((line) => this.#entries.get(line)))) {
      const first = lines[start];
      const head = heads.get(first) ?? fromTemplate("run-template");
      heads.delete(first);
      if (!head.isConnected) first.before(head);
      find(head, "span").textContent = words;
      for (const line of lines.slice(start, end)) line.hidden = head.getAttribute("aria-expanded") === "false";
    }
    for (const head of heads.values()) head.remove();
  }

  #placeNews() {
    const { after = Infinity, count = 0 } = this.#news ?? {};
    const lines = /** @type {HTMLElement[]} */ ([...this.#inner.querySelectorAll(".message[data-sequence]:not(.is-own)")]);
    const first = lines.find(({ dataset }) => Number(dataset.sequence) > after);
    if (!first || !count) return this.#newLine.remove();
    const words = fill(ngettext("%(count)s new message", "%(count)s new messages", count), { count: number(count) });
    this.#newLine.textContent = fill(gettext("%(count)s new"), { count: number(count) });
    this.#newLine.setAttribute("aria-label", words);
    if (first.previousElementSibling !== this.#newLine) first.before(this.#newLine);
  }

  /** @param {HTMLElement} element @param {Entry} entry */
  #show(element, entry) {
    this.#entries.set(element, entry);
    const readBy = this.#readBy?.key === entry.key ? this.#readBy.words : "";
    show(element, entry, this.#me, { waiting: this.#whyWaiting(entry), readBy });
  }

  /** Whether an element, and the one below it, go on under the head above. @param {HTMLElement} element */
  #regroup(element) {
    for (const each of [element, neighbour(element, "next")]) {
      const entry = each && this.#entries.get(each);
      const above = each && neighbour(each, "previous");
      if (entry) each.classList.toggle("is-continued", continues(above ? this.#entries.get(above) : undefined, entry, this.#me.id));
    }
  }

  /** @param {string} day @param {HTMLElement | null} above */
  #newDay(day, above) {
    const section = fromTemplate("day-template");
    section.dataset.day = day;
    section.setAttribute("aria-labelledby", `day-${day}`);
    find(section, "h2").id = `day-${day}`;
    find(section, "time").setAttribute("datetime", day);
    (above?.parentElement ?? this.#empty).after(section);
    this.#nameDays();
    return section;
  }

  /** What was today may be so no longer. */
  #nameDays() {
    for (const time of this.#inner.querySelectorAll(".day-label time")) {
      const name = dayName(String(time.getAttribute("datetime")));
      if (time.textContent !== name) time.textContent = name;
    }
  }

  /** @param {HTMLElement} element */
  #above(element) {
    return neighbour(element, "previous") ?? lastIn(element.parentElement?.previousElementSibling);
  }

  #last() {
    return lastIn([...this.#inner.querySelectorAll("[data-day]")].at(-1));
  }

  /** @param {Entry} entry */
  #whyWaiting(entry) {
    if (entry.state !== "pending") return "";
    const waited = Date.now() - writtenAt(entry).getTime();
    if (!this.#online || waited >= SAY_WAITING_AFTER) return gettext("Waiting for the connection");
    return waited >= SAY_SENDING_AFTER ? gettext("Sending") : "";
  }

  /** Look again when there is something else to say. @param {Entry} entry */
  #remind(entry) {
    for (const after of [SAY_SENDING_AFTER, SAY_WAITING_AFTER]) {
      setTimeout(() => {
        const element = document.getElementById(entry.key);
        if (element && this.#entries.get(element) === entry) this.#show(element, entry);
      }, after + 50);
    }
  }
}

/** The message beside this one on the same day. @param {Element} element @param {"previous" | "next"} side @returns {HTMLElement | null} */
function neighbour(element, side) {
  const beside = element[`${side}ElementSibling`];
  return !beside || beside.matches(".message, .system-line") ? /** @type {HTMLElement | null} */ (beside) : neighbour(beside, side);
}

/** @param {Element | null | undefined} section @returns {HTMLElement | null} */
function lastIn(section) {
  if (!section?.matches("[data-day]") || !section.lastElementChild) return null;
  const last = /** @type {HTMLElement} */ (section.lastElementChild);
  return last.matches(".message, .system-line") ? last : neighbour(last, "previous");
}

/** @param {HTMLElement | null} element */
const dayOf = (element) => element?.closest("section")?.dataset.day;
