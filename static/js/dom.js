// @ts-check
/** Finding, copying and making what a page is made of. */

/** @import {TextNode} from "./parsed.d.ts" */

/** The one element that must be there. @param {ParentNode} within @param {string} selector @returns {HTMLElement} */
export function find(within, selector) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`no ${selector}`);
  return /** @type {HTMLElement} */ (found);
}

/** A fresh copy of a `<template>`'s one element: its markup and its words are the server's. @param {string} id */
export function fromTemplate(id) {
  const { content } = /** @type {HTMLTemplateElement} */ (find(document, `#${id}`));
  return /** @type {HTMLElement} */ (/** @type {Element} */ (content.firstElementChild).cloneNode(true));
}

/** @param {TextNode} node @returns {Node | string} */
export function build(node) {
  if (typeof node === "string") return node;
  const [tag, attributes, ...children] = node;
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map(build));
  return element;
}

/** Open what floats beside the button that asks for it. @param {HTMLElement} popover @param {Element} button */
export function openBeside(popover, button) {
  popover.showPopover();
  const [at, own] = [button.getBoundingClientRect(), popover.getBoundingClientRect()];
  const room = innerHeight - at.bottom;
  popover.style.insetBlock = room > own.height ? `${at.bottom}px auto` : `${Math.max(0, at.top - own.height)}px auto`;
  popover.style.insetInline = "auto";
  popover.style.left = `${Math.max(8, Math.min(at.right - own.width, innerWidth - own.width - 8))}px`;
  popover.querySelector("button")?.focus();
}

/** Arrow keys walk among what can be pressed in a menu. @param {KeyboardEvent} event */
export function walk(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step || !(event.currentTarget instanceof Element)) return;
  const items = /** @type {HTMLElement[]} */ ([...event.currentTarget.querySelectorAll("button, a")]).filter((item) => item.checkVisibility());
  items.at((items.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step) % items.length)?.focus();
  event.preventDefault();
}

/** Characters as the server counts them. @param {string} text */
export const length = (text) => [...text].length;
