// @ts-check
/** Times and days in the reader's own zone and language. */

import { gettext, language } from "./words.js";

const A_DAY = 86_400_000;

/** 09:31 and 14:09 in every language, as the server writes it. @param {Date} moment */
export const clockTime = (moment) => moment.toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** @param {Date} moment */
export const fullTime = (moment) => moment.toLocaleString(language(), { dateStyle: "full", timeStyle: "short", hourCycle: "h23" });

/** A day's name for machines, which sorts: 2026-11-23. @param {Date} moment */
export const dayKey = (moment) => moment.toLocaleDateString("sv");   // Swedish writes days so

/** @param {string} key */
const noon = (key) => new Date(`${key}T12:00:00`);

/** @param {string} key */
export const fullDay = (key) => noon(key).toLocaleDateString(language(), { dateStyle: "full" });

/** A day's name for people: the weekday in the week that went, then the date. @param {string} key @param {Date} now */
export function dayName(key, now = new Date()) {
  const day = noon(key);
  const ago = Math.round((noon(dayKey(now)).getTime() - day.getTime()) / A_DAY);
  if (ago === 0 || ago === 1) return ago ? gettext("Yesterday") : gettext("Today");
  if (ago > 1 && ago < 7) return day.toLocaleDateString(language(), { weekday: "long" });
  const year = day.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString(language(), { day: "numeric", month: "long", year });
}
