// Presenting: the picture fills the screen; what lies over its edge fades when the hand rests.

import { FEW_SIZES } from "./story.js";
import { textOf } from "./texts.js";
import { say } from "./words.js";

const RESTS_AFTER = 2500;

export class Presenter {
  /** @param owner has: root, find(selector), resized(), figures, sides, scrubTo(size) */
  constructor(owner) {
    this.owner = owner;
    this.stage = owner.find(".stage");
    this.over = owner.find(".over");
    owner.find(".jumps").onclick = ({ target }) => target.dataset.k && owner.scrubTo(Number(target.dataset.k));
    this.stage.addEventListener("pointermove", () => this.wake());
    this.stage.addEventListener("pointerdown", () => this.wake());
    this.stage.addEventListener("focusin", () => this.wake());
    owner.root.addEventListener("fullscreenchange", () => this.isOn && !this.#fillsScreen() && this.leave());
  }

  get isOn() {
    return this.owner.root.classList.contains("presenting");
  }

  #fillsScreen() {
    return this.owner.root.getRootNode().fullscreenElement ?? document.fullscreenElement;
  }

  toggle() {
    if (this.isOn) this.leave();
    else this.enter();
  }

  /** Fill the window at once, and the screen where the browser lets us. */
  enter() {
    const { root } = this.owner;
    root.classList.add("presenting");
    this.#hideTheRest(true);
    root.requestFullscreen?.().then(() => this.isOn || document.exitFullscreen(), () => {});
    this.wake();
    this.owner.figures.showLarge();
    this.owner.resized();
    this.owner.find(".pictures").focus();
  }

  leave() {
    clearTimeout(this.resting);
    this.owner.root.classList.remove("presenting", "resting");
    this.#hideTheRest(false);
    if (this.#fillsScreen()) document.exitFullscreen();
    this.owner.resized();
    this.owner.find(".pictures").focus();
  }

  /** Keep hands and readers from what lies under the picture, or let them there again. */
  #hideTheRest(hidden) {
    const under = this.owner.root.querySelectorAll(".bar, .inside, .kbar, .both, .measured, .foot");
    for (const part of under) part.inert = hidden;
  }

  /** Show what lies over the picture, until the hand rests, if it is not there. */
  wake() {
    if (!this.isOn) return;
    clearTimeout(this.resting);
    this.owner.root.classList.remove("resting");
    this.resting = setTimeout(() => {
      if (!this.over.matches(":hover, :focus-within")) this.owner.root.classList.add("resting");
    }, RESTS_AFTER);
  }

  /** Tell K and what it comes to; offer 1, 2, 32 and the other sizes. */
  show(size, figures) {
    this.owner.find(".bigk").textContent = say("figure.k", { size });
    this.owner.find(".three").textContent = figures;
    const { sizes } = this.owner.sides, few = FEW_SIZES.filter((each) => sizes.includes(each));
    const jumps = [...few, ...sizes.filter((each) => !few.includes(each))];
    const place = this.owner.find(".jumps");
    if (place.dataset.sizes !== jumps.join()) {
      place.dataset.sizes = jumps.join();
      place.replaceChildren(...jumps.map((each) => {
        const button = textOf("button", each);
        button.dataset.k = each;
        button.ariaLabel = say("figure.k", { size: each });
        button.classList.toggle("first", few.includes(each));
        return button;
      }));
    }
    for (const button of place.children) button.ariaPressed = String(Number(button.dataset.k) === size);
  }

  close() {
    clearTimeout(this.resting);
  }
}
