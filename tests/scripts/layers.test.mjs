// Layers from a message: each after the other, and the body as its kind has it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { decode } from "../../vqcore/viewer/decoding.js";
import { parseLayers } from "../../vqcore/viewer/layers.js";

/** A message as payload.py makes it, somewhere in a larger buffer, as streamlit brings it. */
function message(...layers) {
  const parts = layers.map(([header, body = []]) => {
    const text = new TextEncoder().encode(JSON.stringify(header));
    const part = new Uint8Array(8 + text.length + body.length), lengths = new DataView(part.buffer);
    lengths.setUint32(0, text.length, true);
    lengths.setUint32(4, body.length, true);
    part.set(text, 8);
    part.set(body, 8 + text.length);
    return part;
  });
  const whole = Buffer.concat([Buffer.alloc(3), ...parts]);
  return new Uint8Array(whole.buffer, whole.byteOffset + 3, whole.length - 3);
}

const bytesOf = (...arrays) => Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer)));
const CODEBOOK = { kind: "codebook", of: "é", size: 2, channels: 1, columns: 3, rows: 1, blockWidth: 1, blockHeight: 1 };

test("an empty message has no layers", () => {
  assert.deepEqual(parseLayers(new Uint8Array()), []);
});

test("layers of a message in their order", () => {
  const layers = parseLayers(message(
    [{ kind: "original", of: "p", channels: 3 }, [1, 2, 3]],
    [CODEBOOK, [1, 0, 0, 0, 1, 0, 7, 9]],
    [{ kind: "figures", of: "s", sizes: [] }],
    [{ kind: "file", of: "p", id: "1" }, [80, 75]],
  ));
  assert.deepEqual(layers.map(({ kind, of }) => [kind, of]), [["original", "p"], ["codebook", "é"], ["figures", "s"], ["file", "p"]]);
  assert.deepEqual([...layers[0].pixels], [0xff030201]);
  assert.deepEqual([...layers[3].data], [80, 75]);
});

test("a codebook has indices, tiles and use", () => {
  const [layer] = parseLayers(message([CODEBOOK, [1, 0, 0, 0, 1, 0, 7, 9]]));
  assert.deepEqual([...layer.indices], [1, 0, 1]);
  assert.deepEqual([...layer.tiles], [0xff070707, 0xff090909]);
  assert.deepEqual([...layer.use], [1, 2]);
});

test("with several columns a codebook has the indices of each tile", () => {
  const header = { ...CODEBOOK, tuple: [["mean", 2], ["shape", 300]], distinct: 2, sums: [2] };
  const entries = [50, 60, ...Array.from({ length: 299 }, () => 128), 8];
  const [layer] = parseLayers(message([header, [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 3, 1, 4, 0, 7, 9, 5, 6, ...entries]]));
  assert.deepEqual(layer.sums.map((it) => [...it]), [[0xff050505, 0xff060606]]);
  assert.deepEqual([...layer.entries[0]], [0xff323232, 0xff3c3c3c]);
  assert.deepEqual([layer.entries[1].length, layer.entries[1][299]], [300, 0xff080808]);
  assert.deepEqual([...layer.indices], [1, 0, 1]);
  assert.deepEqual(layer.parts.map(({ name, size, ofTiles }) => [name, size, ...ofTiles]),
    [["mean", 2, 0, 1], ["shape", 300, 259, 4]]);
  assert.deepEqual([...layer.use], [1, 2]);
  const pixels = new Uint32Array(3);
  decode({ ...layer, width: 3, height: 1 }, pixels);
  assert.deepEqual([...pixels], [0xff090909, 0xff070707, 0xff090909]);
});

test("with leaves each tile says where its leaf begins, and how large that is", () => {
  const header = { ...CODEBOOK, tuple: [["leaf", 2]], distinct: 2, leaves: true };
  const [layer] = parseLayers(message([header, [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 7, 9, 10, 3, 50, 60]]));
  assert.deepEqual([[...layer.borders], [...layer.levels]], [[2, 3], [2, 0]]);
  assert.deepEqual([...layer.entries[0]], [0xff323232, 0xff3c3c3c]);
});

test("with a tree the other nodes have tiles as well", () => {
  const [layer] = parseLayers(message([{ ...CODEBOOK, ways: [16, 0, 0] }, [1, 0, 0, 0, 1, 0, 7, 9, 8]]));
  assert.deepEqual([[...layer.tiles], [...layer.inner], [...layer.use]], [[0xff070707, 0xff090909], [0xff080808], [1, 2]]);
});

