// PNG files that say where they come from.

const PNG_HEADER_BYTES = 33; // the signature, and the chunk that every PNG begins with

/** Return the CRC-32 of bytes, as PNG has it: ISO 3309. */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Return a chunk of a PNG that holds a text under a name: iTXt, uncompressed, in UTF-8. */
export function textChunk(name, text) {
  const body = new TextEncoder().encode(`iTXt${name}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(body.length + 8), numbers = new DataView(chunk.buffer);
  numbers.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  numbers.setUint32(4 + body.length, crc32(body));
  return chunk;
}

/** Return a PNG file with texts by name. */
export async function withTexts(png, texts) {
  const bytes = new Uint8Array(await png.arrayBuffer());
  const chunks = Object.entries(texts).map(([name, text]) => textChunk(name, text));
  return new Blob([bytes.subarray(0, PNG_HEADER_BYTES), ...chunks, bytes.subarray(PNG_HEADER_BYTES)], { type: "image/png" });
}
