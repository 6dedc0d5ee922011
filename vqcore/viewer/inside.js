// A look inside: a block, the codeword that stands for it, and the bits of its index.

import { isSeveral, sumOf } from "./columns.js";
import { blockError } from "./decoding.js";
import { blockColours, drawTile, tileColours } from "./draw.js";
import { listed, textOf } from "./texts.js";
import { say } from "./words.js";

export class BlockPanel {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
  }

  /** Show no block, and say how to see one. */
  clear() {
    if (!this.shows) return;
    this.shows = false;
    for (const selector of [".own", ".code"]) {
      const canvas = this.find(selector);
      canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    }
    this.find(".bits").textContent = "";
    this.find(".columns").hidden = true;
    this.find(".facts").textContent = say("page.inside.nothing");
  }

  /** Show a block of a layer. */
  show(layer, original, block) {
    this.shows = true;
    const index = layer.indices[block], side = layer.blockSize;
    for (const part of this.root.querySelectorAll(".inspector .beside")) part.hidden = !original;
    if (original) this.#paint(".own", blockColours(layer, original.pixels, block), side);
    this.#paint(".code", tileColours(layer, index), side);
    const { bits, named } = codeOf(layer, index);
    this.find(".bits").textContent = bits;
    this.#showColumns(layer, index);
    const column = (block % layer.columns) + 1, row = Math.floor(block / layer.columns) + 1;
    const blocks = say("count.block", { n: layer.use[index] });
    const facts = say("page.inside.facts", { size: layer.size, column, row, named, blocks });
    const error = original?.channels === layer.channels && say("page.inside.error", { mse: blockError(layer, original, block) });
    this.find(".facts").textContent = listed(" ", facts, error);
  }

  /** Show the entry of each column, and what they come to one by one. */
  #showColumns(layer, index) {
    const list = this.find(".columns"), several = isSeveral(layer);
    list.hidden = !several;
    for (const place of this.root.querySelectorAll(".inspector .single")) place.hidden = several;
    for (const place of this.root.querySelectorAll(".inspector .result")) place.hidden = !several;
    if (!several) return;
    if (list.children.length !== layer.parts.length) list.replaceChildren(...layer.parts.map(lineOf));
    const area = layer.blockSize ** 2;
    layer.parts.forEach(({ name, size, ofTiles }, place) => {
      const [entry, text, sum] = list.children[place].children, own = ofTiles[index];
      paint(entry, layer.entries[place].subarray(own * area, (own + 1) * area), layer.blockSize);
      text.replaceChildren(
        textOf("span", say("page.inside.column", { name, index: own })), textOf("code", digitsOf(own, size)));
      paint(sum, sumOf(layer, index, place + 1), layer.blockSize);
    });
  }

  #paint(selector, colours, side) {
    paint(this.find(selector), colours, side);
  }
}

function paint(canvas, colours, side) {
  drawTile(canvas.getContext("2d"), colours, side, 0, 0, canvas.width);
}

/** Return a line of the list of columns: an entry, its name, and the sum so far. */
function lineOf() {
  const line = document.createElement("li");
  const picture = () => Object.assign(document.createElement("canvas"), { width: 36, height: 36, ariaHidden: "true" });
  line.append(picture(), document.createElement("span"), picture());
  return line;
}

/** Return how a tile of a layer is named and coded: by its index, or by one in each column. */
export function codeOf({ parts = [], use }, tile) {
  if (!parts.length) return { bits: digitsOf(tile, use.length), named: say("page.inside.named", { index: tile }) };
  return {
    bits: parts.map(({ size, ofTiles }) => digitsOf(ofTiles[tile], size)).join(" "),
    named: parts.map(({ name, ofTiles }) => say("page.inside.column", { name, index: ofTiles[tile] })).join(", "),
  };
}

/** Return an index in as many binary digits as each of so many has. */
export function digitsOf(index, codewords) {
  const digits = Math.ceil(Math.log2(codewords));
  return digits ? index.toString(2).padStart(digits, "0") : say("page.inside.no-bits");
}
