// The slider of columns: what is told of each.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { Refining } from "../../vqcore/viewer/refining.js";

const LAYER = {
  width: 1, height: 1, blockWidth: 1, blockHeight: 1, columns: 1, rows: 1, channels: 1, smoothing: 0, refines: [1],
  parts: [{ size: 1, ofTiles: Uint16Array.of(0) }], tiles: Uint32Array.of(0xff000000), indices: [0], use: Uint32Array.of(1),
};

test("there is none where fewer columns make no sense", () => {
  const place = {}, sides = { layerOf: () => ({}), decoding: () => "b" };
  new Refining({ find: (selector) => (selector === ".refine" ? place : {}), sides }).sync();
  assert.equal(place.hidden, true);
});

/** Return a slider's panel of a layer, its sides, what it says, and what it will do when nothing is moved. */
function refining(t, layer, original) {
  const acts = [], told = { replaceChildren: (...parts) => { told.texts = parts.map((it) => String(it.textContent)); } };
  t.mock.method(globalThis, "setTimeout", (act) => acts.push(act));
  globalThis.document = { createElement: () => ({ classList: { toggle: () => {} } }) };
  t.after(() => delete globalThis.document);
  const sides = { layerOf: () => layer, decoding: () => "b", columnsOf: () => 1, layers: { original } };
  const places = { ".refine": {}, ".refine input": {}, ".refined": told };
  return { panel: new Refining({ find: (selector) => places[selector], sides }), sides, told, acts };
}

test("columns are measured against the original of then, when another picture is on its way", (t) => {
  const { panel, sides, told, acts } = refining(t, LAYER, { channels: 1, pixels: Uint32Array.of(0xffffffff) });
  panel.sync();
  assert.deepEqual(told.texts, ["1"]);
  sides.layers = {};
  acts.forEach((act) => act());
  assert.deepEqual(told.texts, ["0.00 dB"]);
});

test("columns are measured one at a time", (t) => {
  const [part] = LAYER.parts, two = { ...LAYER, refines: [1, 2], parts: [part, part], sums: [Uint32Array.of(0xffffffff)] };
  const { panel, told, acts } = refining(t, two, { channels: 1, pixels: Uint32Array.of(0xff000000) });
  panel.sync();
  acts.shift()();
  assert.deepEqual(told.texts, ["0.00 dB", "2"]);
  acts.shift()();
  assert.deepEqual(told.texts, ["0.00 dB", "lossless"]);
  assert.deepEqual(acts, []);
});
