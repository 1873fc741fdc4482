// @ts-check
/** Who is here: faces in the head, and the panel about the room, beside it or over it. */

import { find } from "./dom.js";
import { gettext, ngettext, number } from "./words.js";

/** @import {Room} from "./room.d.ts" */

/** Many hear of a change at once: they look again one after the other. */
const LOOK_AGAIN_WITHIN = 2_000;

/** @param {Room} room */
export function startPanel(room) {
  const panel = find(document, "#about");
  const app = find(document, ".app");
  const button = find(room.main, ".faces");
  const close = find(panel, "button");
  const wide = matchMedia("(min-width: 72rem)");
  /** @type {string[] | null} */
  let present = null;
  let count = 0;
  /** In the server's order, whoever comes and goes. @type {HTMLElement[]} */
  let people = [];
  /** @type {any} what waits to look again */
  let looking;

  const isOver = () => panel.matches(":popover-open");
  const isOpen = () => isOver() || wide.matches && app.matches(".has-panel");

  async function look() {
    looking = null;
    const answer = await fetch(/** @type {string} */ (panel.dataset.address), { headers: { "X-Fragment": "1" } }).catch(() => null);
    if (!answer?.ok) return;
    find(panel, ".panel-body").innerHTML = await answer.text();
    people = [...panel.querySelectorAll("[data-username]")].filter((item) => item instanceof HTMLElement);
    showPeople();
  }

  function showPeople() {
    button.querySelectorAll("img").forEach((image) => image.remove());
    button.prepend(...(present ?? []).slice(0, 3).map(face));
    find(button, ".faces-words").textContent = present ? ngettext("%(count)s here", "%(count)s here", count) : gettext("Presence unknown");
    /** @param {string} name */
    const list = (name) => find(panel, `[data-people=${name}]`);
    if (!panel.querySelector("[data-people]")) return;
    for (const item of people) {
      const where = present?.includes(/** @type {string} */ (item.dataset.username)) ? "here" : "off";
      find(item, ".presence").dataset.presence = where;
      find(list(present ? where : "all"), "ul").append(item);
    }
    for (const name of ["here", "off", "all"]) list(name).hidden = !list(name).querySelector("li");
    find(list("here"), "h3 span").textContent = number(count);
    find(list("off"), "h3 span").textContent = number(Math.max(0, Number(list("all").dataset.count) - count));
  }

  /** On a wide page it stands beside the room, and stays so. @param {MouseEvent} event */
  function toggle(event) {
    if (!wide.matches || isOver()) return;
    event.preventDefault();
    const open = app.classList.toggle("has-panel");
    document.cookie = `panel=${open ? "open" : "closed"};path=/;max-age=31536000;samesite=lax`;
    if (!open) button.focus();
    changed();
  }

  function changed() {
    panel.role = isOver() ? "dialog" : null;
    button.ariaExpanded = String(isOpen());
    if (isOver()) close.focus();
    if (isOpen()) void look();
  }

  for (const each of [button, close]) each.onclick = toggle;
  panel.ontoggle = changed;
  wide.onchange = changed;
  room.on("event", (event, data) => {
    if ((data.room_id ?? data.room?.room_id) !== room.id) return;
    if ("active_users" in data) {
      [present, count] = [data.active_users, data.active_count ?? 0];
      showPeople();
    }
    const changes = data.kind === "system" || event === "pin_changed" || event === "room_changed";
    if (changes && isOpen()) looking ??= setTimeout(look, Math.random() * LOOK_AGAIN_WITHIN);
  });
  changed();
}

/** @param {string} username */
const face = (username) => Object.assign(new Image(24, 24), { className: "avatar is-small", alt: "", src: `/people/${username}/avatar.svg` });
