// What the parts of a page share.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { LayerStore, pageStore } from "../../vqcore/viewer/store.js";

let frames;

beforeEach(() => {
  frames = [];
  globalThis.requestAnimationFrame = (act) => frames.push(act);
  globalThis.cancelAnimationFrame = (frame) => { delete frames[frame - 1]; };
});

const heard = (store, name) => {
  const events = [];
  store.addEventListener(name, ({ detail }) => events.push(detail));
  return events;
};

test("layers are found by kind, and by what they are of", () => {
  const store = new LayerStore(), layer = (kind, of, more) => ({ kind, of, ...more });
  store.put("one", [layer("original", "p"), layer("codebook", "s", { size: 8 }), layer("file", "p", { name: "b" })]);
  store.put("two", [layer("codebook", "s", { size: 2 }), layer("codebook", "other", { size: 4 }), layer("file", "p", { name: "a" })]);
  store.put("three", [layer("figures", "s", { sizes: [{ size: 2, file: 1 }] }), layer("use", "s", { codebook: "id" })]);
  const { original, sizes, files, figures, uses, trainings, matches } = store.of("p", "s");
  assert.equal(original.of, "p");
  assert.deepEqual(sizes.map(({ size }) => size), [2, 8]);
  assert.deepEqual(files.map(({ name }) => name), ["a", "b"]);
  assert.deepEqual([...figures], [[2, { size: 2, file: 1 }]]);
  assert.deepEqual([[...uses.keys()], trainings.size, matches], [["id"], 0, []]);
  assert.equal(store.codebook("other", 4).size, 4);
  assert.equal(store.codebook("s", 4), undefined);
});

test("a sound, its codebooks by size, and those from elsewhere by its id", () => {
  const store = new LayerStore(), layer = (kind, of, more) => ({ kind, of, ...more });
  store.put("one", [layer("sound", "it"), layer("soundbook", "sweep", { size: 8 }), layer("soundbook", "it", { size: 4, name: "b.vq" })]);
  store.put("two", [layer("soundbook", "sweep", { size: 2 }), layer("soundbook", "other", { size: 1 }), layer("analysis", "it")]);
  const { sound, analysis, books, uses } = store.ofSound("it", "sweep");
  assert.deepEqual([sound.of, analysis.of], ["it", "it"]);
  assert.deepEqual([books.map(({ size }) => size), uses.map(({ name }) => name)], [[2, 8], ["b.vq"]]);
  assert.deepEqual(store.ofSound("file", "file"), { sound: undefined, analysis: undefined, books: [], uses: [] });
});

test("layers of one sweep come by size and once", () => {
  const store = new LayerStore();
  [
    ["original", "photo"], ["original", "other"], ["file", "photo"],
    ["codebook", "sweep", 8], ["codebook", "sweep", 4], ["codebook", "sweep", 2],
    ["codebook", "sweep", 2], ["codebook", "another", 1], ["figures", "sweep", 4],
  ].forEach(([kind, of, size], at) => store.put(`owner ${at}`, [{ kind, of, size, sizes: [{ size }] }]));
  store.drop("owner 3");
  const { original, files, sizes, figures } = store.of("photo", "sweep");
  assert.deepEqual([original.of, files.length, sizes.map(({ size }) => size), [...figures.keys()]], ["photo", 1, [2, 4], [4]]);
});

test("layers go with the element that brought them", () => {
  const store = new LayerStore();
  store.put("one", [{ kind: "original", of: "p" }]);
  store.drop("one");
  assert.equal(store.of("p", "s").original, undefined);
});

test("layers come in crowds, and are told of once a frame", () => {
  const store = new LayerStore(), changes = heard(store, "change");
  store.put("one", []);
  store.put("two", []);
  frames.forEach((act) => act());
  assert.equal(changes.length, 1);
});

test("a choice is told of when it is another", () => {
  const store = new LayerStore(), choices = heard(store, "choice");
  store.choose(4, null);
  store.choose(4, null);
  store.choose(4, 2);
  assert.deepEqual([choices.length, store.chosen, store.step], [2, 4, 2]);
});

test("parts ask the viewer for a codeword, or a step", () => {
  const store = new LayerStore(), lights = heard(store, "light"), steps = heard(store, "step");
  store.light(4, 3);
  store.goTo(7);
  assert.deepEqual([lights, steps], [[{ size: 4, index: 3 }], [7]]);
});

test("a page has one store, whoever asks first", () => {
  assert.equal(pageStore(), pageStore());
  assert.equal(globalThis.vqLabLayers, pageStore());
});
