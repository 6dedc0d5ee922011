// The story: what is told of a K, and how it goes on.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
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

/** A story of a picture with these sizes, that waits for a hand at each stop, or goes on by itself. */
function storyWith(choices, sizes = [1, 2, 8, 32]) {
  const shown = [], parts = { ".pace": { value: "0.001" }, ".paceshown": {}, ".caption": {} };
  parts[".stops"] = { value: choices.all ? "all" : "few" };
  for (const name of ["loop", "pause"]) parts[`.${name}`] = { checked: Boolean(choices[name]) };
  const button = {}, caption = parts[".caption"];
  const story = new Story({
    root: { querySelectorAll: () => [button] },
    find: (selector) => parts[selector],
    sides: { sizes, hasCodebook: true, layers: { sizes: [{ columns: 3, rows: 2 }], figures: new Map() } },
    scrubTo: (size) => shown.push(size),
    presenter: { wake: () => {} },
  });
  return { story, shown, button, caption };
}

test("it waits at each stop, and ends after the last", () => {
  const { story, shown, button, caption } = storyWith({ pause: true });
  for (let press = 0; press < 4; press++) {
    story.toggle();
    assert.deepEqual([story.isOn, caption.hidden, button.textContent], press < 3 ? [true, false, "Next"] : [false, true, "Play"]);
  }
  assert.deepEqual(shown, [1, 2, 32]);
});

test("over and over it begins again", () => {
  const { story, shown } = storyWith({ pause: true, loop: true });
  for (let press = 0; press < 4; press++) story.toggle();
  assert.deepEqual(shown, [1, 2, 32, 1]);
  story.stop();
  assert.equal(story.isOn, false);
});

test("it goes on by itself, and stops when asked", async () => {
  const { story, shown, button } = storyWith({ all: true });
  story.toggle();
  assert.equal(button.textContent, "Stop");
  while (story.isOn) await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual([shown, button.textContent], [[1, 2, 8, 32], "Play"]);
  story.toggle();
  story.toggle();
  assert.deepEqual([story.isOn, shown], [false, [1, 2, 8, 32, 1]]);
});

test("where few of the few are there, it stops at all", () => {
  const { story, shown, caption } = storyWith({ pause: true }, [2, 3]);
  story.toggle();
  assert.equal(caption.textContent, "K = 2: 6 blocks, one bit each. Already a surprise.");
  story.toggle();
  assert.deepEqual(shown, [2, 3]);
});
