// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "../../static/js/text.js";

/** @import {TextNode} from "../../static/js/parsed.d.ts" */

/** The markup as Python's `html.escape` writes it. @param {TextNode} node @returns {string} */
function html(node) {
  const escaped = (/** @type {string} */ text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;")
    .replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#x27;");
  if (typeof node === "string") return escaped(node);
  const [tag, attributes, ...children] = node;
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");
  return `<${tag}${written}>${children.map(html).join("")}</${tag}>`;
}

for (const each of JSON.parse(readFileSync(new URL("../texts.json", import.meta.url), "utf8"))) {
  test(`${each.name}, as the server shows it`, () => {
    assert.equal(parse(each.text, each.mentions, each.reader).map(html).join(""), each.html);
  });
}
