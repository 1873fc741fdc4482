// @ts-check
/** How long to wait before connecting again. Pure. */

const FIRST = 500;
const LONGEST = 30_000;
const FLOOD_PENALTY = 10_000;

/** After these the server is there, or soon back: milliseconds within which to return. @type {Record<number, number>} */
const SOON = { 4408: 250, 1012: 2_000 };
/** After these there is nobody to return as. */
const FINAL = new Set([4401, 4403]);

/**
 * Full jitter: any time up to a limit that doubles, so that a thousand clients come back one by one.
 * @param {number} attempt how many failed in a row, from 0 @param {() => number} random @returns {number} milliseconds
 */
export const backoff = (attempt, random) => random() * Math.min(LONGEST, FIRST * 2 ** attempt);

/**
 * The wait after a connection closed with `code`; null: it is over.
 * @param {number} code @param {number} attempt @param {() => number} random @returns {number | null} milliseconds
 */
export function waitAfterClose(code, attempt, random) {
  if (FINAL.has(code)) return null;
  if (code in SOON && attempt === 0) return random() * SOON[code];
  return backoff(attempt, random) + (code === 4429 ? FLOOD_PENALTY : 0);
}
