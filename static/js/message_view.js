// @ts-check
/** One entry of the timeline as an element. Words of people only ever become text, never markup. */

import { find, fromTemplate } from "./dom.js";
import { writtenAt } from "./grouping.js";
import { explain, worthRetrying } from "./refusals.js";
import { clockTime, fullTime } from "./times.js";
import { fill, gettext } from "./words.js";

/** @import {Entry, OwnEntry} from "./timeline.js" */
/** @import {Message, Person} from "./wire.d.ts" */

/** A new, empty element of the entry's kind. @param {Entry} entry */
export const create = (entry) => fromTemplate(isSystem(entry) ? "system-template" : "message-template");

/**
 * Make an element say what its entry says; also one that the server rendered, or that said something older.
 * @param {HTMLElement} element @param {Entry} entry @param {Person} me @param {string} waiting what is said while it is sent, if anything
 */
export function show(element, entry, me, waiting) {
  element.id = entry.key;
  showTime(element, entry);
  if (entry.state === "stored") showStored(element, entry.message, me);
  else showOwn(element, entry, me, waiting);
}

/** @param {Entry} entry @returns {entry is Entry & {state: "stored"}} */
const isSystem = (entry) => entry.state === "stored" && entry.message.kind === "system";

/** @param {HTMLElement} element @param {Message} message @param {Person} me */
function showStored(element, message, me) {
  element.dataset.sequence = String(message.sequence);
  if (message.kind === "system") {
    find(element, ".system-text").textContent = whatHappened(message);
    return;
  }
  showAuthor(element, message.sender, me);
  setState(element, message.deleted ? "deleted" : null);
  showText(element, message.deleted ? fill(gettext("%(name)s deleted this message."), { name: message.sender.name }) : message.message);
  setPart(find(element, ".message-text"), ".message-note", message.edited && !message.deleted ? "edited-template" : null);
  setPart(element, ".message-foot", null);
  const changeable = message.sender.id === me.id && !message.deleted;
  setPart(element, ".message-actions", changeable ? "actions-template" : null);
}

/** @param {HTMLElement} element @param {OwnEntry} entry @param {Person} me @param {string} waiting */
function showOwn(element, entry, me, waiting) {
  showAuthor(element, me, me);
  setState(element, entry.state);
  showText(element, entry.draft.message);
  const foot = setPart(element, ".message-foot", footTemplate(entry, waiting));
  if (!foot) return;
  find(foot, ".reason").textContent = entry.error ? explain(entry.error) : waiting;
  if (entry.error) find(foot, "[data-act=retry]").hidden = !worthRetrying(entry.error);
}

/** @param {OwnEntry} entry @param {string} waiting */
function footTemplate(entry, waiting) {
  if (entry.state === "failed") return "failed-template";
  return waiting ? "pending-template" : null;
}

/** @param {HTMLElement} element @param {Person} sender @param {Person} me */
function showAuthor(element, sender, me) {
  element.classList.toggle("is-own", sender.id === me.id);
  const author = find(element, ".message-author");
  author.textContent = sender.name;
  author.id = `${element.id}-by`;
  const avatar = find(element, ".avatar");
  if (avatar.getAttribute("src") !== sender.avatar) avatar.setAttribute("src", sender.avatar);
}

/** @param {HTMLElement} element @param {Entry} entry */
function showTime(element, entry) {
  const moment = writtenAt(entry);
  const time = find(element, "time");
  time.setAttribute("datetime", moment.toISOString());
  time.title = fullTime(moment);
  time.textContent = clockTime(moment);
  const link = element.querySelector("a.message-time");
  if (!link) return;
  link.id = `${element.id}-at`;
  link.setAttribute("href", `#${element.id}`);
  element.setAttribute("aria-labelledby", `${element.id}-by ${element.id}-at`);
}

/** @param {HTMLElement} element @param {string} text */
function showText(element, text) {
  const paragraph = find(element, ".message-text > p");
  if (paragraph.textContent !== text) paragraph.textContent = text;
}

/** @param {HTMLElement} element @param {string | null} state */
function setState(element, state) {
  if (state === null) delete element.dataset.state;
  else element.dataset.state = state;
}

/** Have a part from its template, fresh, or not at all. @param {HTMLElement} element @param {string} selector @param {string | null} template */
function setPart(element, selector, template) {
  element.querySelector(`:scope > ${selector}`)?.remove();
  if (template === null) return null;
  const part = fromTemplate(template);
  element.append(part);
  return part;
}

/** @param {Message} message */
export function whatHappened({ act, sender, subject }) {
  const names = { name: subject?.name ?? sender.name, by: sender.name };
  switch (act) {
    case "joined": return fill(gettext("%(name)s joined"), names);
    case "left": return fill(gettext("%(name)s left"), names);
    case "removed": return fill(gettext("%(name)s was removed by %(by)s"), names);
    default: return fill(gettext("%(by)s changed this room"), names);
  }
}
