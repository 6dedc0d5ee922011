// Training of the K that the viewer shows: the distortion of the blocks, which is what iterations lower,
// after each that it has a step of. The MSE is of the picture, and can differ: blocks are padded.

import { Axes, roundTicks } from "./axes.js";
import { componentOf } from "./component.js";
import { Follower } from "./follower.js";
import { pageStore } from "./store.js";
import { textOf } from "./texts.js";
import { say } from "./words.js";

const RADIUS = 5;
// Okabe and Ito's colours, and a shape for each stage.
const FIRST = { colour: "#7a7a7a", shape: "diamond" };
const AT_WORK = { colour: "#56b4e9", shape: "dot" };
const AT_LAST = { colour: "#d55e00", shape: "square" };
const LOOKS = {
  below: FIRST, first: FIRST, search: AT_WORK, added: AT_WORK, shapes: AT_WORK, grown: AT_WORK,
  finish: AT_LAST, joint: AT_LAST, gains: AT_LAST,
};
const ALONG = { ArrowLeft: -1, ArrowRight: 1 };

class TrainingPanel extends Follower {
  frames = [];

  constructor(host) {
    super(host, ".training");
    this.canvas = this.find(".curve");
    this.axes = new Axes(this.canvas, () => this.draw());
    this.canvas.onclick = (event) => this.#go(this.#at(event));
    this.canvas.onkeydown = (event) => this.#key(event);
    this.on("change", () => this.show());
  }

  /** Take which sweep the steps are of. */
  read({ sweep }) {
    this.sweep = sweep;
  }

  /** Show the steps of the K that the viewer shows, once they are there. */
  show() {
    const { chosen } = pageStore();
    this.frames = pageStore().of(null, this.sweep).trainings.get(chosen)?.frames() ?? [];
    this.current = this.frames.find(({ step }) => step === pageStore().step);
    this.find(".size").textContent = this.frames.length
      ? say("page.training.size", { size: chosen }) : say("page.training.iterations");
    this.find(".told").textContent = this.frames.length
      ? (this.current ?? this.frames.at(-1)).figures
      : say("page.training.nothing");
    this.find(".legend").replaceChildren(...this.#legend());
    this.draw();
  }

  /** Return an item for each stage that there are steps of. */
  #legend() {
    return [...new Set(this.frames.map(({ stage }) => stage))].map((stage) => {
      const { colour, shape } = LOOKS[stage];
      const item = Object.assign(textOf("li", say(`stage.${stage}`)), { className: shape });
      item.style.setProperty("--colour", colour);
      return item;
    });
  }

  draw() {
    const { axes, canvas, frames } = this;
    if (!axes.isVisible) return;
    if (!frames.length) return axes.clear();
    axes.begin(this.#iterationAxis(), this.#distortionAxis());
    const { context } = axes, places = frames.map((it) => axes.pixelOf(it.iteration, it.distortion));
    context.beginPath();
    places.forEach((place) => context.lineTo(...place));
    context.strokeStyle = FIRST.colour;
    context.stroke();
    const ink = axes.theme("text-color"), paper = axes.theme("background-color");
    frames.forEach((frame, at) => {
      const { colour, shape } = LOOKS[frame.stage], isCurrent = frame === this.current;
      axes[shape](...places[at], isCurrent ? 1.7 * RADIUS : RADIUS, colour, isCurrent ? ink : paper);
    });
    const [first, last] = [frames[0], frames.at(-1)].map(({ distortion }) => distortion);
    const steps = say("count.step", { n: frames.length }), told = this.find(".told").textContent;
    canvas.ariaLabel = say("page.training.seen", { steps, first, last, told });
  }

  #iterationAxis() {
    const last = Math.max(1, this.frames.at(-1).iteration), room = 0.03 * last;
    const ticks = roundTicks(0, last).filter(Number.isInteger);
    return { from: -room, to: last + room, ticks, title: say("page.training.iteration") };
  }

  #distortionAxis() {
    const every = this.frames.map(({ distortion }) => distortion);
    const least = Math.min(...every), most = Math.max(...every);
    const room = 0.06 * (most - least) || 1;
    const from = Math.max(0, least - room), to = most + room;
    return { from, to, ticks: roundTicks(from, to), title: say("page.training.distortion") };
  }

  // Hands

  /** Return which of the steps is nearest to a pointer, from left to right. */
  #at(event) {
    if (!this.frames.length) return -1;
    const [iteration] = this.axes.pointAt(event);
    const far = this.frames.map((frame) => Math.abs(frame.iteration - iteration));
    return far.indexOf(Math.min(...far));
  }

  #key(event) {
    const by = ALONG[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const current = this.frames.indexOf(this.current);
    this.#go((current < 0 ? this.frames.length - 1 : current) + by);
  }

  /** Show a step in the viewer. */
  #go(place) {
    const frame = this.frames[place];
    if (frame) pageStore().goTo(frame.step);
  }
}

export default componentOf(TrainingPanel);
