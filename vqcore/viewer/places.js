// Which place of the picture is seen, and how the sides share the stage: as an address or a hand has it.

const BLINK_EVERY = 700;

export class Places {
  #asked = { at: null, pick: null }; // what an address has
  #goal = null; // the place to go to, anew when the stage changes, until a hand goes elsewhere

  /** @param viewer has: root, canvas, stage, frame, following, telling, sides, draw() */
  constructor(viewer) {
    Object.assign(this, { viewer, stage: viewer.stage });
  }

  /** Take mode, divider, zoom, place and block of an address, or what is so at first. */
  take({ mode, divider, at, pick }) {
    this.setMode(mode ?? "divider");
    this.stage.divider = divider ?? 0.5;
    this.#asked = { at, pick };
    this.takeAgain();
  }

  /** Take zoom, place and block that were asked for: the picture has come that they are of. */
  takeAgain() {
    const { at, pick } = this.#asked;
    this.#goal = at;
    this.stage.fitted = !at;
    this.viewer.following.picked = pick === null ? null : { block: pick };
  }

  /** Go to the place that was asked for, if there is one and room to show it; tell whether that is so. */
  #reach() {
    if (!this.#goal || !this.viewer.canvas.width) return false;
    const { zoom, x, y } = this.#goal;
    this.stage.goTo({ zoom: zoom * devicePixelRatio, x, y });
    return true;
  }

  /** Draw, the place that was asked for, or the whole picture unless a hand has zoomed or moved it. */
  show() {
    this.#reach();
    this.#drawAnew();
  }

  #drawAnew() {
    const { viewer, stage } = this;
    if (viewer.frame && viewer.canvas.width && stage.fitted) stage.fit();
    viewer.draw();
  }

  /** Keep what is seen within the stage, whose size has changed. */
  resized() {
    const { viewer } = this;
    if (!viewer.frame) return;
    if (!this.#reach() && viewer.canvas.width) this.stage.resized();
    viewer.draw();
  }

  // Hands

  fit() {
    this.go(() => this.stage.fit());
  }

  actual() {
    this.go(() => this.stage.actual());
  }

  zoomBy(steps, at) {
    this.go(() => this.stage.zoomBy(steps, at));
  }

  zoomTo(zoom, at) {
    this.go(() => this.stage.zoomTo(zoom, at));
  }

  pan(dx, dy) {
    this.go(() => this.stage.pan(dx, dy));
  }

  divide(share) {
    this.go(() => { this.stage.divider = Math.max(0, Math.min(1, share)); });
  }

  /** Let a hand show something else of the picture, if it is there, and tell of it when the hand rests. */
  go(act) {
    if (!this.viewer.frame) return;
    this.#goal = null;
    act();
    this.viewer.draw();
    this.viewer.telling.soon();
  }

  setMode(mode) {
    const { viewer, stage } = this;
    stage.mode = mode;
    this.#swapped(false);
    this.stop();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (mode === "blink" && !still) this.blinking = setInterval(() => this.swap(), BLINK_EVERY);
    for (const button of viewer.root.querySelectorAll("[data-mode]")) {
      button.ariaPressed = String(button.dataset.mode === mode);
    }
    this.#drawAnew();
    if (viewer.sides.layers) viewer.telling.soon();
  }

  swap() {
    this.#swapped(!this.stage.swapped);
    this.viewer.draw();
  }

  /** Let A and B change places, their controls with them; when they blink, only the picture. */
  #swapped(swapped) {
    this.stage.swapped = swapped;
    this.viewer.root.classList.toggle("swapped", swapped && this.stage.mode !== "blink");
  }

  stop() {
    clearInterval(this.blinking);
  }
}
