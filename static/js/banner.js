// @ts-check
/** The line that says when the connection is gone, and what came when it was back. */

import { find } from "./dom.js";
import { gettext, ngettext } from "./words.js";

/** @import {LineState} from "./line.js" */
/** @import {Room} from "./room.d.ts" */

const SHOW_AFTER = 2_000;
const BACK_FOR = 4_000;

/** @param {Room} room */
export function startBanner({ main, socket, outbox, on }) {
  const banner = find(main, ".banner");
  const [title, countdown, words, tryNow, signIn] = ["b", ".countdown", ".banner-words", ".try-now", ".sign-in"].map((part) => find(banner, part));
  /** @type {LineState | null} */
  let state = null;
  /** Since the connection was lost: messages of others heard, own ones sent. */
  let [heard, sent] = [0, 0];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;

  /** @param {string} icon @param {string} name @param {string} more */
  function show(icon, name, more) {
    banner.querySelector("use")?.setAttribute("href", `#${icon}`);
    title.textContent = name;
    countdown.textContent = "";
    words.textContent = more;
    banner.classList.toggle("is-back", icon === "i-check");
    banner.hidden = false;
  }

  function hide() {
    clearTimeout(timer);
    clearInterval(ticking);
    ticking = undefined;
    if (banner.contains(document.activeElement)) find(main, "textarea").focus();
    banner.hidden = tryNow.hidden = signIn.hidden = true;
  }

  function tick() {
    const { retryAt = null } = state ?? {};
    const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    countdown.textContent = seconds > 0 ? ngettext("Trying again in %(count)s second.", "Trying again in %(count)s seconds.", seconds) : gettext("Trying now.");
  }

  function showLost() {
    if (ticking) return;
    clearTimeout(timer);
    ticking = setInterval(tick, 1_000);
    timer = setTimeout(() => {
      show("i-offline", gettext("Connection lost."), gettext("What you write is kept and sent once."));
      tryNow.hidden = false;
      tick();
    }, SHOW_AFTER);
  }

  /** @param {boolean} signedOut */
  function showEnded(signedOut) {
    hide();
    if (signedOut) show("i-alert", gettext("You are signed out."), gettext("Sign in again to go on. What you wrote is kept."));
    else show("i-alert", gettext("Your access has ended."), gettext("You cannot read or write here any more."));
    signIn.hidden = !signedOut;
  }

  /** Said once everything missed is heard, and everything kept is sent. */
  function sayBack() {
    if (outbox.next !== undefined) return;
    const wasShown = !banner.hidden;
    hide();
    if (!wasShown) return;
    show("i-check", gettext("Back."), backWords(heard, sent));
    timer = setTimeout(hide, BACK_FOR);
  }

  tryNow.onclick = () => socket.start();
  on("heard", (messages) => {
    heard += messages.length;
  });
  on("state", (now) => {
    state = now;
    if (now.status === "open") heard = sent = 0;
    else if (now.status === "ended") showEnded(now.code === 4401);
    else if (now.status === "idle") hide();
    else showLost();
  });
  on("joined", sayBack);
  on("stored", () => {
    sent += 1;
    sayBack();
  });
  on("refused", sayBack);
}

/** @param {number} heard messages of others @param {number} sent one's own */
export function backWords(heard, sent) {
  const others = ngettext("%(count)s message came in meanwhile", "%(count)s messages came in meanwhile", heard);
  const own = ngettext("%(count)s of yours was sent", "%(count)s of yours were sent", sent);
  if (heard && sent) return gettext("%(others)s, %(own)s.", { others, own });
  if (heard || sent) return gettext("%(what)s.", { what: heard ? others : own });
  return gettext("You missed nothing.");
}
