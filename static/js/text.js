// @ts-check
/**
 * A text as its sender meant it: links, code, lists, mentions. Pure; words of people only ever become text.
 *
 * chat/texts.py writes the same markup on the server; tests/texts.json holds both to it.
 */

/** @import {TextNode} from "./parsed.d.ts" */

const FENCE = /^```[A-Za-z0-9_+#.-]* *$/;
const ITEM = /^(?:[-*]|([0-9]{1,3})[.)]) +(.*\S.*)$/;
const INLINE = /(?<!`)(`+)(?!`)([^\n]*?[^`\n])\1(?!`)|(?<![A-Za-z0-9])((?:https?:\/\/|mailto:)[^\s<>"`]+)|(?<![A-Za-z0-9_@./-])@([A-Za-z0-9][A-Za-z0-9._-]{0,31})/g;
const CLOSING = /** @type {Record<string, string>} */ ({ ")": "(", "]": "[", "}": "{" });

/** @param {string} text @param {string[]} [mentions] usernames @param {string} [me] the reader's @returns {TextNode[]} */
export function parse(text, mentions = [], me = "") {
  const inline = (/** @type {string} */ part) => parseInline(part, mentions, me);
  /** @type {TextNode[]} */
  const blocks = [];
  /** @type {string[]} */
  let plain = [];
  const lines = text.split("\n");

  /** What was said up to here, before something that is not a paragraph. */
  const flush = () => {
    const said = plain.join("\n").replace(/^\s*\n|\s+$/g, "");
    plain = [];
    if (said) blocks.push(["p", {}, ...inline(said)]);
  };

  for (let at = 0; at < lines.length; at += 1) {
    const item = ITEM.exec(lines[at]);
    if (FENCE.test(lines[at])) {
      flush();
      const end = lines.findIndex((line, place) => place > at && line.trimEnd() === "```");
      const code = lines.slice(at + 1, end < 0 ? undefined : end).join("\n");
      blocks.push(["pre", { class: "code", tabindex: "0" }, ["code", {}, code]]);
      at = end < 0 ? lines.length : end;
    } else if (item) {
      flush();
      const [, first] = item;
      /** @type {TextNode} */
      const list = first ? ["ol", first === "1" ? {} : { start: first }] : ["ul", {}];
      for (let found = /** @type {RegExpExecArray | null} */ (item); found && !found[1] === !first; found = ITEM.exec(lines[at])) {
        list.push(["li", {}, ...inline(found[2])]);
        at += 1;
        if (at >= lines.length) break;
      }
      at -= 1;
      blocks.push(list);
    } else plain.push(lines[at]);
  }
  if (!blocks.length) return [["p", {}, ...inline(text)]];
  flush();
  return blocks;
}

/** @param {string} text @param {string[]} mentions @param {string} me @returns {TextNode[]} */
function parseInline(text, mentions, me) {
  /** @type {TextNode[]} */
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(INLINE)) {
    const [all, ticks, code, url, name] = found;
    let [length, node] = [all.length, /** @type {TextNode} */ (["code", {}, code ?? ""])];
    if (url) {
      const href = trimmed(url);
      length = href.length;
      if (/:\/*$/.test(href)) continue;
      node = ["a", { href, rel: "noopener" }, href];
    } else if (!ticks) {
      const [written, known] = mentioned(name, mentions);
      if (!known) continue;
      length = written.length + 1;
      node = ["a", { class: known === me ? "mention is-you" : "mention", href: `/people/${known}/` }, `@${written}`];
    }
    if (found.index > done) nodes.push(text.slice(done, found.index));
    nodes.push(node);
    done = found.index + length;
  }
  if (done < text.length) nodes.push(text.slice(done));
  return nodes;
}

/** Without what ends the sentence around it. @param {string} url */
function trimmed(url) {
  for (;;) {
    const last = /** @type {string} */ (url.at(-1));
    const opening = CLOSING[last];
    if (!(opening ? url.split(last).length > url.split(opening).length : ".,;:!?'*_~".includes(last))) return url;
    url = url.slice(0, -1);
  }
}

/** The member whom a name means, with or without the full stop after it. @param {string} name @param {string[]} mentions @returns {[written: string, known: string | undefined]} */
function mentioned(name, mentions) {
  for (let written = name; ; written = written.slice(0, -1)) {
    const known = mentions.find((each) => each.toLowerCase() === written.toLowerCase());
    if (known || !/[._-]$/.test(written)) return [written, known];
  }
}
