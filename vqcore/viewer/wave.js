// One codeword of a sound as a little waveform. Nothing here knows the page.

/** Draw samples of 8 bits as a line within a box, {x, y, width, height}; a single one as a dash. */
export function drawWave(context, samples, { x, y, width, height }) {
  const last = samples.length - 1;
  const placeOf = (at) => [x + (last ? at / last : 0.5) * width, y + (1 - samples[at] / 255) * height];
  context.beginPath();
  if (last) samples.forEach((_, at) => context.lineTo(...placeOf(at)));
  else context.rect(placeOf(0)[0] - 2, placeOf(0)[1] - 1, 4, 2);
  context.stroke();
}

/** Return the samples of a codeword of a sound's book. */
export const samplesOf = ({ vectors, dimension }, index) =>
  vectors.subarray(index * dimension, (index + 1) * dimension);
