// @ts-check
/** What a refusal means, said to people. */

import { gettext, ngettext } from "./words.js";

/** @import {Refusal} from "./wire.d.ts" */

/** Refusals that the same words meet again, however often they are sent. */
const LASTING = new Set(["message_too_long", "empty_message", "conflict"]);

/** What the page came with for each code; "": for any other. @returns {Record<string, string>} */
const words = () => JSON.parse(document.querySelector("main")?.dataset.refusals ?? "{}");

/** @param {Refusal} error */
export const worthRetrying = (error) => !LASTING.has(error.code);

/** @param {Refusal} error */
export function explain({ code, message, retry_after = 1 }) {
  if (code === "not_allowed") return gettext(message);   // only the server knows who forbids what
  const seconds = Math.max(1, Math.ceil(retry_after));
  return code === "rate_limited" ? ngettext("Too quick. You can send again in %(count)s second.", "Too quick. You can send again in %(count)s seconds.", seconds)
    : words()[code] ?? words()[""];
}
