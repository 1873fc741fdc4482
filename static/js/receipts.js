// @ts-check
/** How far others have read, where rooms tell it. Pure. */

import { gettext } from "./words.js";

/** @import {Entry, StoredEntry} from "./timeline.js" */
/** @import {Person} from "./wire.d.ts" */

const NAMED = 3;

/** Whether it is something that the reader said, and that is there. @param {Entry} entry @param {Person} me @returns {entry is StoredEntry} */
export const isOwnText = (entry, me) => entry.state === "stored" && entry.message.sender.id === me.id && entry.message.kind === "text" && !entry.message.deleted;

export class Receipts {
  /** @type {Map<string, number>} */
  #read = new Map();

  /** A room's history brings all of them, or none where they are not told. @param {{username: string, read_sequence: number}[]} readers */
  reset(readers) {
    this.#read = new Map(readers.map(({ username, read_sequence }) => [username, read_sequence]));
  }

  /** Reading may also go back: what was read can be marked unread. @param {string} username @param {number} sequence */
  hear(username, sequence) {
    this.#read.set(username, sequence);
  }

  /**
   * The last of one's own messages that somebody has read, and by whom.
   * @param {Entry[]} entries @param {Person} me @returns {{key: string, words: string} | null}
   */
  shown(entries, me) {
    const others = [...this.#read].filter(([username]) => username !== me.username);
    for (const entry of others.length ? entries.toReversed() : []) {
      if (!isOwnText(entry, me)) continue;
      const names = others.filter(([, read]) => read >= entry.message.sequence).map(([username]) => username);
      if (names.length) return { key: entry.key, words: readWords(names) };
    }
    return null;
  }
}

/** @param {string[]} names */
export function readWords(names) {
  if (names.length > NAMED) return gettext("Read by %(count)s people", { count: names.length });
  return gettext("Read by %(names)s", { names: names.join(", ") });
}
