// @ts-check
/** How far others have read, where rooms tell it. Pure. */

import { gettext } from "./words.js";

/** @import {Entry, StoredEntry} from "./timeline.js" */
/** @import {Person} from "./wire.d.ts" */

const NAMED = 3;

/** Whether it is something that the reader said, and that is there. @param {Entry} entry @param {Person} me @returns {entry is StoredEntry} */
export const isOwnText = (entry, me) => entry.state === "stored" && entry.message.sender.id === me.id && entry.message.kind === "text" && !entry.message.deleted;

/** @param {Person} me */
export function makeReceipts(me) {
  /** @type {Map<string, number>} */
  const read = new Map();

  /** Reading may also go back: what was read can be marked unread. @param {{username: string, read_sequence: number}} reader */
  function hear({ username, read_sequence }) {
    if (username !== me.username) read.set(username, read_sequence);
  }

  return {
    hear,
    /** A room's history brings all of them, or none where they are not told. @param {Parameters<typeof hear>[0][]} readers */
    reset(readers) {
      read.clear();
      readers.forEach(hear);
    },
    /** The last of one's own messages that somebody has read, and by whom. @param {Entry[]} entries @returns {{key: string, words: string} | null} */
    shown(entries) {
      for (const entry of read.size ? entries.toReversed() : []) {
        if (!isOwnText(entry, me)) continue;
        const names = [...read.keys()].filter((name) => Number(read.get(name)) >= entry.message.sequence);
        if (names.length) return { key: entry.key, words: readWords(names) };
      }
      return null;
    },
  };
}

/** @param {string[]} names */
export const readWords = (names) => names.length > NAMED
  ? gettext("Read by %(count)s people", { count: names.length })
  : gettext("Read by %(names)s", { names: names.join(", ") });
