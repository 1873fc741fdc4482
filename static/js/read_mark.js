// @ts-check
/** Tells the server how far the person has read: at once, then at most every half second. No DOM. */

/** @import {Clock} from "./clock.js" */

const REPEAT_AFTER = 500;

export class ReadMark {
  #upTo;
  #wanted = 0;
  #busy = false;
  /** Marked unread by hand: nothing counts as read before the next thing done here. */
  #held = false;
  #clock;
  #tell;

  /**
   * @param {number} upTo what the server knows already @param {Clock} clock
   * @param {(sequence: number) => Promise<boolean>} tell resolves to whether the server took it
   */
  constructor(upTo, clock, tell) {
    this.#upTo = upTo;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** What was read is unread again, from here. @param {number} upTo */
  hold(upTo) {
    this.#held = true;
    this.#upTo = this.#wanted = upTo;
  }

  release() {
    this.#held = false;
  }

  /** Everything up to `sequence` was seen. @param {number} sequence */
  async note(sequence) {
    if (this.#held) return;
    this.#wanted = Math.max(this.#wanted, sequence);
    if (this.#busy || this.#wanted <= this.#upTo) return;
    this.#busy = true;
    const told = this.#wanted;
    if (await this.#tell(told)) this.#upTo = told;
    this.#clock.after(REPEAT_AFTER, () => {
      this.#busy = false;
      if (this.#wanted > told) void this.note(this.#wanted);
    });
  }
}
