// @ts-check
/** Finding, copying, filling and making what a page is made of. */

/** @import {TextNode} from "./parsed.d.ts" */
/** @typedef {Record<string, string | null | undefined>} Attributes by name, where there is one; "": the words inside */
/** @typedef {Record<string, string | Attributes>} Filling by selector ("": the element itself): its words, or its attributes */

/** The one element that must be there. @param {ParentNode} within @param {string} selector @returns {HTMLElement} */
export function find(within, selector) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`no ${selector}`);
  return /** @type {HTMLElement} */ (found);
}

/** @param {ParentNode} within @param {string} selector @returns {HTMLElement[]} */
export const all = (within, selector) => [.../** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll(selector))];

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/** What an event happened to, or the nearest such thing around it. @param {Event} event @param {string} selector @returns {HTMLElement | null} */
export const hit = ({ target }, selector) => target instanceof Element ? target.closest(selector) : null;

/** A fresh copy of a `<template>`'s one element: its markup and its words are the server's. @param {string} name @param {Filling} [filling] */
export function fromTemplate(name, filling = {}) {
  const { content } = /** @type {HTMLTemplateElement} */ (find(document, `#${name}-template`));
  return fill(/** @type {HTMLElement} */ (find(content, "*").cloneNode(true)), filling);
}

/** What says it already is left alone. @param {HTMLElement} element @param {Filling} filling */
export function fill(element, filling) {
  for (const [selector, told] of Object.entries(filling)) {
    setAttributes(selector ? find(element, selector) : element, typeof told === "string" ? { "": told } : told);
  }
  return element;
}

/** @param {Element} element @param {Attributes} attributes */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (!name && element.textContent !== value) element.textContent = value ?? "";
    else if (value == null) element.removeAttribute(name);
    else if (name && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

/** Of what is there for several states, show what is true in this one. @param {HTMLElement} element @param {string} state */
export function showState(element, state) {
  element.dataset.state = state;
  for (const part of all(element, "[data-when]")) part.toggleAttribute("hidden", part.dataset.when !== state);
}

/** @param {TextNode} node @returns {Node | string} */
export function build(node) {
  if (typeof node === "string") return node;
  const [tag, attributes, ...children] = node;
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.map(build));
  return element;
}

/** Enter may still choose a word: Safari says that it ended before, and gives the key this number. @param {KeyboardEvent} event */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** Arrow keys walk among what can be pressed in a menu. @param {KeyboardEvent} event */
export function walk(event) {
  const upwards = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const step = upwards ?? { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || !upwards && hit(event, "input")) return;   // where they move in what is written
  const items = all(/** @type {Element} */ (event.currentTarget), "button, a, input").filter((item) => item.checkVisibility());
  items.at((items.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step) % items.length)?.focus();
  event.preventDefault();
}

/** Characters as the server counts them. @param {string} text */
export const length = (text) => [...text].length;
