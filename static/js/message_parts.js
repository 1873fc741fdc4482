// @ts-check
/** What a message has besides its text: the quote, files, reactions. */

import { find, fromTemplate } from "./dom.js";
import { gettext, language, number } from "./words.js";

/** @import {Attachment, Quote, Reaction} from "./wire.d.ts" */

/** The box that a picture is shown in; chat/templatetags/timeline.py has the same. */
const [WIDEST, HIGHEST] = [360, 320];

/** @param {Quote} quote */
export function quotePart({ sequence, message_id, name, avatar, text, deleted }) {
  const said = deleted ? gettext("This message was deleted.") : text || gettext("A file");
  return fromTemplate("quote", { "": { href: `?at=${sequence}#m${message_id}` }, img: { src: avatar }, b: name, span: said });
}

/** @param {Attachment[]} files */
export function filesPart(files) {
  const element = fromTemplate("files");
  element.append(...files.map((file) => file.kind === "picture" ? picture(file) : download(file)));
  return element;
}

/** @param {Attachment} file */
function picture({ name: alt, url: href, preview: src = href, width = 0, height = 0 }) {
  const fit = Math.min(1, WIDEST / width, HIGHEST / height);
  const fitted = (/** @type {number} */ side) => side ? String(Math.max(1, Math.round(side * fit))) : null;
  // The size is told before it is loaded, so that nothing moves.
  return fromTemplate("sent-picture", { "": { href }, img: { alt, width: fitted(width), height: fitted(height), src } });
}

/** @param {Attachment} file */
const download = ({ name, url, size }) => fromTemplate("sent-file", { "": { href: url }, b: name, ".quiet": fileSize(size) });

/** @param {number} bytes */
function fileSize(bytes) {
  const step = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
  const unit = ["byte", "kilobyte", "megabyte"][step];
  const size = bytes / 1024 ** step;
  return size.toLocaleString(language(), { style: "unit", unit, unitDisplay: step ? "short" : "long", maximumFractionDigits: size < 10 ? 1 : 0 });
}

/** The seven with a drawing of ours look and are called as in the picker. @param {Reaction} reaction @param {string} me */
export function reactionPart({ emoji, count, usernames }, me) {
  const offered = document.querySelector(`#picker [data-emoji="${CSS.escape(emoji)}"]`);
  const drawing = offered?.querySelector("svg");
  const name = offered?.ariaLabel ?? emoji;
  const names = usernames.join(", ") + (count > usernames.length ? ", …" : "");
  const title = gettext("%(name)s, %(count)s: %(names)s", { name, count: number(count), names });
  const pressed = String(usernames.includes(me));
  const button = fromTemplate("reaction", { "": { "data-emoji": emoji, "aria-pressed": pressed, title, "aria-label": title }, span: emoji });
  if (drawing) find(button, "span").replaceWith(drawing.cloneNode(true));
  button.append(number(count));
  return button;
}
