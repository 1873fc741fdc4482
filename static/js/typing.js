// @ts-check
/** Who is typing: what one hears of others, and what one lets others know. No DOM. */

import { gettext } from "./words.js";

/** @import {Clock} from "./clock.js" */

/** A little longer than the server's five seconds. */
const EXPIRES = 6_000;
const REPEAT_AFTER = 3_000;
/** Nobody is read aloud more often. */
const ALOUD_AFTER = 20_000;

/** @param {string[]} names */
export function typingWords(names) {
  const [name, other] = names;
  return !name ? ""
    : !other ? gettext("%(name)s is typing", { name })
      : names.length === 2 ? gettext("%(one)s and %(other)s are typing", { one: name, other })
        : gettext("%(count)s people are typing", { count: names.length });
}

/**
 * Returns what hears of each person.
 * @param {Clock} clock @param {(words: string, aloud: string) => void} onChange who types; who of them shall be read aloud
 */
export function makeWhoTypes(clock, onChange) {
  /** How to cancel each one's expiry, by name. @type {Map<string, () => void>} */
  const typing = new Map();
  /** @type {Map<string, number>} */
  const toldAt = new Map();
  let told = "";

  return function hear(/** @type {string} */ name, /** @type {boolean} */ types) {
    const begins = types && !typing.has(name) && clock.now() - (toldAt.get(name) ?? -Infinity) >= ALOUD_AFTER;
    typing.get(name)?.();
    typing.delete(name);
    if (types) typing.set(name, clock.after(EXPIRES, () => hear(name, false)));
    if (begins) toldAt.set(told = name, clock.now());
    else if (!types && told === name) told = "";
    onChange(typingWords([...typing.keys()]), typingWords(told ? [told] : []));
  };
}

/** Tells that one types, now and then, and that one stopped, once. @param {Clock} clock @param {(typing: boolean) => void} tell */
export function makeTypingSignal(clock, tell) {
  let toldAt = -Infinity;
  return {
    /** @param {boolean} typing */
    note(typing) {
      const isTold = toldAt > -Infinity;
      if (typing ? clock.now() - toldAt < REPEAT_AFTER : !isTold) return;
      toldAt = typing ? clock.now() : -Infinity;
      tell(typing);
    },
    /** A message that comes in says the same: nothing is told after sending. */
    sent() {
      toldAt = -Infinity;
    },
  };
}
