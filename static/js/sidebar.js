// @ts-check
/** The person's rooms, on any page: which there are, and what waits in each; and how many notifications do. */

import { badgeLabel, countText, titled, totals } from "./badges.js";
import { all, find, fromTemplate, showState } from "./dom.js";
import { notify } from "./notices.js";

/** @import {Page} from "./room.d.ts" */
/** @import {Message, Summary} from "./wire.d.ts" */

/** @param {Page} page */
export function startSidebar(page) {
  /** @type {Map<string, Summary>} */
  const rooms = new Map();
  const title = document.title;
  let username = "";
  /** @type {number[] | null} who is here of those one writes to, by id; null while nobody can say */
  let present = null;

  /** @type {Record<string, (data: any) => void>} */
  const hearing = {
    welcome(data) {
      username = data.user.username;
      const ids = new Set(data.rooms.map((/** @type {Summary} */ { room_id }) => room_id));
      for (const { dataset: { room = "" } } of all(document, "[data-room]")) if (!ids.has(room)) remove(room);
      present = data.present;
      for (const room of data.rooms) (rooms.has(room.room_id) ? change : show)(room);
      showAlerts({ unread: data.notifications });
    },
    direct_presence(data) {
      present = data.present;
      for (const room of rooms.values()) if (room.with) show(room);
    },
    notifications: showAlerts,
    membership_began: ({ room }) => show(room),
    membership_ended: ({ room_id }) => remove(room_id),
    membership_changed: change,
    room_activity: change,
    message_read: (data) => data.username === username && change(data),
    room_changed: ({ room }) => room.kind === "direct" || change({ room_id: room.room_id, name: room.name }),
  };

  /** What changed in a room one has; a message that mentions one is told. @param {Partial<Summary> & {room_id: string}} news */
  function change(news) {
    const room = rooms.get(news.room_id);
    if (!room) return;
    const next = { ...room, ...news };
    show(next);
    if (!next.silenced && next.mentions > room.mentions) notify(next);
  }

  /** @param {string} roomId */
  function remove(roomId) {
    rooms.delete(roomId);
    for (const element of elementsFor(roomId)) element.closest("li")?.remove();
    showTotals();
  }

  /** @param {Summary} room */
  function show(room) {
    rooms.set(room.room_id, room);
    if (!elementsFor(room.room_id)[0]) add(room);
    for (const element of elementsFor(room.room_id)) showIn(element, room);
    for (const form of all(document, `[data-silence="${room.room_id}"]`)) showState(form, room.silenced ? "silenced" : "heard");
    showTotals();
  }

  function showTotals() {
    const { unread, mentions } = totals(rooms.values());
    document.title = titled(title, mentions);
    for (const place of all(document, "[data-total]")) place.replaceChildren(...badge({ unread, mentions }));
  }

  /** How many notifications wait. @param {{unread: number}} told */
  function showAlerts({ unread }) {
    for (const place of all(document, "[data-alerts]")) {
      place.replaceChildren(...badge({ unread, mentions: unread, kind: "direct" }));
      place.parentElement?.classList.toggle("is-unread", !!unread);
    }
  }

  /** Nobody tells a tab of the room that it shows: what it does not show just now is counted here. @param {Message[]} messages */
  function heard(messages) {
    const room = rooms.get(messages[0].room_id);
    if (!room || !document.hidden && find(document, ".jump").hidden) return;
    // What was missed has been counted by the welcome.
    const news = messages.filter(({ sequence }) => sequence > room.head);
    const forMe = news.filter(({ mentions }) => room.kind === "direct" || mentions?.includes(username));
    change({ room_id: room.room_id, unread: room.unread + news.length, mentions: room.mentions + forMe.length });
  }

  const elementsFor = (/** @type {string} */ roomId) => all(document, `[data-room="${roomId}"]`);

  /** Into the sidebar, by name. @param {Summary} room */
  function add({ room_id, kind, name, with: other }) {
    const element = fromTemplate(`side-${kind}`, { a: { href: `/rooms/${room_id}/`, "data-room": room_id }, ...other && { img: { src: other.avatar } } });
    const list = find(document, `[data-rooms=${kind === "direct" ? kind : "room"}]`);
    const after = [...list.children].find((each) => find(each, ".name").innerText.localeCompare(name) > 0);
    list.insertBefore(element, after ?? null);
  }

  /** @param {HTMLElement} element @param {Summary} room */
  function showIn(element, room) {
    const [waits] = room.silenced ? [] : badge(room);
    for (const who of all(element, ".who")) showState(who, !present || !room.with ? "" : present.includes(room.with.id) ? "here" : "off");
    for (const name of all(element, ".name")) name.textContent = room.name;
    element.classList.toggle("is-unread", !!waits);
    element.classList.toggle("is-silenced", !!room.silenced);
    element.querySelector(".badge")?.remove();
    if (waits) (element.querySelector(".row-end") ?? element).append(waits);
  }

  /** None for nothing. @param {import("./badges.js").Waiting} room */
  function badge(room) {
    if (!room.unread) return [];
    const element = fromTemplate("badge", { "": { "": countText(room.unread), "aria-label": badgeLabel(room) } });
    element.classList.toggle("is-for-you", !!room.mentions);
    return [element];
  }

  page.on("heard", heard);
  page.on("read", change);
  page.on("event", (event, data) => hearing[event]?.(data));
}
