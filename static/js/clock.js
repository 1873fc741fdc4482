// @ts-check
/** Time, as the parts that wait need it; tests bring their own. */

/**
 * @typedef {object} Clock
 * @property {() => number} now milliseconds
 * @property {(milliseconds: number, action: () => void) => () => void} after do something later; returns how to cancel it
 */

/** @type {Clock} */
export const browserClock = {
  now: () => Date.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** @param {Clock} clock @param {number} milliseconds @returns {Promise<void>} */
export const pause = (clock, milliseconds) => new Promise((resolve) => void clock.after(milliseconds, resolve));
