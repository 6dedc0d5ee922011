// Words: texts by id, with their fields filled in.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fill, language, learn, say, whenSpoken } from "../../vqcore/viewer/words.js";

const TEXTS = {
  "block.one": "{n} block", "block.other": "{n} blocks", plain: "K = {size:d}", rounded: "{psnr:.2f} dB: {name}",
  said: "to *be* said", gain: "Gain of {side}",
};

beforeEach(() => learn({ language: "xx", texts: TEXTS }));

test("a plural goes by the number, whose thousands are set apart by a narrow space", () => {
  assert.deepEqual([0, 1, 2, 4096, 1234567].map((n) => say("block", { n })),
    ["0 blocks", "1 block", "2 blocks", "4\u202f096 blocks", "1\u202f234\u202f567 blocks"]);
});

test("numbers are written as a text asks for, and texts as they are", () => {
  assert.equal(say("plain", { size: 1024 }), "K = 1024");
  assert.equal(say("rounded", { psnr: 30, name: "1234" }), "30.00 dB: 1234");
  assert.deepEqual([Infinity, -Infinity].map((psnr) => say("rounded", { psnr, name: "" })), ["∞ dB: ", "−∞ dB: "]);
});

test("an unknown text and a missing field are errors", () => {
  assert.throws(() => say("nothing"), /no text nothing/);
  assert.throws(() => say("plain"), /plain has no size/);
});

test("what waits for words goes on once they are there", () => {
  delete globalThis.vqLabWords;
  const done = [];
  whenSpoken(() => done.push(say("plain", { size: 1 })));
  assert.deepEqual([done, language()], [[], null]);
  learn({ language: "xx", texts: TEXTS });
  whenSpoken(() => done.push(language()));
  assert.deepEqual(done, ["K = 1", "xx"]);
});

test("a place is filled: its texts, with what is emphasized, and its attributes", () => {
  globalThis.document = { createElement: (tag) => ({ tag }) };
  const given = {}, text = { dataset: { say: "said" }, replaceChildren: (...parts) => Object.assign(given, { parts }) };
  const gain = {
    closest: () => ({ dataset: { side: "b" } }), getAttribute: () => "gain",
    setAttribute: (name, value) => { given[name] = value; },
  };
  fill({ querySelectorAll: (selector) => ({ "[data-say]": [text], "[data-say-title]": [gain] })[selector] ?? [] });
  assert.deepEqual(given, { parts: ["to ", { tag: "em", textContent: "be" }, " said"], title: "Gain of B" });
});
