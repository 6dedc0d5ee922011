// The tour: steps over the page itself, each with a few words, one thing to do, and this picture's numbers.

import { pageStore } from "./store.js";
import { STEPS } from "./toursteps.js";
import { say } from "./words.js";

const SEEN = "vq-lab-tour"; // where the browser keeps that it was taken, or not wanted
const ASKED = "tour"; // of the address: a link that starts it

/** What the browser keeps; without leave to do so, it is asked again on the next visit. */
const kept = {
  get seen() {
    try { return localStorage.getItem(SEEN) !== null; } catch { return true; }
  },
  keep() {
    try { localStorage.setItem(SEEN, "1"); } catch { /* then it is not kept */ }
  },
};

/** Return fields in which no number is parted from its unit at the end of a line. */
function unbroken({ name, ...facts }) {
  const whole = Object.entries(facts).map(([field, it]) => [field, typeof it === "string" ? it.replaceAll(" ", "\u00a0") : it]);
  return { name, ...Object.fromEntries(whole) };
}

export class Tour {
  step = null; // the place of the step shown, or null
  #reached = new Set(); // the ids of steps that are done
  #isTakenUp = false;

  /** @param viewer has: find(selector), sides, following, data */
  constructor(viewer) {
    this.viewer = viewer;
    this.root = viewer.find(".tour");
    this.invitation = viewer.find(".invitation");
    this.root.onkeydown = ({ key }) => { if (key === "Escape") this.end(); };
  }

  /** Once there is a codebook, go on with a tour of the viewer before; else begin, if a link asks for it, or ask whether to. */
  #takeUpOnce() {
    if (this.#isTakenUp) return;
    this.#isTakenUp = true;
    const { toured, tourStep } = pageStore();
    if (toured) return void (tourStep !== null && this.#goTo(tourStep));
    pageStore().toured = true;
    if (new URLSearchParams(location.search).get(ASKED) === "1") this.begin();
    else this.invitation.hidden = kept.seen;
  }

  begin() {
    this.#reached.clear();
    this.#goTo(0);
    this.root.querySelector("[data-do=tourNext]").focus({ preventScroll: true });
  }

  next() {
    if (this.step === STEPS.length - 1) this.end();
    else this.#goTo(this.step + 1);
  }

  back() {
    this.#goTo(Math.max(0, this.step - 1));
  }

  end() {
    const { activeElement } = this.root.getRootNode();
    const wasInside = [this.root, this.invitation].some((each) => each.contains(activeElement));
    this.#goTo(null);
    if (wasInside) this.viewer.canvas.focus({ preventScroll: true });
  }

  #goTo(step) {
    kept.keep();
    if (this.step !== null && STEPS[this.step].leaves) this.viewer.following.letGo();
    this.invitation.hidden = true;
    this.step = pageStore().tourStep = step;
    this.viewer.root.classList.toggle("touring", step !== null);
    this.#pointOut();
    this.show();
    if (step !== null) this.#bring(STEPS[step]);
  }

  /** Scroll to what a step speaks of, with as much of the picture as there is room for, and to where the hand is at work. */
  #bring({ at, hand = at }) {
    for (const each of [".stage", at, hand]) this.viewer.find(each).scrollIntoView({ block: "nearest" });
  }

  #pointOut() {
    for (const each of this.viewer.root.querySelectorAll(".pointedout")) each.classList.remove("pointedout");
    if (this.step !== null) this.viewer.find(STEPS[this.step].at).classList.add("pointedout");
  }

  /** Show the step with the numbers of now, and whether it is done. */
  show() {
    if (!this.viewer.sides.hasCodebook) return;
    this.#takeUpOnce();
    this.root.hidden = this.step === null;
    if (this.step === null) return;
    const step = STEPS[this.step], seen = this.#seen(), fields = unbroken(step.fields(seen));
    if (step.isDone(seen)) this.#reached.add(step.id);
    const isDone = this.#reached.has(step.id), words = step.words?.(seen) ?? step.id;
    this.#write(".tourplace", say("page.tour.place", { step: this.step + 1, all: STEPS.length }));
    this.#write(".tourname", say(`page.tour.${words}.name`, fields));
    this.#write(".tourtext", say(`page.tour.${words}.text`, fields));
    this.#write(".tourtask", say(isDone ? "page.tour.done" : "page.tour.task", { task: say(`page.tour.${words}.task`, fields) }));
    this.#write(".touraim", isDone ? say(`page.tour.${words}.aim`, fields) : "");
    this.root.querySelector("[data-do=tourBack]").disabled = this.step === 0;
    this.#write("[data-do=tourNext]", say(this.step === STEPS.length - 1 ? "page.tour.end" : "page.tour.next"));
  }

  #write(selector, text) {
    const place = this.root.querySelector(selector);
    if (place.textContent !== text) place.textContent = text;
  }

  /** Return what there is to see, as the steps are asked with it. */
  #seen() {
    const { sides, following, data } = this.viewer;
    return {
      size: sides.finished("b").size,
      sizes: sides.sizes,
      name: data.name,
      facts: data.facts,
      isWhole: data.isWhole,
      isPointing: following.hovered !== null,
      isFollowing: following.picked !== null,
      shown: { a: sides.showOf("a"), b: sides.showOf("b") },
      figuresOf: (size) => this.#figuresOf(size),
    };
  }

  /** Return the figures of a K by name, as far as they are there. */
  #figuresOf(size) {
    const names = ["psnr_db", "file_bytes", "file_ratio", "nominal_ratio", "codebook_bytes", "entropy_bytes"];
    const every = this.viewer.sides.layers.figures.get(size)?.every ?? {};
    return Object.fromEntries(names.map((name) => [name, every[name] ?? "–"]));
  }
}
