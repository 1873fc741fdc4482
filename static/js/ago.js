// @ts-check
/** How long ago something was, kept true while the page is open. */

import { all, fill } from "./dom.js";
import { gettext, ngettext } from "./words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** As the server says it; null where that is a date, which stays true. @param {number} age in milliseconds */
export function said(age) {
  if (age < MINUTE) return gettext("just now");
  if (age < HOUR) return ngettext("%(count)s minute ago", "%(count)s minutes ago", Math.floor(age / MINUTE));
  if (age < DAY) return ngettext("%(count)s hour ago", "%(count)s hours ago", Math.floor(age / HOUR));
  return null;
}

/** Say anew what the times on the page are, every minute. */
export function startAgo() {
  setInterval(() => {
    for (const time of /** @type {HTMLTimeElement[]} */ (all(document, "time[data-ago]"))) {
      const words = said(Date.now() - Date.parse(time.dateTime));
      if (words) fill(time, { "": words });
    }
  }, MINUTE);
}
