// Several columns of indices: the entries of each, and pictures of the first few. Nothing here knows the page.

import { areaOf, colours, decode, squaredError, useOf } from "./decoding.js";

/** Return a function that makes something of a layer when it is first asked for. */
export function keptFor(make) {
  const made = new WeakMap();
  return (layer) => {
    if (!made.has(layer)) made.set(layer, make(layer));
    return made.get(layer);
  };
}

/** Take from a body what it has of several columns: `take(count)` gives so many bytes as they come. */
export function columnsOf(take, { tuple = [], sums = [], channels, ...layer }) {
  const area = areaOf(layer) * channels;
  const tiles = (count) => colours(take(count * area), channels);
  return { sums: sums.map(tiles), entries: tuple.map(([, size]) => tiles(size)) };
}

/** Tell whether what a block has is for each column to be seen by itself, and adds up to nothing. */
export const areLooks = ({ parts }) => parts?.[0]?.kind === "looks";

/** Tell whether each block of a layer has several indices. */
export const isSeveral = ({ parts }) => parts?.length > 1;

/**
 * Return a layer as one column sees it: a tile for each of its entries, and which of them each
 * block has; a layer of one column as it is.
 */
export const entriesOf = (layer, place) => (isSeveral(layer) ? everyColumn(layer)[place]() : layer);

const everyColumn = keptFor((layer) => layer.parts.map((part, place) => {
  let made;
  return () => (made ??= entriesOfPart(layer, part, place));
}));

/** Return what a table has at each of many places: by a loop, seven times as fast as `from` with a function. */
function lookedUp(table, places) {
  const found = new table.constructor(places.length);
  for (let at = 0; at < places.length; at++) found[at] = table[places[at]];
  return found;
}

function entriesOfPart(layer, { name, size, kind, values, ofTiles }, place) {
  const indices = lookedUp(ofTiles, layer.indices);
  return { ...layer, parts: [], place, column: name, kind, values, tiles: layer.entries[place], indices, use: useOf(indices, size), smoothing: 0 };
}

/** Return which of the distinct sums of the first columns each tile of a layer begins with. */
export const beginningsOf = keptFor(({ parts, use }) => parts.slice(1).map((__, before) => {
  const first = parts.slice(0, before + 1);
  let sum = -1;
  return Uint32Array.from(use, (_, tile) => {
    const isNew = tile === 0 || first.some(({ ofTiles }) => ofTiles[tile] !== ofTiles[tile - 1]);
    return (sum += isNew);
  });
}));

/** Return the tile of the first columns of a tile's indices: of all of them it is the tile itself. */
export function sumOf(layer, tile, columns) {
  const area = areaOf(layer), isWhole = columns === layer.parts.length;
  const from = area * (isWhole ? tile : beginningsOf(layer)[columns - 1][tile]);
  return (isWhole ? layer.tiles : layer.sums[columns - 1]).subarray(from, from + area);
}

/** Return a layer decoded from its first columns alone. */
export function coarser(layer, columns) {
  return columns < layer.parts.length ? everyCoarser(layer)[columns - 1]() : layer;
}

const everyCoarser = keptFor((layer) => layer.sums.map((tiles, before) => {
  let made;
  return () => (made ??= coarserOf(layer, tiles, before));
}));

function coarserOf(layer, tiles, before) {
  const indices = lookedUp(beginningsOf(layer)[before], layer.indices);
  return { ...layer, parts: [], tiles, indices, use: useOf(indices, tiles.length / areaOf(layer)) };
}

export const TREE = "tree";

/**
 * Return which columns of a layer can be looked at: each by its place, and as "sum2" what the first
 * 2 come to; of codewords that are leaves of a tree, this.
 */
export function choicesOfColumns({ parts = [], refines = [], ways }) {
  if (ways) return [TREE, "0"];
  const each = parts.map(({ kind }, place) => (kind === "parts" ? [] : [String(place)])).flat();
  return parts.length > 1 ? [...each, ...refines.filter((columns) => columns > 1).map((columns) => `sum${columns}`)] : [];
}

/** Return the choice at first: the column with most entries, or the tree. */
export const firstColumn = ({ ways, largest }) => (ways ? TREE : String(largest));

/** Return how many columns a choice adds up, or null if it is one column by itself. */
export const summedBy = (choice) => (choice?.startsWith("sum") ? Number(choice.slice(3)) : null);

/** Return a layer as the sums of its first columns: a tile for each of those in use. */
export const sumsOf = (layer, columns) => everySum(layer)[columns - 1]();

const everySum = keptFor((layer) => layer.parts.map((_, before) => {
  let made;
  return () => (made ??= asSums(layer, before + 1));
}));

function asSums(layer, columns) {
  const sums = coarser(layer, columns), tileOf = new Uint32Array(sums.use.length);
  const begins = beginningsOf(layer)[columns - 1] ?? layer.use.map((_, tile) => tile);
  begins.forEach((sum, tile) => { tileOf[sum] = tile; });
  const madeOf = layer.parts.slice(0, columns).map((part) => ({ ...part, ofTiles: tileOf.map((tile) => part.ofTiles[tile]) }));
  return { ...sums, parts: [], place: `sum${columns}`, madeOf, smoothing: 0 };
}

/** Tell whether a layer can be measured against an original. */
export const isAlike = (original, { channels }) => original?.channels === channels;

const ofOriginals = keptFor(() => new Map());

/** Return the PSNR of a layer's first columns in dB, infinite for no error; measured once. */
export function psnrOf(layer, original, columns) {
  const known = ofOriginals(layer);
  if (known.original !== original) {
    known.clear();
    known.original = original;
  }
  if (!known.has(columns)) {
    const pixels = new Uint32Array(layer.width * layer.height);
    decode(coarser(layer, columns), pixels);
    const mse = squaredError(original.pixels, pixels, layer.channels) / (pixels.length * layer.channels);
    known.set(columns, 10 * Math.log10(255 ** 2 / mse));
  }
  return known.get(columns);
}
