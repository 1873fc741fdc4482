// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionAt, withName } from "../../static/js/completion.js";

/** @param {string} text with a | where the caret is */
function at(text) {
  const caret = text.indexOf("|");
  return mentionAt(text.replace("|", ""), caret);
}

test("a name is completed after an @ at the beginning of a word", () => {
  assert.deepEqual(at("@al|"), { start: 1, query: "al" });
  assert.deepEqual(at("Ask @al|"), { start: 5, query: "al" });
  assert.deepEqual(at("(@al|)"), { start: 2, query: "al" });
  assert.deepEqual(at("Two\n@al|ice lines"), { start: 5, query: "al" });
});

test("an address, a bare @ and anything after the name complete nothing", () => {
  for (const text of ["bob@al|", "@|", "Ask @ al|", "@alice |", "no name|", "@@al|"]) assert.equal(at(text), null, text);
});

test("the name takes the place of what was written of it", () => {
  assert.deepEqual(withName("Ask @al", 5, 7, "alice"), { text: "Ask @alice ", caret: 11 });
});

test("what follows stays as it was", () => {
  assert.deepEqual(withName("Ask @al, please", 5, 7, "alice"), { text: "Ask @alice, please", caret: 10 });
  assert.deepEqual(withName("Ask @al now", 5, 7, "alice"), { text: "Ask @alice now", caret: 10 });
});
