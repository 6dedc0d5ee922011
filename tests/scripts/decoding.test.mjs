// From indices and tiles to pixels, by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  blockAt, blockError, blockLike, brightness, colours, decode, difference, differences, indexColours,
  indexMap, ordered, useOf,
} from "../../vqcore/viewer/decoding.js";

const gray = (...levels) => colours(Uint8Array.from(levels), 1);

/** Five by three pixels in blocks of two: the last column and row of blocks go beyond the edge. */
const LAYER = {
  width: 5, height: 3, channels: 1, blockWidth: 2, blockHeight: 2, columns: 3, rows: 2,
  indices: Uint16Array.of(0, 1, 0, 1, 1, 0), use: Uint32Array.of(3, 3),
  tiles: gray(1, 2, 3, 4, 5, 6, 7, 8),
};
const REBUILT = [1, 2, 5, 6, 1, 3, 4, 7, 8, 3, 5, 6, 5, 6, 1];

test("samples are colours, red lowest", () => {
  assert.deepEqual([...gray(0, 7)], [0xff000000, 0xff070707]);
  assert.deepEqual([...colours(Uint8Array.of(1, 2, 3, 255, 0, 128), 3)], [0xff030201, 0xff8000ff]);
});

test("a picture is rebuilt by table look-up, cut at its edges", () => {
  const into = new Uint32Array(15);
  decode(LAYER, into);
  assert.deepEqual([...into], [...gray(...REBUILT)]);
});

test("blocks are counted by codeword, dead ones too", () => {
  assert.deepEqual([...useOf([2, 0, 2], 4)], [1, 0, 2, 0]);
});

test("a difference is enlarged channel by channel, and ends at 255", () => {
  assert.equal(difference(0xff102030, 0xff112230, 4) >>> 0, 0xff040800);
  assert.equal(difference(0xff000000, 0xff00ff10, 16) >>> 0, 0xff00ffff);
  const into = gray(1, 9);
  differences(gray(3, 9), 2, into);
  assert.deepEqual([...into], [...gray(4, 0)]);
});

test("the index map has one colour for each codeword, unlike those beside it", () => {
  const { tiles } = indexMap(LAYER), [one, other] = indexColours(2);
  assert.deepEqual([...tiles], [one, one, one, one, other, other, other, other]);
  const samples = new Uint8Array(indexColours(1024).buffer);
  const toNext = (index) => [0, 1, 2].reduce((sum, at) => sum + Math.abs(samples[4 * index + at] - samples[4 * index + 4 + at]), 0);
  for (let index = 0; index < 1023; index++) assert.ok(toNext(index) > 100);
});

test("in the index map of looks nothing is gray and an escape white", () => {
  const three = { ...LAYER, kind: "looks", use: Uint32Array.of(1, 0, 5), tiles: gray(...Array(12).fill(1)) };
  const drawn = [0, 4, 8].map((at) => indexMap(three).tiles[at]);
  assert.deepEqual(drawn, [0xff404040, indexColours(3)[1], 0xffffffff]);
});

test("codewords are ordered by use, brightness or index, ties by index", () => {
  const layer = { ...LAYER, blockWidth: 1, blockHeight: 1, use: Uint32Array.of(1, 5, 0, 5), tiles: gray(9, 3, 9, 4) };
  assert.deepEqual(ordered(layer, "use"), [1, 3, 0, 2]);
  assert.deepEqual(ordered(layer, "brightness"), [1, 3, 0, 2]);
  assert.deepEqual(ordered(layer, "index"), [0, 1, 2, 3]);
});

test("brightness counts green as luma does", () => {
  const layer = { blockWidth: 1, blockHeight: 1, tiles: colours(Uint8Array.of(100, 0, 0, 0, 100, 0, 0, 0, 100), 3) };
  assert.deepEqual([0, 1, 2].map((index) => Math.round(10 * brightness(layer, index))), [299, 587, 114]);
});

test("a block is found at each of its pixels, and none beyond the edge", () => {
  assert.deepEqual([[0, 0], [1, 1], [2, 1], [4, 0], [0, 2], [4, 2]].map(([x, y]) => blockAt(LAYER, x, y)), [0, 0, 1, 2, 3, 5]);
  assert.deepEqual([[-1, 0], [0, -1], [5, 0], [0, 3]].map(([x, y]) => blockAt(LAYER, x, y)), [-1, -1, -1, -1]);
});

test("a block of another size is the one that is there", () => {
  const small = { ...LAYER, blockWidth: 1, blockHeight: 1, columns: 5, rows: 3 };
  assert.equal(blockLike(small, LAYER, 4), 12);
  assert.equal(blockLike(LAYER, small, 13), 4);
  assert.equal(blockLike(LAYER, LAYER, 4), 4);
});

test("a block's error is over its pixels inside the picture, and over channels", () => {
  const original = { pixels: gray(...REBUILT.map((level, at) => level + (at === 4 ? 3 : 0))) };
  assert.equal(blockError(LAYER, original, 2), 9 / 2);
  assert.equal(blockError(LAYER, original, 0), 0);
  assert.equal(blockError(LAYER, original, 0, 2), 9 / 6);
  const red = { ...LAYER, channels: 3, tiles: LAYER.tiles };
  const redder = { pixels: gray(...REBUILT).map((colour) => colour + 0x060000) };
  assert.equal(blockError(red, redder, 5), 12);
});

test("an order by hand", () => {
  const layer = { blockWidth: 1, blockHeight: 1, use: [2, 5, 2], tiles: Uint32Array.of(0xff303030, 0xff000000, 0xff0000ff) };
  const orders = ["use", "brightness", "index"].map((by) => ordered(layer, by));
  assert.deepEqual(orders, [[1, 0, 2], [1, 0, 2], [0, 1, 2]]);
});

test("a hit by hand", () => {
  const layer = { width: 10, height: 5, blockWidth: 4, blockHeight: 4, columns: 3 };
  const hits = [[0, 0], [9, 0], [4, 4], [10, 0], [-1, 0]].map(([x, y]) => blockAt(layer, x, y));
  assert.deepEqual(hits, [0, 2, 4, -1, -1]);
});

test("the error of a block leaves out the padding", () => {
  const layer = {
    width: 3, height: 1, channels: 1, blockWidth: 2, blockHeight: 2, columns: 2, size: 1,
    indices: Uint16Array.of(0, 0), tiles: new Uint32Array(4).fill(0xff050505),
  };
  const original = { pixels: Uint32Array.of(0xff000000, 0xff050505, 0xff080808) };
  assert.deepEqual([0, 1].map((block) => blockError(layer, original, block)), [12.5, 9]);
});
