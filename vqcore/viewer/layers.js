// Layers: from a message's bytes to what is drawn of them. Nothing here knows the page.

import { columnsOf } from "./columns.js";
import { areaOf, colours, useOf } from "./decoding.js";

export const LEVELS = 256; // of a sample, and so of each side of the plane
const BORDERS = 3;
const GAINS = 32; // of frames of a sound

/** Read the layers of a message of payload.py: of each the header, and the body as its kind has it. */
export function parseLayers(bytes) {
  const lengths = new DataView(bytes.buffer, bytes.byteOffset);
  const layers = [];
  for (let at = 0; at < bytes.length; ) {
    const header = at + 8;
    const body = header + lengths.getUint32(at, true);
    at = body + lengths.getUint32(at + 4, true);
    const layer = JSON.parse(new TextDecoder().decode(bytes.subarray(header, body)));
    layers.push({ ...layer, ...BODIES[layer.kind](bytes.slice(body, at), layer) });
  }
  return layers;
}

function codebookOf(body, layer) {
  const { channels, columns, rows, tuple = [], distinct = 0, leaves = false, ways } = layer;
  const indices = new (distinct > 2 ** 16 ? Uint32Array : Uint16Array)(body.buffer, 0, columns * rows);
  let at = indices.byteLength;
  const take = (count) => body.subarray(at, at += count);
  const parts = tuple.map(([name, size, kind, values]) => {
    const ofTiles = new Uint16Array(body.buffer, at, distinct);
    at += ofTiles.byteLength;
    return { name, size, kind, values, ofTiles };
  });
  const all = body.length - at, area = areaOf(layer) * channels;
  const count = ways ? area * ways.filter((way) => !way).length : all;
  const tiles = colours(take(tuple.length ? distinct * area : count), channels);
  const inner = ways ? colours(body.subarray(at), channels) : null;
  const inLeaves = leaves ? take(distinct) : null;
  const borders = inLeaves?.map((byte) => byte & BORDERS), levels = inLeaves?.map((byte) => byte >> 2);
  return { indices, parts, tiles, inner, borders, levels, ...columnsOf(take, layer), use: useOf(indices, tiles.length / areaOf(layer)) };
}

/** Read the codebooks of a training, each a layer of its own in the body. */
const framesOf = (body, { steps }) => parseLayers(body).map((book, step) => ({ ...book, ...steps[step], step }));

/** Return a function that makes something when it is first asked for. */
function once(make) {
  let made;
  return () => (made ??= make());
}

function planeOf(body, { size, figures, headings, low, extent }) {
  const shades = body.subarray(0, LEVELS ** 2);
  const numbers = new Float32Array(body.buffer, shades.length, 2 * size * figures.length);
  const [x, y] = low ?? [0, 0], isOfPixels = !low;
  const box = { x, y, side: extent ?? LEVELS - 1 };
  return { shades, box, headings, isOfPixels, path: figures.map((_, step) => numbers.subarray(2 * step * size, 2 * (step + 1) * size)) };
}

function projectionOf(body, { blocks, sizes }) {
  let at = 8 * blocks;
  const books = sizes.map(([size, count]) => {
    const codewords = new Float32Array(body.buffer, at, 2 * count);
    const use = new Uint32Array(body.buffer, at + codewords.byteLength, count);
    at += codewords.byteLength + use.byteLength;
    return [size, { size, codewords, use }];
  });
  return { blocks: new Float32Array(body.buffer, 0, 2 * blocks), books: new Map(books) };
}

function healthOf(body, { sizes }) {
  let at = 0;
  const books = sizes.map(({ size, codewords, verdicts }) => {
    const shares = new Float32Array(body.buffer, at, codewords);
    const use = new Uint32Array(body.buffer, at + shares.byteLength, codewords);
    at += shares.byteLength + use.byteLength;
    return [size, { size, verdicts, shares, use }];
  });
  return { books: new Map(books) };
}

function soundOf(body, { n, alone }) {
  const table = new Int16Array(body.buffer, 0, GAINS * LEVELS), at = table.byteLength;
  if (alone) return { table, samples: null, gains: body.subarray(at) };
  return { table, samples: new Int16Array(body.buffer, at, n), gains: body.subarray(at + 2 * n) };
}

function soundBookOf(body, { count, distinct, dimension, order }) {
  const places = new (distinct > 2 ** 16 ? Uint32Array : Uint16Array)(body.buffer, 0, count);
  const end = places.byteLength + distinct * dimension;
  const filters = order ? new Float64Array(body.slice(end).buffer) : null;
  return { places, vectors: body.subarray(places.byteLength, end), filters };
}

const BODIES = {
  original: (body, { channels }) => ({ pixels: colours(body, channels) }),
  file: (data) => ({ data }),
  match: (data) => ({ data }),
  codebook: codebookOf,
  use: codebookOf,
  training: (body, layer) => ({ frames: once(() => framesOf(body, layer)) }),
  figures: () => ({}),
  plane: planeOf,
  projection: projectionOf,
  health: healthOf,
  sound: soundOf,
  soundbook: soundBookOf,
  analysis: (body) => ({ filters: new Float64Array(body.buffer) }),
  words: () => ({}),
};
