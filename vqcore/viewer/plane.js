// The plane: pairs of pixels, codewords and cells, Lloyd's steps, and hands that move codewords.

import { Axes } from "./axes.js";
import {
  alike, cellsOf, keyStep, nearestWithin, nextTowards, pairsOf, settled, withAdded, withMoved, withRemoved,
} from "./cells.js";
import { componentOf } from "./component.js";
import { parseLayers } from "./layers.js";
import { PlanePainter } from "./planepainter.js";
import { say } from "./words.js";

const MOST_CODEWORDS = 64;
const REPORT_AFTER = 300;
const PLAY_EVERY = 500;
const REACH = 12;
const FINE = 0.1; // of a step
const BESIDE = 1 / 16; // of the square
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

class Plane {
  step = 0;
  chosen = null; // the codeword in hand
  dragged = null; // { index, moved }
  live = null; // the codewords as a hand has them, until the script answers

  constructor(host) {
    this.root = host.querySelector(".plane");
    this.canvas = this.find(".square");
    this.axes = new Axes(this.canvas, () => this.draw());
    this.painter = new PlanePainter(this);
    this.#listen();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // What comes from outside

  update({ data, setStateValue }) {
    this.report = (value) => setStateValue("edit", value);
    if (this.data !== data) {
      this.data = data;
      [this.answer] = parseLayers(data);
      this.#takeUp();
    }
    this.draw();
  }

  /** Show the steps that the script sent, unless a hand has moved on since it was asked. */
  #takeUp() {
    const { answer, live } = this;
    const same = answer.of === this.layer?.of;
    if (same && live && !alike(answer.path[0], live)) return;
    this.layer = answer;
    this.live = null;
    if (!same) this.chosen = null;
    this.goTo(0);
  }

  close() {
    this.axes.close();
    this.#stop();
    clearTimeout(this.reporting);
  }

  // Steps

  get lastStep() {
    return this.layer.path.length - 1;
  }

  get codewords() {
    return this.live ?? this.layer.path[this.step];
  }

  /** Return the cells of the codewords, computed when these are others. */
  get cells() {
    const { codewords } = this;
    if (this.cellsFor !== codewords) Object.assign(this, { cellsFor: codewords, found: cellsOf(codewords, this.box) });
    return this.found;
  }

  get box() {
    return this.layer.box;
  }

  get middle() {
    const { x, y, side } = this.box;
    return [x + side / 2, y + side / 2];
  }

  get size() {
    return this.codewords.length / 2;
  }

  goTo(step) {
    this.step = step;
    this.draw();
  }

  play() {
    if (this.playing) return this.#stop();
    if (this.step === this.lastStep) this.goTo(0);
    this.find("[data-do=play]").ariaPressed = "true";
    this.playing = setInterval(() => {
      if (this.step < this.lastStep) this.goTo(this.step + 1);
      if (this.step === this.lastStep) this.#stop();
    }, PLAY_EVERY);
  }

