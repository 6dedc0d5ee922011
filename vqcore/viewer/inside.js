// A look inside: a block or the leaf that it is part of, the codeword that stands for it, and the bits of its index.

import { areLooks, isSeveral, sumOf } from "./columns.js";
import { areaOf, blockError } from "./decoding.js";
import { drawTile, frameOf, leafOfOriginal, leafOfTiles, tileColours } from "./draw.js";
import { cellsOfLeaf, leafOf } from "./leaves.js";
import { listed, textOf, toldOf } from "./texts.js";
import { treeOf, wayTo } from "./tree.js";
import { say } from "./words.js";

const SIDE = 72;
const ENTRY = 36;
const NODE = 24;
const NUMBERS = ["parts", "gains"]; // columns whose entries are not to be seen

export class BlockPanel {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
  }

  /** Show no block, and say how to see one; leave room for those of a layer. */
  clear(layer) {
    if (layer) this.#makeRoom(layer);
    if (!this.shows) return;
    this.shows = false;
    for (const selector of [".own", ".code"]) {
      const canvas = this.find(selector);
      canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    }
    this.find(".bits").textContent = "";
    this.find(".columns").hidden = this.find(".way").hidden = true;
    this.find(".facts").textContent = say("page.inside.nothing");
  }

  /** Show a block of a layer; of one that is part of a leaf, the leaf. */
  show(layer, original, block) {
    this.shows = true;
    this.#makeRoom(layer);
    const leaf = leafOf(layer, block), side = leaf.wide * layer.blockWidth;
    for (const part of this.root.querySelectorAll(".inspector .beside")) part.hidden = !original;
    if (original) this.#paint(".own", leafOfOriginal(layer, original.pixels, leaf), side);
    this.#paint(".code", leafOfTiles(layer, leaf, (cell) => tileColours(layer, layer.indices[cell])), side);
    this.find(".bits").textContent = codeOf(layer, layer.indices[block]).bits;
    this.#showColumns(layer, block, leaf);
    const steps = this.#showWay(layer, layer.indices[block]);
    const cells = cellsOfLeaf(layer, leaf).filter((cell) => cell >= 0);
    const error = original?.channels === layer.channels
      && say("page.inside.error", { mse: blockError(layer, original, ...cells) });
    this.find(".facts").textContent = listed(say("between.sentences"), factsOf(layer, block, leaf), steps, error);
  }

  /** Give the places of a block its shape: long ones stand under each other. */
  #makeRoom({ blockWidth: width, blockHeight: height }) {
    const frame = frameOf({ width, height }, SIDE);
    this.find(".inspector").classList.toggle("wide", frame.width > SIDE);
    for (const selector of [".own", ".code"]) {
      const canvas = this.find(selector);
      if (canvas.width !== frame.width || canvas.height !== frame.height) Object.assign(canvas, frame);
    }
  }

  /** Show the entry of each column, and what they come to one by one. */
  #showColumns(layer, block, leaf) {
    const list = this.find(".columns"), several = isSeveral(layer);
    list.hidden = !several;
    for (const place of this.root.querySelectorAll(".inspector .single")) place.hidden = several;
    for (const place of this.root.querySelectorAll(".inspector .result")) place.hidden = !several;
    if (!several) return;
    if (list.children.length !== layer.parts.length) list.replaceChildren(...layer.parts.map(lineOf));
    const area = areaOf(layer), side = leaf.wide * layer.blockWidth;
    layer.parts.forEach((part, place) => {
      const [entry, text, sum] = list.children[place].children, own = part.ofTiles[layer.indices[block]];
      entry.classList.toggle("nothing", NUMBERS.includes(part.kind));
      drawTile(entry, layer.entries[place].subarray(own * area, (own + 1) * area), layer.blockWidth, ENTRY);
      const digits = layer.levels || part.kind === "looks" ? [] : [textOf("code", digitsOf(own, part.size))];
      text.replaceChildren(textOf("span", toldOf(part, own)), ...digits);
      sum.hidden = !layer.sums.length;
      if (layer.sums.length) drawTile(sum, leafOfTiles(layer, leaf, (cell) => sumOf(layer, layer.indices[cell], place + 1)), side, ENTRY);
    });
  }

  /** Show the way down a tree to a codeword, and say how long it is; nothing if there is none. */
  #showWay(layer, index) {
    const place = this.find(".way");
    place.hidden = !layer.ways;
    if (!layer.ways) return "";
    const nodes = treeOf(layer), way = wayTo(nodes, index);
    place.replaceChildren(...way.map((at) => {
      const canvas = document.createElement("canvas");
      drawTile(canvas, nodes[at].colours, layer.blockWidth, NODE);
      return canvas;
    }));
    return say("page.tree.steps", { n: way.length - 1 });
  }

  #paint(selector, colours, wide) {
    drawTile(this.find(selector), colours, wide, SIDE);
  }
}

/** Say where a block is, and how it is coded; where there are leaves, where its leaf begins and how large it is. */
function factsOf(layer, block, leaf) {
  const { size, blockWidth: side, columns, indices, use, levels } = layer;
  if (levels) {
    return say("page.inside.leaf", { size, side: leaf.wide * side, x: leaf.x * side, y: leaf.y * side });
  }
  const column = (block % columns) + 1, row = Math.floor(block / columns) + 1;
  if (areLooks(layer)) return looksOf(layer, indices[block], { size, column, row });
  const { named } = codeOf(layer, indices[block]), blocks = say("count.block", { n: use[indices[block]] });
  return say("page.inside.facts", { size, column, row, named, blocks });
}

/** Say what there is at a tile, over all bands. */
function looksOf({ parts }, tile, place) {
  const counted = (value) => parts.filter(({ values, ofTiles }) => values[ofTiles[tile]] === value).length;
  return say("page.looks.facts", { ...place, bands: parts.length, nothing: counted(0), codewords: counted(1), escapes: counted(2) });
}

/** Return a line of the list of columns: an entry, its name, and the sum so far. */
function lineOf() {
  const line = document.createElement("li");
  const picture = () => Object.assign(document.createElement("canvas"), { ariaHidden: "true" });
  line.append(picture(), document.createElement("span"), picture());
  return line;
}

/** Return how a tile of a layer is named and coded: by its index, or by one in each column. */
export function codeOf({ parts = [], use }, tile) {
  if (!parts.length) return { bits: digitsOf(tile, use.length), named: say("page.inside.named", { index: tile }) };
  return {
    bits: parts.map(({ size, ofTiles }) => digitsOf(ofTiles[tile], size)).join(" "),
    named: parts.map(({ name, ofTiles }) => say("page.inside.column", { name, index: ofTiles[tile] })).join(say("between.items")),
  };
}

/** Return an index in as many binary digits as each of so many has. */
export function digitsOf(index, codewords) {
  const digits = Math.ceil(Math.log2(codewords));
  return digits ? index.toString(2).padStart(digits, "0") : say("page.inside.no-bits");
}
