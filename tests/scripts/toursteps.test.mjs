// The steps of the tour: which are done, and the numbers they speak of.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { nearest, STEPS } from "../../vqcore/viewer/toursteps.js";
import { say } from "../../vqcore/viewer/words.js";

const SEEN = {
  size: 2, sizes: [1, 2, 4, 8, 16, 32, 64], name: "cat", facts: { blocks: "9 blocks", size: "4 × 4", bits: "5 bits", dimension: 16 },
  isPointing: false, isFollowing: false, shown: { a: "original", b: "rebuilt" },
  figuresOf: (size) => ({ psnr_db: `${size} dB`, file_bytes: "1 kB", file_ratio: "9:1", nominal_ratio: "8:1", codebook_bytes: "99 B" }),
};
const step = (id) => STEPS.find((each) => each.id === id);
const isDone = (id, now) => step(id).isDone({ ...SEEN, ...now });

test("the K of a step is the nearest there is", () => {
  assert.deepEqual([1, 2, 32].map((wanted) => nearest([1, 3], wanted)), [1, 3, 3]);
  assert.equal(nearest([1], 32), 1);
  assert.equal(step("k32").fields({ ...SEEN, sizes: [1, 20] }).size, 20);
});

test("each step is done by what it asks for, and by nothing else", () => {
  assert.deepEqual(STEPS.filter(({ isDone: it }) => it(SEEN)).map(({ id }) => id), ["k2"]);
  assert.ok(isDone("block", { isPointing: true }));
  assert.ok(isDone("vector", { isFollowing: true }));
  assert.ok(!isDone("vector", { isPointing: true }));
  assert.ok(isDone("k1", { size: 1 }));
  assert.ok(isDone("k32", { size: 32 }));
  assert.ok(isDone("bytes", { size: 64 }));
  assert.ok(isDone("rival", { shown: { a: "match jpeg size", b: "rebuilt" } }));
});

test("where one codeword is all there is, no step speaks of two", () => {
  const wordsAt = (sizes) => STEPS.filter(({ words }) => words).map(({ words }) => words({ ...SEEN, sizes }));
  assert.deepEqual(wordsAt([1]).slice(2, 5), ["k1", "only", "only"]);
  assert.deepEqual(wordsAt([1, 2]), ["block", "vector", "k1", "k2", "k32", "bytes"]);
  assert.match(say("page.tour.only.name", step("k2").fields({ ...SEEN, sizes: [1] })), /^K = 1, no more/);
});

test("of a whole picture no step speaks of blocks cut, of means, or of bits a block", () => {
  const wordsAt = (sizes) => STEPS.map(({ id, words }) => words?.({ ...SEEN, sizes, isWhole: true }) ?? id);
  const k = ["whole-k1", "whole-k2", "whole-k32"];
  assert.deepEqual(wordsAt([1, 2]), ["whole-block", "whole-vector", ...k, "whole-bytes", "rival"]);
  assert.deepEqual(wordsAt([1]).slice(3, 5), ["whole-only", "whole-only"]);
  const said = STEPS.map(({ words, id, fields }) => say(`page.tour.${words?.({ ...SEEN, isWhole: true }) ?? id}.text`, fields(SEEN)));
  assert.doesNotMatch(said.join(" "), /block|mean|bits/);
});

test("every text of a step has what it speaks of", () => {
  for (const { id, words, fields } of STEPS) {
    for (const isWhole of [false, true]) {
      const own = words?.({ ...SEEN, isWhole }) ?? id;
      for (const part of ["name", "text", "task", "aim"]) assert.ok(say(`page.tour.${own}.${part}`, fields(SEEN)));
    }
  }
  assert.match(say("page.tour.k32.text", step("k32").fields(SEEN)), /^32 codewords, 5 bits a block/);
  assert.match(say("page.tour.k2.aim", step("k2").fields(SEEN)), /^PSNR is 2 dB/);
});
