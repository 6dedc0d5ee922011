// The codebook beside the picture: how its tiles are named, and how large they are.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { namedIn, tileSize } from "../../vqcore/viewer/codebook.js";

test("a codeword has its index, an entry its column's name, a sum the entries that it is made of", () => {
  assert.equal(namedIn({}, 3), "Codeword 3");
  assert.equal(namedIn({ column: "shape", kind: "shapes", values: [] }, 3), "shape = 3");
  assert.equal(namedIn({ column: "gain", kind: "gains", values: [0, 40] }, 1), "gain = 1 (× 40)");
  const madeOf = [{ name: "stage 1", ofTiles: [4, 5] }, { name: "stage 2", ofTiles: [0, 7] }];
  assert.equal(namedIn({ madeOf }, 1), "stage 1 = 5 + stage 2 = 7");
});

const square = (side) => ({ width: side, height: side });

test("tiles fill their place, but for a gap, and are scrolled where it is too small", () => {
  assert.deepEqual(tileSize(4, 200, 200), square(96));
  assert.deepEqual(tileSize(4096, 200, 200), square(32));
});

test("square tiles are as large for blocks of any side", () => {
  for (let side = 1; side <= 32; side++) {
    assert.deepEqual(tileSize(4, 200, 200, { blockWidth: side, blockHeight: side }), square(96));
  }
});

test("tiles of long blocks have their shape, and fill their place in it", () => {
  assert.deepEqual(tileSize(16, 240, 600, { blockWidth: 16, blockHeight: 1 }), { width: 236, height: 14 });
  assert.deepEqual(tileSize(16, 240, 600, { blockWidth: 8, blockHeight: 2 }), { width: 132, height: 33 });
  assert.deepEqual(tileSize(16, 240, 600, { blockWidth: 1, blockHeight: 16 }), { width: 18, height: 296 });
});

test("those that are scrolled have the area of a square one, as far as its place is wide", () => {
  assert.deepEqual(tileSize(4096, 240, 600, { blockWidth: 16, blockHeight: 1 }), { width: 128, height: 8 });
  assert.deepEqual(tileSize(4096, 240, 600, { blockWidth: 1, blockHeight: 16 }), { width: 8, height: 128 });
  assert.deepEqual(tileSize(4096, 104, 600, { blockWidth: 16, blockHeight: 1 }), { width: 100, height: 6 });
});
