// @ts-check
/** The line that says when the connection is gone, and what came when it was back. */

import { find } from "./dom.js";
import { fill, gettext, ngettext, number } from "./words.js";

/** @import {LineState} from "./line.js" */
/** @import {Room} from "./room.d.ts" */

const SHOW_AFTER = 2_000;
const BACK_FOR = 4_000;

/** @param {Room} room */
export function startBanner({ main, socket, outbox, on }) {
  const banner = new Banner(find(main, ".banner"), find(main, "textarea"), () => socket.start());
  /** Since the connection was lost: messages of others heard, own ones sent. */
  let [heard, sent] = [0, 0];
  /** Said once everything missed is heard, and everything kept is sent. */
  const sayBack = () => {
    if (outbox.next === undefined) banner.back(heard, sent);
  };
  on("heard", (messages) => {
    heard += messages.length;
  });
  on("state", (state) => {
    if (state.status === "open") heard = sent = 0;
    banner.setState(state);
  });
  on("joined", sayBack);
  on("stored", () => {
    sent += 1;
    sayBack();
  });
  on("refused", sayBack);
}

class Banner {
  #element;
  #icon;
  #refuge;
  /** @type {LineState | null} */
  #state = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /** @param {HTMLElement} element @param {HTMLElement} refuge where the focus goes when the banner goes @param {() => void} onTryNow */
  constructor(element, refuge, onTryNow) {
    this.#refuge = refuge;
    this.#element = element;
    this.#icon = /** @type {SVGUseElement} */ (element.querySelector("use"));
    find(element, ".try-now").addEventListener("click", onTryNow);
  }

  /** @param {LineState} state */
  setState(state) {
    this.#state = state;
    if (state.status === "ended") this.#showEnded(state);
    else if (state.status === "idle") this.#hide();
    else if (state.status !== "open") this.#showLost();
  }

  /** The connection is back and everything missed is heard. @param {number} heard @param {number} sent */
  back(heard, sent) {
    const wasShown = !this.#element.hidden;
    this.#hide();
    if (!wasShown) return;
    this.#show("i-check", gettext("Back."), backWords(heard, sent));
    this.#element.classList.add("is-back");
    this.#timer = setTimeout(() => this.#hide(), BACK_FOR);
  }

  #showLost() {
    if (this.#ticking) return;
    clearTimeout(this.#timer);
    this.#ticking = setInterval(() => this.#tick(), 1_000);
    this.#timer = setTimeout(() => {
      this.#show("i-offline", gettext("Connection lost."), gettext("What you write is kept and sent once."));
      find(this.#element, ".try-now").hidden = false;
      this.#tick();
    }, SHOW_AFTER);
  }

  /** @param {LineState} state */
  #showEnded(state) {
    this.#hide();
    if (state.code === 4401) this.#show("i-alert", gettext("You are signed out."), gettext("Sign in again to go on. What you wrote is kept."));
    else this.#show("i-alert", gettext("Your access has ended."), gettext("You cannot read or write here any more."));
    find(this.#element, ".sign-in").hidden = state.code !== 4401;
  }

  #tick() {
    const { retryAt = null } = this.#state ?? {};
    const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    const words = ngettext("Trying again in %(seconds)s second.", "Trying again in %(seconds)s seconds.", seconds);
    find(this.#element, ".countdown").textContent = seconds > 0 ? fill(words, { seconds: number(seconds) }) : gettext("Trying now.");
  }

  /** @param {string} icon @param {string} title @param {string} words */
  #show(icon, title, words) {
    this.#icon.setAttribute("href", `#${icon}`);
    find(this.#element, "b").textContent = title;
    find(this.#element, ".countdown").textContent = "";
    find(this.#element, ".banner-words").textContent = words;
    this.#element.classList.remove("is-back");
    this.#element.hidden = false;
  }

  #hide() {
    clearTimeout(this.#timer);
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    if (this.#element.contains(document.activeElement)) this.#refuge.focus();
    this.#element.hidden = true;
    find(this.#element, ".try-now").hidden = true;
    find(this.#element, ".sign-in").hidden = true;
  }
}

/** @param {number} heard messages of others @param {number} sent one's own */
export function backWords(heard, sent) {
  const others = fill(ngettext("%(count)s message came in meanwhile", "%(count)s messages came in meanwhile", heard), { count: number(heard) });
  const own = fill(ngettext("%(count)s of yours was sent", "%(count)s of yours were sent", sent), { count: number(sent) });
  if (heard && sent) return fill(gettext("%(others)s, %(own)s."), { others, own });
  if (heard || sent) return fill(gettext("%(what)s."), { what: heard ? others : own });
  return gettext("You missed nothing.");
}
