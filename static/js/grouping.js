// @ts-check
/** Which messages stand under one head. Pure. */

/** @import {Entry} from "./timeline.js" */

const GROUP_MILLISECONDS = 5 * 60 * 1000;

/**
 * Whether an entry goes on under the head of the one above: same author, same day, within five minutes.
 * @param {Entry | undefined} previous @param {Entry} entry @param {number} me the author of what is not stored yet
 */
export function continues(previous, entry, me) {
  if (!previous) return false;
  const author = authorOf(entry, me);
  if (author === null || author !== authorOf(previous, me)) return false;
  const [earlier, later] = [writtenAt(previous), writtenAt(entry)];
  return later.getTime() - earlier.getTime() < GROUP_MILLISECONDS && earlier.toDateString() === later.toDateString();
}

/** When it was written, by the server's clock once it is stored. @param {Entry} entry */
export const writtenAt = (entry) => new Date((entry.state === "stored" ? entry.message : entry.draft).timestamp);

/** @param {Entry} entry @param {number} me @returns {number | null} null: nobody in particular */
function authorOf(entry, me) {
  if (entry.state !== "stored") return me;
  return entry.message.kind === "system" ? null : entry.message.sender.id;
}
