// @ts-check
/** How many messages wait in each room, beside its name. */

import { fill, ngettext, number } from "./words.js";

/** The server counts no further. */
const CAP = 100;

/** @import {Room} from "./room.d.ts" */
/** @import {Summary} from "./wire.d.ts" */

/** @param {Room} room */
export function startSidebar(room) {
  const show = (/** @type {Summary} */ { room_id, unread }) => setUnread(room_id, unread);
  room.on("read", show);
  room.on("event", (event, data) => {
    if (event === "welcome") data.rooms.forEach(show);
    else if (event === "room_activity" || event === "message_read" && data.username === room.me.username) show(data);
  });
}

/** @param {string} roomId @param {number} unread */
function setUnread(roomId, unread) {
  const item = document.querySelector(`.side-item[data-room="${CSS.escape(roomId)}"]`);
  if (!item) return;
  item.classList.toggle("is-unread", unread > 0);
  item.querySelector(".badge")?.remove();
  if (unread > 0) item.append(badge(unread, item.matches("[data-kind=direct]")));
}

/** @param {number} unread @param {boolean} forYou */
function badge(unread, forYou) {
  const element = document.createElement("span");
  element.className = forYou ? "badge is-for-you" : "badge";
  element.textContent = unread < CAP ? number(unread) : `${CAP - 1}+`;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", fill(ngettext("%(count)s unread", "%(count)s unread", unread), { count: element.textContent }));
  return element;
}
