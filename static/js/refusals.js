// @ts-check
/** What a refusal means, said to people. Pure. */

import { gettext, ngettext } from "./words.js";

/** @import {Refusal} from "./wire.d.ts" */

/** Refusals that the same words meet again, however often they are sent. */
const LASTING = new Set(["message_too_long", "empty_message", "conflict"]);

/** @param {Refusal} error */
export const worthRetrying = (error) => !LASTING.has(error.code);

/** @param {Refusal} error */
export function explain(error) {
  switch (error.code) {
    case "message_too_long": return tooLong(error.details?.limit);
    case "empty_message": return gettext("Not sent: there is nothing in it.");
    case "not_a_member": return gettext("You are not in this room any more.");
    case "room_closed": return gettext("This room was closed by its moderators. You can still read it.");
    case "not_allowed": return gettext(error.message);   // only the server knows who forbids what
    case "conflict": return gettext("This was already sent with other words. Reload to see which.");
    case "rate_limited": return tooQuick(error.retry_after ?? 1);
    case "disconnected": return gettext("There is no connection. Try again when it is back.");
    case "timeout":
    case "unavailable": return gettext("This did not work just now. Try again in a moment.");
    default: return gettext("This was refused. Reload the page, then try again.");
  }
}

/** @param {number | undefined} limit */
function tooLong(limit) {
  if (limit === undefined) return gettext("Not sent: it is too long.");
  return ngettext("Not sent: it is longer than %(count)s character.", "Not sent: it is longer than %(count)s characters.", limit);
}

/** @param {number} retryAfter */
function tooQuick(retryAfter) {
  const seconds = Math.max(1, Math.ceil(retryAfter));
  return ngettext("Too quick. You can send again in %(count)s second.", "Too quick. You can send again in %(count)s seconds.", seconds);
}
