// @ts-check
/** Where the reader is in the timeline: at its end, or further up, and what came in meanwhile below. */

import { fill } from "./dom.js";
import { gettext, ngettext } from "./words.js";

/** Near enough to count as the end, or the beginning. */
const NEAR_END = 48;
const NEAR_START = 400;

/**
 * @param {HTMLElement} timeline a reversed column: it counts from its end, upwards with a minus
 * @param {HTMLElement} jump
 * @param {{onEnd: () => void, onStart: () => void, onJump: () => void}} listener `onEnd` when the end is looked at, `onStart` near
 *   the beginning, `onJump` when the latest is asked for
 */
export function startReading(timeline, jump, { onEnd, onStart, onJump }) {
  let below = 0;
  const atEnd = () => -timeline.scrollTop < NEAR_END;

  function look() {
    if (atEnd()) below = 0;
    jump.hidden = atEnd();
    fill(jump, { span: below ? ngettext("%(count)s new message", "%(count)s new messages", below) : gettext("Latest") });
    if (atEnd() && !document.hidden) onEnd();
    const { scrollHeight, clientHeight, scrollTop } = timeline;
    if (scrollHeight - clientHeight + scrollTop < NEAR_START) onStart();
  }

  timeline.addEventListener("scroll", look, { passive: true });
  jump.onclick = onJump;
  document.addEventListener("visibilitychange", look);

  return {
    look,
    toEnd() {
      timeline.scrollTop = 0;
      look();
    },
    /** Browsers without scroll anchoring are kept where they are while something grows below. @param {() => void} change */
    inPlace(change) {
      const before = timeline.scrollHeight;
      const away = !atEnd() && !CSS.supports("overflow-anchor", "auto");
      change();
      if (away) timeline.scrollTop -= timeline.scrollHeight - before;
    },
    /** @param {number} messages that came in below */
    cameIn(messages) {
      if (!atEnd()) below += messages;
      look();
    },
  };
}
