// Components, called as streamlit calls them.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { componentOf } from "../../vqcore/viewer/component.js";
import { learn } from "../../vqcore/viewer/words.js";

const soon = () => new Promise((done) => setTimeout(done, 5));

const place = () => ({ isConnected: true, querySelectorAll: () => [] });

beforeEach(() => learn({ language: "xx", texts: {} }));

/** A component that writes down what happens to it. */
function diary() {
  const said = [];
  let made = 0;
  const component = componentOf(class {
    number = ++made;
    update({ data }) { said.push(`${this.number} ${data}`); }
    close() { said.push(`${this.number} closed`); }
  });
  return { said, call: (host, data) => component({ parentElement: host, data }) };
}

test("a place keeps its object, and another has its own", async () => {
  const { said, call } = diary(), one = place(), other = place();
  for (const [host, data] of [[one, "first"], [one, "again"], [other, "there"]]) {
    call(host, data);
    await soon();
  }
  assert.deepEqual(said, ["1 first", "1 again", "2 there"]);
});

test("a call that is taken back at once never happened", async () => {
  const { said, call } = diary(), host = place();
  call(host, "new");
  call(host, "old")();
  await soon();
  assert.deepEqual(said, ["1 new"]);
});

test("an object ends when its place has left the page, and not before", async () => {
  const { said, call } = diary(), host = place();
  const end = call(host, "here");
  await soon();
  end();
  await soon();
  assert.deepEqual(said, ["1 here"]);
  host.isConnected = false;
  end();
  await soon();
  assert.deepEqual(said, ["1 here", "1 closed"]);
});

test("a component begins once there are words, if its place is still there, and says its texts once", async () => {
  delete globalThis.vqLabWords;
  const { said, call } = diary(), host = place(), gone = place();
  host.querySelectorAll = (selector) => said.push(selector) && [];
  for (const each of [host, gone, host]) call(each, "here");
  await soon();
  gone.isConnected = false;
  assert.deepEqual(said, []);
  learn({ language: "xx", texts: {} });
  assert.deepEqual(said, ["[data-say]", "[data-say-title]", "[data-say-aria-label]", "1 here", "1 here"]);
});

test("in another language a place begins anew, as it was at first, with what it was called with last", async () => {
  const { said, call } = diary(), host = { ...place(), innerHTML: "at first" };
  call(host, "here");
  await soon();
  host.innerHTML = "filled";
  learn({ language: "yy", texts: {} });
  assert.deepEqual(said, ["1 here", "1 closed", "2 here"]);
  assert.equal(host.innerHTML, "at first");
  learn({ language: "yy", texts: {} });
  assert.equal(said.length, 3);
});
