// The projection: blocks and codewords along the blocks' first two principal axes.

import { Axes, roundTicks } from "./axes.js";
import { nearestWithin, nextTowards } from "./cells.js";
import { componentOf } from "./component.js";
import { Follower } from "./follower.js";
import { parseLayers } from "./layers.js";
import { pageStore } from "./store.js";
import { say } from "./words.js";

const REACH = 12;
const SMALLEST_DOT = 2, LARGEST_DOT = 15;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Projection extends Follower {
  chosen = null;

  constructor(host) {
    super(host, ".projection");
    this.canvas = this.find("canvas");
    this.told = this.find(".told");
    this.axes = new Axes(this.canvas, () => this.draw());
    this.canvas.onpointermove = (event) => this.choose(this.#near(event));
    this.canvas.onclick = () => this.#light();
    this.canvas.onkeydown = (event) => this.#key(event);
  }

  read(data) {
    [this.layer] = parseLayers(data);
  }

  /** Show the K that the viewer shows, as soon as it is there. */
  show() {
    const book = this.layer.books.get(pageStore().chosen) ?? this.book;
    if (book?.size !== this.book?.size) this.chosen = null;
    this.book = book;
    this.draw();
  }

  choose(index) {
    if (this.chosen === index) return;
    this.chosen = index;
    this.draw();
  }

  // Drawing

  draw() {
    const { axes, book } = this;
    if (!book || !axes.isVisible) return;
    axes.begin(...[0, 1].map((axis) => this.#axis(axis)));
    this.#drawBlocks();
    this.#drawCodewords();
    this.told.textContent = this.#chosenInWords();
    const dead = book.use.filter((use) => !use).length;
    const codewords = say("count.codeword", { n: book.use.length });
    this.canvas.ariaLabel = say("page.projection.seen", { codewords, dead, told: this.told.textContent });
  }

  #axis(axis) {
    const { layer } = this;
    let from = Infinity, to = -Infinity;
    for (const numbers of [layer.blocks, this.book.codewords]) {
      for (let at = axis; at < numbers.length; at += 2) {
        from = Math.min(from, numbers[at]);
        to = Math.max(to, numbers[at]);
      }
    }
    const room = Math.max(0.05 * (to - from), 1);
    const ticks = roundTicks(from - room, to + room);
    const title = say(["page.projection.first", "page.projection.second"][axis], { share: layer.shares[axis] });
    return { from: from - room, to: to + room, ticks, title };
  }

  #drawBlocks() {
    const { axes, layer } = this, { context } = axes, side = 3 * devicePixelRatio;
    context.fillStyle = axes.theme("text-color");
    context.globalAlpha = 0.3;
    for (let at = 0; at < layer.blocks.length; at += 2) {
      const [x, y] = axes.pixelOf(layer.blocks[at], layer.blocks[at + 1]);
      context.fillRect(x - side / 2, y - side / 2, side, side);
    }
    context.globalAlpha = 1;
  }

  #drawCodewords() {
    const { axes } = this, { codewords, use } = this.book;
    const [ink, accent, paper] = ["text-color", "primary-color", "background-color"].map((it) => axes.theme(it));
    const most = Math.max(...use);
    this.places = codewords.map((_, at) => axes.pixelOf(codewords[at & ~1], codewords[at | 1])[at & 1]);
    const radius = (index) => SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * Math.sqrt(use[index] / most);
    const place = (index) => this.places.subarray(2 * index, 2 * index + 2);
    axes.context.globalAlpha = 0.7;
    use.forEach((count, index) => {
      if (count) axes.dot(...place(index), radius(index), accent, paper);
    });
    axes.context.globalAlpha = 1;
    use.forEach((count, index) => count || this.#cross(...place(index), ink));
    if (this.chosen !== null) axes.dot(...place(this.chosen), Math.max(5, radius(this.chosen)), ink, accent);
  }

  /** Mark a dead codeword. */
  #cross(x, y, ink) {
    const { context } = this.axes, arm = 4 * devicePixelRatio;
    context.beginPath();
    for (const side of [-arm, arm]) {
      context.moveTo(x - arm, y + side);
      context.lineTo(x + arm, y - side);
    }
    context.strokeStyle = ink;
    context.lineWidth = 2 * devicePixelRatio;
    context.stroke();
  }

  #chosenInWords() {
    if (this.chosen === null) return "";
    const index = this.chosen, use = this.book.use[index];
    if (!use) return say("page.codeword.dead", { named: say("page.codeword.named", { index }) });
    return say("page.codeword.blocks", { index, blocks: say("count.block", { n: use }) });
  }

  // Hands

  #near(event) {
    return this.places ? nearestWithin(this.places, this.axes.pixelAt(event), REACH * devicePixelRatio) : null;
  }

  #light() {
    if (this.chosen !== null) pageStore().light(this.book.size, this.chosen);
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    if (!(arrow || event.key === "Enter") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (arrow) this.#go(arrow);
    else this.#light();
  }

  #go(direction) {
    const { canvas, chosen, places } = this;
    if (!places) return;
    const middle = [canvas.width / 2, canvas.height / 2];
    if (chosen === null) this.choose(nearestWithin(places, middle, Infinity));
    else this.choose(nextTowards(places, chosen, direction) ?? chosen);
  }
}

export default componentOf(Projection);
