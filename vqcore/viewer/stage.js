// The stage: which part of it each side has, and which place of the picture is seen there.

import { placed } from "./draw.js";

export const ZOOMS = [1 / 16, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
export const MODES = ["divider", "sides", "blink"];

/** Where the picture lies: zoom in device pixels a pixel, and the point in the middle. */
export class Stage {
  view = { zoom: 1, x: 0, y: 0 };
  fitted = true; // the whole picture, until a hand zooms in
  mode = "divider";
  divider = 0.5;
  swapped = false;

  /** @param canvas what is drawn on, and @param frame a function that returns the picture's width and height */
  constructor(canvas, frame) {
    Object.assign(this, { canvas, frameOf: frame });
  }

  get frame() {
    return this.frameOf();
  }

  /** Return the parts: for each side where it lies, and where it is to be seen. */
  parts() {
    const { width, height } = this.canvas;
    const whole = { left: 0, top: 0, width, height };
    const [first, second] = this.swapped ? ["b", "a"] : ["a", "b"];
    if (this.mode === "blink") return [{ name: first, part: whole, clip: whole }];
    const middle = Math.round(width * (this.mode === "sides" ? 0.5 : this.divider));
    const left = { left: 0, top: 0, width: middle, height };
    const right = { left: middle, top: 0, width: width - middle, height };
    const place = (side) => (this.mode === "sides" ? side : whole);
    return [
      { name: first, part: place(left), clip: left },
      { name: second, part: place(right), clip: right },
    ];
  }

  /** Return the zoom at which a part shows the whole picture, as large as it can be. */
  get least() {
    const { width, height } = this.frame, [{ part }] = this.parts();
    return Math.min(part.width / width, part.height / height);
  }

  fit() {
    const { width, height } = this.frame;
    this.fitted = true;
    this.view = { zoom: this.least, x: width / 2, y: height / 2 };
  }

  /** Zoom in or out to the next step; out stops where the whole picture is seen. */
  zoomBy(steps, at = this.centre()) {
    const { zoom } = this.view;
    const next = steps > 0
      ? ZOOMS.find((level) => level > zoom * 1.001) : ZOOMS.findLast((level) => level < zoom * 0.999);
    if (next) this.zoomTo(next, at);
  }

  /** Go to a place that was asked for, as far as it can be shown. */
  goTo({ zoom, x, y }) {
    this.fitted = false;
    this.view = { zoom: Math.max(Math.min(this.least, 1), Math.min(ZOOMS.at(-1), zoom)), x, y };
    this.pan(0, 0);
  }

  /** Keep what is seen within the stage, whose size has changed. */
  resized() {
    if (this.fitted) this.fit();
    else this.pan(0, 0);
  }

  /** Zoom so that the picture stays where it is under a point of the stage. */
  zoomTo(zoom, at = this.centre()) {
    const { part } = this.partAt(at), { view } = this;
    if (zoom < view.zoom && zoom <= this.least) return this.fit();
    const dx = at.x - part.left - part.width / 2, dy = at.y - part.top - part.height / 2;
    this.fitted = false;
    this.view = { zoom, x: view.x + dx / view.zoom - dx / zoom, y: view.y + dy / view.zoom - dy / zoom };
    this.pan(0, 0);
  }

  /** Show a picture at a zoom above or below that of the whole: one to one. */
  actual() {
    const { width, height } = this.frame;
    this.fitted = false;
    this.view = { zoom: 1, x: Math.min(this.view.x, width), y: Math.min(this.view.y, height) };
    this.pan(0, 0);
  }

  /** Move the picture by device pixels; a side that is longer than its part covers it. */
  pan(dx, dy) {
    const { width, height } = this.frame, { view } = this, [{ part }] = this.parts();
    const inside = (value, length, room) => {
      const half = Math.min(room / view.zoom, length) / 2;
      return Math.max(half, Math.min(length - half, value));
    };
    view.x = inside(view.x - dx / view.zoom, width, part.width);
    view.y = inside(view.y - dy / view.zoom, height, part.height);
  }

  centre() {
    const [{ part }] = this.parts();
    return { x: part.left + part.width / 2, y: part.top + part.height / 2 };
  }

  partAt({ x }) {
    const parts = this.parts();
    return parts.find(({ clip }) => x >= clip.left && x < clip.left + clip.width) ?? parts[0];
  }

  /** Return the side and the pixel of the picture at a point of the stage. */
  pixelAt(point) {
    const { name, part } = this.partAt(point);
    const { left, top } = placed(this.view, part);
    const { zoom } = this.view;
    return { name, x: Math.floor((point.x - left) / zoom), y: Math.floor((point.y - top) / zoom) };
  }
}
