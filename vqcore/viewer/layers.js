// Layers: from bytes to pixels. Nothing here knows the page.

const OPAQUE = 0xff000000;

/** Read the layers of a message of payload.py: of each the header, and the body as its kind has it. */
function parseLayers(bytes) {
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

const codebookOf = (body, { channels, columns, rows, blockSize }) => {
  const indices = new Uint16Array(body.buffer, 0, columns * rows);
  const tiles = colours(body.subarray(2 * indices.length), channels);
  return { indices, tiles, use: useOf(indices, tiles.length / blockSize ** 2) };
};

function framesOf(body, { steps, ...layer }) {
  let at = 0;
  return steps.map((frame, step) => {
    const length = 2 * layer.columns * layer.rows + frame.codewords * layer.blockSize ** 2 * layer.channels;
    return { ...layer, ...frame, step, ...codebookOf(body.slice(at, at += length), layer) };
  });
}

/** Return a function that makes something when it is first asked for. */
function once(make) {
  let made;
  return () => (made ??= make());
}

const BODIES = {
  original: (body, { channels }) => ({ pixels: colours(body, channels) }),
  file: (data) => ({ data }),
  match: (data) => ({ data }),
  codebook: codebookOf,
  use: codebookOf,
  training: (body, layer) => ({ frames: once(() => framesOf(body, layer)) }),
  figures: () => ({}),
};

/** Turn samples, one or three a pixel, into canvas colours: 0xAABBGGRR. */
function colours(samples, channels) {
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

/** Count the blocks of each codeword. */
function useOf(indices, codewords) {
  const use = new Uint32Array(codewords);
  for (const index of indices) use[index]++;
  return use;
}

/** Rebuild the picture by table look-up, into width × height colours. */
function decode(layer, into) {
  const { width, height, blockSize, columns, indices, tiles } = layer;
  for (let y = 0; y < height; y++) {
    const firstBlock = Math.floor(y / blockSize) * columns;
    const lineOfTile = (y % blockSize) * blockSize;
    for (let x = 0, at = y * width, block = firstBlock; x < width; block++) {
      let from = indices[block] * blockSize * blockSize + lineOfTile;
      for (const end = Math.min(x + blockSize, width); x < end; x++) into[at++] = tiles[from++];
    }
  }
}

/** Return |p − q|·gain of two colours, channel by channel, 255 at most. */
function difference(one, other, gain) {
  let result = OPAQUE;
  for (let shift = 0; shift < 24; shift += 8) {
    const error = Math.abs(((one >> shift) & 255) - ((other >> shift) & 255));
    result |= Math.min(255, error * gain) << shift;
  }
  return result;
}

/** Replace the reconstruction in `into` by its difference to the original. */
function differences(original, gain, into) {
  for (let at = 0; at < into.length; at++) into[at] = difference(original[at], into[at], gain);
}

/** Return a colour for each codeword, neighbours far apart in hue. */
function indexColours(size) {
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

/** Return the layer with each tile in one colour: decoding it gives the index map. */
function indexMap(layer) {
  const area = layer.blockSize ** 2;
  const tiles = new Uint32Array(layer.use.length * area);
  indexColours(layer.use.length).forEach((colour, index) =>
    tiles.fill(colour, index * area, (index + 1) * area));
  return { ...layer, tiles };
}

/** Return the codewords in the order to show them, ties by index. */
function ordered(layer, by) {
  const order = Array.from(layer.use, (_, index) => index);
  const keys = { use: (index) => -layer.use[index], brightness: (index) => brightness(layer, index) };
  const key = keys[by];
  if (!key) return order;
  const values = order.map(key);
  return order.sort((one, other) => values[one] - values[other] || one - other);
}

/** Return the summed samples of a codeword, green counted as in luma. */
function brightness(layer, index) {
  const area = layer.blockSize ** 2;
  let sum = 0;
  for (const colour of layer.tiles.subarray(index * area, (index + 1) * area)) {
    sum += 0.299 * (colour & 255) + 0.587 * ((colour >> 8) & 255) + 0.114 * ((colour >> 16) & 255);
  }
  return sum;
}

/** Return the number of the block at a pixel, or -1 outside the picture. */
function blockAt(layer, x, y) {
  if (x < 0 || y < 0 || x >= layer.width || y >= layer.height) return -1;
  return Math.floor(y / layer.blockSize) * layer.columns + Math.floor(x / layer.blockSize);
}

/** Return the block of a layer that is a block of another's, or where that begins if it is of another size. */
function blockLike(layer, other, block) {
  if (layer.blockSize === other.blockSize) return block;
  const x = (block % other.columns) * other.blockSize, y = Math.floor(block / other.columns) * other.blockSize;
  return blockAt(layer, x, y);
}

/** Return the mean squared error per sample of a block, over its pixels inside the picture. */
function blockError(layer, original, block) {
  const { width, height, blockSize, columns } = layer;
  const left = (block % columns) * blockSize;
  const top = Math.floor(block / columns) * blockSize;
  const tile = layer.indices[block] * blockSize * blockSize;
  let sum = 0, count = 0;
  for (let y = top; y < Math.min(top + blockSize, height); y++) {
    for (let x = left; x < Math.min(left + blockSize, width); x++) {
      const rebuilt = layer.tiles[tile + (y - top) * blockSize + x - left];
      const error = difference(original.pixels[y * width + x], rebuilt, 1);
      for (let shift = 0; shift < 8 * layer.channels; shift += 8) sum += ((error >> shift) & 255) ** 2;
      count += layer.channels;
    }
  }
  return sum / count;
}

/** The layers a page has, by the element that brought each; and what its parts tell each other. */
class LayerStore extends EventTarget {
  #layers = new Map();
  #telling = 0;
  wished = null; // the K last asked for, which a small picture need not have
  chosen = null; // the K on the viewer's side B
  advised = false; // whether it was said how to zoom
  uploads = {}; // names of what was uploaded, by id
  step = null; // the step of a training that the viewer shows, if it does

  put(owner, layers) {
    this.#layers.set(owner, layers);
    this.#tellSoon();
  }

  drop(owner) {
    this.#layers.delete(owner);
    this.#tellSoon();
  }

  /** Layers come in crowds: once a frame is enough. */
  #tellSoon() {
    cancelAnimationFrame(this.#telling);
    this.#telling = requestAnimationFrame(() => this.dispatchEvent(new Event("change")));
  }

  choose(chosen, step) {
    if (this.chosen === chosen && this.step === step) return;
    Object.assign(this, { chosen, step });
    this.dispatchEvent(new Event("choice"));
  }

  /** Ask the viewer to light up the blocks of a codeword. */
  light(size, index) {
    this.dispatchEvent(new CustomEvent("light", { detail: { size, index } }));
  }

  /** Ask the viewer to show a step of the training. */
  goTo(step) {
    this.dispatchEvent(new CustomEvent("step", { detail: step }));
  }

  codebook(sweep, size) {
    return this.of(null, sweep).sizes.find((layer) => layer.size === size);
  }

  /** Return a picture's original, if it is there, and files; a sweep's codebooks, figures and trainings by size. */
  of(picture, sweep) {
    const every = (kind, of) =>
      [...this.#layers.values()].flat().filter((layer) => layer.kind === kind && layer.of === of);
    const bySize = (kind) => new Map(every(kind, sweep).map((layer) => [layer.size, layer]));
    return {
      original: every("original", picture)[0],
      files: every("file", picture).sort((one, other) => one.name.localeCompare(other.name)),
      sizes: [...bySize("codebook").values()].sort((one, other) => one.size - other.size),
      trainings: bySize("training"),
      matches: every("match", sweep),
      uses: new Map(every("use", sweep).map((layer) => [layer.codebook, layer])),
      figures: new Map(every("figures", sweep).flatMap(({ sizes }) => sizes.map((it) => [it.size, it]))),
    };
  }
}

const pageStore = () => (globalThis.vqLabLayers ??= new LayerStore());

/** Act if an element has left the page. Cleaning up is asked for too when data change in haste. */
const whenGone = (element, act) => setTimeout(() => element.isConnected || act());

/**
 * Return a component that takes up what it is called with, and ends when its place is gone. While
 * scripts still load, streamlit can call with old data after new, and takes that back at once.
 */
function holding(take, end) {
  return (call) => {
    const host = call.parentElement, taking = setTimeout(() => take(host, call));
    return () => {
      clearTimeout(taking);
      whenGone(host, () => end(host));
    };
  };
}

/** Return a component: an object of a class for each place on the page that shows it. */
function componentOf(Class) {
  const objects = new WeakMap();
  const take = (host, call) => {
    const object = objects.get(host) ?? new Class(host);
    objects.set(host, object);
    object.update(call);
  };
  return holding(take, (host) => {
    objects.get(host)?.close();
    objects.delete(host);
  });
}

const grouped = (number) => number.toLocaleString("en").replaceAll(",", "\u202f");

const counted = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/** Join those texts that there are. */
const listed = (between, ...texts) => texts.filter(Boolean).join(between);

const textOf = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
