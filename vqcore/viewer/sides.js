// The two sides: what each shows, of the layers that are there. Nothing here knows the page.

import { areLooks, choicesOfColumns, coarser, entriesOf, firstColumn, isAlike, psnrOf, summedBy, sumsOf } from "./columns.js";
import { choicesOf, fileShow, isMatch, isUpload, partsOf } from "./shows.js";
import { decibels, listed } from "./texts.js";
import { say } from "./words.js";

export const NAMES = { a: "A", b: "B" };
const ON_ITS_WAY = { get name() { return say("page.side.on-its-way"); }, figures: "" };

/** Sides by name, with what was chosen for each; `layers` and `data` are what the page and the script have brought. */
export class Sides {
  active = "b"; // the one used last
  column = null; // whose entries are looked at, as `choicesOfColumns` has it; null for those of the largest
  layers = null;
  data = null;
  a = { show: "original", size: null, step: 0, gain: 4, columns: Infinity };
  b = { show: "rebuilt", size: null, step: 0, gain: 4, columns: Infinity };

  get names() {
    return Object.keys(NAMES);
  }

  /** Tell whether there is any codebook yet. */
  get hasCodebook() {
    return Boolean(this.layers?.sizes.length);
  }

  /** Return which K there are. */
  get sizes() {
    return this.layers?.sizes.map((layer) => layer.size) ?? [];
  }

  /** Return what a side can show, its name, and how a link has it if that is another way. */
  choices(name) {
    return choicesOf(this.data, this.layers.files, this.frames(name).length);
  }

  /** Return what a side shows: what was chosen for it, or else what there is of this picture. */
  showOf(name) {
    const { show } = this[name], choices = this.choices(name), there = choices.map(([value]) => value);
    const [linked] = choices.findLast(([, , link]) => link === show) ?? [];
    const instead = name === "a" && show !== "training" ? ["original"] : [];
    return [linked, show, partsOf(show).what, ...instead, "rebuilt"].find((each) => there.includes(each));
  }

  /** Return what a side shows as a link has it: an upload by its name, since its id means nothing elsewhere. */
  linked(name) {
    const show = this.showOf(name);
    return isUpload(show) ? this.choices(name).find(([value]) => value === show)[2] : show;
  }

  /** Tell whether a side shows the steps of a training, instead of finished codebooks. */
  trains(name) {
    return this.showOf(name) === "training";
  }

  /** Tell whether a side shows a K that its slider changes. */
  scrubs(name) {
    return !this.flatOf(name) && !partsOf(this.showOf(name)).codebook;
  }

