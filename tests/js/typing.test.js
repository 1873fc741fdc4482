// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeTypingSignal, makeWhoTypes, typingWords } from "../../static/js/typing.js";
import { FakeClock } from "./fakes.js";

function listening() {
  const clock = new FakeClock();
  /** @type {string[]} */
  const said = [];
  /** What was read aloud: screen readers read what a place says anew, not that it is emptied. @type {string[]} */
  const aloud = [];
  let shown = "";
  const hear = makeWhoTypes(clock, (words, heard) => {
    said.push(words);
    if (heard && heard !== shown) aloud.push(heard);
    shown = heard;
  });
  return { clock, said, aloud, hear };
}

function signalling() {
  const clock = new FakeClock();
  /** @type {boolean[]} */
  const told = [];
  return { clock, told, signal: makeTypingSignal(clock, (typing) => void told.push(typing)) };
}

test("one, two and more who type", () => {
  assert.equal(typingWords([]), "");
  assert.equal(typingWords(["bob"]), "bob is typing");
  assert.equal(typingWords(["bob", "carol"]), "bob and carol are typing");
  assert.equal(typingWords(["bob", "carol", "dora"]), "3 people are typing");
});

test("who stops is not shown any more", () => {
  const { said, hear } = listening();
  hear("bob", true);
  hear("carol", true);
  hear("bob", false);
  assert.equal(said.at(-1), "carol is typing");
});

test("who is not heard of again is forgotten", async () => {
  const { clock, said, hear } = listening();
  hear("bob", true);
  await clock.advance(4_000);
  hear("bob", true);
  await clock.advance(4_000);
  assert.equal(said.at(-1), "bob is typing");
  await clock.advance(2_000);
  assert.equal(said.at(-1), "");
});

test("who types is read aloud at most once in twenty seconds", async () => {
  const { clock, aloud, hear } = listening();
  hear("bob", true);
  await clock.advance(3_000);
  hear("bob", true);
  hear("bob", false);
  await clock.advance(16_000);
  hear("bob", true);
  assert.deepEqual(aloud, ["bob is typing"]);
  hear("bob", false);
  await clock.advance(1_000);
  hear("bob", true);
  assert.deepEqual(aloud, ["bob is typing", "bob is typing"]);
});

test("who types on and on is read aloud once", async () => {
  const { clock, aloud, hear } = listening();
  for (let told = 0; told < 20; told += 1) {
    hear("bob", true);
    await clock.advance(3_000);
  }
  assert.deepEqual(aloud, ["bob is typing"]);
});

test("each one who begins is read aloud, by name", () => {
  const { aloud, said, hear } = listening();
  hear("bob", true);
  hear("carol", true);
  hear("carol", false);
  assert.deepEqual(aloud, ["bob is typing", "carol is typing"]);
  assert.equal(said.at(-1), "bob is typing");
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
