// The story: K after K, with a sentence at each about this picture.

import { listed } from "./texts.js";
import { say } from "./words.js";

export const FEW_SIZES = [1, 2, 32];

/** Return what a codebook size means for this picture, in a sentence; without figures, what is sure. */
export function storyOf({ size, blocks, nominal, file, psnr }) {
  const fields = { blocks: say("count.block", { n: blocks }), nominal };
  if (size === 1) return say("page.story.alone", fields);
  if (size === 2) return say(nominal ? "page.story.two-at" : "page.story.two", fields);
  const log2 = Math.log2(size), bits = Number.isInteger(log2) ? log2 : log2.toFixed(1);
  const told = say(nominal ? "page.story.many-at" : "page.story.many", { size, bits, ...fields });
  const figures = listed(say("between.items"), file, psnr);
  return listed(say("between.sentences"), told, file && say("page.story.file", { figures }));
}

/** Goes through stops, one after the other, and tells of each over the picture. */
export class Story {
  stops = [];
  at = -1;

  /** @param owner has: root, find(selector), sides, presenter, scrubTo(size) */
  constructor(owner) {
    this.owner = owner;
    this.pace = owner.find(".pace");
    this.pace.oninput = () => this.#showPace();
    this.#showPace();
  }

  get isOn() {
    return this.timer !== undefined || this.waits === true;
  }

  #showPace() {
    this.owner.find(".paceshown").textContent = say("page.story.seconds", { seconds: Number(this.pace.value) });
  }

  #is(option) {
    return this.owner.find(`.${option}`).checked;
  }

  /** Begin, stop, or go on from a stop that was waited at. */
  toggle() {
    if (this.waits) return this.#next();
    if (this.isOn) return this.stop();
    this.stops = this.#stopsOf(this.owner.find(".stops").value);
    this.at = -1;
    this.#next();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waits = false;
    this.#tell(null);
  }

  /** Show the next stop, and wait as long as was chosen, or for a hand. */
  #next() {
    clearTimeout(this.timer);
    this.waits = false;
    this.at += 1;
    if (this.at >= this.stops.length) {
      if (!this.#is("loop")) return this.stop();
      this.at = 0;
    }
    const size = this.stops[this.at];
    this.owner.scrubTo(size);
    this.waits = this.#is("pause");
    this.timer = this.waits ? undefined : setTimeout(() => this.#next(), 1000 * Number(this.pace.value));
    this.#tell(size);
  }

  /** Return the sizes at which to stop: some, as far as there are these, or all. */
  #stopsOf(which) {
    const { sizes } = this.owner.sides, few = FEW_SIZES.filter((size) => sizes.includes(size));
    return which === "all" || few.length < 2 ? sizes : few;
  }

  /** Tell the sentence of a stop over the picture, or null at the end. */
  #tell(size) {
    const { root, find, presenter, sides: { layers, hasCodebook } } = this.owner, caption = find(".caption");
    caption.hidden = size === null;
    for (const button of root.querySelectorAll("[data-do=play]")) {
      button.textContent = say(this.waits ? "page.story.next" : size === null ? "page.viewer.play.name" : "page.story.stop");
    }
    if (size === null || !hasCodebook) return;
    const { columns, rows } = layers.sizes[0], every = layers.figures.get(size)?.every;
    caption.textContent = storyOf({
      size, blocks: columns * rows, nominal: every?.nominal_ratio, file: every?.file_bytes, psnr: every?.psnr_db,
    });
    presenter.wake();
  }
}
