// Drawing: sides of the stage, highlighted blocks, tiles of the codebook.

import { areaOf, decode, differences, indexMap, OPAQUE } from "./decoding.js";
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
  const wide = mask.width * layer.blockWidth * view.zoom, high = mask.height * layer.blockHeight * view.zoom;
  onPicture(context, layer, view, part, clip, ({ left, top }) => {
    context.imageSmoothingEnabled = false;
    context.drawImage(mask, left, top, wide, high);
  });
}

/** Draw the borders of the blocks, or of their leaves, where they are large enough to be told apart. */
export function drawGrid(context, layer, view, part, clip) {
  const step = { x: layer.blockWidth * view.zoom, y: layer.blockHeight * view.zoom };
  const from = layer.borders ? LEAVES_FROM : GRID_FROM;
  if (Math.max(step.x, step.y) < from) return;
  onPicture(context, layer, view, part, clip, ({ left, top }) => {
    context.fillStyle = "rgba(128, 128, 128, 0.7)";
    context.beginPath();
    for (const { x, y, across, down } of borderLines(layer, seenCells(layer, step, { left, top }, clip))) {
      if ((across ? step.y : step.x) < from) continue;
      context.rect(Math.round(left + x * step.x), Math.round(top + y * step.y), across * step.x || 1, down * step.y || 1);
    }
    context.fill();
  });
}

/** Return which columns and rows of cells, from and up to, are seen through a clip. */
function seenCells({ columns, rows }, step, { left, top }, clip) {
  const within = (at, most) => Math.max(0, Math.min(most, at));
  const range = (from, length, each, most) => [
    within(Math.floor(from / each), most), within(Math.ceil((from + length) / each), most)];
  return {
    x: range(clip.left - left, clip.width, step.x, columns), y: range(clip.top - top, clip.height, step.y, rows),
  };
}

/** Draw one tile, enlarged and crisp, on a canvas that is made as large as `frameOf` says; `wide` pixels are a line. */
export function drawTile(canvas, colours, wide, side, most) {
  const image = new ImageData(new Uint8ClampedArray(Uint32Array.from(colours).buffer), wide);
  const small = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  small.getContext("2d").putImageData(image, 0, 0);
  const frame = Object.assign(canvas, frameOf(image, side, most)), context = canvas.getContext("2d");
  const scale = Math.min(frame.width / image.width, frame.height / image.height);
  const width = image.width * scale, height = image.height * scale;
  context.imageSmoothingEnabled = false;
  context.drawImage(small, (frame.width - width) / 2, (frame.height - height) / 2, width, height);
}

/** Tell whether a block is so long that a square would leave most of its room empty. */
const isLong = ({ width, height }) => Math.max(width, height) > 2 * Math.min(width, height);

/** Return the frame of an enlarged block: a square, or of a long one its own shape and the square's area, `most` at most. */
export function frameOf(block, side, most = { width: 3 * side, height: 2 * side }) {
  const { width, height } = block;
  if (!isLong(block)) return { width: side, height: side };
  const scale = Math.min(side / Math.sqrt(width * height), most.width / width, most.height / height);
  return { width: Math.round(width * scale), height: Math.max(2, Math.round(height * scale)) };
}

/** Return a canvas with all tiles of a layer, as many in a row as there are rows, or more. */
export function tileSheet(layer) {
  const { blockWidth, blockHeight, use } = layer;
  const across = Math.ceil(Math.sqrt(use.length)), width = across * blockWidth;
  const height = Math.max(1, Math.ceil(use.length / across)) * blockHeight;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let index = 0; index < use.length; index++) {
    const corner = Math.floor(index / across) * blockHeight * width + (index % across) * blockWidth;
    const tile = tileColours(layer, index);
    for (let y = 0; y < blockHeight; y++) {
      pixels.set(tile.subarray(y * blockWidth, (y + 1) * blockWidth), corner + y * width);
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** Draw a tile of a sheet, enlarged and crisp. */
export function drawFromSheet(context, sheet, layer, index, x, y, width, height) {
  const { blockWidth: wide, blockHeight: high } = layer, across = sheet.width / wide;
  context.imageSmoothingEnabled = false;
  context.drawImage(
    sheet, (index % across) * wide, Math.floor(index / across) * high, wide, high, x, y, width, height);
}

/** Return the colours of a leaf of the original; black beyond the picture's edge. */
export function leafOfOriginal(layer, pixels, leaf) {
  const { blockWidth, blockHeight, width, height } = layer, wide = leaf.wide * blockWidth;
  return Uint32Array.from({ length: leaf.wide ** 2 * areaOf(layer) }, (_, at) => {
    const x = leaf.x * blockWidth + (at % wide), y = leaf.y * blockHeight + Math.floor(at / wide);
    return x < width && y < height ? pixels[y * width + x] : OPAQUE;
  });
}

/** Return a leaf put together of its cells, each the tile that `tileOf` a cell is; black beyond the picture. */
export function leafOfTiles(layer, leaf, tileOf) {
  const { blockWidth, blockHeight } = layer, wide = leaf.wide * blockWidth;
  const colours = new Uint32Array(leaf.wide ** 2 * areaOf(layer)).fill(OPAQUE);
  cellsOfLeaf(layer, leaf).forEach((cell, at) => {
    if (cell < 0) return;
    const tile = tileOf(cell), corner = Math.floor(at / leaf.wide) * blockHeight * wide + (at % leaf.wide) * blockWidth;
    for (let y = 0; y < blockHeight; y++) {
      colours.set(tile.subarray(y * blockWidth, (y + 1) * blockWidth), corner + y * wide);
    }
  });
  return colours;
}

export const tileColours = (layer, index) =>
  layer.tiles.subarray(index * areaOf(layer), (index + 1) * areaOf(layer));