  #stop() {
    clearInterval(this.playing);
    this.playing = null;
    this.find("[data-do=play]").ariaPressed = "false";
  }

  // Hands on codewords

  choose(index) {
    this.chosen = index;
    this.draw();
  }

  /** Show codewords as a hand has them, with their cells. */
  #edit(codewords, chosen) {
    this.#stop();
    clearTimeout(this.reporting);
    this.live = codewords;
    this.choose(chosen);
  }

  /** Tell the script when the hand rests. */
  #reportAfter(delay) {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      this.report({ of: this.layer.of, codewords: pairsOf(this.codewords) });
      this.#takeUp();
    }, delay);
  }

  drag(point) {
    this.dragged.moved = true;
    this.#edit(withMoved(this.codewords, this.dragged.index, point, this.box), this.dragged.index);
  }

  move([dx, dy], fine) {
    const { box } = this, [x, y] = this.placeOf(this.chosen), step = keyStep(box) * (fine ? FINE : 1);
    const to = [settled(x + step * dx, box), settled(y + step * dy, box)];
    this.#edit(withMoved(this.codewords, this.chosen, to, box), this.chosen);
    this.#reportAfter(REPORT_AFTER);
  }

  add(point = this.#beside()) {
    if (this.size === MOST_CODEWORDS) return;
    this.#edit(withAdded(this.codewords, point, this.box), this.size);
    this.#reportAfter(REPORT_AFTER);
  }

  remove() {
    if (this.chosen === null || this.size === 1) return;
    this.#edit(withRemoved(this.codewords, this.chosen), null);
    this.#reportAfter(REPORT_AFTER);
  }

  restart() {
    this.#stop();
    clearTimeout(this.reporting);
    this.live = null;
    this.choose(null);
    this.report({ of: this.layer.of, codewords: null });
  }

  placeOf(index) {
    return [this.codewords[2 * index], this.codewords[2 * index + 1]];
  }

  /** Return a place for a new codeword: beside the chosen one, or the middle. */
  #beside() {
    if (this.chosen === null) return this.middle;
    const [x, y] = this.placeOf(this.chosen), away = BESIDE * this.box.side;
    return [x + (x < this.middle[0] ? away : -away), y];
  }

  // Drawing

  draw() {
    if (!this.layer || !this.axes.isVisible) return;
    this.painter.draw();
    this.#tell();
  }

  #tell() {
    const slider = this.find(".step");
    const { size, step, lastStep: last } = this;
    const figures = this.live
      ? say("page.plane.start", { size })
      : say("page.plane.at", { step, last, size, figures: this.layer.figures[step] });
    slider.max = this.lastStep;
    slider.value = this.step;
    slider.ariaValueText = say("page.plane.step-of", { step, last });
    this.find(".figures").textContent = figures;
    this.find(".told").textContent = this.#chosenInWords();
    this.find("[data-do=add]").disabled = this.size === MOST_CODEWORDS;
    this.find("[data-do=remove]").disabled = this.chosen === null || this.size === 1;
    const codewords = say("count.codeword", { n: size }), step10 = keyStep(this.box);
    this.find(".hint").textContent = say("page.plane.hint", { step: step10, fine: settled(FINE * step10, this.box) });
    this.canvas.ariaLabel = say("page.plane.seen", { codewords, figures, chosen: this.#chosenInWords() });
  }

  #chosenInWords() {
    if (this.chosen === null) return "";
    const [x, y] = this.placeOf(this.chosen);
    const [left, right] = [x, y].map((value) => String(settled(value, this.box)).replace("-", "−"));
    return say("page.plane.chosen", { index: this.chosen, x: left, y: right });
  }

  // Hands

  #listen() {
    const { canvas } = this;
    this.root.onclick = ({ target }) => this.#actions[target.dataset.do]?.();
    this.find(".step").oninput = ({ target }) => this.#slide(Number(target.value));
    canvas.onkeydown = (event) => this.#key(event);
    canvas.onpointerdown = (event) => this.#press(event);
    canvas.onpointermove = (event) => this.#hover(event);
    canvas.onpointerup = canvas.onpointercancel = () => this.#release();
    canvas.ondblclick = (event) => this.#near(event) ?? this.add(this.axes.pointAt(event));
  }

  #actions = {
    play: () => this.play(),
    add: () => this.add(),
    remove: () => this.remove(),
    restart: () => this.restart(),
  };

  #slide(step) {
    this.#stop();
    this.goTo(step);
  }

  #near(event) {
    const reach = (REACH * devicePixelRatio * this.box.side) / this.axes.frame.width;
    return nearestWithin(this.codewords, this.axes.pointAt(event), reach);
  }

  #press(event) {
    const index = this.#near(event);
    this.#stop();
    this.choose(index);
    if (index === null) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.dragged = { index, moved: false };
    this.canvas.classList.add("dragging");
  }

  #hover(event) {
    if (this.dragged) this.drag(this.axes.pointAt(event));
    else this.canvas.classList.toggle("near", this.#near(event) !== null);
  }

  #release() {
    if (this.dragged?.moved) this.#reportAfter(0);
    this.dragged = null;
    this.canvas.classList.remove("dragging");
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    const act = arrow
      ? () => this.#arrow(arrow, event.shiftKey, event.ctrlKey)
      : { Enter: () => this.add(), Delete: () => this.remove(), Backspace: () => this.remove(),
        Escape: () => this.choose(null) }[event.key];
    const isOthers = event.ctrlKey && !(arrow && event.shiftKey);
    if (!act || isOthers || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #arrow(direction, moves, fine) {
    if (this.chosen === null) this.choose(nearestWithin(this.codewords, this.middle, Infinity));
    else if (moves) this.move(direction, fine);
    else this.choose(nextTowards(this.codewords, this.chosen, direction) ?? this.chosen);
  }
}

export default componentOf(Plane);
