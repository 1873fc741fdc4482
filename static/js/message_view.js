// @ts-check
/** One entry of the timeline as an element. Words of people only ever become text, never markup. */

import { build, find, fromTemplate } from "./dom.js";
import { writtenAt } from "./grouping.js";
import { filesPart, makeElement, quotePart, reactionPart } from "./message_parts.js";
import { explain, worthRetrying } from "./refusals.js";
import { parse } from "./text.js";
import { clockTime, fullTime } from "./times.js";
import { gettext } from "./words.js";

/** @import {Entry, OwnEntry} from "./timeline.js" */
/** @import {Attachment, Message, Person, Quote} from "./wire.d.ts" */
/** @typedef {{waiting: string, readBy: string}} Standing what is said while it is sent, and once it is read */

/** The text that an element shows, so that what is selected in it stays. @type {WeakMap<HTMLElement, string>} */
const shownTexts = new WeakMap();

/** A new, empty element of the entry's kind. @param {Entry} entry */
export const create = (entry) => fromTemplate(isSystem(entry) ? "system-template" : "message-template");

/**
 * Make an element say what its entry says; also one that the server rendered, or that said something older.
 * @param {HTMLElement} element @param {Entry} entry @param {Person} me @param {Standing} standing
 */
export function show(element, entry, me, standing) {
  const focused = document.activeElement;
  const hadFocus = focused instanceof HTMLElement && element.contains(focused) && element !== focused;
  element.id = entry.key;
  showTime(element, entry);
  if (entry.state !== "stored") showOwn(element, entry, me, standing.waiting);
  else if (entry.message.kind === "system") showSystem(element, entry.message);
  else showStored(element, entry.message, me, standing.readBy);
  if (hadFocus && !element.contains(focused)) {
    const { act, emoji } = focused.dataset;
    /** @type {HTMLElement} */ (element.querySelector(emoji ? `[data-emoji="${CSS.escape(emoji)}"]` : `[data-act="${act}"]`) ?? element).focus();
  }
}

/** @param {Entry} entry @returns {entry is Entry & {state: "stored"}} */
const isSystem = (entry) => entry.state === "stored" && entry.message.kind === "system";

/** @param {HTMLElement} element @param {Message} message */
function showSystem(element, message) {
  element.dataset.sequence = String(message.sequence);
  find(element, ".system-text").textContent = whatHappened(message);
}

/** @param {HTMLElement} element @param {Message} message @param {Person} me @param {string} readBy */
function showStored(element, message, me, readBy) {
  const { sequence, message_id, sender, deleted, quote, mentions = [], attachments, reactions = [] } = message;
  element.dataset.sequence = String(sequence);
  find(element, "a.message-time").setAttribute("href", `?at=${sequence}#m${message_id}`);
  showAuthor(element, sender, me);
  setState(element, deleted ? "deleted" : null);
  element.classList.toggle("is-for-you", sender.id !== me.id && mentions.includes(me.username));
  const text = deleted ? gettext("%(name)s deleted this message.", { name: sender.name }) : message.message;
  showText(element, text, mentions, me, message.edited && !deleted ? message_id : 0);
  showPin(element, message);
  showCompany(element, quote, attachments);
  setPart(element, ".message-foot", foot(reactions.map((each) => reactionPart(each, me.username)), readBy));
  setPart(element, ".message-actions", deleted ? null : actions(sender.id === me.id));
}

/** @param {HTMLElement} element @param {OwnEntry} entry @param {Person} me @param {string} waiting */
function showOwn(element, { state, draft, error }, me, waiting) {
  showAuthor(element, me, me);
  setState(element, state);
  showText(element, draft.message, [], me, 0);
  showCompany(element, draft.quote, draft.attachments);
  const template = state === "failed" ? "failed-template" : waiting ? "pending-template" : "";
  const part = setPart(element, ".message-foot", template ? fromTemplate(template) : null);
  if (!part) return;
  find(part, ".reason").textContent = error ? explain(error) : waiting;
  if (error) find(part, "[data-act=retry]").hidden = !worthRetrying(error);
}

/** What goes with a text. @param {HTMLElement} element @param {Quote | undefined} quote @param {Attachment[]} [files] */
function showCompany(element, quote, files = []) {
  setPart(element, ".quote", null);
  if (quote) find(element, ".message-head").after(quotePart(quote));
  setPart(element, ".attachments", files.length ? filesPart(files) : null);
}

/** @param {HTMLElement} element @param {Message} message */
function showPin(element, { pinned, pinned_by: by = "" }) {
  element.querySelector(".message-pin")?.remove();
  if (!pinned) return;
  const pin = fromTemplate("pin-template");
  find(pin, "span").textContent = gettext("Pinned by %(by)s", { by });
  find(element, ".message-head").append(pin);
}

/** @param {HTMLElement[]} reactions @param {string} readBy */
function foot(reactions, readBy) {
  if (!reactions.length && !readBy) return null;
  const element = makeElement(["footer", { class: "message-foot" }]);
  element.append(...reactions);
  if (readBy) {
    const part = fromTemplate("read-template");
    find(part, "span").textContent = readBy;
    element.append(part);
  }
  return element;
}

/** @param {boolean} own */
function actions(own) {
  const part = fromTemplate("actions-template");
  find(part, "[data-act=edit]").hidden = !own;
  return part;
}

/** @param {HTMLElement} element @param {Person} sender @param {Person} me */
function showAuthor(element, sender, me) {
  element.classList.toggle("is-own", sender.id === me.id);
  const author = find(element, ".message-author");
  author.textContent = sender.name;
  author.id = `${element.id}-by`;
  for (const link of [author, find(element, ".message-avatar")]) link.setAttribute("href", `/people/${sender.username}/`);
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
  element.setAttribute("aria-labelledby", `${element.id}-by ${element.id}-at`);
}

/** @param {HTMLElement} element @param {string} text @param {string[]} mentions @param {Person} me @param {number} edited the id of what was edited */
function showText(element, text, mentions, me, edited) {
  const shown = JSON.stringify([text, mentions, edited]);
  if (shownTexts.get(element) === shown) return;
  shownTexts.set(element, shown);
  const place = find(element, ".message-text");
  place.replaceChildren(...parse(text, mentions, me.username).map(build));
  if (!edited) return;
  const note = fromTemplate("edited-template");
  const earlier = note.getAttribute("href");   // moderators may look what it said before
  if (earlier) note.setAttribute("href", earlier.replace("0", String(edited)));
  place.append(note);
}

/** @param {HTMLElement} element @param {string | null} state */
function setState(element, state) {
  if (state === null) delete element.dataset.state;
  else element.dataset.state = state;
}

/** Have this part at the end, fresh, or none. @param {HTMLElement} element @param {string} selector @param {HTMLElement | null} part */
function setPart(element, selector, part) {
  element.querySelector(`:scope > ${selector}`)?.remove();
  if (part) element.append(part);
  return part;
}

/** @param {Message} message */
export function whatHappened({ act, sender, subject }) {
  const names = { name: subject?.name ?? sender.name, by: sender.name };
  switch (act) {
    case "joined": return gettext("%(name)s joined", names);
    case "left": return gettext("%(name)s left", names);
    case "removed": return gettext("%(name)s was removed by %(by)s", names);
    default: return gettext("%(by)s changed this room", names);
  }
}
