// Fewer columns: a slider for how many of them are decoded, with what each comes to.

import { isAlike, psnrOf } from "./columns.js";
import { NAMES } from "./sides.js";
import { decibels, listed, textOf } from "./texts.js";
import { say } from "./words.js";

const AFTER = 200; // ms in which nothing is moved, before what takes long is measured

export class Refining {
  #waiting = null;

  /** @param viewer has: find(selector), sides, change(name, values) */
  constructor(viewer) {
    Object.assign(this, { viewer, sides: viewer.sides });
    this.place = viewer.find(".refine");
    this.input = viewer.find(".refine input");
    this.told = viewer.find(".refined");
    this.input.oninput = ({ target }) => this.#choose(Number(target.value));
  }

  /** Return the layer that the slider is of: of the side used last. */
  get layer() {
    return this.sides.layerOf(this.sides.decoding());
  }

  #choose(columns) {
    const isAll = columns === this.layer.parts.length;
    this.viewer.change(this.sides.decoding(), { columns: isAll ? Infinity : columns });
  }

  /** Let the slider say what is decoded; it is there where fewer columns make sense. */
  sync() {
    const { input, layer } = this, name = this.sides.decoding();
    clearTimeout(this.#waiting);
    this.place.hidden = !layer.refines;
    if (!layer.refines) return;
    const all = layer.parts.length, columns = Math.min(this.sides[name].columns, all);
    Object.assign(input, { max: all, value: columns, ariaLabel: say("page.refine.of", { side: NAMES[name] }) });
    input.ariaValueText = say("page.refine.some", { columns, all });
    this.#tell(layer, columns, (some) => (some === columns ? say("page.refine.some", { columns, all }) : String(some)));
    if (!isAlike(this.sides.layers.original, layer)) return;
    this.#waiting = setTimeout(() => this.#measure(layer, columns), AFTER);
  }

  #measure(layer, columns) {
    const { original } = this.sides.layers;
    this.#tell(layer, columns, (some) => {
      const psnr = decibels(psnrOf(layer, original, some));
      return listed(": ", say("page.refine.some", { columns: some, all: layer.parts.length }), psnr);
    });
  }

  #tell(layer, columns, textFor) {
    this.told.replaceChildren(...layer.parts.map((_, before) => {
      const told = textOf("span", textFor(before + 1));
      told.classList.toggle("now", before + 1 === columns);
      return told;
    }));
  }

  stop() {
    clearTimeout(this.#waiting);
  }
}
