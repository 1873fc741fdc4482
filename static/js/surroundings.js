// @ts-check
/** What stands around every page: the person's rooms, their menu, the keyboard. */

import { find } from "./dom.js";
import { forgetDrafts } from "./drafts.js";
import { startKeys } from "./keys.js";
import { startNotices } from "./notices.js";
import { startSidebar } from "./sidebar.js";
import "./zone.js";

/** @param {import("./room.d.ts").Page} page */
export function startSurroundings(page) {
  startSidebar(page);
  startNotices();
  startKeys();
  page.on("event", (event, data) => event === "welcome" && forgetDrafts(localStorage, data.user.id));
  find(document, "#sign-out").onsubmit = () => forgetDrafts(localStorage);
}
