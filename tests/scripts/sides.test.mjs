// What the sides show, of what is there.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { Sides } from "../../vqcore/viewer/sides.js";

const DATA = { original: "p", rivals: [["jpeg", "JPEG"]], codebooks: [["7", "train.npy"]] };
const PLAIN = ["original", "rebuilt", "difference", "indices"];
const codebook = (size) => ({ kind: "codebook", size });
const frames = [{ size: 8, step: 0, figures: "first" }, { size: 8, step: 1, figures: "second" }];

/** Sides of a picture with K = 2, 8, 64, and the training of 8; `more` is there besides. */
function sidesOf(more = {}, data = {}) {
  const layers = {
    original: { name: "original", figures: "1 MB" }, files: [], matches: [], uses: new Map(),
    sizes: [2, 8, 64].map(codebook), trainings: new Map([[8, { frames: () => frames }]]),
    figures: new Map([[8, { figures: "30 dB" }]]), ...more,
  };
  const sides = Object.assign(new Sides(), { layers, data: { ...DATA, ...data } });
  sides.a.size = sides.b.size = 8;
  return sides;
}

const shows = (sides, name, show) => {
  sides[name].show = show;
  return sides.showOf(name);
};

test("choices are what is there, in one order", () => {
  const ids = sidesOf({ files: [{ id: "9", name: "x.png" }] }).choices("b").map(([id]) => id);
  assert.deepEqual(ids, [
    ...PLAIN, "training", "rebuilt with 7", "difference with 7", "indices with 7",
    "match jpeg size", "match jpeg psnr", "file 9",
  ]);
});

test("without an original there is nothing to compare with", () => {
  const sides = sidesOf({ original: undefined, trainings: new Map() }, { original: null, rivals: [], codebooks: [] });
  assert.deepEqual(sides.choices("a"), [["rebuilt", "rebuilt"], ["indices", "index map"]]);
  assert.deepEqual(["a", "b"].map((name) => sides.showOf(name)), ["rebuilt", "rebuilt"]);
});

test("what was chosen is shown, or else what there is", () => {
  const sides = sidesOf();
  assert.equal(shows(sides, "b", "difference with 7"), "difference with 7");
  assert.equal(shows(sides, "b", "difference with 8"), "difference");
  assert.equal(shows(sides, "b", "file 9"), "rebuilt");
  assert.equal(shows(sides, "a", "file 9"), "original");
  sides.a.size = 2; // without a training
  assert.equal(shows(sides, "a", "training"), "rebuilt");
});

test("a link names an upload, which is shown where one has that name", () => {
  const sides = sidesOf({ files: [{ id: "9", name: "x.png" }] });
  sides.b.show = "file 9";
  assert.equal(sides.linked("b"), "=x.png");
  assert.equal(shows(sides, "b", "=x.png"), "file 9");
  assert.equal(shows(sides, "b", "=with train.npy"), "rebuilt with 7");
  assert.equal(sides.linked("b"), "=with train.npy");
  assert.equal(shows(sides, "b", "=y.png"), "rebuilt");
  assert.equal(sides.linked("b"), "rebuilt");
});

test("the K nearest to the one wished for, by ratio, the smaller of two as near", () => {
  const sides = sidesOf();
  for (const [wished, found] of [[1, 2], [4, 2], [5, 8], [22, 8], [23, 64], [4096, 64]]) {
    sides.b.size = wished;
    assert.equal(sides.layerOf("b").size, found, `K = ${wished}`);
  }
});

test("a training is shown step by step, and no further than its last", () => {
  const sides = sidesOf();
  Object.assign(sides.b, { show: "training", step: 0 });
  assert.deepEqual([sides.range("b"), sides.layerOf("b"), sides.stepShown], [frames, frames[0], 0]);
  sides.b.step = 7;
  assert.deepEqual([sides.layerOf("b"), sides.figuresOf("b"), sides.nameOf("b")], [frames[1], "second", "B: training K = 8, step 1"]);
  sides.b.show = "rebuilt";
  assert.equal(sides.stepShown, null);
  Object.assign(sides.a, { show: "training", step: 0 });
  assert.equal(sides.stepShown, 0);
  sides.b.size = 2;
  assert.equal(sides.stepShown, null);
});

test("a codebook from elsewhere is on its way until it is there", () => {
  const sides = sidesOf();
  sides.b.show = "indices with 7";
  assert.deepEqual([sides.nameOf("b"), sides.hasSlider("b"), sides.uses], ["B: on its way", false, ["7"]]);
  const use = { codebook: "7", size: 16, name: "with train.npy", figures: "28 dB" };
  sides.layers.uses.set("7", use);
  assert.deepEqual([sides.layerOf("b"), sides.range("b"), sides.scrubs("b"), sides.hasSlider("b")], [use, [use], false, true]);
  assert.deepEqual([sides.nameOf("b"), sides.figuresOf("b")], ["B: with train.npy, index map", "K = 16 · 28 dB"]);
});