test("over 65536 tiles an index has 4 bytes", () => {
  const distinct = 2 ** 16 + 1, tiles = new Uint8Array(distinct).fill(5);
  tiles[distinct - 1] = 6;
  const body = Buffer.concat([bytesOf(Uint32Array.of(0, distinct - 1, 1), new Uint16Array(distinct)), tiles]);
  const [layer] = parseLayers(message([{ ...CODEBOOK, tuple: [["stage", 1]], distinct }, body]));
  assert.deepEqual([...layer.indices], [0, 2 ** 16, 1]);
  assert.equal(layer.tiles[2 ** 16], 0xff060606);
  assert.equal(layer.use.length, distinct);
});

test("a training is codebooks step by step, read once when asked for", () => {
  const steps = [{ stage: "one" }, { stage: "two" }];
  const books = message([CODEBOOK, [0, 0, 0, 0, 0, 0, 8]], [CODEBOOK, [1, 0, 0, 0, 1, 0, 7, 9]]);
  const [layer] = parseLayers(message([{ kind: "training", size: 2, steps }, books]));
  const [first, second] = layer.frames();
  assert.deepEqual([first.step, first.stage, [...first.indices], [...first.use]], [0, "one", [0, 0, 0], [3]]);
  assert.deepEqual([second.step, second.size, [...second.use]], [1, 2, [1, 2]]);
  assert.equal(layer.frames(), layer.frames());
});

test("a projection has blocks, and codewords and use by size", () => {
  const body = bytesOf(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6), Uint32Array.of(9),
    Float32Array.of(7, 8, 9, 10), Uint32Array.of(2, 0));
  const [layer] = parseLayers(message([{ kind: "projection", blocks: 2, sizes: [[1, 1], [4, 2]] }, body]));
  assert.deepEqual([...layer.blocks], [1, 2, 3, 4]);
  assert.deepEqual([...layer.books.keys()], [1, 4]);
  const { size, codewords, use } = layer.books.get(4);
  assert.deepEqual([size, [...codewords], [...use]], [4, [7, 8, 9, 10], [2, 0]]);
});

test("health has shares and use by size", () => {
  const body = bytesOf(Float32Array.of(1), Uint32Array.of(9), Float32Array.of(0.25, 0.75), Uint32Array.of(2, 0));
  const sizes = [{ size: 1, codewords: 1, verdicts: [] }, { size: 4, codewords: 2, verdicts: ["dead"] }];
  const [{ books }] = parseLayers(message([{ kind: "health", sizes }, body]));
  const { size, verdicts, shares, use } = books.get(4);
  assert.deepEqual([size, verdicts, [...shares], [...use]], [4, ["dead"], [0.25, 0.75], [2, 0]]);
  assert.deepEqual([...books.get(1).use], [9]);
});

test("a plane has shades, and the codewords of each step", () => {
  const shades = Uint8Array.from({ length: 256 ** 2 }, (_, at) => at % 251);
  const body = bytesOf(shades, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  const [layer] = parseLayers(message([{ kind: "plane", size: 2, figures: ["one", "two"] }, body]));
  assert.deepEqual([layer.shades.length, layer.shades[300]], [256 ** 2, 49]);
  assert.deepEqual(layer.path.map((step) => [...step]), [[1, 2, 3, 4], [5, 6, 7, 8]]);
});

test("a sound has its samples, or none if it is a file's alone", () => {
  const table = new Int16Array(32 * 256).map((_, at) => at), gains = new Uint8Array([3]);
  const [whole, alone, book] = parseLayers(message(
    [{ kind: "sound", n: 3, alone: false }, bytesOf(table, new Int16Array([5, -6, 7]), gains)],
    [{ kind: "sound", n: 3, alone: true }, bytesOf(table, gains)],
    [{ kind: "soundbook", dimension: 2, distinct: 2, count: 3 }, bytesOf(new Uint16Array([1, 0, 1]), new Uint8Array([128, 129, 130, 131]))],
  ));
  assert.deepEqual([[...whole.samples], [...whole.gains], whole.table[700]], [[5, -6, 7], [3], 700]);
  assert.deepEqual([alone.samples, [...alone.gains], alone.table[700]], [null, [3], 700]);
  assert.deepEqual([[...book.places], [...book.vectors]], [[1, 0, 1], [128, 129, 130, 131]]);
});
