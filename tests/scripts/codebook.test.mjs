// The codebook beside the picture: how its tiles are named, and how large they are.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { namedIn, tileSide } from "../../vqcore/viewer/codebook.js";

test("a codeword has its index, an entry its column's name, a sum the entries that it is made of", () => {
  assert.equal(namedIn({}, 3), "Codeword 3");
  assert.equal(namedIn({ column: "shape", kind: "shapes", values: [] }, 3), "shape = 3");
  assert.equal(namedIn({ column: "gain", kind: "gains", values: [0, 40] }, 1), "gain = 1 (× 40)");
  const madeOf = [{ name: "stage 1", ofTiles: [4, 5] }, { name: "stage 2", ofTiles: [0, 7] }];
  assert.equal(namedIn({ madeOf }, 1), "stage 1 = 5 + stage 2 = 7");
});

test("tiles fill their place, and are scrolled where it is too small", () => {
  assert.equal(tileSide(4, 200, 200), 100);
  assert.equal(tileSide(4096, 200, 200), 36);
});
