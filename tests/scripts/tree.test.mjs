// A tree of codewords, by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { levelsFrom, treeOf, wayTo } from "../../vqcore/viewer/tree.js";

/** The root, the leaf 0 on its left, and on its right a node with the leaves 1 and 2. */
const LAYER = {
  ways: [16, 0, 16, 0, 0], blockWidth: 1, blockHeight: 1, use: Uint32Array.of(5, 0, 2),
  tiles: Uint32Array.of(10, 20, 30), inner: Uint32Array.of(1, 2),
};

test("nodes have what is under them", () => {
  const nodes = treeOf(LAYER);
  assert.deepEqual(nodes.map(({ children }) => children), [[1, 2], [], [3, 4], [], []]);
  assert.deepEqual(nodes.map(({ parent }) => parent), [null, 0, 0, 2, 2]);
  assert.deepEqual(nodes.map(({ index }) => index), [null, 0, null, 1, 2]);
  assert.deepEqual(nodes.map(({ colours }) => [...colours]), [[1], [10], [2], [20], [30]]);
  assert.deepEqual(nodes.map(({ use, leaves }) => [use, leaves]), [[7, 3], [5, 1], [2, 2], [0, 1], [2, 1]]);
  assert.equal(treeOf(LAYER), nodes);
});

test("the way to a codeword goes from the root down", () => {
  assert.deepEqual([0, 1, 2].map((index) => wayTo(treeOf(LAYER), index)), [[0, 1], [0, 2, 3], [0, 2, 4]]);
});

test("levels have a place for each node that could be", () => {
  assert.deepEqual(levelsFrom(treeOf(LAYER), 0, 3), [[0], [1, 2], [null, null, 3, 4]]);
  assert.deepEqual(levelsFrom(treeOf(LAYER), 2, 3), [[2], [3, 4], [null, null, null, null]]);
});

test("one codeword is a tree as well", () => {
  const [root, ...others] = treeOf({ ...LAYER, ways: [0], use: [9], tiles: Uint32Array.of(8), inner: new Uint32Array() });
  assert.deepEqual([root.index, root.use, [...root.colours], others], [0, 9, [8], []]);
  assert.deepEqual(wayTo([root], 0), [0]);
});
