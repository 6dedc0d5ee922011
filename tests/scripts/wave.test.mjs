// A codeword of a sound as a little waveform.

import assert from "node:assert/strict";
import { test } from "node:test";

import { drawWave, samplesOf } from "../../vqcore/viewer/wave.js";

const BOX = { x: 10, y: 20, width: 30, height: 51 };

function drawn(samples) {
  const calls = [];
  const names = ["beginPath", "lineTo", "rect", "stroke"];
  const context = Object.fromEntries(names.map((name) => [name, (...given) => calls.push([name, ...given])]));
  drawWave(context, samples, BOX);
  return calls;
}

test("a waveform goes from edge to edge, the loudest at the top", () => {
  const line = drawn(Uint8Array.of(255, 0, 0, 255));
  const points = [[10, 20], [20, 71], [30, 71], [40, 20]].map((place) => ["lineTo", ...place]);
  assert.deepEqual(line, [["beginPath"], ...points, ["stroke"]]);
});

test("a single sample is a dash in the middle", () => {
  assert.deepEqual(drawn(Uint8Array.of(0)), [["beginPath"], ["rect", 23, 70, 4, 2], ["stroke"]]);
});

test("the samples of a codeword are its own", () => {
  const book = { vectors: Uint8Array.of(1, 2, 3, 4, 5, 6), dimension: 2 };
  assert.deepEqual([...samplesOf(book, 1)], [3, 4]);
});
