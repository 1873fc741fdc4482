// @ts-check
/** A list to choose from, under or over a field that keeps the focus. */

import { all, fromTemplate, isComposing } from "./dom.js";

/** @typedef {{name: string, detail?: string | null, avatar?: string, icon?: string | null, choose: () => void}} Choice */

/** @param {HTMLElement} field @param {HTMLElement} list */
export function makeChoices(field, list) {
  /** @type {Choice[]} */
  let offered = [];
  let at = 0;

  /** @param {Choice[]} choices none: hides the list */
  function show(choices) {
    offered = choices;
    list.replaceChildren(...offered.map(option));
    list.hidden = !offered.length;
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
    const { choose: go } = offered[place];
    show([]);
    go();
  }

  /** @param {Choice} choice @param {number} place */
  function option({ name, detail, avatar, icon }, place) {
    const element = fromTemplate("choice", {
      "": { id: `${list.id}-${place}` }, img: { src: avatar }, use: { href: icon }, ".name": name, ".quiet": { "": detail },
    });
    for (const part of all(element, "img:not([src]), svg:not(:has([href]))")) part.remove();
    element.onclick = () => choose(place);
    return element;
  }

  list.onpointerdown = (event) => event.preventDefault();   // the field keeps the focus

  return {
    show,
    /** Whether the key was for the list. @param {KeyboardEvent} event */
    key(event) {
      const { key, shiftKey } = event;
      if (list.hidden || isComposing(event) || event.altKey) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (step) mark((at + step + offered.length) % offered.length);
      else if (key === "Escape") show([]);
      else if (!shiftKey && (key === "Enter" || key === "Tab")) choose(at);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
