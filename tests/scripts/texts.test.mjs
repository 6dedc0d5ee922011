// Small texts, and what is told of one thing.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { tileSide } from "../../vqcore/viewer/codebook.js";
import { isCrisp, placed } from "../../vqcore/viewer/draw.js";
import { digitsOf } from "../../vqcore/viewer/inside.js";
import { listed } from "../../vqcore/viewer/texts.js";

test("those texts are joined that there are", () => {
  assert.equal(listed(", ", "one", "", undefined, "two"), "one, two");
});

test("an index has as many digits as its codebook needs", () => {
  assert.deepEqual([[5, 32], [5, 8], [0, 2], [4, 5], [0, 1]].map(([index, size]) => digitsOf(index, size)),
    ["00101", "101", "0", "100", "no bits"]);
});

test("tiles fill their place, and scroll rather than be too small", () => {
  assert.equal(tileSide(1, 240, 300), 240);
  assert.equal(tileSide(4, 240, 300), 120);
  assert.equal(tileSide(30, 240, 300), 48);
  assert.equal(tileSide(4096, 240, 300), 36);
});

test("pixels are crisp where they look even", () => {
  assert.deepEqual([0.5, 1, 1.5, 2, 3.9, 4, 4.5].map(isCrisp), [false, true, false, true, false, true, true]);
});

test("a picture lies at whole pixels, its point in the middle of its part", () => {
  const part = { left: 100, top: 0, width: 51, height: 40 };
  assert.deepEqual(placed({ zoom: 2, x: 10, y: 5 }, part), { left: 106, top: 10 });
});
