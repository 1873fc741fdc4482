// @ts-check
/** What a connection needs of a page in a browser. */

import { browserClock } from "./clock.js";
import { find } from "./dom.js";

export const browserLine = {
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/`,
  connect: (/** @type {string} */ url) => new WebSocket(url),
  clock: browserClock,
  random: Math.random,
  /** Whoever has signed in here since the page came gets a page of their own. */
  isFor: (/** @type {import("./wire.d.ts").Person} */ { id }) => String(id) === find(document, ".app").dataset.user || location.reload(),
};

/** Up while the page is there, and looked after when something hints that it may be down. @param {Pick<import("./line.js").Line, "check" | "start" | "stop">} line */
export function keepUp(line) {
  for (const hint of ["online", "offline"]) addEventListener(hint, () => line.check());
  document.addEventListener("visibilitychange", () => document.hidden || line.check());
  globalThis.onpagehide = () => line.stop();
  globalThis.onpageshow = () => line.start();
}
