// A look inside: how a block's code is told.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { codeOf } from "../../vqcore/viewer/inside.js";
import { toldOf } from "../../vqcore/viewer/texts.js";

test("one index is told in as many bits as each has", () => {
  assert.deepEqual(codeOf({ parts: [], use: new Uint32Array(6) }, 3), { bits: "011", named: "index 3" });
  assert.deepEqual(codeOf({ use: new Uint32Array(1) }, 0), { bits: "no bits", named: "index 0" });
});

test("with several columns each has its index", () => {
  const parts = [
    { name: "mean", size: 4, ofTiles: Uint16Array.of(0, 3) },
    { name: "shape", size: 32, ofTiles: Uint16Array.of(0, 9) },
  ];
  assert.deepEqual(codeOf({ parts, use: new Uint32Array(2) }, 1), { bits: "11 01001", named: "mean = 3, shape = 9" });
});

test("an entry is told by its index, and by its number where it is one", () => {
  assert.equal(toldOf({ name: "stage 2", kind: "differences", values: [] }, 7), "stage 2 = 7");
  assert.equal(toldOf({ name: "mean R", kind: "levels", values: [4, 12] }, 1), "mean R = 1 (12)");
  assert.equal(toldOf({ name: "gain", kind: "gains", values: [0, 38] }, 1), "gain = 1 (× 38)");
  assert.equal(toldOf({ name: "leaf", kind: "parts", values: [16, 8] }, 0), "leaf: 16 × 16");
});