  /** Tell whether a side has a slider: for what it shows itself, or for the file of a rival that is to match it. */
  hasSlider(name) {
    return !this.flatOf(name) || (isMatch(this.showOf(name)) && this.#matchedSide(name) === name);
  }

  /** Return which rivals' files the sides show, and the K that each is to match. */
  get wishes() {
    const names = this.names.filter((name) => isMatch(this.showOf(name)));
    return names.map((name) => ({
      match: this.showOf(name), size: this.layerOf(this.#matchedSide(name)).size,
    }));
  }

  /** Return the codebooks from elsewhere that the sides show the picture with. */
  get uses() {
    const wished = this.names.map((name) => partsOf(this.showOf(name)).codebook);
    return [...new Set(wished.filter(Boolean))];
  }

  /** Return the side whose K a rival's file is to match: the other one, if that has a K. */
  #matchedSide(name) {
    const other = name === "a" ? "b" : "a";
    return this.scrubs(other) ? other : name;
  }

  /** Return the side whose codebook counts: the one used last, or B if that shows a flat picture. */
  decoding(name = this.active) {
    return this.flatOf(name) ? "b" : name;
  }

  // Layers

  /** Return the layers that a side's slider goes through. */
  range(name) {
    if (partsOf(this.showOf(name)).codebook) return [this.layerOf(name)];
    return this.trains(name) ? this.frames(name) : this.layers.sizes;
  }

  /** Return the steps of the training of a side's K, as far as they are there. */
  frames(name) {
    return this.layers.trainings.get(this.finished(name)?.size)?.frames() ?? [];
  }

  /** Return the finished codebook of a side's K, of the nearest there is, or undefined. */
  finished(name) {
    const far = (layer) => Math.abs(Math.log2(layer.size / this[name].size));
    const nearer = (best, layer) => (best && far(best) <= far(layer) ? best : layer);
    return this.layers.sizes.reduce(nearer, undefined);
  }

  /** Return the layer a side shows: a step of a training, a codebook from elsewhere, or a finished one if there is one. */
  layerOf(name) {
    const use = this.layers.uses.get(partsOf(this.showOf(name)).codebook);
    if (!this.trains(name)) return use ?? this.finished(name);
    const frames = this.frames(name);
    return frames[Math.min(this[name].step, frames.length - 1)];
  }

  /** Return what a side shows without decoding, if it does: the original or a file. */
  flatOf(name) {
    const show = this.showOf(name), { what, codebook } = partsOf(show);
    const { original, sizes, files, matches, uses } = this.layers;
    const decodes = ["rebuilt", "indices", "training"].includes(what)
      || (what === "difference" && original);
    if (codebook) return decodes && uses.has(codebook) ? null : ON_ITS_WAY;
    if ((decodes && sizes.length) || this.trains(name)) return null;
    if (isMatch(show)) return matches.find(({ match }) => match === show) ?? ON_ITS_WAY;
    return files.find((file) => fileShow(file) === show) ?? original ?? ON_ITS_WAY;
  }

  /** Return the layer whose codewords and blocks are looked at. */
  get book() {
    return this.layerOf(this.decoding());
  }

  /** Return the entries of the column that is looked at, or sums; of a layer of one column, its codewords. */
  entriesOf(layer) {
    const column = this.columnOf(layer), summed = summedBy(column);
    return summed ? sumsOf(layer, summed) : entriesOf(layer, Number(column));
  }

  /** Return which column of a layer is looked at: the one chosen, if it is there, or the largest. */
  columnOf(layer) {
    return choicesOfColumns(layer).includes(this.column) ? this.column : firstColumn(layer);
  }

  /** Return what a side decodes: of a layer that refines, as many columns as were chosen; of looks, the map of the one looked at. */
  decodedOf(name) {
    const layer = this.layerOf(name), isMap = partsOf(this.showOf(name)).what === "indices";
    if (isMap && areLooks(layer)) return this.entriesOf(layer);
    return this.isCoarse(name) ? coarser(layer, this.columnsOf(name)) : layer;
  }

  /** Return how many columns a side decodes: as many as were chosen, or as are nearest below that make sense. */
  columnsOf(name) {
    const { refines } = this.layerOf(name), { columns } = this[name];
    return refines.findLast((some) => some <= columns) ?? refines[0];
  }

  /** Tell whether a side leaves out the last columns. */
  isCoarse(name) {
    if (this.flatOf(name)) return false;
    const { refines = [], parts } = this.layerOf(name);
    return Boolean(refines.length) && this.columnsOf(name) < parts.length;
  }

  /** Return the step that is shown of the training of side B's K, on side B if on both, or null. */
  get stepShown() {
    const { size } = this.layerOf("b");
    const name = ["b", "a"].find((each) => this.trains(each) && this.layerOf(each).size === size);
    return name ? this.layerOf(name).step : null;
  }

  // In words

  /** Return what a layer came to, if that is known: one made with a codebook from elsewhere has it with it. */
  measured(layer) {
    return layer.codebook ? layer : this.layers.figures.get(layer.size);
  }

  figuresOf(name) {
    const flat = this.flatOf(name);
    if (flat) return flat.figures;
    const layer = this.layerOf(name);
    if (this.trains(name)) return layer.figures;
    const figures = this.isCoarse(name) ? this.#coarseFigures(name) : this.measured(layer)?.figures ?? say("page.figure.later");
    return listed(" · ", say("figure.k", { size: layer.size }), figures);
  }

  /** Say what the first columns of a side come to. */
  #coarseFigures(name) {
    const columns = this.columnsOf(name), layer = this.layerOf(name), { original } = this.layers;
    const some = say("page.refine.some", { columns, all: layer.parts.length });
    return listed(" · ", some, isAlike(original, layer) && decibels(psnrOf(layer, original, columns)));
  }

  nameOf(name) {
    const flat = this.flatOf(name), side = NAMES[name];
    if (flat) return say("page.side.flat", { side, picture: flat.name });
    const { size, step } = this.layerOf(name);
    if (this.trains(name)) return say("page.side.training", { side, size, step });
    return say(`page.side.${partsOf(this.showOf(name)).what}`, { side, picture: this.quantizerOf(name) });
  }

  /** Name what a side is made with: its K, or a codebook from elsewhere. */
  quantizerOf(name) {
    const layer = this.layerOf(name);
    if (layer.codebook) return layer.name;
    const size = say("figure.k", { size: layer.size });
    return this.isCoarse(name) ? listed(say("between.items"), size, say("page.refine.some", { columns: this.columnsOf(name), all: layer.parts.length })) : size;
  }
}
