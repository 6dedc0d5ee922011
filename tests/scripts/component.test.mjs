// Components, called as streamlit calls them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { componentOf } from "../../vqcore/viewer/component.js";

const soon = () => new Promise((done) => setTimeout(done, 5));

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
  const { said, call } = diary(), one = { isConnected: true }, other = { isConnected: true };
  for (const [host, data] of [[one, "first"], [one, "again"], [other, "there"]]) {
    call(host, data);
    await soon();
  }
  assert.deepEqual(said, ["1 first", "1 again", "2 there"]);
});

test("a call that is taken back at once never happened", async () => {
  const { said, call } = diary(), host = { isConnected: true };
  call(host, "new");
  call(host, "old")();
  await soon();
  assert.deepEqual(said, ["1 new"]);
});

test("an object ends when its place has left the page, and not before", async () => {
  const { said, call } = diary(), host = { isConnected: true };
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
