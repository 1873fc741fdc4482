// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { said } from "../../static/js/ago.js";
import { merge, oneByOne } from "../../static/js/parts.js";

/** As much of an element as merging needs. */
class Child {
  /** @param {string} id @param {string} state */
  constructor(id, state = "") {
    this.id = id;
    this.state = state;
    /** @type {Parent | null} */
    this.parent = null;
  }

  getAttribute() {
    return this.state;
  }

  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
  }
}

class Parent {
  /** @param {Child[]} children */
  constructor(...children) {
    this.children = children;
    for (const child of children) child.parent = this;
  }

  /** @param {Child} child @param {Child | null} before */
  insertBefore(child, before) {
    child.remove();
    child.parent = this;
    const place = before ? this.children.indexOf(before) : this.children.length;
    this.children.splice(place, 0, child);
  }
}

/** @param {Parent} old @param {Parent} fresh */
const merged = (old, fresh) => {
  merge(/** @type {any} */ (old), /** @type {any} */ (fresh));
  return old.children;
};

test("what is the same stays the very same element", () => {
  const [a, b, c] = ["a", "b", "c"].map((id) => new Child(id));
  const changed = new Child("b", "hidden");
  const added = new Child("d");
  assert.deepEqual(merged(new Parent(a, b, c), new Parent(new Child("a"), changed, added)), [a, changed, added]);
});

test("what comes between others is put between them", () => {
  const [a, c] = [new Child("a"), new Child("c")];
  const between = new Child("b");
  const shown = merged(new Parent(a, c), new Parent(new Child("a"), between, new Child("c")));
  assert.deepEqual(shown, [a, between, c]);
});

test("who asks while it is being done has it done once more", async () => {
  let count = 0;
  /** @type {(() => void)[]} */
  const ends = [];
  const run = oneByOne(() => new Promise((resolve) => {
    count += 1;
    ends.push(resolve);
  }));
  run();
  run();
  run();
  assert.equal(count, 1);
  ends[0]();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(count, 2);
  ends[1]();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(count, 2);
});

test("what fails is done again when asked again", async () => {
  let count = 0;
  const run = oneByOne(async () => {
    count += 1;
    throw new Error("away");
  });
  await run();
  await run();
  assert.equal(count, 2);
});

test("who asks while it is about to fail has it done once more", async () => {
  let count = 0;
  /** @type {(() => void)[]} */
  const failures = [];
  const run = oneByOne(() => new Promise((_, reject) => {
    count += 1;
    failures.push(() => reject(new Error("away")));
  }));
  run();
  run();
  failures[0]();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(count, 2);
  failures[1]();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(count, 2);
});

test("times are said as the server says them", () => {
  const minute = 60_000;
  assert.equal(said(59_000), "just now");
  assert.equal(said(minute), "1 minute ago");
  assert.equal(said(59 * minute), "59 minutes ago");
  assert.equal(said(60 * minute), "1 hour ago");
  assert.equal(said(23 * 60 * minute), "23 hours ago");
  assert.equal(said(24 * 60 * minute), null);
});
