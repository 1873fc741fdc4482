// @ts-check
/** Where the reader is in the timeline: at its end, or further up, and what came in meanwhile below. */

import { find } from "./dom.js";
import { fill, gettext, ngettext, number } from "./words.js";

/** Near enough to count as the end, or the beginning. */
const NEAR_END = 48;
const NEAR_START = 400;

export class Reading {
  #timeline;
  #jump;
  #below = 0;
  #listener;

  /**
   * @param {HTMLElement} timeline @param {HTMLElement} jump
   * @param {{onEnd: () => void, onStart: () => void, onJump: () => void}} listener `onEnd` when the end is looked at, `onStart` near
   *   the beginning, `onJump` when the latest is asked for
   */
  constructor(timeline, jump, listener) {
    this.#timeline = timeline;
    this.#jump = jump;
    this.#listener = listener;
    timeline.addEventListener("scroll", () => this.look(), { passive: true });
    jump.addEventListener("click", () => listener.onJump());
    document.addEventListener("visibilitychange", () => this.look());
  }

  /** The timeline is a reversed column: it counts from its end, upwards with a minus. */
  get #fromEnd() {
    return -this.#timeline.scrollTop;
  }

  get atEnd() {
    return this.#fromEnd < NEAR_END;
  }

  toEnd() {
    this.#timeline.scrollTop = 0;
    this.look();
  }

  /** Browsers without scroll anchoring are kept where they are while something grows below. @param {() => void} change */
  inPlace(change) {
    const before = this.#timeline.scrollHeight;
    const away = !this.atEnd && !CSS.supports("overflow-anchor", "auto");
    change();
    if (away) this.#timeline.scrollTop -= this.#timeline.scrollHeight - before;
  }

  /** @param {number} messages that came in below */
  cameIn(messages) {
    if (!this.atEnd) this.#below += messages;
    this.look();
  }

  look() {
    if (this.atEnd) this.#below = 0;
    this.#jump.hidden = this.atEnd;
    find(this.#jump, "span").textContent = this.#words();
    if (this.atEnd && document.visibilityState === "visible") this.#listener.onEnd();
    const { scrollHeight, clientHeight } = this.#timeline;
    if (scrollHeight - clientHeight - this.#fromEnd < NEAR_START) this.#listener.onStart();
  }

  #words() {
    if (this.#below === 0) return gettext("Latest");
    return fill(ngettext("%(count)s new message", "%(count)s new messages", this.#below), { count: number(this.#below) });
  }
}
