// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { TypingSignal, WhoTypes, typingWords } from "../../static/js/typing.js";
import { FakeClock } from "./fakes.js";

function listening() {
  const clock = new FakeClock();
  /** @type {string[]} */
  const said = [];
  return { clock, said, whoTypes: new WhoTypes(clock, (words) => void said.push(words)) };
}

function signalling() {
  const clock = new FakeClock();
  /** @type {boolean[]} */
  const told = [];
  return { clock, told, signal: new TypingSignal(clock, (typing) => void told.push(typing)) };
}

test("one, two and more who type", () => {
  assert.equal(typingWords([]), "");
  assert.equal(typingWords(["bob"]), "bob is typing");
  assert.equal(typingWords(["bob", "carol"]), "bob and carol are typing");
  assert.equal(typingWords(["bob", "carol", "dora"]), "3 people are typing");
});

test("who stops is not shown any more", () => {
  const { said, whoTypes } = listening();
  whoTypes.hear("bob", true);
  whoTypes.hear("carol", true);
  whoTypes.hear("bob", false);
  assert.equal(said.at(-1), "carol is typing");
});

test("who is not heard of again is forgotten", async () => {
  const { clock, said, whoTypes } = listening();
  whoTypes.hear("bob", true);
  await clock.advance(4_000);
  whoTypes.hear("bob", true);
  await clock.advance(4_000);
  assert.equal(said.at(-1), "bob is typing");
  await clock.advance(2_000);
  assert.equal(said.at(-1), "");
});

test("typing is told now and then, not at every stroke", async () => {
  const { clock, told, signal } = signalling();
  for (let stroke = 0; stroke < 40; stroke += 1) {
    signal.note(true);
    await clock.advance(100);
  }
  assert.deepEqual(told, [true, true]);
});

test("stopping is told once, and only after typing", () => {
  const { told, signal } = signalling();
  signal.note(false);
  signal.note(true);
  signal.note(false);
  signal.note(false);
  assert.deepEqual(told, [true, false]);
});

test("after sending nothing need be told", () => {
  const { told, signal } = signalling();
  signal.note(true);
  signal.sent();
  signal.note(false);
  signal.note(true);
  assert.deepEqual(told, [true, true]);
});
