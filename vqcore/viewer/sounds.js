// Sounds: from codebook, indices and gains to samples, and to a file. Nothing here knows the page.

const BYTES = 256;
const WAV_HEADER = 44;

/** Return the samples that a codebook's vectors stand for, as 16-bit integers; or those of one codeword alone. */
export function decoded({ table, n, gains, frame }, { places, vectors, dimension }, alone = null) {
  const found = new Int16Array(n);
  for (let at = 0, vector = 0; at < found.length; vector += 1) {
    const from = places[vector] * dimension;
    if (alone !== null && places[vector] !== alone) at += dimension;
    else for (let of = 0; of < dimension && at < found.length; of += 1, at += 1) {
      found[at] = table[gains[Math.floor(at / frame)] * BYTES + vectors[from + of]];
    }
  }
  return found;
}

/** Return a sound's excitation through the envelopes of a codebook, as 16-bit integers; or the frames of one codeword. */
export function refiltered({ samples, frame }, { filters, order }, { places, filters: others }, alone = null) {
  const heard = new Float64Array(order + samples.length), found = new Int16Array(samples.length);
  for (let at = 0; at < samples.length; at += 1) {
    const of = Math.floor(at / frame), own = of * order, other = places[of] * order;
    let sample = samples[at];
    for (let lag = 1; lag <= order && lag <= at; lag += 1) sample += filters[own + lag - 1] * samples[at - lag];
    for (let lag = 1; lag <= order; lag += 1) sample -= others[other + lag - 1] * heard[order + at - lag];
    heard[order + at] = sample;
    if (alone === null || places[of] === alone) found[at] = Math.max(-32768, Math.min(32767, evenly(sample)));
  }
  return found;
}

/** Round a number, halves to the even one. */
function evenly(number) {
  const down = Math.floor(number), rest = number - down;
  if (rest === 0.5) return down + (down % 2 ? 1 : 0);
  return rest < 0.5 ? down : down + 1;
}

/** Return samples as a WAV file of one channel. */
export function wavOf(samples, rate) {
  const file = new DataView(new ArrayBuffer(WAV_HEADER + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((it, of) => file.setUint8(at + of, it.charCodeAt(0)));
  text(0, "RIFF");
  file.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, 2 * rate, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, "data");
  file.setUint32(40, 2 * samples.length, true);
  samples.forEach((it, at) => file.setInt16(WAV_HEADER + 2 * at, it, true));
  return new Blob([file], { type: "audio/wav" });
}

/**
 * Return the least and the greatest sample of each of so many stretches from one sample to another;
 * where there are more stretches than samples, each goes on to the next sample, so that no gap is left.
 */
export function envelope(samples, from, to, count) {
  const low = new Int16Array(count), high = new Int16Array(count), more = count > to - from ? 1 : 0;
  for (let part = 0; part < count; part += 1) {
    const start = from + Math.floor(((to - from) * part) / count);
    const end = Math.max(start + 1, from + Math.floor(((to - from) * (part + 1)) / count)) + more;
    let least = 32767, greatest = -32768;
    for (let at = start; at < end && at < samples.length; at += 1) {
      if (samples[at] < least) least = samples[at];
      if (samples[at] > greatest) greatest = samples[at];
    }
    low[part] = Math.min(least, greatest);
    high[part] = Math.max(least, greatest);
  }
  return { low, high };
}

/** Return the power spectrum, in dB, of a stretch of samples round a place, half of its length long. */
export function spectrumAt(samples, middle, length) {
  const real = new Float32Array(length), imaginary = new Float32Array(length);
  for (let at = 0; at < length; at += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / length);
    real[at] = (samples[middle - length / 2 + at] ?? 0) * window;
  }
  transform(real, imaginary);
  return Float32Array.from({ length: length / 2 }, (_, at) => 10 * Math.log10(real[at] ** 2 + imaginary[at] ** 2 + 1));
}

/** Fourier's transform in place, of a length that is a power of two. */
function transform(real, imaginary) {
  const length = real.length;
  for (let at = 1, turned = 0; at < length; at += 1) {
    let bit = length >> 1;
    for (; turned & bit; bit >>= 1) turned ^= bit;
    turned ^= bit;
    if (at < turned) [real[at], real[turned]] = [real[turned], real[at]];
  }
  for (let half = 1; half < length; half *= 2) {
    for (let of = 0; of < half; of += 1) {
      const angle = (-Math.PI * of) / half, cosine = Math.cos(angle), sine = Math.sin(angle);
      for (let at = of; at < length; at += 2 * half) {
        const other = at + half;
        const x = cosine * real[other] - sine * imaginary[other], y = cosine * imaginary[other] + sine * real[other];
        real[other] = real[at] - x;
        imaginary[other] = imaginary[at] - y;
        real[at] += x;
        imaginary[at] += y;
      }
    }
  }
}
