// @ts-check
/** What stands together in the timeline: messages under one head, comings and goings in one line. Pure. */

import { gettext, ngettext, number } from "./words.js";

/** @import {Entry} from "./timeline.js" */

const TOGETHER_FOR = 300_000;
/** So many comings and goings in a row are told in one line. */
const RUN = 5;

/**
 * Whether an entry goes on under the head of the one above: same author, same day, within five minutes.
 * @param {Entry | undefined} previous @param {Entry} entry @param {number} me the author of what is not stored yet
 */
export function continues(previous, entry, me) {
  if (!previous) return false;
  const author = authorOf(entry, me);
  if (author === null || author !== authorOf(previous, me)) return false;
  const [earlier, later] = [writtenAt(previous), writtenAt(entry)];
  return later.getTime() - earlier.getTime() < TOGETHER_FOR && earlier.toDateString() === later.toDateString();
}

/** When it was written, by the server's clock once it is stored. @param {Entry} entry */
export const writtenAt = (entry) => new Date((entry.state === "stored" ? entry.message : entry.draft).timestamp);

/** @param {Entry} entry @param {number} me @returns {number | null} null: nobody in particular */
function authorOf(entry, me) {
  if (entry.state !== "stored") return me;
  return entry.message.kind === "system" ? null : entry.message.sender.id;
}

/** What people did who came or went. @param {Entry | undefined} entry */
const wayOf = (entry) => entry?.state === "stored" && ["joined", "left"].includes(entry.message.act ?? "") ? entry.message.act : null;

/**
 * Where many came or went in a row: the first one's place, the place after the last, and how it is told.
 * @param {(Entry | undefined)[]} entries of one day @returns {{start: number, end: number, words: string}[]}
 */
export function runs(entries) {
  const found = [];
  for (let start = 0, end; start < entries.length; start = end + 1) {
    for (end = start; wayOf(entries[end]);) end += 1;
    if (end - start >= RUN) found.push({ start, end, words: runWords(entries.slice(start, end).map(wayOf)) });
  }
  return found;
}

/** @param {(string | null | undefined)[]} ways */
function runWords(ways) {
  const count = ways.length;
  const joined = ways.filter((way) => way === "joined").length;
  return joined === count ? ngettext("%(count)s person joined", "%(count)s people joined", count)
    : joined === 0 ? ngettext("%(count)s person left", "%(count)s people left", count)
      : gettext("People joined and left %(count)s times", { count: number(count) });
}
