// @ts-check
/** Who is typing: what one hears of others, and what one lets others know. No DOM. */

import { gettext } from "./words.js";

/** @import {Clock} from "./clock.js" */

/** A little longer than the server's five seconds. */
const EXPIRES = 6_000;
const REPEAT_AFTER = 3_000;

/** @param {string[]} names */
export function typingWords(names) {
  switch (names.length) {
    case 0: return "";
    case 1: return gettext("%(name)s is typing", { name: names[0] });
    case 2: return gettext("%(one)s and %(other)s are typing", { one: names[0], other: names[1] });
    default: return gettext("%(count)s people are typing", { count: names.length });
  }
}

export class WhoTypes {
  /** @type {Map<string, () => void>} names, and how to cancel their expiry */
  #typing = new Map();
  #clock;
  #onChange;

  /** @param {Clock} clock @param {(words: string) => void} onChange */
  constructor(clock, onChange) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @param {string} name @param {boolean} typing */
  hear(name, typing) {
    this.#typing.get(name)?.();
    this.#typing.delete(name);
    if (typing) this.#typing.set(name, this.#clock.after(EXPIRES, () => this.hear(name, false)));
    this.#onChange(typingWords([...this.#typing.keys()]));
  }
}

/** Tells that one types, now and then, and that one stopped, once. */
export class TypingSignal {
  #toldAt = -Infinity;
  #clock;
  #tell;

  /** @param {Clock} clock @param {(typing: boolean) => void} tell */
  constructor(clock, tell) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** @param {boolean} typing */
  note(typing) {
    if (!typing) this.stop();
    else if (this.#clock.now() - this.#toldAt >= REPEAT_AFTER) {
      this.#toldAt = this.#clock.now();
      this.#tell(true);
    }
  }

  /** A message that comes in says the same: nothing is told after sending. */
  sent() {
    this.#toldAt = -Infinity;
  }

  stop() {
    if (this.#toldAt === -Infinity) return;
    this.#toldAt = -Infinity;
    this.#tell(false);
  }
}
