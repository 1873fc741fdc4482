// @ts-check
/** What is written in each room and not sent, kept in the browser. No DOM. */

import { keepIn } from "./keeping.js";

/** @import {Content} from "./wire.d.ts" */
/** @typedef {ReturnType<typeof makeDrafts>} Drafts */

const PREFIX = "parley.draft.";

/** @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage @param {number} person id @param {string} roomId */
export function makeDrafts(storage, person, roomId) {
  const key = `${PREFIX}${person}.${roomId}`;
  return {
    /** @returns {Content | null} */
    get kept() {
      return JSON.parse(storage.getItem(key) ?? "null");
    },
    /** @param {Content} content nothing in it: nothing is kept */
    keep(content) {
      const { message, reply_to, attachments } = content;
      if (message.trim() || reply_to || attachments?.length) keepIn(storage, key, JSON.stringify(content));
      else storage.removeItem(key);
    },
  };
}

/** Who leaves takes their drafts along; so do those who were here before. @param {Storage} storage @param {number} [stays] id of who stays */
export function forgetDrafts(storage, stays) {
  for (const key of Object.keys(storage)) {
    if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${stays}.`)) storage.removeItem(key);
  }
}
