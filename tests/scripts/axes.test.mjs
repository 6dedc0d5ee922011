// Axes: where values lie, and round numbers beside them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Axes, roundTicks } from "../../vqcore/viewer/axes.js";

/** Axes with a frame of 200 × 100 pixels at (50, 10), on a canvas that the page shows at half its size. */
function axesOf(x, y) {
  const canvas = { width: 300, getBoundingClientRect: () => ({ left: 7, top: 3, width: 150 }) };
  const frame = { left: 50, top: 10, width: 200, height: 100 };
  return Object.assign(Object.create(Axes.prototype), { canvas, frame, x, y });
}

const PLAIN = { from: -10, to: 10 }, POWERS = { from: 1, to: 100, log: true };

test("values lie in their share of the frame, upwards", () => {
  const axes = axesOf(PLAIN, { from: 0, to: 4 });
  assert.deepEqual(axes.pixelOf(-10, 0), [50, 110]);
  assert.deepEqual(axes.pixelOf(10, 4), [250, 10]);
  assert.deepEqual(axes.pixelOf(0, 1), [150, 85]);
});

test("on a logarithmic axis ratios are lengths", () => {
  const axes = axesOf(POWERS, POWERS);
  assert.deepEqual([1, 10, 100].map((value) => axes.pixelOf(value, 1)[0]), [50, 150, 250]);
});

test("a pointer is where its values are drawn", () => {
  for (const [x, y] of [[PLAIN, PLAIN], [POWERS, PLAIN], [PLAIN, POWERS]]) {
    const axes = axesOf(x, y), [left, top] = axes.pixelOf(4, 7);
    const [across, up] = axes.pointAt({ clientX: 7 + left / 2, clientY: 3 + top / 2 });
    assert.ok(Math.abs(across - 4) < 1e-9 && Math.abs(up - 7) < 1e-9, `${across}, ${up}`);
  }
});

for (const [from, to, expected] of [
  [0, 10, [0, 2, 4, 6, 8, 10]],
  [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [-3, 3, [-2, 0, 2]],
  [-1, 1, [-1, -0.5, 0, 0.5, 1]],
  [93, 187, [100, 120, 140, 160, 180]],
  [0.012, 0.019, [0.012, 0.014, 0.016, 0.018]],
]) {
  test(`round ticks from ${from} to ${to}`, () => {
    assert.deepEqual(roundTicks(from, to), expected);
  });
}

test("round ticks are a few in the range, as far apart as each other", () => {
  for (let at = 1; at < 200; at++) {
    const from = Math.sin(at) * 10 ** (at % 7 - 3), to = from + (1 + Math.cos(at) / 2) * 10 ** (at % 5 - 2);
    const ticks = roundTicks(from, to), step = ticks[1] - ticks[0];
    assert.ok(ticks.length >= 2 && ticks.length <= 6, `${from} to ${to}: ${ticks}`);
    for (const [place, tick] of ticks.entries()) {
      assert.ok(Math.abs(tick - ticks[0] - place * step) < 1e-3 * step);
      assert.ok(tick > from - 1e-3 * step && tick < to + 1e-3 * step);
    }
  }
});
