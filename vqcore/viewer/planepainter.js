// What is painted of the plane: how many pairs lie where, cells, codewords and where these came from.

import { roundTicks } from "./axes.js";
import { clipped } from "./draw.js";
import { LEVELS } from "./layers.js";
import { say } from "./words.js";

const LEVEL_TICKS = [0, 64, 128, 192, 255];
const PEAK = LEVELS - 1;

export class PlanePainter {
  /** @param plane has: axes, layer, step, codewords, cells, size, chosen, live, placeOf(index) */
  constructor(plane) {
    Object.assign(this, { plane, axes: plane.axes });
  }

  draw() {
    const { axes } = this, ink = axes.theme("text-color"), accent = axes.theme("primary-color");
    axes.begin(...this.#axisOfEach());
    this.#drawDensity(ink);
    this.#drawCells(accent);
    if (!this.plane.live) this.#drawTrails(ink);
    this.#drawCodewords(accent, ink);
  }

  #axisOfEach() {
    const { isOfPixels, headings, box: { x, y, side } } = this.plane.layer;
    const ids = isOfPixels ? ["page.plane.left", "page.plane.right"] : ["page.plane.first", "page.plane.second"];
    return [x, y].map((from, axis) => {
      const ticks = isOfPixels ? LEVEL_TICKS : roundTicks(from, from + side);
      return { from, to: from + side, ticks, title: headings[axis] ?? say(ids[axis]) };
    });
  }

  /** Draw each pair as a square around its point, darker the more there are. */
  #drawDensity(ink) {
    const { context, frame } = this.axes;
    if (this.shadedOf !== this.plane.layer || this.ink !== ink) this.#shade(ink);
    const { isOfPixels } = this.plane.layer; // of which each is a point, not a part
    const width = isOfPixels ? frame.width / PEAK : 0, height = isOfPixels ? frame.height / PEAK : 0;
    clipped(context, frame, () => {
      context.imageSmoothingEnabled = false;
      context.drawImage(
        this.shading, frame.left - width / 2, frame.top - height / 2, frame.width + width, frame.height + height,
      );
    });
  }

  #shade(ink) {
    const { layer } = this.plane;
    Object.assign(this, { shadedOf: layer, ink });
    this.shading = Object.assign(document.createElement("canvas"), { width: LEVELS, height: LEVELS });
    const context = this.shading.getContext("2d");
    context.fillStyle = ink;
    context.fillRect(0, 0, LEVELS, LEVELS);
    const image = context.getImageData(0, 0, LEVELS, LEVELS);
    for (let x = 0; x < LEVELS; x++) {
      for (let y = 0; y < LEVELS; y++) {
        image.data[4 * ((PEAK - y) * LEVELS + x) + 3] = 0.85 * layer.shades[x * LEVELS + y];
      }
    }
    context.putImageData(image, 0, 0);
  }

  #drawCells(accent) {
    const { axes, axes: { context } } = this;
    context.beginPath();
    for (const cell of this.plane.cells) {
      for (let at = 0; at < cell.length; at += 2) {
        context[at ? "lineTo" : "moveTo"](...axes.pixelOf(cell[at], cell[at + 1]));
      }
      context.closePath();
    }
    context.strokeStyle = accent;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.stroke();
  }

  /** Draw where each codeword came from. */
  #drawTrails(ink) {
    const { axes, axes: { context }, plane: { codewords, layer, step } } = this;
    context.beginPath();
    for (let at = 0; at < codewords.length; at += 2) {
      layer.path.slice(0, step + 1).forEach((then, place) => {
        context[place ? "lineTo" : "moveTo"](...axes.pixelOf(then[at], then[at + 1]));
      });
    }
    context.strokeStyle = ink;
    context.lineWidth = devicePixelRatio;
    context.stroke();
  }

  #drawCodewords(accent, ink) {
    const { axes, plane: { size, chosen } } = this, paper = axes.theme("background-color");
    const place = (index) => axes.pixelOf(...this.plane.placeOf(index));
    for (let index = 0; index < size; index++) {
      if (index !== chosen) axes.dot(...place(index), 4.5, accent, paper);
    }
    if (chosen !== null) axes.dot(...place(chosen), 7, ink, accent);
  }
}
