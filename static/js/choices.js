// @ts-check
/** A list to choose from, under or over a field that keeps the focus. */

import { fromTemplate } from "./dom.js";

/** @typedef {{name: string, detail?: string | null, avatar?: string, icon?: string | null, choose: () => void}} Choice */

/** @param {HTMLElement} field @param {HTMLElement} list */
export function makeChoices(field, list) {
  /** @type {Choice[]} */
  let all = [];
  let at = 0;

  /** @param {Choice[]} choices none: hides the list */
  function show(choices) {
    all = choices;
    list.replaceChildren(...all.map(option));
    list.hidden = !all.length;
    if (field.role) field.ariaExpanded = String(!list.hidden);
    mark(0);
  }

  /** @param {number} place */
  function mark(place) {
    at = place;
    [...list.children].forEach((each, other) => (each.ariaSelected = String(at === other)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
  }

  /** @param {number} place */
  function choose(place) {
    const { choose: go } = all[place];
    show([]);
    go();
  }

  /** @param {Choice} choice @param {number} place */
  function option({ name, detail, avatar, icon }, place) {
    const element = fromTemplate("choice-template");
    const [image, symbol, ...words] = element.children;
    element.id = `${list.id}-${place}`;
    if (avatar) image.setAttribute("src", avatar);
    else image.remove();
    if (icon) symbol.children[0].setAttribute("href", icon);
    else symbol.remove();
    words[0].textContent = name;
    words[1].textContent = detail ?? "";
    element.onclick = () => choose(place);
    return element;
  }

  list.onpointerdown = (event) => event.preventDefault();   // the field keeps the focus

  return {
    show,
    /** Whether the key was for the list. @param {KeyboardEvent} event */
    key(event) {
      const { key, shiftKey } = event;
      if (!all.length || event.isComposing || event.altKey) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (step) mark((at + step + all.length) % all.length);
      else if (key === "Escape") show([]);
      else if (!shiftKey && (key === "Enter" || key === "Tab")) choose(at);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
