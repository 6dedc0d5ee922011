// Codewords in the plane: chosen, moved, added and removed. Their cells are compared with scipy's in test_cells_of_the_page.py.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  alike, cellsOf, keyStep, nearestWithin, nextTowards, pairsOf, settled, withAdded, withMoved, withRemoved,
} from "../../vqcore/viewer/cells.js";

const CODEWORDS = [100, 100, 150, 100, 100, 180, 20, 20, 110, 200];

test("the next codeword is straight ahead rather than aside", () => {
  const towards = [[1, 0], [0, 1], [-1, 0], [0, -1]].map((way) => nextTowards(CODEWORDS, 0, way));
  assert.deepEqual(towards, [1, 2, 3, 3]);
  assert.equal(nextTowards(CODEWORDS, 3, [-1, 0]), null);
});

test("the nearest codeword counts within reach alone", () => {
  assert.equal(nearestWithin(CODEWORDS, [140, 104], 12), 1);
  assert.equal(nearestWithin(CODEWORDS, [140, 104], 10), null);
});

test("one codeword has the whole square", () => {
  assert.deepEqual(cellsOf([10, 200]), [[0, 0, 255, 0, 255, 255, 0, 255]]);
});

test("of two codewords each has a half", () => {
  assert.deepEqual(cellsOf([10, 100, 20, 100]), [[0, 0, 15, 0, 15, 255, 0, 255], [15, 0, 255, 0, 255, 255, 15, 255]]);
});

test("coincident codewords leave the cell to the first", () => {
  assert.deepEqual(cellsOf([9, 9, 9, 9]).map((cell) => cell.length), [8, 0]);
});

test("what a hand does stays within the square, and leaves the codewords as they were", () => {
  const codewords = Float32Array.of(1, 2, 3, 4);
  assert.deepEqual([...withMoved(codewords, 1, [-5, 300])], [1, 2, 0, 255]);
  assert.deepEqual([...withAdded(codewords, [300, 7])], [1, 2, 3, 4, 255, 7]);
  assert.deepEqual([...withRemoved(codewords, 0)], [3, 4]);
  assert.deepEqual([...codewords], [1, 2, 3, 4]);
});

test("pairs of flat codewords", () => {
  assert.deepEqual(pairsOf([1, 2, 3, 4]), [[1, 2], [3, 4]]);
});

test("codewords are alike if all are", () => {
  assert.ok(alike([1, 2], Float32Array.of(1, 2)));
  assert.ok(alike([0.1], Float32Array.of(0.1)));
  assert.ok(!alike([1, 2], [1, 3]));
  assert.ok(!alike([1, 2], [1]));
  assert.ok(!alike([1], [1, 2]));
});

test("cells end at the square that points lie in", () => {
  assert.deepEqual(cellsOf([0, 0], { x: -2, y: -1, side: 4 }), [[-2, -1, 2, -1, 2, 3, -2, 3]]);
  assert.deepEqual([...withMoved([0, 0], 0, [9, -9], { x: -2, y: -1, side: 4 })], [2, -1]);
  assert.deepEqual([...withAdded([0, 0], [-9, 9], { x: -2, y: -1, side: 4 })], [0, 0, -2, 3]);
});

test("keys move by a power of ten, and exactly", () => {
  assert.deepEqual([255, 110, 9, 0.2].map((side) => keyStep({ side })), [1, 1, 0.1, 0.001]);
  assert.equal(settled(0.1 + 0.2, { side: 255 }), 0.3);
  assert.equal(settled(127.99999237060547, { side: 255 }), 128);
});
