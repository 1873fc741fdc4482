// @ts-check
/** What was written and is not known to be stored. Kept in the tab's storage, so that a reload loses no words. */

/** @import {Draft, Refusal} from "./wire.d.ts" */
/** @typedef {Draft & {room_id: string, error: Refusal | null}} Letter `error`: why it was refused; null: still to be sent */

export class Outbox {
  /** In order of writing. @type {Map<string, Letter>} */
  #letters;
  #storage;
  #key;

  /** @param {Pick<Storage, "getItem" | "setItem">} storage @param {string} key one for each person */
  constructor(storage, key) {
    this.#storage = storage;
    this.#key = key;
    /** @type {Letter[]} */
    const kept = JSON.parse(storage.getItem(key) ?? "[]");
    this.#letters = new Map(kept.map((letter) => [letter.client_id, letter]));
  }

  /** The next one to send. */
  get next() {
    return [...this.#letters.values()].find(({ error }) => error === null);
  }

  /** @param {string} roomId */
  of(roomId) {
    return [...this.#letters.values()].filter(({ room_id }) => room_id === roomId);
  }

  /** @param {string} clientId */
  has(clientId) {
    return this.#letters.has(clientId);
  }

  /** @param {Letter} letter */
  put(letter) {
    this.#letters.set(letter.client_id, letter);
    this.#keep();
  }

  /** @param {string} clientId @param {Refusal | null} error null: to be sent again */
  mark(clientId, error) {
    const letter = this.#letters.get(clientId);
    if (letter) this.put({ ...letter, error });
  }

  /** @param {string} clientId */
  remove(clientId) {
    this.#letters.delete(clientId);
    this.#keep();
  }

  #keep() {
    this.#storage.setItem(this.#key, JSON.stringify([...this.#letters.values()]));
  }
}
