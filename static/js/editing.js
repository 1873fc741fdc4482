// @ts-check
/** Changing and taking back one's own messages. */

import { fill, find, fromTemplate, isComposing } from "./dom.js";
import { explain } from "./refusals.js";
import { gettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Message} from "./wire.d.ts" */

/** @import {Refusal} from "./wire.d.ts" */

/** @param {Room} room */
export function startEditing(room) {
  const dialog = /** @type {HTMLDialogElement} */ (find(document, "#delete-dialog"));

  /** Turn a message's text into a field. @param {HTMLElement} element @param {Message} message */
  function edit(element, message) {
    if (element.querySelector(".message-edit")) return;
    const form = fromTemplate("edit");
    const field = /** @type {HTMLTextAreaElement} */ (find(form, "textarea"));
    field.value = message.message;
    const text = find(element, ".message-text");
    text.hidden = true;
    text.before(form);
    form.onsubmit = (event) => {
      event.preventDefault();
      void save(element, form, message, field.value);
    };
    form.onkeydown = (event) => {
      if (event.key === "Escape") close(element, form);
      else if (event.key !== "Enter" || event.shiftKey || isComposing(event) || event.target !== field) return;
      else /** @type {HTMLFormElement} */ (form).requestSubmit();
      event.preventDefault();
    };
    find(form, "[data-act=cancel]").onclick = () => close(element, form);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  /** Ask, then leave a tombstone. @param {HTMLElement} element @param {Message} message */
  async function remove(element, message) {
    let refusal = "";
    while (await confirm(refusal)) {
      const answer = await room.ask("delete_message", { message_id: message.message_id });
      if (!answer.refusal) return /** @type {HTMLElement} */ (element.nextElementSibling ?? element).focus();
      refusal = explain(answer.refusal);
    }
    element.focus();
  }

  /** @param {string} refusal what came of the last try @returns {Promise<boolean>} */
  async function confirm(refusal) {
    refuse(dialog, refusal);
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return dialog.returnValue === "delete";
  }

  /** @param {HTMLElement} element @param {HTMLElement} form @param {Message} message @param {string} text */
  async function save(element, form, message, text) {
    if (text === message.message) return close(element, form);
    const { message_id, text_sequence: base_sequence } = message;
    /** @type {{refusal?: Refusal}} */
    const { refusal } = await room.ask("edit_message", { message_id, message: text, base_sequence });
    if (!refusal) close(element, form);
    else refuse(form, refusal.code === "conflict" ? gettext("This message was changed meanwhile. Cancel to see how.") : explain(refusal));
  }

  /** @param {HTMLElement} form @param {string} why */
  function refuse(form, why) {
    find(form, ".field-error").hidden = !why;
    fill(form, { ".field-error span": why });
  }

  /** @param {HTMLElement} element @param {HTMLElement} form */
  function close(element, form) {
    form.remove();
    find(element, ".message-text").hidden = false;
    element.focus();
  }

  return { edit, remove };
}
