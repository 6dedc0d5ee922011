// The stage: parts, zoom, and which place is seen.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Stage, ZOOMS } from "../../vqcore/viewer/stage.js";

/** A stage of 800 × 400 with a picture of 200 × 200. */
const stage = (more = {}) =>
  Object.assign(new Stage({ width: 800, height: 400 }, () => ({ width: 200, height: 200 })), more);
const places = (it) => it.parts().map(({ name, part, clip }) => [name, part.left, part.width, clip.left, clip.width]);

test("with a divider both have the whole stage, and are seen up to it", () => {
  assert.deepEqual(places(stage({ divider: 0.25 })), [["a", 0, 800, 0, 200], ["b", 0, 800, 200, 600]]);
});

test("side by side each has its half", () => {
  assert.deepEqual(places(stage({ mode: "sides", divider: 0.25 })), [["a", 0, 400, 0, 400], ["b", 400, 400, 400, 400]]);
});

test("in turn one has it all, and swapped they change places", () => {
  assert.deepEqual(places(stage({ mode: "blink" })), [["a", 0, 800, 0, 800]]);
  assert.deepEqual(places(stage({ mode: "blink", swapped: true })), [["b", 0, 800, 0, 800]]);
  assert.deepEqual(stage({ swapped: true }).parts().map(({ name }) => name), ["b", "a"]);
});

test("the whole picture fits its part", () => {
  const whole = stage();
  whole.fit();
  assert.deepEqual(whole.view, { zoom: 2, x: 100, y: 100 });
  assert.equal(whole.fitted, true);
});

test("zoom goes to the next step, as far as there are any, and out to the whole", () => {
  const it = stage();
  it.fit();
  it.zoomBy(1);
  assert.deepEqual([it.view.zoom, it.fitted], [3, false]);
  for (let step = 0; step < 20; step++) it.zoomBy(1);
  assert.equal(it.view.zoom, ZOOMS.at(-1));
  for (let step = 0; step < 20; step++) it.zoomBy(-1);
  assert.deepEqual([it.view.zoom, it.fitted], [2, true]);
});

test("a pixel stays under the pointer when it zooms", () => {
  const it = stage(), point = { x: 530, y: 170 };
  it.fit();
  it.zoomTo(8, { x: 300, y: 220 });
  const before = it.pixelAt(point);
  it.zoomTo(16, point);
  assert.deepEqual(it.pixelAt(point), before);
});

test("a picture that is longer than its part covers it", () => {
  const it = stage();
  it.goTo({ zoom: 8, x: 0, y: 1000 });
  assert.deepEqual(it.view, { zoom: 8, x: 50, y: 175 });
  it.pan(80, 0);
  assert.deepEqual([it.view.x, it.view.y], [50, 175]);
  it.pan(-80, 80);
  assert.deepEqual([it.view.x, it.view.y], [60, 165]);
});

test("a zoom beyond the last or below the least is the nearest that there is", () => {
  const it = stage();
  it.goTo({ zoom: 99, x: 100, y: 100 });
  assert.equal(it.view.zoom, 32);
  it.goTo({ zoom: 0.01, x: 100, y: 100 });
  assert.equal(it.view.zoom, 1);
});

test("a zoom that is nearly a step goes to the next", () => {
  const it = stage();
  it.goTo({ zoom: 2.9999, x: 100, y: 100 });
  it.zoomBy(1);
  assert.equal(it.view.zoom, 4);
});

test("one to one stays at the place that was seen", () => {
  const it = stage({ canvas: { width: 100, height: 100 } });
  it.goTo({ zoom: 8, x: 120, y: 60 });
  it.actual();
  assert.deepEqual(it.view, { zoom: 1, x: 120, y: 60 });
  it.canvas = { width: 800, height: 400 };
  it.actual();
  assert.deepEqual(it.view, { zoom: 1, x: 100, y: 100 });
});

test("the pixel at a point, of the side that is there", () => {
  const it = stage();
  it.fit();
  assert.deepEqual(it.pixelAt({ x: 201, y: 3 }), { name: "a", x: 0, y: 1 });
  assert.deepEqual(it.pixelAt({ x: 599, y: 399 }), { name: "b", x: 199, y: 199 });
  assert.deepEqual(it.pixelAt({ x: 0, y: 0 }), { name: "a", x: -100, y: 0 });
  assert.equal(it.pixelAt({ x: 900, y: 0 }).name, "a");
});

test("a stage of another size shows the whole again, or the same place", () => {
  const it = stage();
  it.fit();
  it.canvas.width = 100;
  it.resized();
  assert.equal(it.view.zoom, 0.5);
  it.goTo({ zoom: 4, x: 100, y: 100 });
  it.canvas.width = 800;
  it.resized();
  assert.deepEqual(it.view, { zoom: 4, x: 100, y: 100 });
});
