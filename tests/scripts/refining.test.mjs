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

test("columns are measured against the original of then, when another picture is on its way", (t) => {
  const acts = [], told = { replaceChildren: (...parts) => { told.texts = parts.map((it) => it.textContent); } };
  t.mock.method(globalThis, "setTimeout", (act) => acts.push(act));
  globalThis.document = { createElement: () => ({ classList: { toggle: () => {} } }) };
  const sides = { layerOf: () => LAYER, decoding: () => "b", columnsOf: () => 1, layers: { original: { channels: 1, pixels: Uint32Array.of(0xffffffff) } } };
  const places = { ".refine": {}, ".refine input": {}, ".refined": told };
  new Refining({ find: (selector) => places[selector], sides }).sync();
  assert.deepEqual(told.texts, ["1"]);
  sides.layers = {};
  acts.forEach((act) => act());
  assert.deepEqual(told.texts, ["0.00 dB"]);
  delete globalThis.document;
});
