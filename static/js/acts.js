// @ts-check
/** What one does with a message, by its buttons, its menu and the keyboard. */

import { find, openBeside, walk } from "./dom.js";
import { startEditing } from "./editing.js";
import { RequestError } from "./line.js";
import { explain } from "./refusals.js";
import { gettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Message, Person} from "./wire.d.ts" */
/** @typedef {(element: HTMLElement, message: Message, button: HTMLElement) => void} Act */

/** @param {Room} room @returns {Record<string, Act>} the acts by name */
export function messageActs(room) {
  const { main, me } = room;
  const dialog = (/** @type {string} */ id) => /** @type {HTMLDialogElement} */ (find(document, id));
  const [menu, picker, history] = [find(document, "#message-menu"), find(document, "#picker"), dialog("#history-dialog")];
  const editing = startEditing(room, dialog("#delete-dialog"));
  /** Whose menu or picker is open. @type {{element: HTMLElement, message: Message} | null} */
  let open = null;

  /** @param {string} event @param {object} data @param {(answer: any) => void} [then] */
  async function ask(event, data, then = () => {}) {
    const answer = await room.ask(event, data);
    if (answer instanceof RequestError) room.say("said", explain(answer.refusal), true);
    else then(answer);
  }

  /** @param {Message} message @param {string} emoji */
  function toggle({ message_id, reactions = [] }, emoji) {
    const mine = reactions.some((each) => each.emoji === emoji && each.usernames.includes(me.username));
    void ask("react", { message_id, emoji, on: !mine });
  }

  /** @param {HTMLElement} popover @returns {Act} */
  const openFor = (popover) => (element, message, button) => {
    open = { element, message };
    if (popover === menu) prepare(message);
    openBeside(popover, button);
  };

  const moderates = () => main.dataset.role !== "member";
  const mayDelete = (/** @type {Person} */ sender) => sender.id === me.id || moderates();

  /** Offer in the menu what may be done with this message. @param {Message} message */
  function prepare({ message_id, pinned, sender }) {
    const offer = (/** @type {string} */ selector, /** @type {boolean} */ offered) => {
      find(menu, selector).hidden = !offered;
    };
    offer("[data-act=pin]", moderates() || main.dataset.kind === "direct");
    offer("[data-when=pin]", !pinned);
    offer("[data-when=unpin]", Boolean(pinned));
    offer("[data-act=delete]", mayDelete(sender));
    offer("[data-act=report]", sender.id !== me.id);
    find(menu, "[data-act=report]").setAttribute("href", `messages/${message_id}/report/`);
  }

  /** @type {Record<string, Act>} */
  const acts = {
    react: openFor(picker),
    more: openFor(menu),
    toggle: (_, message, button) => toggle(message, String(button.dataset.emoji)),
    reply: (_, message) => room.say("reply", message),
    edit: (element, message) => message.sender.id === me.id && !message.deleted && editing.edit(element, message),
    delete: (element, message) => mayDelete(message.sender) && void editing.remove(element, message),
    pin: (_, { message_id, pinned }) => void ask("pin", { message_id, on: !pinned }),
    unread: (_, { sequence }) => void ask("mark_unread", { sequence }, (read) => room.say("unread", sequence, read)),
    async link(_, { sequence, message_id }) {
      const address = `${location.origin}${location.pathname}?at=${sequence}#m${message_id}`;
      await navigator.clipboard?.writeText(address);
      room.say("said", navigator.clipboard ? gettext("Link copied.") : address);
    },
    async history(_, __, link) {
      const answer = await fetch(/** @type {HTMLAnchorElement} */ (link).href, { headers: { "X-Fragment": "1" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      find(history, "div").replaceChildren(...page.body.childNodes);
      history.showModal();
    },
  };

  for (const popover of [menu, picker]) {
    popover.onkeydown = walk;
    popover.addEventListener("click", ({ target }) => {
      const button = target instanceof Element && target.closest("button");
      if (!button || !open) return;
      const { element, message } = open;
      popover.hidePopover();
      if (popover === picker) toggle(message, String(button.dataset.emoji));
      else acts[String(button.dataset.act)](element, message, button);
    });
  }
  return acts;
}
