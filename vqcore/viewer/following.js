// A look inside: the block that is followed while K changes, and the one under the pointer.

import { blockAt, blockLike } from "./decoding.js";

const isOf = (layer, { size, step, codebook, place }) =>
  layer.size === size && layer.step === step && layer.codebook === codebook && layer.place === place;

export class Following {
  // { block, grid }: a block of a layer or of the finished ones, with isWhole if all its indices count;
  // { size, step, codebook, place, index }: a dead codeword, or entry of a column
  picked = null;
  hovered = null; // { block, name }: the block under the pointer, and the side it is seen on

  /** @param viewer has: sides, stage, blockPanel, places, tour */
  constructor(viewer) {
    Object.assign(this, { viewer, sides: viewer.sides });
  }

  /** Forget of a picture what is no place in another. */
  forget() {
    this.picked = null;
    this.hovered = null;
  }

  /** Return the codeword of a layer that is lit: that of the block followed, or null. */
  codewordOf(layer) {
    const { picked } = this;
    if (!picked) return null;
    if (picked.block === undefined) return isOf(layer, picked) ? picked.index : null;
    return layer.indices[this.blockOf(layer)] ?? null;
  }

  /** Return the block of a layer that is followed, or null. */
  blockOf(layer) {
    const { block, grid = this.sides.layers.sizes[0] } = this.picked ?? {};
    const there = block === undefined ? -1 : blockLike(layer, grid, block);
    return there in layer.indices ? there : null;
  }

  /** Show the block under the pointer, else the one that is followed, with its codeword of now. */
  show() {
    const { sides, viewer: { blockPanel, tour } } = this;
    const layer = sides.layerOf(sides.decoding(this.hovered?.name));
    const block = this.hovered?.block ?? this.blockOf(layer);
    if (layer.indices[block] === undefined) blockPanel.clear(layer);
    else blockPanel.show(layer, sides.layers.original, block);
    tour.show();
  }

  /** Look at the block at a pixel for as long as a hand points at it; null for none. */
  inspect(place) {
    const { sides } = this;
    if (!sides.hasCodebook) return;
    const layer = sides.layerOf(sides.decoding(place?.name));
    const block = place ? blockAt(layer, place.x, place.y) : -1;
    this.hovered = block < 0 ? null : { block, name: place.name };
    this.show();
  }

  /** Follow a block with this codeword, or none if one is followed already; a dead one has none. */
  pickCodeword(layer, index, stay = false) {
    if (!layer) return;
    if (!stay && this.codewordOf(layer) === index) return this.letGo();
    const block = layer.indices.indexOf(index);
    const { size, step, codebook, place } = layer;
    this.#follow(block < 0 ? { size, step, codebook, place, index } : { block, grid: layer, isWhole: stay });
  }

  /** Follow the block at a point of the stage, or let go of it; a hand that points there sees it as well. */
  pickAt(point, points = false) {
    const { sides } = this, { name, x, y } = this.viewer.stage.pixelAt(point);
    const layer = sides.hasCodebook && sides.layerOf(sides.decoding(name));
    const block = layer ? blockAt(layer, x, y) : -1;
    if (block < 0) return;
    if (block === this.blockOf(layer)) this.letGo();
    else this.#follow({ block, grid: layer });
    if (points) this.inspect({ name, x, y });
  }

  letGo() {
    if (this.picked) this.#follow(null);
  }

  #follow(picked) {
    this.viewer.places.go(() => { this.picked = picked; });
  }
}
