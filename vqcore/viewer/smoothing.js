// The edges of blocks smoothed after decoding, to the bit as coding/smoothing.py has it.

import { ABOVE, beginsAt, LEFT } from "./leaves.js";

const STEP = 8, PARTS = 16;
const SHARES = [5, 2]; // of the samples at the edge, and of those behind in wide blocks
const NARROWEST = 2, WIDE_FROM = 8;

/** Smooth a decoded picture in place, width × height colours, as strongly as its layer says. */
export function smooth(layer, colours) {
  const { width, height, blockWidth, blockHeight, smoothing = 0 } = layer;
  if (!smoothing) return;
  const samples = new Uint8ClampedArray(colours.buffer, colours.byteOffset, 4 * colours.length);
  const x = { count: width, side: blockWidth, stride: 4, cells: 1 };
  const y = { count: height, side: blockHeight, stride: 4 * width, cells: layer.columns };
  smoothEdges(samples, smoothing, x, y, beginsAt(layer, LEFT));
  smoothEdges(samples, smoothing, y, x, beginsAt(layer, ABOVE));
}

/** Return by how much a sample moves, for each difference from 0 to 255. */
function stepsOf(share, smoothing) {
  const threshold = STEP * smoothing;
  return Uint8Array.from({ length: 256 }, (_, apart) => {
    const pull = share * apart * Math.max(0, threshold - apart);
    return Math.floor((pull + PARTS * threshold / 2) / (PARTS * threshold));
  });
}

/** Smooth all edges across one direction, cell by cell and line by line. */
function smoothEdges(samples, smoothing, across, along, isBorder) {
  if (across.side < NARROWEST) return;
  const steps = SHARES.slice(0, across.side < WIDE_FROM ? 1 : 2).map((share) => stepsOf(share, smoothing));
  for (let edge = across.side; edge < across.count; edge += across.side) {
    const reach = Math.min(steps.length, across.count - edge);
    for (let start = 0; start < along.count; start += along.side) {
      const cell = (edge / across.side) * across.cells + (start / along.side) * along.cells;
      if (!isBorder(cell)) continue;
      const end = Math.min(start + along.side, along.count);
      for (let line = start; line < end; line++) {
        const first = edge * across.stride + line * along.stride;
        for (let at = first; at < first + 3; at++) {
          smoothPair(samples, steps, at, across.stride, reach);
        }
      }
    }
  }
}

/** Move the samples before and from a place on towards each other, as far as there are any. */
function smoothPair(samples, steps, at, stride, reach) {
  const apart = samples[at] - samples[at - stride];
  const size = Math.abs(apart), sign = Math.sign(apart);
  for (let behind = 0; behind < steps.length; behind++) {
    const move = sign * steps[behind][size], away = behind * stride;
    samples[at - stride - away] += move;
    if (behind < reach) samples[at + away] -= move;
  }
}
