// @ts-check
/** Who is here: faces in the head, and the panel about the room, beside it or over it. */

import { all, fill, find } from "./dom.js";
import { fetchPart, oneByOne } from "./parts.js";
import { gettext, ngettext, number } from "./words.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Message} from "./wire.d.ts" */

/** Many hear of a change at once: they look again one after the other. */
const SPREAD = 2_000;

/** @param {Room} room */
export function startPanel(room) {
  const panel = find(document, "#about");
  const app = find(document, ".app");
  const button = find(room.main, ".faces");
  const close = find(panel, "button");
  const wide = matchMedia("(min-width: 72rem)");
  /** Nobody has said yet; then who is here, or `null` where nobody can say. @type {string[] | null | undefined} */
  let present;
  let count = 0;
  /** What is shown depends on it: below the floor nothing is pinned. */
  let { topic, floor } = room.rendered.room;
  /** In the server's order, whoever comes and goes. @type {HTMLElement[]} */
  let people = [];
  /** @type {any} what waits to look again */
  let looking;

  const isOver = () => panel.matches(":popover-open");
  const isOpen = () => isOver() || wide.matches && app.matches(".has-panel");

  const look = oneByOne(async () => {
    looking = null;
    const about = await fetchPart(panel.dataset.address ?? "");
    if (!about) return;
    people = all(about, "[data-username]");
    find(panel, ".panel-body").replaceChildren(about);
    showPeople();
  });

  function showPeople() {
    all(button, "img").forEach((image) => image.remove());
    button.prepend(...(present ?? []).slice(0, 3).map(face));
    fill(button, { ".faces-words": present ? ngettext("%(count)s here", "%(count)s here", count) : present === null ? gettext("Presence unknown") : {} });
    const [here, off, together] = all(panel, "[data-people]");
    if (!here) return;
    for (const item of people) {
      const isHere = present?.includes(item.dataset.username ?? "");
      fill(item, { ".presence": { "data-presence": isHere ? "here" : "off" } });
      find(!present ? together : isHere ? here : off, "ul").append(item);
    }
    for (const list of [here, off, together]) list.hidden = !list.querySelector("li");
    fill(here, { "h3 span": number(count) });
    fill(off, { "h3 span": number(Math.max(0, Number(together.dataset.count) - count)) });
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
  room.on("here", (event, data) => {
    if ("active_users" in data) {
      [present, count] = [data.active_users, data.active_count ?? 0];
      showPeople();
    }
    const was = [topic, floor].join();
    ({ topic, floor } = { topic, floor, ...data.room });
    /** @type {Message[]} */
    const missed = data.messages ?? [];
    const changes = [topic, floor].join() !== was || data.kind === "system" || data.pinned || /^pin|_deleted/.test(event)
      || missed.some(({ kind, sequence, changed_sequence: changed }) => kind === "system" || changed > sequence);
    if (changes && isOpen()) looking ??= setTimeout(look, Math.random() * SPREAD);
  });
  changed();
}

/** @param {string} username */
const face = (username) => Object.assign(new Image(24, 24), { className: "avatar is-small", alt: "", src: `/people/${username}/avatar/` });
