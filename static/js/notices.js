// @ts-check
/** The browser's own notifications: asked for on a click only, shown while nobody looks. */

import { find, showState } from "./dom.js";
import { gettext } from "./words.js";

/** @import {Summary} from "./wire.d.ts" */

/** In the browser's storage while they are turned off here. */
const OFF = "parley.notices.off";

const wanted = () => globalThis.Notification?.permission === "granted" && !localStorage.getItem(OFF);

export function startNotices() {
  if (!globalThis.Notification) return;
  const button = /** @type {HTMLButtonElement} */ (find(document, "#notices"));
  function show() {
    const denied = Notification.permission === "denied";
    showState(button, denied ? "denied" : wanted() ? "on" : "off");
    button.ariaPressed = String(wanted());
    button.disabled = denied;
    button.hidden = false;
  }
  button.onclick = async () => {
    localStorage.setItem(OFF, wanted() ? "1" : "");
    await Notification.requestPermission();   // asks once, then answers what was said
    show();
  };
  show();
}

/** Something came in for the reader. Tabs that say the same of a room share one notification, by its tag. @param {Summary} room */
export function notify({ room_id, name, kind, with: other }) {
  if (!document.hidden || !wanted()) return;
  const words = kind === "direct" ? gettext("%(name)s wrote to you", { name }) : gettext("You are mentioned in %(name)s", { name });
  const notice = new Notification(words, { tag: `parley.${room_id}`, icon: other?.avatar });
  notice.onclick = () => {
    focus();
    location.assign(`/rooms/${room_id}/`);
    notice.close();
  };
}
