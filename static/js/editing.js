// @ts-check
/** Changing and taking back one's own messages. */

import { find, fromTemplate } from "./dom.js";
import { RequestError } from "./line.js";
import { explain } from "./refusals.js";
import { gettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */
/** @import {Message} from "./wire.d.ts" */

/** @param {Room} room @param {HTMLDialogElement} dialog asks before something goes */
export function startEditing(room, dialog) {
  /** Turn a message's text into a field. @param {HTMLElement} element @param {Message} message */
  function edit(element, message) {
    if (element.querySelector(".message-edit")) return;
    const form = fromTemplate("edit-template");
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
      else if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target !== field) return;
      else void save(element, form, message, field.value);
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
      const error = await ask("delete_message", { message_id: message.message_id });
      if (!error) {
        /** @type {HTMLElement} */ (element.nextElementSibling ?? element).focus();
        return;
      }
      refusal = explain(error.refusal);
    }
    element.focus();
  }

  /** @param {string} refusal what came of the last try @returns {Promise<boolean>} */
  async function confirm(refusal) {
    const reason = find(dialog, ".field-error");
    reason.hidden = refusal === "";
    find(reason, "span").textContent = refusal;
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return dialog.returnValue === "delete";
  }

  /** @param {HTMLElement} element @param {HTMLElement} form @param {Message} message @param {string} text */
  async function save(element, form, message, text) {
    if (text === message.message) return close(element, form);
    const { message_id, text_sequence: base_sequence } = message;
    const error = await ask("edit_message", { message_id, message: text, base_sequence });
    if (!error) close(element, form);
    else if (error.code === "conflict") refuse(form, gettext("This message was changed meanwhile. Cancel to see how."));
    else refuse(form, explain(error.refusal));
  }

  /** @param {HTMLElement} form @param {string} why */
  function refuse(form, why) {
    const reason = find(form, ".field-error");
    reason.hidden = false;
    find(reason, "span").textContent = why;
  }

  /** @param {HTMLElement} element @param {HTMLElement} form */
  function close(element, form) {
    form.remove();
    find(element, ".message-text").hidden = false;
    element.focus();
  }

  /** @param {string} event @param {object} data @returns {Promise<RequestError | null>} why not, if not */
  async function ask(event, data) {
    const answer = await room.ask(event, data);
    return answer instanceof RequestError ? answer : null;
  }

  return { edit, remove };
}
