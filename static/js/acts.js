// @ts-check
/** What one does with a message, by its buttons, its menu and the keyboard. */

import { fill, find, hit, showState, walk } from "./dom.js";
import { startEditing } from "./editing.js";
import { fetchPart } from "./parts.js";
import { explain } from "./refusals.js";
import { gettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Message, Person} from "./wire.d.ts" */
/** @typedef {(element: HTMLElement, message: Message, button: HTMLElement) => void} Act */

/** @param {Room} room @returns {Record<string, Act>} the acts by name */
export function messageActs(room) {
  const { main, me } = room;
  const [menu, picker, history] = ["#message-menu", "#picker", "#history-dialog"].map((id) => find(document, id));
  const editing = startEditing(room);
  /** Whose menu or picker is open, and what opened it. @type {{element: HTMLElement, message: Message, button: HTMLElement} | null} */
  let open = null;

  /** Resolves to the answer; a refusal is said, and there is none. @param {string} event @param {object} data */
  async function ask(event, data) {
    const answer = await room.ask(event, data);
    if (!answer.refusal) return answer;
    room.say("said", explain(answer.refusal), true);
  }

  /** @param {Message} message @param {string} [emoji] */
  function toggle({ message_id, reactions = [] }, emoji) {
    const mine = reactions.some((each) => each.emoji === emoji && each.usernames.includes(me.username));
    void ask("react", { message_id, emoji, on: !mine });
  }

  /** @param {HTMLElement} popover @returns {Act} */
  const openFor = (popover) => (element, message, button) => {
    open = { element, message, button };
    if (popover === menu) prepare(message);
    /** @type {any} */ (popover).showPopover({ source: button });   // the stylesheet puts it beside its source
  };

  const moderates = () => main.dataset.role !== "member";
  const mayDelete = (/** @type {Person} */ sender) => sender.id === me.id || moderates();

  /** Offer in the menu what may be done with this message. @param {Message} message */
  function prepare({ message_id, pinned, sender }) {
    find(menu, "[data-act=pin]").hidden = !moderates() && main.dataset.kind !== "direct";
    find(menu, "[data-act=delete]").hidden = !mayDelete(sender);
    find(menu, "[data-act=report]").hidden = sender.id === me.id;
    fill(menu, { "[data-act=report]": { href: `messages/${message_id}/report/` } });
    showState(menu, pinned ? "unpin" : "pin");
  }

  /** @type {Record<string, Act>} */
  const acts = {
    react: openFor(picker),
    more: openFor(menu),
    toggle: (_, message, button) => toggle(message, button.dataset.emoji),
    reply: (_, message) => room.say("reply", message),
    edit: (element, message) => message.sender.id === me.id && !message.deleted && editing.edit(element, message),
    delete: (element, message) => mayDelete(message.sender) && void editing.remove(element, message),
    pin: (_, { message_id, pinned }) => void ask("pin", { message_id, on: !pinned }),
    unread: (_, { sequence }) => room.say("unread", sequence, ask("mark_unread", { sequence })),
    async link(_, { sequence, message_id }) {
      const address = new URL(`?at=${sequence}#m${message_id}`, location.href).href;
      const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
      room.say("said", copied ? gettext("Link copied.") : address);
    },
    async history(_, __, link) {
      const { href } = /** @type {HTMLAnchorElement} */ (link);
      const texts = await fetchPart(href).catch(() => null);
      if (!texts) return location.assign(href);
      find(history, "div").replaceChildren(texts);
      /** @type {HTMLDialogElement} */ (history).showModal();
    },
  };

  for (const popover of [menu, picker]) {
    popover.onkeydown = walk;
    popover.ontoggle = ({ newState }) => {
      const at = document.activeElement;
      if (newState !== "closed" || at !== document.body && !popover.contains(at)) return;
      // Without a mouse a button is only there while its message has the focus: browsers cannot go back to it.
      for (const each of [open?.element, open?.button]) each?.focus({ preventScroll: true });
    };
    popover.onclick = (event) => {
      const button = hit(event, "button");
      if (!button || !open) return;
      const { element, message } = open;
      popover.hidePopover();
      acts[button.dataset.act ?? "toggle"](element, message, button);
    };
  }
  picker.onsubmit = (event) => {
    event.preventDefault();
    const field = /** @type {HTMLInputElement} */ (find(picker, "input"));
    picker.hidePopover();
    if (open) toggle(open.message, field.value);
    field.value = "";
  };
  return acts;
}
