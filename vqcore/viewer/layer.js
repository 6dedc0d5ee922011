// Layers in one message: it takes bytes, hands them to the viewer, and shows nothing.

import { holding } from "./component.js";
import { parseLayers } from "./layers.js";
import { pageStore } from "./store.js";
import { learn } from "./words.js";

/** Let the browser decode a picture file; null if it cannot, or the size is another. */
async function decoded({ data, ...layer }) {
  try {
    const bitmap = await createImageBitmap(new Blob([data]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    const image = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const alike = bitmap.width === layer.width && bitmap.height === layer.height;
    return alike ? { ...layer, pixels: new Uint32Array(image.data.buffer) } : null;
  } catch {
    return null;
  }
}

/** Take the words of a language, and let the page say that it speaks it. */
function speak(words) {
  learn(words);
  document.documentElement.lang = words.language;
}

const brought = new WeakMap();

async function bring(host, data) {
  brought.set(host, data);
  const parsed = parseLayers(data);
  parsed.filter(({ kind }) => kind === "words").forEach(speak);
  const layers = parsed.map((layer) => (layer.data?.length ? decoded(layer) : layer));
  const whole = (await Promise.all(layers)).filter(Boolean);
  if (brought.get(host) === data) pageStore().put(host, whole);
}

const take = (host, { data }) => {
  if (brought.get(host) !== data) bring(host, data);
};

export default holding(take, (host) => {
  brought.delete(host);
  pageStore().drop(host);
});
