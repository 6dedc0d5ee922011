// Leaves of several cells, by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { leafOfOriginal, leafOfTiles } from "../../vqcore/viewer/draw.js";
import { borderLines, cellsOfLeaf, leafOf } from "../../vqcore/viewer/leaves.js";

/** Three cells across, two down: a leaf of 2 × 2, beside it two of one cell. */
const LEAVES = {
  columns: 3, rows: 2, indices: Uint16Array.of(0, 1, 4, 2, 3, 4),
  borders: Uint8Array.of(3, 2, 1, 0, 3), levels: Uint8Array.of(1, 1, 1, 1, 0),
};
const EACH = { ...LEAVES, borders: null, levels: null };
const ALL = { x: [0, 3], y: [0, 2] };

test("a cell is part of a leaf, without leaves of its own", () => {
  for (const cell of [0, 1, 3, 4]) assert.deepEqual(leafOf(LEAVES, cell), { x: 0, y: 0, wide: 2 });
  assert.deepEqual(leafOf(LEAVES, 5), { x: 2, y: 1, wide: 1 });
  assert.deepEqual(leafOf(EACH, 4), { x: 1, y: 1, wide: 1 });
});

test("a leaf has its cells row by row, and none beyond the picture", () => {
  assert.deepEqual(cellsOfLeaf(LEAVES, { x: 0, y: 0, wide: 2 }), [0, 1, 3, 4]);
  assert.deepEqual(cellsOfLeaf(LEAVES, { x: 2, y: 0, wide: 2 }), [2, -1, 5, -1]);
});

test("lines are where leaves begin, as long as they go on", () => {
  assert.deepEqual(borderLines(LEAVES, ALL), [
    { x: 0, y: 0, across: 0, down: 2 }, { x: 2, y: 0, across: 0, down: 2 },
    { x: 0, y: 0, across: 3, down: 0 }, { x: 2, y: 1, across: 1, down: 0 },
  ]);
});

test("without leaves there is a line at each cell, among those that are asked for", () => {
  assert.deepEqual(borderLines(EACH, { x: [1, 3], y: [1, 2] }), [
    { x: 1, y: 1, across: 0, down: 1 }, { x: 2, y: 1, across: 0, down: 1 }, { x: 1, y: 1, across: 2, down: 0 },
  ]);
});

test("a leaf is its cells put together, or its part of the original, black beyond the picture", () => {
  const layer = { ...LEAVES, blockWidth: 2, blockHeight: 2, width: 5, height: 3 }, edge = { x: 2, y: 0, wide: 2 }, black = 0xff000000;
  const tile = (cell) => Uint32Array.of(cell, cell + 10, cell + 20, cell + 30);
  assert.deepEqual([...leafOfTiles(layer, edge, tile)],
    [2, 12, black, black, 22, 32, black, black, 5, 15, black, black, 25, 35, black, black]);
  const pixels = Uint32Array.from({ length: 15 }, (_, at) => at);
  assert.deepEqual([...leafOfOriginal(layer, pixels, { x: 0, y: 0, wide: 1 })], [0, 1, 5, 6]);
  assert.deepEqual([...leafOfOriginal(layer, pixels, { x: 2, y: 1, wide: 1 })], [14, black, black, black]);
});
