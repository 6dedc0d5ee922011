// The view in the address: what is read is what was written, and nonsense is nothing.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { placeOf, Trail, viewOfAddress, writeView } from "../../vqcore/viewer/address.js";

const HOME = "http://localhost:8501/";
let visited;

beforeEach(() => {
  visited = [];
  globalThis.location = new URL(HOME);
  globalThis.history = {
    state: null,
    replaceState: (_, __, address) => { location.href = address; },
    pushState: (_, __, address) => { visited.push(location.href); location.href = address; },
  };
});

const EMPTY = { k: null, ka: null, a: null, b: null, mode: null, divider: null, at: null, pick: null, column: null, ca: null, cb: null };

test("an address without a view has none", () => {
  assert.deepEqual(viewOfAddress(), EMPTY);
});

test("a view is read as it was written", () => {
  writeView({ k: 32, ka: 2, a: "original", b: "difference", mode: "sides", divider: 0.25, at: "2,100.5,7", pick: 0, column: "sum2", ca: 1, cb: 3 });
  assert.deepEqual(viewOfAddress(), {
    k: 32, ka: 2, a: "original", b: "difference", mode: "sides", divider: 0.25,
    at: { zoom: 2, x: 100.5, y: 7 }, pick: 0, column: "sum2", ca: 1, cb: 3,
  });
});

for (const [name, ...texts] of [
  ["k", "", "-1", "1.5", "two", "0", "1e3", "12345678901"],
  ["pick", "-1", "x"],
  ["column", "", "-1", "sum", "12", "shape"],
  ["cb", "0", "x"],
  ["mode", "", "toString", "both"],
  ["divider", "", "-0.1", "1.1", "x"],
  ["at", "", "1", "1,2", "0,1,1", "33,1,1", "1,-1,1", "1,1,Infinity", "1,NaN,2", "x", "a,b,c"],
]) {
  for (const text of texts) {
    test(`${name}=${text} is nothing`, () => {
      writeView({ [name]: text });
      assert.deepEqual(viewOfAddress(), EMPTY);
    });
  }
}

test("what is null leaves the address, and the rest stays", () => {
  location.href = `${HOME}?k=4&block=8`;
  writeView({ k: null });
  assert.equal(location.href, `${HOME}?block=8`);
});

test("a place is picture, settings and panel, in any order, not the view", () => {
  assert.equal(placeOf(`${HOME}?picture=a&block=8&k=4&digest=1&column=1&ca=2&cb=1`), placeOf(`${HOME}?block=8&needs=2&picture=a&at=1,2,3`));
  assert.notEqual(placeOf(`${HOME}?block=8`), placeOf(`${HOME}?block=4`));
});

/** A trail whose navigation is called by hand: to an address that streamlit writes, or back to one. */
function trail(onReturn = () => {}, onWritten = () => {}) {
  const hands = {};
  globalThis.addEventListener = (name, act) => { hands[name] = act; };
  globalThis.navigation = { addEventListener: (_, act) => { hands.go = act; } };
  const made = new Trail(new AbortController().signal, onReturn, onWritten);
  return {
    made,
    press: () => hands.pointerdown(),
    to: (address, navigationType = "replace") => {
      location.href = address;
      hands.go({ navigationType });
    },
  };
}

test("another picture is a new place for Back, another K is not", () => {
  const { press, to } = trail();
  press();
  to(`${HOME}?k=4`);
  assert.deepEqual(visited, []);
  to(`${HOME}?picture=coffee`);
  assert.deepEqual(visited, [`${HOME}?k=4`]);
  assert.equal(location.href, `${HOME}?picture=coffee`);
});

test("the view is written again where others wrote over it", () => {
  let written = 0;
  const { to } = trail(() => {}, () => { written += 1; });
  to(`${HOME}?picture=coffee`);
  assert.equal(written, 1);
  Trail.isWriting = true;
  to(`${HOME}?picture=coffee&k=4`);
  Trail.isWriting = false;
  assert.equal(written, 1);
  to(`${HOME}`, "traverse");
  assert.equal(written, 1);
});

test("what is corrected after a way back is no new place, until a hand acts", () => {
  let returned = 0;
  const { press, to } = trail(() => { returned += 1; });
  press();
  to(`${HOME}?picture=coffee`, "traverse");
  to(`${HOME}?picture=coffee&block=8`);
  assert.deepEqual([returned, visited], [1, []]);
  press();
  to(`${HOME}?picture=camera`);
  assert.deepEqual(visited, [`${HOME}?picture=coffee&block=8`]);
});
