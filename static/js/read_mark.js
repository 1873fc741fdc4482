// @ts-check
/** Tells the server how far the person has read: at once, then at most every half second. No DOM. */

/** @import {Clock} from "./clock.js" */

/**
 * @param {number} upTo what the server knows already @param {Clock} clock
 * @param {(sequence: number) => Promise<boolean>} tell resolves to whether the server took it
 */
export function makeReadMark(upTo, clock, tell) {
  const repeatAfter = 500;   // ms
  let wanted = 0;
  let busy = false;
  /** Marked unread by hand: nothing counts as read before the next thing done here. */
  let held = false;

  /** Everything up to `sequence` was seen. @param {number} sequence */
  async function note(sequence) {
    if (held) return;
    wanted = Math.max(wanted, sequence);
    if (busy || wanted <= upTo) return;
    busy = true;
    const told = wanted;
    // Not if it was marked unread meanwhile.
    if (await tell(told) && wanted >= told) upTo = told;
    clock.after(repeatAfter, () => {
      busy = false;
      if (wanted > told) void note(wanted);
    });
  }

  return {
    note,
    /** What was read is unread again, from here. @param {number} sequence */
    hold(sequence) {
      held = true;
      upTo = wanted = sequence;
    },
    release() {
      held = false;
    },
  };
}
