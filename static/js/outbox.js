// @ts-check
/** What was written and is not known to be stored. Kept in the tab's storage, so that a reload loses no words. */

import { keepIn } from "./keeping.js";

/** @import {Draft, Refusal} from "./wire.d.ts" */
/** @typedef {Draft & {room_id: string, error: Refusal | null}} Letter `error`: why it was refused; null: still to be sent */
/** @typedef {ReturnType<typeof makeOutbox>} Outbox */

/** @param {Pick<Storage, "getItem" | "setItem">} storage @param {string} key one for each person */
export function makeOutbox(storage, key) {
  /** In order of writing. @type {Letter[]} */
  let letters = JSON.parse(storage.getItem(key) ?? "[]");
  const has = (/** @type {string} */ clientId) => letters.some(({ client_id }) => client_id === clientId);

  /** @param {Letter[]} kept */
  function keep(kept) {
    letters = kept;
    keepIn(storage, key, JSON.stringify(letters));
  }

  return {
    has,
    /** The next one to send. */
    get next() {
      return letters.find(({ error }) => !error);
    },
    of: (/** @type {string} */ roomId) => letters.filter(({ room_id }) => room_id === roomId),
    put: (/** @type {Letter} */ letter) => keep([...letters, letter]),
    /** @param {string} clientId @param {Refusal | null} error null: to be sent again */
    mark: (clientId, error) => keep(letters.map((letter) => letter.client_id === clientId ? { ...letter, error } : letter)),
    remove: (/** @type {string} */ clientId) => keep(letters.filter(({ client_id }) => client_id !== clientId)),
  };
}
