// The story: what is told of a K, and how it goes on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Story, storyOf } from "../../vqcore/viewer/story.js";

test("one codeword says nothing, two are a surprise", () => {
  assert.equal(storyOf({ size: 1, blocks: 4096 }), "K = 1: 4\u202f096 blocks, all alike. No bits, and it says nothing.");
  assert.equal(storyOf({ size: 2, blocks: 1 }), "K = 2: 1 block, one bit each. Already a surprise.");
  assert.equal(storyOf({ size: 2, blocks: 9, nominal: "512:1" }), "K = 2: 9 blocks, one bit each: 512:1. Already a surprise.");
});

test("the others say their bits, and their file once it is known", () => {
  assert.equal(storyOf({ size: 32, blocks: 9 }), "K = 32: 9 blocks, 5 bits each.");
  assert.equal(storyOf({ size: 24, blocks: 9 }), "K = 24: 9 blocks, 4.6 bits each.");
  assert.equal(
    storyOf({ size: 32, blocks: 9, nominal: "102:1", file: "3 kB", psnr: "30 dB" }),
    "K = 32: 9 blocks, 5 bits each: 102:1. Its file, codebook and all: 3 kB, 30 dB.",
  );
  assert.equal(storyOf({ size: 4, blocks: 9, file: "3 kB" }), "K = 4: 9 blocks, 2 bits each. Its file, codebook and all: 3 kB.");
});

/** A story over 1, 2, 32 that waits for a hand at each, or goes on by itself. */
function storyWith(choices) {
  const shown = [];
  const parts = { ".pace": { value: "0.001" }, ".paceshown": {}, ".stops": { value: "few" } };
  for (const name of ["loop", "pause"]) parts[`.${name}`] = { checked: Boolean(choices[name]) };
  const story = new Story({
    find: (selector) => parts[selector],
    stopsOf: () => [1, 2, 32],
    scrubTo: (size) => shown.push(size),
    tell: (size) => shown.push(`told ${size}`),
  });
  return { story, shown };
}

test("it waits at each stop, and ends after the last", () => {
  const { story, shown } = storyWith({ pause: true });
  for (let press = 0; press < 4; press++) {
    story.toggle();
    assert.equal(story.isOn, press < 3);
  }
  assert.deepEqual(shown, [1, "told 1", 2, "told 2", 32, "told 32", "told null"]);
});

test("over and over it begins again", () => {
  const { story, shown } = storyWith({ pause: true, loop: true });
  for (let press = 0; press < 4; press++) story.toggle();
  assert.deepEqual(shown.at(-2), 1);
  story.stop();
  assert.equal(story.isOn, false);
});

test("it goes on by itself", async () => {
  const { story, shown } = storyWith({});
  story.toggle();
  while (story.isOn) await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual(shown, [1, "told 1", 2, "told 2", 32, "told 32", "told null"]);
});
