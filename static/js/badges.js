// @ts-check
/** What waits in the person's rooms, as numbers and words. Pure. */

import { gettext, number } from "./words.js";

/** @import {Summary} from "./wire.d.ts" */

/** @typedef {Pick<Summary, "unread" | "mentions"> & {kind?: string}} Waiting */

/** The server counts no further than a hundred. @param {number} count */
export const countText = (count) => count < 100 ? number(count) : "99+";

/** What a badge says aloud. @param {Waiting} room */
export function badgeLabel({ kind, unread, mentions }) {
  const count = countText(unread);
  return mentions && kind !== "direct" ? gettext("%(count)s unread, you are mentioned", { count }) : gettext("%(count)s unread", { count });
}

/** All that waits, silenced rooms aside: `unread` of any kind, and the `mentions` among it. @param {Iterable<Summary>} rooms */
export function totals(rooms) {
  const heard = [...rooms].filter(({ silenced }) => !silenced);
  const sum = (/** @type {"unread" | "mentions"} */ name) => heard.reduce((all, room) => all + (room[name] ?? 0), 0);
  return { unread: sum("unread"), mentions: sum("mentions") };
}

/** A window's title, told what is for the reader. @param {string} title as it is without @param {number} forYou */
export const titled = (title, forYou) => forYou ? `(${countText(forYou)}) ${title}` : title;

/**
 * The next of `all` from `from` (-1: none) in direction `step`, around the end, that is `wanted`.
 * @template T @param {T[]} all @param {number} from @param {1 | -1} step @param {(each: T) => boolean} wanted
 */
export function neighbour(all, from, step, wanted) {
  const start = from < 0 && step < 0 ? 0 : from;
  for (let away = 1; away <= all.length; away += 1) {
    const each = all[(start + step * away + all.length * 2) % all.length];
    if (wanted(each)) return each;
  }
  return undefined;
}
