// Health of the K that the viewer shows, or side B of a sound plays: the verdicts, the error of all
// cells as a curve, and the worst codewords, whose blocks or places a click lights up.

import { Axes, roundTicks } from "./axes.js";
import { componentOf } from "./component.js";
import { drawTile, tileColours } from "./draw.js";
import { Follower } from "./follower.js";
import { parseLayers } from "./layers.js";
import { pageStore } from "./store.js";
import { textOf } from "./texts.js";
import { drawWave, samplesOf } from "./wave.js";
import { say } from "./words.js";

const WORST = 10;
const DOT = 4.5;
const TILE = 36;
const MOST = { width: 72, height: 72 };
const EDGE = 4; // around a waveform

class HealthPanel extends Follower {
  order = [];

  constructor(host) {
    super(host, ".health");
    this.canvas = this.find(".curve");
    this.axes = new Axes(this.canvas, () => this.draw());
    this.canvas.onpointermove = (event) => this.#tell(event);
    this.canvas.onpointerleave = () => this.#tell(null);
    this.on("change", () => this.#drawTiles());
  }

  read(data) {
    [this.layer] = parseLayers(data);
  }

  /** Show the K that the viewer shows; of an original there is nothing to tell. */
  show() {
    const size = pageStore().chosen;
    this.book = this.layer.books.get(size);
    const none = size === 0 ? [] : [say("page.health.later")];
    const { verdicts, shares } = this.book ?? { verdicts: none, shares: [] };
    this.find(".size").textContent = !size ? "" : say("page.health.size", { size });
    this.find(".hint").textContent = say(this.layer.heard ? "page.health.hint-heard" : "page.health.hint");
    this.find(".verdicts").replaceChildren(...verdicts.map((verdict) => textOf("li", verdict)));
    this.order = Array.from(shares.keys()).sort((one, other) => shares[other] - shares[one] || one - other);
    this.find(".errors").hidden = !this.order.length;
    this.worst = this.order.slice(0, WORST).filter((index) => shares[index] > 0);
    this.#offerWorst();
    this.draw();
  }

  // The curve

  draw() {
    const { axes, order } = this;
    if (!order.length || !axes.isVisible) return;
    axes.begin(this.#rankAxis(), this.#shareAxis());
    const { context } = axes, accent = axes.theme("primary-color");
    context.beginPath();
    order.forEach((_, at) => context[at ? "lineTo" : "moveTo"](...this.#placeOf(at)));
    context.strokeStyle = accent;
    context.lineWidth = 2 * devicePixelRatio;
    context.stroke();
    const paper = axes.theme("background-color");
    this.worst.forEach((_, at) => axes.dot(...this.#placeOf(at), DOT, accent, paper));
    const from = this.#percent(order[0]), to = this.#percent(order.at(-1));
    this.canvas.ariaLabel = say("page.health.seen", { cells: say("count.cell", { n: order.length }), from, to });
  }

  #placeOf(at) {
    return this.axes.pixelOf(at + 1, 100 * this.book.shares[this.order[at]]);
  }

  #rankAxis() {
    const to = Math.max(2, this.order.length);
    const ticks = Array.from({ length: 1 + Math.log10(to) }, (_, power) => 10 ** power);
    return { from: 1, to, ticks, log: true, title: say("page.health.cells") };
  }

  #shareAxis() {
    const to = 105 * this.book.shares[this.order[0]] || 1;
    return { from: 0, to, ticks: roundTicks(0, to), title: say("page.health.shares") };
  }

  /** Tell of the cell under a pointer. */
  #tell(event) {
    const rank = event && this.book ? Math.round(this.axes.pointAt(event)[0]) : 0;
    const index = this.order[rank - 1];
    this.find(".told").textContent = index === undefined ? ""
      : say("page.health.cell", { index, share: this.#percent(index), blocks: this.#used(this.book.use[index]) });
  }

  #used(n) {
    return this.layer.heard ? say("count.vector", { n }) : say("count.block", { n });
  }

  #percent(index) {
    return say("page.health.share", { percent: 100 * this.book.shares[index] });
  }

  // The worst

  #offerWorst() {
    const template = this.find("template");
    const buttons = this.worst.map((index) => {
      const button = template.content.firstElementChild.cloneNode(true);
      button.querySelector("span").textContent = `${index}: ${this.#percent(index)}`;
      button.onclick = () => pageStore().light(this.book.size, index);
      return button;
    });
    this.find(".worst").replaceChildren(...buttons);
    this.#drawTiles();
  }

  /** Draw the worst codewords, once the page has them. */
  #drawTiles() {
    const codebook = this.book && this.#codebook();
    if (!codebook) return;
    this.root.querySelectorAll(".worst canvas").forEach((canvas, at) => {
      if (this.layer.heard) this.#drawWave(canvas, samplesOf(codebook, this.worst[at]));
      else drawTile(canvas, tileColours(codebook, this.worst[at]), codebook.blockWidth, TILE, MOST);
    });
  }

  #codebook() {
    const { of, heard } = this.layer, { size } = this.book;
    return heard ? pageStore().soundbook(of, size) : pageStore().codebook(of, size);
  }

  #drawWave(canvas, samples) {
    const context = canvas.getContext("2d"), side = TILE - 2 * EDGE;
    Object.assign(canvas, { width: TILE * devicePixelRatio, height: TILE * devicePixelRatio });
    canvas.style.width = `${TILE}px`;
    context.scale(devicePixelRatio, devicePixelRatio);
    Object.assign(context, { lineWidth: 1.5, strokeStyle: this.axes.theme("primary-color") });
    drawWave(context, samples, { x: EDGE, y: EDGE, width: side, height: side });
  }
}

export default componentOf(HealthPanel);
