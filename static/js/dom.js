// @ts-check
/** Finding and copying what the server put into the page. */

/** The one element that must be there. @param {ParentNode} within @param {string} selector @returns {HTMLElement} */
export function find(within, selector) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`${selector} is missing in the page`);
  return found;
}

/** A fresh copy of a `<template>`'s one element: its markup and its words are the server's. @param {string} id */
export function fromTemplate(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`template ${id} is missing in the page`);
  return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
}

/** Characters as the server counts them. @param {string} text */
export const length = (text) => [...text].length;
