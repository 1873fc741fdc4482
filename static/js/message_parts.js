// @ts-check
/** What a message has besides its text: the quote, files, reactions. */

import { build, find, fromTemplate } from "./dom.js";
import { gettext, language, number } from "./words.js";

/** @import {Attachment, Quote, Reaction} from "./wire.d.ts" */

/** The box that a picture is shown in; chat/templatetags/timeline.py has the same. */
const [WIDEST, HIGHEST] = [360, 320];

/** @param {import("./parsed.d.ts").TextNode} node */
export const makeElement = (node) => /** @type {HTMLElement} */ (build(node));

/** @param {Quote} quote */
export function quotePart({ sequence, message_id, name, avatar, text, deleted }) {
  const element = fromTemplate("quote-template");
  element.setAttribute("href", `?at=${sequence}#m${message_id}`);
  find(element, "img").setAttribute("src", avatar);
  find(element, "b").textContent = name;
  find(element, "span").textContent = deleted ? gettext("This message was deleted.") : text || gettext("A file");
  return element;
}

/** @param {Attachment[]} files */
export function filesPart(files) {
  const element = makeElement(["div", { class: "attachments" }]);
  element.append(...files.map((file) => file.kind === "picture" ? picture(file) : download(file)));
  return element;
}

/** @param {Attachment} file */
function picture({ name: alt, url: href, preview: src = href, width, height }) {
  /** @type {Record<string, string>} */
  const size = {};
  if (width && height) {   // told before it is loaded, so that nothing moves
    const fit = Math.min(1, WIDEST / width, HIGHEST / height);
    [size.width, size.height] = [width, height].map((side) => String(Math.max(1, Math.round(side * fit))));
  }
  return makeElement(["a", { class: "attachment is-picture", href }, ["img", { alt, ...size, src }]]);
}

/** @param {Attachment} file */
function download({ name, url, size }) {
  const link = fromTemplate("sent-file-template");
  link.setAttribute("href", url);
  find(link, "b").textContent = name;
  find(link, ".quiet").textContent = fileSize(size);
  return link;
}

/** @param {number} bytes */
export function fileSize(bytes) {
  const step = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
  const unit = ["byte", "kilobyte", "megabyte"][step];
  const size = bytes / 1024 ** step;
  return size.toLocaleString(language(), { style: "unit", unit, unitDisplay: step ? "short" : "long", maximumFractionDigits: size < 10 ? 1 : 0 });
}

/** The seven with a drawing of ours look and are called as in the picker. @param {Reaction} reaction @param {string} me */
export function reactionPart({ emoji, count, usernames }, me) {
  const drawn = document.querySelector(`#picker [data-emoji="${CSS.escape(emoji)}"]`);
  const name = drawn?.getAttribute("aria-label") ?? emoji;
  const names = usernames.join(", ") + (count > usernames.length ? ", …" : "");
  const title = gettext("%(name)s, %(count)s: %(names)s", { name, count: number(count), names });
  const button = makeElement(["button", {
    class: "reaction", type: "button", "data-act": "toggle", "data-emoji": emoji,
    "aria-pressed": String(usernames.includes(me)), title, "aria-label": title,
  }]);
  button.append(drawn?.firstElementChild?.cloneNode(true) ?? build(["span", {}, emoji]), number(count));
  return button;
}
