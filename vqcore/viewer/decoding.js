// From indices and tiles to pixels. Nothing here knows the page.

import { smooth } from "./smoothing.js";

export const OPAQUE = 0xff000000;
const NOTHING = OPAQUE | 0x404040, WHITE = OPAQUE | 0xffffff;

/** Turn samples, one or three a pixel, into canvas colours: 0xAABBGGRR. */
export function colours(samples, channels) {
  const count = samples.length / channels;
  const result = new Uint32Array(count);
  if (channels === 1) {
    for (let at = 0; at < count; at++) result[at] = OPAQUE | (samples[at] * 0x010101);
  } else {
    for (let at = 0, from = 0; at < count; at++, from += 3) {
      result[at] = OPAQUE | (samples[from + 2] << 16) | (samples[from + 1] << 8) | samples[from];
    }
  }
  return result;
}

/** Return the pixels of a block. */
export const areaOf = ({ blockWidth, blockHeight }) => blockWidth * blockHeight;

/** Count the blocks of each codeword. */
export function useOf(indices, codewords) {
  const use = new Uint32Array(codewords);
  for (let at = 0; at < indices.length; at++) use[indices[at]]++;
  return use;
}

/** Rebuild the picture, into width × height colours, and smooth it if its file says so. */
export function decode(layer, into) {
  lookUp(layer, into);
  smooth(layer, into);
}

function lookUp(layer, into) {
  const { width, height, blockWidth, blockHeight, columns, indices, tiles } = layer, area = areaOf(layer);
  const put = blockWidth === 4 && width % 4 === 0 ? putFours : putLine, starts = new Uint32Array(columns);
  for (let y = 0; y < height; y++) {
    const line = y % blockHeight, first = (y / blockHeight) * columns;
    for (let at = 0; line === 0 && at < columns; at++) starts[at] = indices[first + at] * area;
    put(into.subarray(y * width, (y + 1) * width), tiles.subarray(line * blockWidth), starts, blockWidth);
  }
}

/** Put together a line of pixels of those of tiles, each from where it starts on. */
function putLine(into, tiles, starts, wide) {
  for (let x = 0, block = 0, width = into.length; x < width; block++) {
    let from = starts[block];
    for (const end = Math.min(x + wide, width); x < end; x++) into[x] = tiles[from++];
  }
}

/** Do the same for whole tiles of four: without the inner loop in half the time. */
function putFours(into, tiles, starts) {
  for (let x = 0, block = 0; x < into.length; x += 4, block++) {
    const from = starts[block];
    into[x] = tiles[from];
    into[x + 1] = tiles[from + 1];
    into[x + 2] = tiles[from + 2];
    into[x + 3] = tiles[from + 3];
  }
}

/** Return |p − q|·gain of two colours, channel by channel, 255 at most. */
export function difference(one, other, gain) {
  let result = OPAQUE;
  for (let shift = 0; shift < 24; shift += 8) {
    const error = Math.abs(((one >> shift) & 255) - ((other >> shift) & 255));
    result |= Math.min(255, error * gain) << shift;
  }
  return result;
}

/** Return the sum of squared differences of pictures, over their channels: each colour is four bytes, red first. */
export function squaredError(one, other, channels) {
  const [ours, theirs] = [one, other].map((pixels) => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let at = channel; at < ours.length; at += 4) sum += (ours[at] - theirs[at]) ** 2;
  }
  return sum;
}

/** Replace the reconstruction in `into` by its difference to the original. */
export function differences(original, gain, into) {
  for (let at = 0; at < into.length; at++) into[at] = difference(original[at], into[at], gain);
}

/** Return a colour for each codeword, neighbours far apart in hue. */
export function indexColours(size) {
  return Uint32Array.from({ length: size }, (_, index) => {
    const hue = (index * 137.508) % 360;
    const light = [0.45, 0.6, 0.75][index % 3];
    const channel = (offset) => {
      const k = (offset + hue / 30) % 12;
      const spread = 0.65 * Math.min(light, 1 - light);
      return Math.round(255 * (light - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
    };
    return OPAQUE | (channel(4) << 16) | (channel(8) << 8) | channel(0);
  });
}

/** Return the layer with each tile in one colour: decoding it gives the index map. Of looks nothing is gray, an escape white. */
export function indexMap(layer) {
  const area = areaOf(layer);
  const tiles = new Uint32Array(layer.use.length * area);
  const drawn = indexColours(layer.use.length);
  if (layer.kind === "looks") [drawn[0], drawn[drawn.length - 1]] = [NOTHING, WHITE];
  drawn.forEach((colour, index) => tiles.fill(colour, index * area, (index + 1) * area));
  return { ...layer, tiles, smoothing: 0 };
}

/** Return the codewords in the order to show them, ties by index. */
export function ordered(layer, by) {
  const order = Array.from(layer.use, (_, index) => index);
  const keys = { use: (index) => -layer.use[index], brightness: (index) => brightness(layer, index) };
  const key = keys[by];
  if (!key) return order;
  const values = order.map(key);
  return order.sort((one, other) => values[one] - values[other] || one - other);
}

/** Return the summed samples of a codeword, green counted as in luma. */
export function brightness(layer, index) {
  const area = areaOf(layer);
  let sum = 0;
  for (const colour of layer.tiles.subarray(index * area, (index + 1) * area)) {
    sum += 0.299 * (colour & 255) + 0.587 * ((colour >> 8) & 255) + 0.114 * ((colour >> 16) & 255);
  }
  return sum;
}

/** Return the number of the block at a pixel, or -1 outside the picture. */
export function blockAt(layer, x, y) {
  if (x < 0 || y < 0 || x >= layer.width || y >= layer.height) return -1;
  return Math.floor(y / layer.blockHeight) * layer.columns + Math.floor(x / layer.blockWidth);
}

/** Return the block of a layer that is a block of another's, or where that begins if it is of another size. */
export function blockLike(layer, other, block) {
  if (layer.blockWidth === other.blockWidth && layer.blockHeight === other.blockHeight) return block;
  const x = (block % other.columns) * other.blockWidth, y = Math.floor(block / other.columns) * other.blockHeight;
  return blockAt(layer, x, y);
}

/** Return the mean squared error per sample of blocks, over their pixels inside the picture. */
export function blockError(layer, original, ...blocks) {
  const every = blocks.map((block) => errorOf(layer, original, block));
  const [sum, count] = [0, 1].map((at) => every.reduce((before, each) => before + each[at], 0));
  return sum / count;
}

/** Return the squared error of a block, and the number of its samples inside the picture. */
function errorOf(layer, original, block) {
  const { width, height, blockWidth, blockHeight, columns } = layer;
  const left = (block % columns) * blockWidth;
  const top = Math.floor(block / columns) * blockHeight;
  const tile = layer.indices[block] * areaOf(layer);
  let sum = 0, count = 0;
  for (let y = top; y < Math.min(top + blockHeight, height); y++) {
    for (let x = left; x < Math.min(left + blockWidth, width); x++) {
      const rebuilt = layer.tiles[tile + (y - top) * blockWidth + x - left];
      const error = difference(original.pixels[y * width + x], rebuilt, 1);
      for (let shift = 0; shift < 8 * layer.channels; shift += 8) sum += ((error >> shift) & 255) ** 2;
      count += layer.channels;
    }
  }
  return [sum, count];
}
