// @ts-check
/** The line that says when the connection is gone, and what came when it was back. */

import { fill, find, hit, showState } from "./dom.js";
import { gettext, ngettext } from "./words.js";

/** @import {Room} from "./room.d.ts" */

const SHOW_AFTER = 2_000;
const BACK_FOR = 4_000;

/** @param {Room} room */
export function startBanner({ main, socket, outbox, on }) {
  const banner = find(main, ".banner");
  /** Since the connection was lost: messages of others heard, own ones sent. */
  let [heard, sent] = [0, 0];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;

  /** @param {"lost" | "signed-out" | "ended" | "back"} state */
  function show(state) {
    showState(banner, state);
    banner.hidden = false;
  }

  function hide() {
    clearTimeout(timer);
    clearInterval(ticking);
    ticking = undefined;
    if (banner.contains(document.activeElement)) find(main, "textarea").focus();
    banner.hidden = true;
  }

  function tick() {
    const seconds = Math.ceil(((socket.state.retryAt ?? 0) - Date.now()) / 1000);
    const words = seconds > 0 ? ngettext("Trying again in %(count)s second.", "Trying again in %(count)s seconds.", seconds) : gettext("Trying now.");
    fill(banner, { ".countdown": words });
  }

  function showLost() {
    if (ticking) return;
    clearTimeout(timer);
    ticking = setInterval(tick, 1_000);
    timer = setTimeout(() => {
      tick();
      show("lost");
    }, SHOW_AFTER);
  }

  /** Said once everything missed is heard, and everything kept is sent. */
  function sayBack() {
    if (outbox.next) return;
    const wasShown = !banner.hidden;
    hide();
    if (!wasShown) return;
    fill(banner, { ".banner-words": backWords(heard, sent) });
    show("back");
    timer = setTimeout(hide, BACK_FOR);
  }

  banner.onclick = (event) => hit(event, "button") && socket.start();
  on("heard", (messages) => {
    heard += messages.length;
  });
  on("state", ({ status, code }) => {
    if (status === "open") heard = sent = 0;
    else if (status === "connecting" || status === "waiting") showLost();
    else hide();
    if (status === "ended") show(code === 4401 ? "signed-out" : "ended");
  });
  on("joined", sayBack);
  on("stored", () => {
    sent += 1;
    sayBack();
  });
  on("refused", sayBack);
  on("barred", hide);   // the composer says why
}

/** @param {number} heard messages of others @param {number} sent one's own */
export function backWords(heard, sent) {
  const others = ngettext("%(count)s message came in meanwhile", "%(count)s messages came in meanwhile", heard);
  const own = ngettext("%(count)s of yours was sent", "%(count)s of yours were sent", sent);
  if (heard && sent) return gettext("%(others)s, %(own)s.", { others, own });
  if (heard || sent) return gettext("%(what)s.", { what: heard ? others : own });
  return gettext("You missed nothing.");
}
