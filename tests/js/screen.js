// @ts-check
/** A screen without a browser: carries out the timeline's changes as the page does. */
import assert from "node:assert/strict";

/** @import {Change, Entry} from "../../static/js/timeline.js" */

export class Screen {
  /** @type {Entry[]} */
  entries = [];

  /** @param {Change[]} changes */
  carryOut(changes) {
    for (const change of changes) {
      if (change.type === "clear") this.entries = [];
      else if (change.type === "drop") this.#take(change.key);
      else if (change.type === "put") this.#put(change);
    }
  }

  /** @param {Extract<Change, {type: "put"}>} change */
  #put({ entry, was, before }) {
    if (was) this.#take(was);
    else this.entries = this.entries.filter(({ key }) => key !== entry.key);
    const place = before === null ? this.entries.length : this.#find(before);
    this.entries.splice(place, 0, entry);
  }

  /** @param {string} key */
  #take(key) {
    this.entries.splice(this.#find(key), 1);
  }

  /** @param {string} key */
  #find(key) {
    const place = this.entries.findIndex((entry) => entry.key === key);
    assert.notEqual(place, -1, `${key} is not on screen`);
    return place;
  }
}
