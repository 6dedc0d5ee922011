// The codewords of a side as little waveforms, the most used first; a click chooses one.

import { drawWave, samplesOf } from "./wave.js";
import { say } from "./words.js";

const WIDE = 46, HIGH = 34; // of a cell, in pixels of the page
const MOST = 512;
const ALONG = { ArrowLeft: -1, ArrowRight: 1 };

export class WordStrip {
  #of = null; // the book that is drawn

  constructor(hearing, root) {
    Object.assign(this, { hearing, root });
    this.canvas = root.querySelector(".words");
    this.told = root.querySelector(".told");
    this.canvas.onclick = (event) => this.#choose(this.#at(event));
    this.canvas.onkeydown = (event) => this.#key(event);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  close() {
    this.observer.disconnect();
  }

  /** Show a book's codewords; none of the original. */
  show(book) {
    this.root.hidden = !book;
    if (!book || (this.#of === book && this.chosen === this.hearing.lit)) return;
    if (this.#of !== book) this.#take(book);
    this.chosen = this.hearing.lit;
    this.draw();
  }

  #take(book) {
    this.#of = book;
    const use = new Uint32Array(book.distinct);
    for (const place of book.places) use[place] += 1;
    const every = Array.from(use.keys()).sort((one, other) => use[other] - use[one] || one - other);
    Object.assign(this, { use, order: every.slice(0, MOST) });
  }

  get #columns() {
    return Math.max(1, Math.floor(this.canvas.clientWidth / WIDE));
  }

  draw() {
    const book = this.#of, { canvas, order } = this;
    if (!book || !canvas.clientWidth) return;
    const columns = this.#columns, rows = Math.ceil(order.length / columns), scale = devicePixelRatio;
    canvas.style.height = `${rows * HIGH}px`;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(rows * HIGH * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    order.forEach((index, at) => this.#drawWord(context, index, (at % columns) * WIDE, Math.floor(at / columns) * HIGH));
    canvas.ariaLabel = say("page.hearing.words", { n: order.length });
    this.#tell();
  }

  #drawWord(context, index, x, y) {
    const isChosen = index === this.chosen, style = getComputedStyle(this.canvas);
    context.fillStyle = style.getPropertyValue(isChosen ? "--st-primary-color" : "--st-secondary-background-color");
    context.fillRect(x + 1, y + 1, WIDE - 3, HIGH - 3);
    context.strokeStyle = style.getPropertyValue(isChosen ? "--st-background-color" : "--st-primary-color");
    context.lineWidth = 1.5;
    drawWave(context, samplesOf(this.#of, index), { x: x + 4, y: y + 2, width: WIDE - 10, height: HIGH - 6 });
  }

  #tell() {
    const { chosen } = this;
    this.told.textContent = chosen === null ? say("page.hearing.choose-word")
      : say("page.hearing.word", { index: chosen, n: this.use[chosen] });
  }

  #at({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const column = Math.floor((clientX - left) / WIDE), row = Math.floor((clientY - top) / HIGH);
    return column < this.#columns ? this.order[row * this.#columns + column] : undefined;
  }

  #key(event) {
    const along = ALONG[event.key] ?? { ArrowUp: -this.#columns, ArrowDown: this.#columns }[event.key];
    if (!along) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.order.indexOf(this.chosen), next = at < 0 ? 0 : at + along;
    if (this.order[next] !== undefined && this.order[next] !== this.chosen) this.#choose(this.order[next]);
  }

  /** Choose a codeword; the one chosen already no more. */
  #choose(index) {
    if (index !== undefined) this.hearing.light(index === this.hearing.lit ? null : index);
  }
}
