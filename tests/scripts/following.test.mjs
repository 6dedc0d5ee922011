// The block that is followed while K changes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Following } from "../../vqcore/viewer/following.js";

const layer = (size, indices) => ({ size, width: 4, height: 1, blockWidth: 1, blockHeight: 1, columns: 4, rows: 1, indices });
const TWO = layer(2, [0, 1, 1, 0]), FOUR = layer(4, [3, 1, 2, 3]);

/** A following of which side B shows K = 4. */
function following() {
  const shown = [];
  const sides = {
    layers: { sizes: [TWO, FOUR], original: "original" }, hasCodebook: true, decoding: () => "b", layerOf: () => FOUR,
  };
  const made = new Following({
    sides, stage: { pixelAt: (point) => ({ name: "b", ...point }) }, places: { go: (act) => act() }, tour: { show: () => {} },
    blockPanel: { clear: () => shown.push(null), show: (_, __, block) => shown.push(block) },
  });
  return { made, shown };
}

test("nothing is followed at first", () => {
  const { made, shown } = following();
  assert.deepEqual([made.codewordOf(FOUR), made.blockOf(FOUR)], [null, null]);
  made.show();
  assert.deepEqual(shown, [null]);
});

test("a block has another codeword at another K", () => {
  const { made } = following();
  made.pickAt({ x: 2, y: 0 });
  assert.deepEqual([made.blockOf(TWO), made.codewordOf(TWO), made.codewordOf(FOUR)], [2, 1, 2]);
  made.pickAt({ x: 2, y: 0 });
  assert.equal(made.picked, null);
});

test("a codeword is followed by its first block, and let go when picked again, unless it is to stay", () => {
  const { made } = following();
  made.pickCodeword(FOUR, 3);
  assert.equal(made.blockOf(FOUR), 0);
  made.pickCodeword(FOUR, 3, true);
  assert.equal(made.blockOf(FOUR), 0);
  made.pickCodeword(FOUR, 3);
  assert.equal(made.picked, null);
  made.pickCodeword(undefined, 3);
  assert.equal(made.picked, null);
});

test("a dead codeword is lit in its own layer alone", () => {
  const { made } = following();
  made.pickCodeword(FOUR, 0);
  assert.deepEqual([made.codewordOf(FOUR), made.codewordOf(TWO), made.blockOf(FOUR)], [0, null, null]);
});

test("an entry of a column is followed in that column, all indices together if it is to stay", () => {
  const { made } = following();
  const first = { ...FOUR, place: 0, indices: [0, 0, 1, 0] }, second = { ...FOUR, place: 1, indices: [1, 1, 0, 1] };
  made.pickCodeword(first, 1);
  assert.deepEqual([made.codewordOf(first), made.codewordOf(second), made.picked.isWhole], [1, 0, false]);
  made.pickCodeword(first, 7);
  assert.deepEqual([made.codewordOf(first), made.codewordOf(second)], [7, null]);
  made.pickCodeword(FOUR, 2, true);
  assert.equal(made.picked.isWhole, true);
});

test("the block under the pointer is seen before the one that is followed", () => {
  const { made, shown } = following();
  made.pickAt({ x: 2, y: 0 }, true);
  made.inspect({ name: "b", x: 1, y: 0 });
  made.inspect({ name: "b", x: 9, y: 0 });
  made.inspect(null);
  made.forget();
  made.show();
  assert.deepEqual(shown, [2, 1, 2, 2, null]);
});

test("a block of another grid is the one that is there", () => {
  const { made } = following();
  made.picked = { block: 1, grid: { blockWidth: 2, blockHeight: 2, columns: 2 } };
  assert.equal(made.blockOf(FOUR), 2);
  made.picked = { block: 9 };
  assert.equal(made.blockOf(FOUR), null);
});
