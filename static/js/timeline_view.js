// @ts-check
/** The timeline on screen: carries out the pure timeline's changes, touching only what they name. */

import { find, fromTemplate } from "./dom.js";
import { continues, writtenAt } from "./grouping.js";
import { create, show } from "./message_view.js";
import { dayKey, dayName } from "./times.js";
import { gettext } from "./words.js";

/** @import {Change, Entry} from "./timeline.js" */
/** @import {Person} from "./wire.d.ts" */

/** Before that, "Sending" would only flicker. */
const SAY_SENDING_AFTER = 400;
const SAY_WAITING_AFTER = 10_000;

export class TimelineView {
  /** What each element shows. @type {Map<HTMLElement, Entry>} */
  #entries = new Map();
  #inner;
  #start;
  #empty;
  #me;
  #online = true;

  /** @param {HTMLElement} timeline @param {Person} me */
  constructor(timeline, me) {
    this.#inner = find(timeline, ".timeline-inner");
    this.#start = find(timeline, ".timeline-start");
    this.#empty = find(timeline, ".empty");
    this.#me = me;
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

  /** @param {string} key */
  element(key) {
    return document.getElementById(key);
  }

  /** The entry that an element, or one inside it, belongs to. @param {Element} element @returns {Entry | undefined} */
  entryOf(element) {
    const message = element.closest(".message");
    return message instanceof HTMLElement ? this.#entries.get(message) : undefined;
  }

  /** Say anew how an entry stands. @param {Entry} entry */
  refresh(entry) {
    const element = document.getElementById(entry.key);
    if (element) this.#show(element, entry);
  }

  /** Say of what waits why it waits. @param {boolean} online */
  setOnline(online) {
    this.#online = online;
    for (const entry of this.#entries.values()) if (entry.state === "pending") this.refresh(entry);
  }

  /** @param {boolean} more whether older messages can be had */
  setMore(more) {
    this.#start.hidden = !more;
  }

  /** @param {Extract<Change, {type: "put"}>} change */
  #put({ entry, was, before }) {
    const shown = document.getElementById(was ?? entry.key);
    const stays = shown && was === null;
    if (stays) {
      this.#show(shown, entry);
      this.#regroup(shown);
    } else this.#insert(shown ?? create(entry), entry, before === null ? null : document.getElementById(before));
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
    this.#show(element, entry);
    this.#regroup(element);
  }

  /** @param {string} key */
  #drop(key) {
    const element = document.getElementById(key);
    if (!element) return;
    this.#take(element);
    this.#entries.delete(element);
  }

  /** Out of its place, and the day with it when it was the day's only one. @param {HTMLElement} element */
  #take(element) {
    const next = neighbour(element, "next");
    const section = element.closest("section");
    element.remove();
    if (next) this.#regroup(next);
    if (section && !lastIn(section)) section.remove();
  }

  #clear() {
    this.#entries.clear();
    this.#inner.replaceChildren(this.#start, this.#empty);
  }

  #afterwards() {
    this.#empty.hidden = this.#entries.size > 0;
  }

  /** @param {HTMLElement} element @param {Entry} entry */
  #show(element, entry) {
    this.#entries.set(element, entry);
    show(element, entry, this.#me, this.#whyWaiting(entry));
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
      time.textContent = dayName(String(time.getAttribute("datetime")));
    }
  }

  /** @param {HTMLElement} element */
  #above(element) {
    return neighbour(element, "previous") ?? lastIn(element.parentElement?.previousElementSibling);
  }

  #last() {
    return lastIn(this.#inner.lastElementChild);
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

/** The message beside this one on the same day. @param {HTMLElement} element @param {"previous" | "next"} side */
function neighbour(element, side) {
  const beside = side === "next" ? element.nextElementSibling : element.previousElementSibling;
  return beside instanceof HTMLElement && !beside.matches(".day-label") ? beside : null;
}

/** @param {Element | null | undefined} section */
function lastIn(section) {
  const last = section?.matches("[data-day]") ? section.lastElementChild : null;
  return last instanceof HTMLElement && !last.matches(".day-label") ? last : null;
}

/** @param {HTMLElement | null} element */
const dayOf = (element) => element?.closest("section")?.dataset.day;
