// Several columns of indices, by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  beginningsOf, choicesOfColumns, coarser, entriesOf, firstColumn, isSeveral, psnrOf, summedBy, sumOf, sumsOf,
} from "../../vqcore/viewer/columns.js";
import { colours, decode } from "../../vqcore/viewer/decoding.js";

const gray = (...levels) => colours(Uint8Array.from(levels), 1);

/** Six blocks of a pixel: stage 1 is 10 or 100, stage 2 adds 0, 5 or -3; four pairs are in use. */
const LAYER = {
  width: 6, height: 1, channels: 1, blockWidth: 1, blockHeight: 1, columns: 6, rows: 1, size: 3, largest: 1, smoothing: 9,
  indices: Uint16Array.of(1, 2, 1, 3, 0, 1), use: Uint32Array.of(1, 3, 1, 1), tiles: gray(10, 15, 100, 97),
  parts: [
    { name: "stage 1", size: 2, ofTiles: Uint16Array.of(0, 0, 1, 1) },
    { name: "stage 2", size: 3, ofTiles: Uint16Array.of(0, 1, 0, 2) },
  ],
  sums: [gray(10, 100)], entries: [gray(10, 100), gray(128, 133, 125)],
};
const ONE = { ...LAYER, parts: [], largest: undefined };

test("a layer of one column is as it is", () => {
  assert.equal(isSeveral(ONE), false);
  assert.equal(entriesOf(ONE, undefined), ONE);
});

test("a column has its entries, and the index of each block", () => {
  const second = entriesOf(LAYER, 1);
  assert.deepEqual([...second.tiles], [...gray(128, 133, 125)]);
  assert.deepEqual([...second.indices], [1, 0, 1, 2, 0, 1]);
  assert.deepEqual([...second.use], [2, 3, 1]);
  assert.deepEqual([second.column, second.place], ["stage 2", 1]);
  assert.deepEqual([...entriesOf(LAYER, 0).indices], [0, 1, 0, 1, 0, 0]);
  assert.equal(entriesOf(LAYER, 1), second);
});

test("tiles that begin alike have one sum", () => {
  assert.deepEqual(beginningsOf(LAYER).map((it) => [...it]), [[0, 0, 1, 1]]);
  const three = { ...LAYER, parts: [...LAYER.parts, { name: "stage 3", size: 1, ofTiles: new Uint16Array(4) }] };
  assert.deepEqual(beginningsOf(three).map((it) => [...it]), [[0, 0, 1, 1], [0, 1, 2, 3]]);
  assert.deepEqual([...sumOf(LAYER, 3, 1), ...sumOf(LAYER, 3, 2)], [...gray(100, 97)]);
});

test("fewer columns decode to a coarser picture, all of them to the whole", () => {
  const into = new Uint32Array(6);
  decode({ ...coarser(LAYER, 1), smoothing: 0 }, into);
  assert.deepEqual([...into], [...gray(10, 100, 10, 100, 10, 10)]);
  assert.deepEqual([...coarser(LAYER, 1).use], [4, 2]);
  assert.equal(coarser(LAYER, 1).smoothing, 9);
  assert.equal(coarser(LAYER, 1), coarser(LAYER, 1));
  assert.equal(coarser(LAYER, 2), LAYER);
});

test("columns can be looked at by themselves, and added up where that refines; not what has no samples", () => {
  assert.deepEqual(choicesOfColumns({ ...LAYER, refines: [1, 2] }), ["0", "1", "sum2"]);
  assert.deepEqual(choicesOfColumns({ ...LAYER, parts: [{ kind: "parts" }, ...LAYER.parts] }), ["1", "2"]);
  assert.deepEqual(choicesOfColumns(ONE), []);
  assert.deepEqual([choicesOfColumns({ ...ONE, ways: [0] }), firstColumn({ ways: [0] }), firstColumn(LAYER)], [["tree", "0"], "tree", "1"]);
  assert.deepEqual(["1", "sum2", undefined].map(summedBy), [null, 2, null]);
});

test("sums are tiles of their own, each of known entries", () => {
  const three = {
    ...LAYER, parts: [...LAYER.parts, { name: "stage 3", size: 2, ofTiles: Uint16Array.of(0, 0, 1, 1) }],
    sums: [gray(10, 100), gray(10, 15, 100, 97)], tiles: gray(1, 2, 3, 4),
  };
  const two = sumsOf(three, 2);
  assert.deepEqual([[...two.tiles], [...two.use]], [[...gray(10, 15, 100, 97)], [1, 3, 1, 1]]);
  assert.deepEqual(two.madeOf.map(({ name, ofTiles }) => [name, ...ofTiles]), [["stage 1", 0, 0, 1, 1], ["stage 2", 0, 1, 0, 2]]);
  const all = sumsOf(three, 3);
  assert.deepEqual([[...all.tiles], all.madeOf[2].name, [...all.madeOf[2].ofTiles]], [[...gray(1, 2, 3, 4)], "stage 3", [0, 0, 1, 1]]);
  assert.deepEqual([two.place, all.place], ["sum2", "sum3"]);
  assert.equal(sumsOf(three, 2), two);
  const [first] = sumsOf({ ...three, sums: [gray(10, 100)] }, 1).madeOf;
  assert.deepEqual([...first.ofTiles], [0, 1]);
});

test("each number of columns has its PSNR, against another original another", () => {
  const whole = { pixels: gray(15, 100, 15, 97, 10, 15) };
  assert.equal(psnrOf(LAYER, whole, 2), Infinity);
  const mse = (3 * 25 + 9) / 6;
  assert.equal(psnrOf(LAYER, whole, 1), 10 * Math.log10(255 ** 2 / mse));
  assert.equal(psnrOf(LAYER, { pixels: gray(10, 100, 10, 100, 10, 10) }, 1), Infinity);
});

test("PSNR is over all channels", () => {
  const colour = { ...LAYER, width: 1, channels: 3, indices: [0], sums: [Uint32Array.of(0xff000000)] };
  assert.equal(psnrOf(colour, { pixels: Uint32Array.of(0xff000300) }, 1), 10 * Math.log10(255 ** 2 / 3));
});
