// Smoothing of the edges of blocks, by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { colours } from "../../vqcore/viewer/decoding.js";
import { smooth } from "../../vqcore/viewer/smoothing.js";

const gray = (...levels) => colours(Uint8Array.from(levels), 1);
const levels = (pixels) => Array.from(pixels, (colour) => colour & 255);

test("what meets at an edge moves together: by 5/16, less the farther it is apart", () => {
  const row = gray(90, 100, 120, 130);
  smooth({ width: 4, height: 1, blockWidth: 2, blockHeight: 2, smoothing: 10 }, row);
  assert.deepEqual(levels(row), [90, 105, 115, 130]); // 5 · 20 · (80 − 20) / (16 · 80) = 4.69
  assert.deepEqual([...row], [...gray(90, 105, 115, 130)]);
});

test("from the threshold on nothing moves, nor does it without strength or in blocks of one pixel", () => {
  for (const [blockWidth, smoothing] of [[2, 10], [2, 0], [1, 63]]) {
    const row = gray(0, 0, 80, 80);
    smooth({ width: 4, height: 1, blockWidth, blockHeight: 1, smoothing }, row);
    assert.deepEqual(levels(row), [0, 0, 80, 80]);
  }
});

test("in wide blocks those behind move too, as far as there are any", () => {
  const row = gray(...Array(8).fill(100), 140);
  smooth({ width: 9, height: 1, blockWidth: 8, blockHeight: 8, smoothing: 20 }, row);
  assert.deepEqual(levels(row), [100, 100, 100, 100, 100, 100, 104, 109, 131]);
});

test("edges between columns come first", () => {
  const square = gray(0, 0, 40, 40, 0, 0, 40, 40, 20, 20, 60, 60, 20, 20, 60, 60);
  smooth({ width: 4, height: 4, blockWidth: 2, blockHeight: 2, smoothing: 63 }, square);
  assert.deepEqual(levels(square), [0, 12, 28, 40, 6, 18, 34, 46, 14, 26, 42, 54, 20, 32, 48, 60]);
});

test("inside of a leaf nothing moves", () => {
  const square = [0, 0, 40, 40, 0, 0, 40, 40, 20, 20, 60, 60, 20, 20, 60, 60];
  const layer = { width: 4, height: 4, blockWidth: 2, blockHeight: 2, columns: 2, smoothing: 63, indices: [0, 0, 0, 1] };
  const smoothed = (border) => {
    const pixels = gray(...square);
    smooth({ ...layer, borders: Uint8Array.of(0, border) }, pixels);
    return levels(pixels);
  };
  assert.deepEqual(smoothed(0), square);
  assert.deepEqual(smoothed(1).slice(8), [20, 32, 48, 60, 20, 32, 48, 60]);
  assert.deepEqual(smoothed(1).slice(0, 8), square.slice(0, 8));
  assert.deepEqual(smoothed(2).filter((_, at) => at % 4 === 3), [40, 46, 54, 60]);
});
