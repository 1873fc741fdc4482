// @ts-check
/** Completes the name of a member after an `@`. */

import { makeChoices } from "./choices.js";

/** @import {Person} from "./wire.d.ts" */

/** Where a mention is being written, and how it begins. Pure. @param {string} text @param {number} caret */
export function mentionAt(text, caret) {
  const found = /(?:^|[^\w@.-])@([\w.-]{1,32})$/u.exec(text.slice(0, caret));
  return found && { start: caret - found[1].length, query: found[1] };
}

/** The text with the name in place of what was written of it, and the caret after it. Pure. @param {string} text @param {number} start @param {number} caret @param {string} name */
export function withName(text, start, caret, name) {
  const after = text.slice(caret);
  const written = text.slice(0, start) + name + (/^[\s\p{P}]/u.test(after) ? "" : " ");
  return { text: written + after, caret: written.length };
}

/** Returns what takes the keys for the list of names. @param {HTMLTextAreaElement} field @param {HTMLElement} list @param {string} address answers `?q=` with people */
export function startCompletion(field, list, address) {
  const choices = makeChoices(field, list);
  const mention = () => mentionAt(field.value, field.selectionStart);
  let asked = 0;

  async function look() {
    const question = ++asked;
    const people = await peopleLike(address, mention()?.query);
    if (question === asked) choices.show(people.map((person) => ({ ...person, detail: `@${person.username}`, choose: () => complete(person.username) })));
  }

  /** @param {string} username */
  function complete(username) {
    const { text, caret } = withName(field.value, mention()?.start ?? 0, field.selectionStart, username);
    field.value = text;
    field.setSelectionRange(caret, caret);
    field.dispatchEvent(new Event("input"));
  }

  field.addEventListener("input", look);
  field.onblur = () => choices.show([]);
  return choices.key;
}

/** Nobody, where the server cannot say. @param {string} address @param {string} [query] @returns {Promise<Person[]>} */
async function peopleLike(address, query) {
  const answer = query ? await fetch(`${address}?q=${encodeURIComponent(query)}`).catch(() => null) : null;
  return answer?.ok ? (await answer.json()).people : [];
}
