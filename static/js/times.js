// @ts-check
/** Times and days in the reader's own zone and language. */

import { gettext, language } from "./words.js";

/** @param {Date} moment */
export const clockTime = (moment) => moment.toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit" });

/** @param {Date} moment */
export const fullTime = (moment) => moment.toLocaleString(language(), { dateStyle: "full", timeStyle: "short" });

/** A day's name for machines, which sorts: 2026-11-23. @param {Date} moment */
export function dayKey(moment) {
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** A day's name for people. @param {string} key @param {Date} now */
export function dayName(key, now = new Date()) {
  if (key === dayKey(now)) return gettext("Today");
  const day = new Date(`${key}T12:00:00`);
  const year = day.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString(language(), { weekday: "long", day: "numeric", month: "long", year });
}
