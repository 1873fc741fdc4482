// @ts-check
/** Keys that work on every page, and the dialogs that they open. */

import { neighbour } from "./badges.js";
import { makeChoices } from "./choices.js";
import { all, find } from "./dom.js";
import { gettext } from "./words.js";

const rooms = () => /** @type {HTMLAnchorElement[]} */ (all(document, "a[data-room]"));
const dialog = (/** @type {string} */ id) => /** @type {HTMLDialogElement} */ (find(document, `#${id}`));

export function startKeys() {
  /** @type {Record<string, () => void>} */
  const open = { switcher: startSwitcher(), keys: () => dialog("keys").showModal() };
  for (const button of all(document, "[data-opens]")) {
    button.hidden = false;
    button.onclick = () => {
      /** @type {HTMLElement | null} */ (button.closest("[popover]"))?.hidePopover();   // so that the focus comes back to what opened it
      open[button.dataset.opens ?? ""]();
    };
  }
  addEventListener("keydown", (event) => {
    const { key, altKey, shiftKey, target } = event;
    const control = event.ctrlKey || event.metaKey;
    const step = key === "ArrowUp" ? -1 : key === "ArrowDown" && 1;
    if (document.querySelector("dialog[open]")) return;
    if (control && !altKey && !shiftKey && key === "k") open.switcher();
    else if (control) return;
    else if (altKey && step) goTo(step, shiftKey);
    else if (key === "?" && !altKey && !/** @type {Element} */ (target).matches("input, textarea, select")) open.keys();
    else return;
    event.preventDefault();
  });
}

/** @param {1 | -1} step @param {boolean} unread only these */
function goTo(step, unread) {
  const own = rooms();
  neighbour(own, own.findIndex((room) => room.ariaCurrent), step, (room) => !unread || room.matches(".is-unread"))?.click();
}

/** Returns how to open it. */
function startSwitcher() {
  const switcher = dialog("switcher");
  const field = /** @type {HTMLInputElement} */ (find(switcher, "input"));
  const choices = makeChoices(field, find(switcher, "ul"));

  function look() {
    const words = field.value.trim();
    const found = rooms().map((room) => ({
      name: find(room, ".name").innerText,
      detail: room.querySelector(".badge")?.ariaLabel,
      avatar: room.querySelector("img")?.src,
      icon: room.querySelector("use")?.getAttribute("href"),
      choose: () => location.assign(room.href),
    })).filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()));
    const search = { name: gettext("Search for “%(words)s”", { words }), icon: "#i-search", choose: () => location.assign(`/search/?q=${encodeURIComponent(words)}`) };
    choices.show(words ? [...found, search] : found);
  }

  field.oninput = look;
  field.onkeydown = (event) => {
    if (event.key !== "Escape") choices.key(event);
  };
  return () => {
    switcher.showModal();
    field.value = "";
    look();
  };
}
