// Fewer columns: a slider for how many of them are decoded, with what each comes to.

import { isAlike, psnrOf } from "./columns.js";
import { NAMES } from "./sides.js";
import { decibels, textOf } from "./texts.js";
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

  #choose(place) {
    const { refines, parts } = this.layer, columns = refines[place - 1];
    this.viewer.change(this.sides.decoding(), { columns: columns === parts.length ? Infinity : columns });
  }

  /** Let the slider say what is decoded; it is there where fewer columns make sense. */
  sync() {
    const { input, layer } = this, { refines = [] } = layer, name = this.sides.decoding();
    clearTimeout(this.#waiting);
    this.place.hidden = !refines.length;
    if (!refines.length) return;
    const all = layer.parts.length, columns = this.sides.columnsOf(name);
    Object.assign(input, { max: refines.length, value: refines.indexOf(columns) + 1, ariaLabel: say("page.refine.of", { side: NAMES[name] }) });
    input.ariaValueText = say("page.refine.some", { columns, all });
    this.#tell(layer, columns, []);
    const { original } = this.sides.layers;
    if (!isAlike(original, layer)) return;
    this.#waiting = setTimeout(() => this.#measure(layer, original, columns), AFTER);
  }

  /**
   * Say what the columns come to, of the original of then: another picture may be on its way by now.
   * One is measured at a time, so that a hand that moves meanwhile does not wait for all.
   */
  #measure(layer, original, columns, known = []) {
    const { refines } = layer, measured = [...known, decibels(psnrOf(layer, original, refines[known.length]))];
    this.#tell(layer, columns, measured);
    if (measured.length < refines.length) this.#waiting = setTimeout(() => this.#measure(layer, original, columns, measured));
  }

  #tell({ refines }, columns, measured) {
    this.told.replaceChildren(...refines.map((some, place) => {
      const told = textOf("span", measured[place] ?? some);
      told.classList.toggle("now", some === columns);
      return told;
    }));
  }

  stop() {
    clearTimeout(this.#waiting);
  }
}
