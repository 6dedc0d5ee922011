// Pointers on the stage: what they pan, divide, zoom and pick, on a screen of two device pixels a pixel.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PointerInput } from "../../vqcore/viewer/pointer.js";

let canvas, said, viewer;

beforeEach(() => {
  globalThis.devicePixelRatio = 2;
  said = [];
  const say = (name) => (...what) => { said.push([name, ...what]); };
  canvas = {
    width: 800,
    getBoundingClientRect: () => ({ left: 10, top: 20, width: 400 }),
    setPointerCapture: () => {},
    classList: { toggle: () => {} },
  };
  viewer = {
    canvas, presenter: { isOn: false },
    stage: { mode: "divider", divider: 0.5, fitted: false, view: { zoom: 2 }, pixelAt: (point) => point },
  };
  viewer.advise = say("advise");
  viewer.places = { pan: say("pan"), divide: say("divide"), zoomTo: say("zoomTo"), zoomBy: say("zoomBy") };
  viewer.following = { pickAt: say("pickAt"), inspect: say("inspect") };
  new PointerInput(viewer);
});

const event = (x, y, more = {}) => ({
  clientX: 10 + x / 2, clientY: 20 + y / 2, button: 0, pointerId: 1, pointerType: "mouse", preventDefault: () => {}, ...more,
});
const press = (...where) => canvas.onpointerdown({ ...event(...where), type: "pointerdown" });
const move = (...where) => canvas.onpointermove({ ...event(...where), type: "pointermove" });
const release = (...where) => canvas.onpointerup({ ...event(...where), type: "pointerup" });

test("a hand that drags pans, in device pixels, and picks nothing", () => {
  press(100, 100);
  move(130, 90);
  move(140, 90);
  release(140, 90);
  assert.deepEqual(said, [["pan", 30, -10], ["pan", 10, 0]]);
});

test("what is seen whole does not pan", () => {
  viewer.stage.fitted = true;
  press(100, 100);
  move(130, 90);
  assert.deepEqual(said, []);
});

test("a click picks; a shake of the hand within 4 pixels is one", () => {
  press(100, 100);
  release(107, 100);
  assert.deepEqual(said, [["pickAt", { x: 107, y: 100 }, "mouse"]]);
  press(100, 100);
  release(108, 100);
  assert.equal(said.length, 1);
});

test("at the divider a hand divides, and picks nothing", () => {
  press(415, 100);
  move(495, 100);
  release(415, 100);
  assert.deepEqual(said, [["divide", 0.6]]);
});

test("a finger moves the divider from anywhere while all is seen", () => {
  viewer.stage.fitted = true;
  press(100, 100, { pointerType: "touch" });
  move(180, 100, { pointerType: "touch" });
  assert.deepEqual(said, [["divide", 0.6]]);
});

test("two fingers zoom, about where they are", () => {
  press(100, 100);
  press(200, 100, { pointerId: 2 });
  move(300, 100, { pointerId: 2 });
  assert.deepEqual(said, [["zoomTo", 4, { x: 300, y: 100 }]]);
  release(300, 100, { pointerId: 2 });
  release(100, 100);
  assert.equal(said.length, 1);
});

test("a hand that only points looks at the block there, until it leaves", () => {
  move(50, 60);
  canvas.onpointerleave();
  assert.deepEqual(said, [["inspect", { x: 50, y: 60 }], ["inspect", null]]);
});

test("the plain wheel is the page's; with Ctrl it zooms by turns", () => {
  canvas.onwheel(event(0, 0, { deltaY: 100 }));
  canvas.onwheel(event(8, 6, { deltaY: 30, ctrlKey: true }));
  assert.deepEqual(said, [["advise"]]);
  canvas.onwheel(event(8, 6, { deltaY: 30, ctrlKey: true }));
  assert.deepEqual(said.slice(1), [["zoomBy", -1, { x: 8, y: 6 }]]);
});
