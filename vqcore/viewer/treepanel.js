// The codebook as a tree: a node with the two levels under it; a hand goes down to one of them, and up again.

import { drawTile } from "./draw.js";
import { textOf } from "./texts.js";
import { levelsFrom, treeOf, wayTo } from "./tree.js";
import { say } from "./words.js";

const LEVELS = 3;
const TILE = 36;
const MOST = { width: 54, height: 72 };

export class TreePanel {
  #shown = { layer: null, lit: null, top: 0 };
  #top = 0; // the node that is uppermost

  constructor(root, onPick) {
    this.place = root.querySelector(".tree");
    this.up = root.querySelector(".treeup");
    this.grid = root.querySelector(".nodes");
    this.onPick = onPick;
    this.up.onclick = () => this.#go(this.nodes[this.#top].parent);
    this.grid.onclick = ({ target }) => this.#choose(target.closest("button"));
  }

  /** Show the tree of a layer, with the way to the codeword that is lit; null hides it. */
  show(layer, lit) {
    this.place.hidden = !layer;
    if (!layer) return;
    if (this.#shown.layer !== layer) this.#top = 0;
    const now = { layer, lit, top: this.#top };
    if (Object.keys(now).every((key) => now[key] === this.#shown[key])) return;
    this.#shown = now;
    this.nodes = treeOf(layer);
    this.#draw();
  }

  #go(top) {
    this.#top = top;
    this.show(this.#shown.layer, this.#shown.lit);
    (top ? this.up : this.grid.querySelector("button")).focus();
  }

  #choose(button) {
    if (!button) return;
    const at = Number(button.dataset.node), { index } = this.nodes[at];
    if (index !== null) this.onPick(index);
    else if (at !== this.#top) this.#go(at);
  }

  #draw() {
    const { nodes, grid, up } = this, { layer, lit } = this.#shown, top = this.#top;
    const way = lit === null ? [] : wayTo(nodes, lit);
    up.disabled = nodes[top].parent === null;
    const parts = levelsFrom(nodes, top, LEVELS).flatMap((level, depth) => {
      const across = 2 ** (LEVELS - 1 - depth);
      const row = level.map((at) => withSpan(at === null ? document.createElement("span") : this.#nodeOf(layer, at, way), across));
      return depth + 1 < LEVELS ? [...row, ...level.map((at) => withSpan(forkOf(nodes[at]), across))] : row;
    });
    grid.replaceChildren(...parts);
  }

  #nodeOf(layer, at, way) {
    const { colours, use, leaves, index } = this.nodes[at], blocks = say("count.block", { n: use });
    const button = document.createElement("button");
    const canvas = Object.assign(document.createElement("canvas"), { ariaHidden: "true" });
    drawTile(canvas, colours, layer.blockWidth, TILE, MOST);
    button.dataset.node = at;
    button.classList.toggle("on", way.includes(at));
    button.title = button.ariaLabel = index === null
      ? say("page.tree.node", { blocks, codewords: say("count.codeword", { n: leaves }) })
      : say("page.codeword.blocks", { index, blocks });
    button.append(canvas, textOf("span", say("page.tree.use", { use, more: index === null ? "▾" : "" })));
    return button;
  }
}

function forkOf(node) {
  const fork = document.createElement("span");
  fork.className = node?.children.length ? "fork" : "";
  return fork;
}

function withSpan(element, across) {
  element.style.gridColumn = `span ${across}`;
  return element;
}
