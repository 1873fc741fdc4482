// @ts-check
/** One entry of the timeline as an element. Words of people only ever become text, never markup. */

import { all, build, fill, find, fromTemplate } from "./dom.js";
import { writtenAt } from "./grouping.js";
import { filesPart, quotePart, reactionPart } from "./message_parts.js";
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
export const create = (entry) => fromTemplate(isSystem(entry) ? "system" : "message");

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
const showSystem = (element, message) => fill(element, { "": { "data-sequence": String(message.sequence) }, ".system-text": whatHappened(message) });

/** @param {HTMLElement} element @param {Message} message @param {Person} me @param {string} readBy */
function showStored(element, message, me, readBy) {
  const { sequence, message_id, sender, deleted, quote, mentions = [], attachments, reactions = [], pinned, pinned_by: by = "" } = message;
  const own = sender.id === me.id;
  showAuthor(element, sender, own, deleted ? "deleted" : null);
  fill(element, { "": { "data-sequence": String(sequence) }, ".message-time": { href: `?at=${sequence}#m${message_id}` } });
  element.classList.toggle("is-for-you", !own && mentions.includes(me.username));
  const text = deleted ? gettext("This message was deleted.") : message.message;
  showText(element, text, mentions, me, message.edited && !deleted ? message_id : 0);
  element.querySelector(".message-pin")?.remove();
  if (pinned) find(element, ".message-head").append(fromTemplate("pin", { span: gettext("Pinned by %(by)s", { by }) }));
  showCompany(element, quote, attachments);
  setPart(element, ".message-foot", foot(reactions.map((each) => reactionPart(each, me.username)), readBy));
  // They stay, since a menu may be open beside one of them.
  if (deleted) setPart(element, ".message-actions", null);
  else if (!actionsIn(element)) element.append(fromTemplate("actions"));
  for (const edit of all(element, "[data-act=edit]")) edit.hidden = !own;
}

/** @param {HTMLElement} element @param {OwnEntry} entry @param {Person} me @param {string} waiting */
function showOwn(element, { state, draft, error }, me, waiting) {
  showAuthor(element, me, true, state);
  showText(element, draft.message, [], me, 0);
  showCompany(element, draft.quote, draft.attachments);
  const reason = error ? explain(error) : waiting;
  const foot = setPart(element, ".message-foot", reason ? fromTemplate(state, { ".reason": reason }) : null);
  if (foot && error) find(foot, "[data-act=retry]").hidden = !worthRetrying(error);
}

/** What goes with a text. @param {HTMLElement} element @param {Quote | undefined} quote @param {Attachment[]} [files] */
function showCompany(element, quote, files = []) {
  setPart(element, ".quote", null);
  if (quote) find(element, ".message-head").after(quotePart(quote));
  setPart(element, ".attachments", files.length ? filesPart(files) : null);
}

/** @param {HTMLElement[]} reactions @param {string} readBy */
function foot(reactions, readBy) {
  if (!reactions.length && !readBy) return null;
  const element = fromTemplate("foot");
  element.append(...reactions);
  if (readBy) element.append(fromTemplate("read", { span: readBy }));
  return element;
}

/** @param {HTMLElement} element @param {Person} sender @param {boolean} own @param {string | null} state */
function showAuthor(element, { name, username, avatar }, own, state) {
  const href = `/people/${username}/`;
  element.classList.toggle("is-own", own);
  fill(element, { "": { "data-state": state }, ".message-avatar": { href }, ".avatar": { src: avatar } });
  fill(element, { ".message-author": { "": name, href, id: `${element.id}-by` } });
}

/** @param {HTMLElement} element @param {Entry} entry */
function showTime(element, entry) {
  const moment = writtenAt(entry);
  fill(element, { time: { "": clockTime(moment), datetime: moment.toISOString(), title: fullTime(moment) } });
  const at = `${element.id}-at`;
  if (!isSystem(entry)) fill(element, { "": { "aria-labelledby": `${element.id}-by ${at}` }, ".message-time": { id: at } });
}

/** @param {HTMLElement} element @param {string} text @param {string[]} mentions @param {Person} me @param {number} edited the id of what was edited */
function showText(element, text, mentions, me, edited) {
  const shown = JSON.stringify([text, mentions, edited]);
  if (shownTexts.get(element) === shown) return;
  shownTexts.set(element, shown);
  const place = find(element, ".message-text");
  place.replaceChildren(...parse(text, mentions, me.username).map(build));
  if (!edited) return;
  const note = fromTemplate("edited");
  const earlier = note.getAttribute("href");   // moderators may look what it said before
  if (earlier) note.setAttribute("href", earlier.replace("0", String(edited)));
  place.append(note);
}

/** @param {HTMLElement} element */
const actionsIn = (element) => element.querySelector(":scope > .message-actions");

/** Have this part at the end, before what can be done, fresh, or none. @param {HTMLElement} element @param {string} selector @param {HTMLElement | null} part */
function setPart(element, selector, part) {
  element.querySelector(`:scope > ${selector}`)?.remove();
  if (part) element.insertBefore(part, actionsIn(element));
  return part;
}

/** @param {Message} message */
function whatHappened({ act = "", sender, subject }) {
  const names = { name: subject?.name ?? sender.name, by: sender.name };
  /** @type {Record<string, string>} */
  const words = {
    joined: gettext("%(name)s joined", names),
    left: gettext("%(name)s left", names),
    removed: gettext("%(name)s was removed by %(by)s", names),
  };
  return words[act] ?? gettext("%(by)s changed this room", names);
}