test("a rival's file matches the K of the other side, or of its own if that has none", () => {
  const sides = sidesOf();
  Object.assign(sides.a, { show: "match jpeg size", size: 2 });
  assert.deepEqual([sides.wishes, sides.hasSlider("a")], [[{ match: "match jpeg size", size: 8 }], false]);
  sides.b.show = "original";
  assert.deepEqual([sides.wishes, sides.hasSlider("a")], [[{ match: "match jpeg size", size: 2 }], true]);
  assert.equal(sides.nameOf("a"), "A: on its way");
  sides.layers.matches.push({ match: "match jpeg size", name: "JPEG of 3 kB", figures: "quality 7" });
  assert.deepEqual([sides.nameOf("a"), sides.figuresOf("a")], ["A: JPEG of 3 kB", "quality 7"]);
});

test("the side used last counts, or B if that is flat", () => {
  const sides = sidesOf();
  sides.active = "a";
  sides.a.size = 2;
  assert.deepEqual([sides.decoding(), sides.book.size], ["b", 8]);
  sides.a.show = "indices";
  assert.deepEqual([sides.decoding(), sides.book.size, sides.nameOf("a")], ["a", 2, "A: K = 2, index map"]);
});

test("a K that is not measured says so", () => {
  const sides = sidesOf();
  assert.equal(sides.figuresOf("b"), "K = 8 · 30 dB");
  sides.b.size = 2;
  assert.equal(sides.figuresOf("b"), "K = 2 · not measured yet");
  assert.deepEqual([sides.nameOf("a"), sides.figuresOf("a")], ["A: original", "1 MB"]);
});

test("before there are layers there is no K", () => {
  const sides = new Sides();
  assert.deepEqual([sides.hasCodebook, sides.sizes], [false, []]);
  assert.deepEqual([sidesOf().hasCodebook, sidesOf().sizes], [true, [2, 8, 64]]);
});

/** A codebook of two stages in one block, of which the first alone has 10 levels less. */
const STAGES = {
  ...codebook(8), refines: [1, 2], width: 1, height: 1, channels: 1, blockWidth: 1, blockHeight: 1, columns: 1, rows: 1, largest: 1,
  indices: [0], use: [1], tiles: Uint32Array.of(0xff141414), sums: [Uint32Array.of(0xff0a0a0a)], entries: [[1], [2]],
  parts: [{ name: "stage 1", size: 1, ofTiles: [0] }, { name: "stage 2", size: 1, ofTiles: [0] }],
};
const TWENTY = { name: "original", figures: "1 MB", channels: 1, pixels: Uint32Array.of(0xff141414) };

test("the largest column is looked at, or the one chosen, if it is there", () => {
  const sides = sidesOf({ sizes: [STAGES] });
  assert.equal(sides.columnOf(STAGES), "1");
  sides.column = "0";
  assert.equal(sides.entriesOf(STAGES).column, "stage 1");
  sides.column = "5";
  assert.equal(sides.entriesOf(STAGES).column, "stage 2");
  sides.column = "sum2";
  assert.deepEqual([...sides.entriesOf(STAGES).tiles], [...STAGES.tiles]);
  assert.equal(sides.entriesOf(TWENTY), TWENTY);
});

test("fewer columns are decoded where that refines, and said", () => {
  const sides = sidesOf({ sizes: [STAGES], original: TWENTY });
  assert.deepEqual([sides.isCoarse("b"), sides.decodedOf("b")], [false, STAGES]);
  assert.equal(sides.figuresOf("b"), "K = 8 · 30 dB");
  sides.b.columns = 1;
  assert.deepEqual([...sides.decodedOf("b").tiles], [0xff0a0a0a]);
  assert.equal(sides.nameOf("b"), "B: K = 8, 1 of 2");
  assert.equal(sides.figuresOf("b"), "K = 8 · 1 of 2 · 28.13 dB");
  assert.equal(sides.isCoarse("a"), false);
  sides.layers.original = { ...TWENTY, channels: 3 };
  assert.equal(sides.figuresOf("b"), "K = 8 · 1 of 2");
  sides.layers.sizes = [{ ...STAGES, refines: [2] }];
  assert.deepEqual([sides.columnsOf("b"), sides.isCoarse("b")], [2, false]);
  sides.layers.sizes = [{ ...STAGES, refines: [] }];
  assert.equal(sides.isCoarse("b"), false);
});
