// Drawing: sides of the stage, highlighted blocks, tiles of the codebook.

import { decode, differences, indexMap, OPAQUE } from "./decoding.js";
import { borderLines, cellsOfLeaf } from "./leaves.js";

const GRID_FROM = 24;
const LEAVES_FROM = 4; // of the smallest, since most are larger
const CRISP_FROM = 4;

/** Pixels of one side, decoded when what it shows has changed, and not before. */
export class Surface {
  canvas = document.createElement("canvas");
  #shown = null;

  /** Decode what a side shows: { show, layer, original, gain }. */
  show(content) {
    if (same(this.#shown, content)) return;
    this.#shown = content;
    const { show, layer, original, gain } = content;
    const { width, height } = layer ?? original;
    if (this.canvas.width !== width || this.canvas.height !== height) this.#resize(width, height);
    if (show === "flat") this.colours.set(original.pixels);
    else decode(show === "indices" ? indexMap(layer) : layer, this.colours);
    if (show === "difference") differences(original.pixels, gain, this.colours);
    this.context.putImageData(this.image, 0, 0);
  }

  #resize(width, height) {
    Object.assign(this.canvas, { width, height });
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.image = this.context.createImageData(width, height);
    this.colours = new Uint32Array(this.image.data.buffer);
  }
}

export const same = (one, other) =>
  one !== null && Object.keys(other).every((key) => one[key] === other[key]);

/** Return where a picture lies on a part of the stage: whole device pixels. */
export function placed(view, part) {
  return {
    left: Math.round(part.left + part.width / 2 - view.x * view.zoom),
    top: Math.round(part.top + part.height / 2 - view.y * view.zoom),
  };
}

/** Tell whether pixels look even without smoothing: at whole multiples, and where they are large. */
export const isCrisp = (zoom) => zoom >= CRISP_FROM || (zoom >= 1 && Number.isInteger(zoom));

/** Draw a picture on a part of the stage, seen through a clip: pixel by pixel where that looks even. */
export function drawSide(context, canvas, view, part, clip) {
  const { left, top } = placed(view, part);
  clipped(context, clip, () => {
    context.imageSmoothingEnabled = !isCrisp(view.zoom);
    context.drawImage(canvas, left, top, canvas.width * view.zoom, canvas.height * view.zoom);
  });
}

export function clipped(context, clip, draw) {
  context.save();
  context.beginPath();
  context.rect(clip.left, clip.top, clip.width, clip.height);
  context.clip();
  draw();
  context.restore();
}

/** Draw on a picture, seen through a clip, and not beyond its edges. */
function onPicture(context, { width, height }, view, part, clip, draw) {
  const { zoom } = view;
  const edges = { ...placed(view, part), width: width * zoom, height: height * zoom };
  clipped(context, clip, () => clipped(context, edges, () => draw(edges)));
}

/** Return a canvas with one pixel a block: dark, but for the blocks of one codeword. */
export function dimmed(layer, codeword) {
  const canvas = Object.assign(document.createElement("canvas"), {
    width: layer.columns, height: layer.rows,
  });
  const context = canvas.getContext("2d");
  const image = context.createImageData(layer.columns, layer.rows);
  const pixels = new Uint32Array(image.data.buffer);
  layer.indices.forEach((index, block) => { pixels[block] = index === codeword ? 0 : 0xb0000000; });
  context.putImageData(image, 0, 0);
  return canvas;
}

export function drawDimmed(context, mask, layer, view, part, clip) {
  const scale = layer.blockSize * view.zoom;
  onPicture(context, layer, view, part, clip, ({ left, top }) => {
    context.imageSmoothingEnabled = false;
    context.drawImage(mask, left, top, mask.width * scale, mask.height * scale);
  });
}

/** Draw the borders of the blocks, or of their leaves, where they are large enough to be told apart. */
export function drawGrid(context, layer, view, part, clip) {
  const step = layer.blockSize * view.zoom;
  if (step < (layer.borders ? LEAVES_FROM : GRID_FROM)) return;
  onPicture(context, layer, view, part, clip, ({ left, top }) => {
    context.fillStyle = "rgba(128, 128, 128, 0.7)";
    context.beginPath();
    for (const { x, y, across, down } of borderLines(layer, seenCells(layer, step, { left, top }, clip))) {
      context.rect(Math.round(left + x * step), Math.round(top + y * step), across * step || 1, down * step || 1);
    }
    context.fill();
  });
}

/** Return which columns and rows of cells, from and up to, are seen through a clip. */
function seenCells({ columns, rows }, step, { left, top }, clip) {
  const within = (at, most) => Math.max(0, Math.min(most, at));
  const range = (from, length, start, most) => [
    within(Math.floor((from - start) / step), most), within(Math.ceil((from + length - start) / step), most)];
  return { x: range(clip.left, clip.width, left, columns), y: range(clip.top, clip.height, top, rows) };
}

/** Draw one tile, enlarged and crisp. */
export function drawTile(context, colours, side, x, y, width) {
  const image = new ImageData(new Uint8ClampedArray(Uint32Array.from(colours).buffer), side, side);
  const small = Object.assign(document.createElement("canvas"), { width: side, height: side });
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, x, y, width, width);
}

/** Return a canvas with all tiles of a layer, a square of them. */
export function tileSheet(layer) {
  const { blockSize, use } = layer;
  const across = Math.ceil(Math.sqrt(use.length));
  const side = across * blockSize;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const image = new ImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let index = 0; index < use.length; index++) {
    const corner = (Math.floor(index / across) * side + (index % across)) * blockSize;
    const tile = tileColours(layer, index);
    for (let y = 0; y < blockSize; y++) {
      pixels.set(tile.subarray(y * blockSize, (y + 1) * blockSize), corner + y * side);
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** Draw a tile of a sheet, enlarged and crisp. */
export function drawFromSheet(context, sheet, layer, index, x, y, width) {
  const { blockSize } = layer;
  const across = sheet.width / blockSize;
  const left = (index % across) * blockSize, top = Math.floor(index / across) * blockSize;
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet, left, top, blockSize, blockSize, x, y, width, width);
}

/** Return the colours of a leaf of the original; black beyond the picture's edge. */
export function leafOfOriginal({ blockSize, width, height }, pixels, leaf) {
  const side = leaf.wide * blockSize;
  return Uint32Array.from({ length: side ** 2 }, (_, at) => {
    const x = leaf.x * blockSize + (at % side), y = leaf.y * blockSize + Math.floor(at / side);
    return x < width && y < height ? pixels[y * width + x] : OPAQUE;
  });
}

/** Return a leaf put together of its cells, each the tile that `tileOf` a cell is; black beyond the picture. */
export function leafOfTiles(layer, leaf, tileOf) {
  const { blockSize } = layer, side = leaf.wide * blockSize;
  const colours = new Uint32Array(side ** 2).fill(OPAQUE);
  cellsOfLeaf(layer, leaf).forEach((cell, at) => {
    if (cell < 0) return;
    const tile = tileOf(cell), corner = (Math.floor(at / leaf.wide) * side + (at % leaf.wide)) * blockSize;
    for (let y = 0; y < blockSize; y++) colours.set(tile.subarray(y * blockSize, (y + 1) * blockSize), corner + y * side);
  });
  return colours;
}

export const tileColours = (layer, index) =>
  layer.tiles.subarray(index * layer.blockSize ** 2, (index + 1) * layer.blockSize ** 2);
