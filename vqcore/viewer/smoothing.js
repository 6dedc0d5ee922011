// The edges of blocks smoothed after decoding, to the bit as coding/smoothing.py has it.

const STEP = 8, PARTS = 16;
const SHARES = [5, 2]; // of the samples at the edge, and of those behind in wide blocks
const WIDE_FROM = 8;

/** Smooth a decoded picture in place, width × height colours, as strongly as its layer says. */
export function smooth({ width, height, blockSize, smoothing = 0 }, colours) {
  if (!smoothing || blockSize < 2) return;
  const samples = new Uint8ClampedArray(colours.buffer, colours.byteOffset, 4 * colours.length);
  const steps = SHARES.slice(0, blockSize < WIDE_FROM ? 1 : 2).map((share) => stepsOf(share, smoothing));
  smoothEdges(samples, steps, blockSize, { count: width, stride: 4 }, { count: height, stride: 4 * width });
  smoothEdges(samples, steps, blockSize, { count: height, stride: 4 * width }, { count: width, stride: 4 });
}

/** Return by how much a sample moves, for each difference from 0 to 255. */
function stepsOf(share, smoothing) {
  const threshold = STEP * smoothing;
  return Uint8Array.from({ length: 256 }, (_, apart) => {
    const pull = share * apart * Math.max(0, threshold - apart);
    return Math.floor((pull + PARTS * threshold / 2) / (PARTS * threshold));
  });
}

/** Smooth all edges across one direction, line by line. */
function smoothEdges(samples, steps, side, across, along) {
  for (let edge = side; edge < across.count; edge += side) {
    const reach = Math.min(steps.length, across.count - edge);
    for (let line = 0; line < along.count; line++) {
      const first = edge * across.stride + line * along.stride;
      for (let at = first; at < first + 3; at++) {
        const apart = samples[at] - samples[at - across.stride];
        const size = Math.abs(apart), sign = Math.sign(apart);
        for (let behind = 0; behind < steps.length; behind++) {
          const move = sign * steps[behind][size], away = behind * across.stride;
          samples[at - across.stride - away] += move;
          if (behind < reach) samples[at + away] -= move;
        }
      }
    }
  }
}
