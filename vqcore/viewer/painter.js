// What is painted: both sides on the stage, lit blocks, names, the divider; and the same once more, small.

import { clipped, dimmed, drawDimmed, drawGrid, drawSide, same, Surface } from "./draw.js";
import { partsOf } from "./shows.js";
import { Stage } from "./stage.js";

export class Painter {
  #surfaces = { a: new Surface(), b: new Surface() };
  #masks = { a: null, b: null }; // { layer, index, canvas } of the blocks that are lit

  /** @param viewer has: root, canvas, stage, frame, sides, following, grid, presenter, strip */
  constructor(viewer) {
    Object.assign(this, { viewer, sides: viewer.sides });
    this.context = viewer.canvas.getContext("2d", { willReadFrequently: true });
  }

  clear() {
    const { width, height } = this.viewer.canvas;
    this.context.clearRect(0, 0, width, height);
  }

  draw() {
    const { stage } = this.viewer;
    this.clear();
    for (const place of stage.parts()) this.#drawPart(place);
    if (stage.mode === "divider") this.#drawDivider();
  }

  /** Draw both sides small, the whole picture, as they share the stage. */
  drawSmall(canvas) {
    const { stage: { mode, divider, swapped }, frame } = this.viewer, context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    const small = Object.assign(new Stage(canvas, () => frame), { mode, divider, swapped });
    small.fit();
    for (const { name, part, clip } of small.parts()) {
      this.#drawPicture(context, name, small.view, part, clip);
      this.#drawLight(context, name, small.view, part, clip);
    }
  }

  /** Return a canvas with the exact pixels of a side. */
  decoded(name) {
    const { sides } = this, surface = this.#surfaces[name], flat = sides.flatOf(name);
    const layer = flat ? null : sides.decodedOf(name);
    const show = layer ? partsOf(sides.showOf(name)).what : "flat";
    surface.show({ show, layer, original: flat ?? sides.layers.original, gain: sides[name].gain });
    return surface.canvas;
  }

  #drawPart({ name, part, clip }) {
    const { context, sides } = this, { stage: { view }, grid } = this.viewer;
    this.#drawPicture(context, name, view, part, clip);
    if (sides.hasCodebook && grid) drawGrid(context, this.#blocksOn(name), view, part, clip);
    this.#drawLight(context, name, view, part, clip);
    this.#drawName(name, clip);
  }

  /** Return the layer whose blocks are marked on a side: its own, or that of the side used last. */
  #blocksOn(name) {
    return this.sides.flatOf(name) ? this.sides.book : this.sides.layerOf(name);
  }

  #drawPicture(context, name, view, part, clip) {
    const flat = this.sides.flatOf(name);
    if (!flat || flat.pixels) drawSide(context, this.decoded(name), view, part, clip);
  }

  /** Leave bright the blocks that share the codeword, or the entry, of the one followed; darken the others. */
  #drawLight(context, name, view, part, clip) {
    const { sides, viewer: { following } } = this;
    if (!following.picked || !sides.hasCodebook) return;
    const whole = this.#blocksOn(name);
    const layer = following.picked.isWhole ? whole : sides.entriesOf(whole);
    const index = following.codewordOf(layer);
    if (index !== null) drawDimmed(context, this.#mask(name, layer, index), layer, view, part, clip);
  }

  #mask(name, layer, index) {
    if (!same(this.#masks[name], { layer, index })) {
      this.#masks[name] = { layer, index, canvas: dimmed(layer, index) };
    }
    return this.#masks[name].canvas;
  }

  #drawName(name, clip) {
    const { context, viewer: { stage, presenter, root } } = this;
    const scale = devicePixelRatio * (presenter.isOn ? 2 : 1);
    const text = this.sides.nameOf(name);
    context.font = `${13 * scale}px ${getComputedStyle(root).fontFamily}`;
    const width = context.measureText(text).width + 12 * scale;
    const left = name === (stage.swapped ? "a" : "b") && stage.mode !== "blink"
      ? clip.left + clip.width - width : clip.left;
    clipped(context, clip, () => {
      context.fillStyle = "rgba(0, 0, 0, 0.75)";
      context.fillRect(left, 0, width, 24 * scale);
      context.fillStyle = "#fff";
      context.fillText(text, left + 6 * scale, 17 * scale);
    });
  }

  #drawDivider() {
    const { context, viewer: { canvas, stage } } = this;
    const x = Math.round(canvas.width * stage.divider);
    context.fillStyle = "#000";
    context.fillRect(x - 2, 0, 4, canvas.height);
    context.fillStyle = "#fff";
    context.fillRect(x - 1, 0, 2, canvas.height);
    context.beginPath();
    context.arc(x, canvas.height / 2, 9 * devicePixelRatio, 0, 7);
    context.fill();
    context.strokeStyle = "#000";
    context.stroke();
  }
}
