// Ids of what is shown.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./english.mjs";
import { isMatch, isUpload, partsOf, plainChoices, rebuiltWith } from "../../vqcore/viewer/shows.js";

test("what is shown is taken apart", () => {
  assert.deepEqual(partsOf("difference with a with b"), { what: "difference", codebook: "a with b" });
  assert.deepEqual(partsOf("difference"), { what: "difference", codebook: null });
  assert.deepEqual(partsOf("original with x"), { what: "original with x", codebook: null });
  assert.deepEqual(partsOf(rebuiltWith("7")), { what: "rebuilt", codebook: "7" });
});

test("uploads and rivals' files are told by their ids", () => {
  const ids = ["original", "rebuilt", "file 9", "indices with 7", "match jpeg size"];
  assert.deepEqual(ids.filter(isUpload), ["file 9", "indices with 7"]);
  assert.deepEqual(ids.filter(isMatch), ["match jpeg size"]);
});

test("what compares needs an original", () => {
  assert.deepEqual(plainChoices("p").map(([id]) => id), ["original", "rebuilt", "difference", "indices"]);
  assert.deepEqual(plainChoices(null).map(([id]) => id), ["rebuilt", "indices"]);
});
