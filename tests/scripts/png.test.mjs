// PNG files with texts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { crc32, textChunk, withTexts } from "../../vqcore/viewer/png.js";

const bytes = (text) => new TextEncoder().encode(text);

test("the checksum is ISO 3309's", () => {
  assert.equal(crc32(bytes("123456789")), 0xcbf43926);
  assert.equal(crc32(bytes("IEND")), 0xae426082);
  assert.equal(crc32([]), 0);
});

test("a chunk has its length, its text in UTF-8, and its checksum", () => {
  const chunk = Buffer.from(textChunk("name", "ü")), body = chunk.subarray(4, -4);
  assert.equal(chunk.readUInt32BE(0), body.length - 4);
  assert.equal(body.toString(), "iTXtname\0\0\0\0\0ü");
  assert.equal(chunk.readUInt32BE(chunk.length - 4), crc32(body));
});

test("texts come after the header, and all else stays", async () => {
  const data = Uint8Array.from({ length: 60 }, (_, at) => at);
  const png = await withTexts(new Blob([data]), { one: "1", two: "2" });
  const found = new Uint8Array(await png.arrayBuffer());
  const texts = [...textChunk("one", "1"), ...textChunk("two", "2")];
  assert.deepEqual([...found], [...data.subarray(0, 33), ...texts, ...data.subarray(33)]);
  assert.equal(png.type, "image/png");
});
