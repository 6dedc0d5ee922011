// Small texts, and what is told of one thing.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { tileSize } from "../../vqcore/viewer/codebook.js";
import { frameOf, isCrisp, placed } from "../../vqcore/viewer/draw.js";
import { digitsOf } from "../../vqcore/viewer/inside.js";
import { listed, toldOf } from "../../vqcore/viewer/texts.js";

test("those texts are joined that there are", () => {
  assert.equal(listed(", ", "one", "", undefined, "two"), "one, two");
});

test("of looks it is told whether they are nothing or an escape", () => {
  const looks = { name: "HL 1", kind: "looks", values: [0, 1, 2] };
  assert.deepEqual([0, 1, 2].map((index) => toldOf(looks, index)), ["HL 1: nothing", "HL 1 = 1", "HL 1: escape"]);
});

test("an index has as many digits as its codebook needs", () => {
  assert.deepEqual([[5, 32], [5, 8], [0, 2], [4, 5], [0, 1]].map(([index, size]) => digitsOf(index, size)),
    ["00101", "101", "0", "100", "no bits"]);
});

test("tiles fill their place, and scroll rather than be too small", () => {
  assert.deepEqual([1, 4, 30, 4096].map((count) => tileSize(count, 240, 300).width), [236, 116, 44, 32]);
  assert.deepEqual([1, 4, 30, 4096].map((count) => tileSize(count, 240, 300).height), [236, 116, 44, 32]);
});

test("an enlarged block stands in a square, or in its own shape if it is long", () => {
  const frames = [[8, 8], [8, 4], [8, 2], [16, 1], [32, 1], [1, 16]].map(([width, height]) => frameOf({ width, height }, 72));
  assert.deepEqual(frames.map(({ width, height }) => [width, height]),
    [[72, 72], [72, 72], [144, 36], [216, 14], [216, 7], [9, 144]]);
  assert.deepEqual(frameOf({ width: 16, height: 1 }, 36, { width: 54, height: 72 }), { width: 54, height: 3 });
});

test("pixels are crisp where they look even", () => {
  assert.deepEqual([0.5, 1, 1.5, 2, 3.9, 4, 4.5].map(isCrisp), [false, true, false, true, false, true, true]);
});

test("a picture lies at whole pixels, its point in the middle of its part", () => {
  const part = { left: 100, top: 0, width: 51, height: 40 };
  assert.deepEqual(placed({ zoom: 2, x: 10, y: 5 }, part), { left: 106, top: 10 });
});
