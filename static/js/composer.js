// @ts-check
/** The field one writes in. */

import { find, length } from "./dom.js";
import { fill, gettext, ngettext, number } from "./words.js";

/**
 * @typedef {object} ComposerListener
 * @property {(text: string) => void} onSend
 * @property {(typing: boolean) => void} onTyping at every stroke, and once when there is nothing to send any more
 */

export class Composer {
  #form;
  #field;
  #button;
  #hint;
  #note;
  #limit;
  #listener;
  #waiting = 0;

  /** @param {HTMLElement} form @param {number} limit characters @param {ComposerListener} listener */
  constructor(form, limit, listener) {
    this.#form = form;
    this.#field = /** @type {HTMLTextAreaElement} */ (find(form, "textarea"));
    this.#button = /** @type {HTMLButtonElement} */ (find(form, ".send"));
    this.#hint = find(form, ".hint");
    this.#note = find(form, ".composer-note");
    this.#limit = limit;
    this.#listener = listener;
    form.setAttribute("novalidate", "");
    this.#field.removeAttribute("maxlength");   // a paste is not cut silently: what is over is counted
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => this.#changed());
    this.#update();
  }

  /** Put words back to be written anew. @param {string} text */
  write(text) {
    this.#field.value = [this.#field.value, text].filter((each) => each.trim()).join("\n");
    this.#field.focus();
    this.#update();
  }

  /** @param {number} count how many messages wait for the connection */
  setWaiting(count) {
    this.#waiting = count;
    this.#update();
  }

  /** @param {string | null} why nothing can be written here; null: it can */
  setClosed(why) {
    const closed = find(this.#form, ".composer-closed");
    closed.textContent = why;
    closed.hidden = why === null;
    find(this.#form, ".composer-box").hidden = why !== null;
    find(this.#form, ".composer-status").hidden = why !== null;
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#field.value;
    if (this.#button.disabled) return;
    this.#field.value = "";
    this.#field.focus();
    this.#changed();
    this.#listener.onSend(text);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    /** @type {HTMLFormElement} */ (this.#form).requestSubmit();
  }

  #changed() {
    this.#update();
    this.#listener.onTyping(this.#field.value.trim() !== "");
  }

  #update() {
    const over = length(this.#field.value) - this.#limit;
    this.#button.disabled = this.#field.value.trim() === "" || over > 0;
    this.#field.setAttribute("aria-invalid", String(over > 0));
    this.#note.textContent = this.#noteWords(over);
    this.#note.hidden = this.#note.textContent === "";
    this.#hint.hidden = !this.#note.hidden;
  }

  /** @param {number} over */
  #noteWords(over) {
    if (over > 0) return fill(gettext("%(count)s over"), { count: number(over) });
    if (this.#waiting === 0) return "";
    return fill(ngettext("%(count)s message waiting", "%(count)s messages waiting", this.#waiting), { count: number(this.#waiting) });
  }
}
