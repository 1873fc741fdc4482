// @ts-check
/** The field one writes in, with what is answered and the files that go along. */

import { startAttachments } from "./attachments.js";
import { startCompletion } from "./completion.js";
import { all, fill, find, isComposing, length } from "./dom.js";
import { gettext, ngettext, number } from "./words.js";

/** @import {Drafts} from "./drafts.js" */
/** @import {Content, Quote} from "./wire.d.ts" */
/**
 * @typedef {object} ComposerListener
 * @property {(content: Content) => void} onSend
 * @property {(typing: boolean) => void} onTyping at every stroke, and once when there is nothing to send any more
 * @property {() => void} onEditLast
 */

/** @param {HTMLElement} form @param {number} limit characters @param {Drafts} drafts @param {ComposerListener} listener */
export function startComposer(form, limit, drafts, { onSend, onTyping, onEditLast }) {
  const [bar, hint, note, closed] = [".composer-reply", ".hint", ".composer-note", ".composer-closed"].map((name) => find(form, name));
  const field = /** @type {HTMLTextAreaElement} */ (find(form, "textarea"));
  const button = /** @type {HTMLButtonElement} */ (find(form, ".send"));
  const forNames = startCompletion(field, find(document, "#people-choices"), /** @type {string} */ (form.dataset.people));
  const files = startAttachments(form, keep);
  let waiting = 0;
  /** @type {Quote | null} */
  let quote = null;

  /** @returns {Content} */
  function content() {
    const attachments = files.ready();
    return { message: field.value, ...quote && { reply_to: quote.message_id, quote }, ...attachments.length && { attachments } };
  }

  /** @param {Content} content what was there stays before it */
  function put({ message, quote: answered, attachments }) {
    field.value = [field.value, message].filter((each) => each.trim()).join("\n");
    showReply(answered ?? null);
    files.put(attachments ?? []);
  }

  /** @param {Quote | null} answered */
  function showReply(answered) {
    quote = answered;
    bar.hidden = !quote;
    fill(bar, { b: quote?.name ?? "", ".reply-text": quote?.text ?? "" });
  }

  /** The next message answers this one; null: none. @param {Quote | null} answered */
  function reply(answered) {
    showReply(answered);
    goOn();
  }

  function goOn() {
    field.focus();
    keep();
  }

  function keep() {
    drafts.keep(content());
    update();
  }

  function changed() {
    keep();
    onTyping(field.value.trim() !== "");
  }

  function update() {
    const over = length(field.value) - limit;
    button.disabled = over > 0 || files.pending() || !field.value.trim() && !files.ready().length;
    field.ariaInvalid = String(over > 0);
    const words = over > 0 ? gettext("%(count)s over", { count: number(over) })
      : waiting ? ngettext("%(count)s message waiting", "%(count)s messages waiting", waiting) : "";
    fill(note, { "": words });
    note.hidden = !words;
    hint.hidden = !note.hidden;
    if (CSS.supports("field-sizing", "content")) return;   // it grows by itself
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
  }

  form.setAttribute("novalidate", "");
  field.removeAttribute("maxlength");   // a paste is not cut silently: what is over is counted
  field.addEventListener("input", changed);
  field.onkeydown = (event) => {
    const { key } = event;
    if (isComposing(event) || forNames(event)) return;
    if (key === "Enter" && !event.shiftKey) /** @type {HTMLFormElement} */ (form).requestSubmit();
    else if (key === "Escape" && quote) reply(null);
    else if (key === "ArrowUp" && !event.altKey && !field.value) onEditLast();
    else return;
    event.preventDefault();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const sent = content();
    field.value = "";
    files.clear();
    reply(null);
    onSend(sent);
    changed();
  };
  find(bar, "button").onclick = () => reply(null);
  if (!field.value && drafts.kept) put(drafts.kept);   // what a form brought back stands
  update();

  return {
    reply,
    /** Put something back to be written anew. @param {Content} written */
    write(written) {
      put(written);
      goOn();
    },
    /** @param {number} count how many messages wait for the connection */
    setWaiting(count) {
      waiting = count;
      update();
    },
    /** @param {string | null} why nothing can be written here; null: it can */
    setClosed(why) {
      fill(closed, { "": why ?? "" });
      closed.hidden = !why;
      for (const part of all(form, ".composer-box, .composer-status")) part.hidden = !!why;
    },
  };
}
