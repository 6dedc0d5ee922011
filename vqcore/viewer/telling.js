// What the viewer tells: the address has the view, and the script hears what it has to bring.

import { ADDRESS_VERSION, choicesOfAddress, writeView } from "./address.js";
import { firstColumn } from "./columns.js";
import { pageStore } from "./store.js";

const WAIT = 300; // until a hand rests
const isScriptAtRest = () => document.querySelector("[data-test-script-state=notRunning]") !== null;

export class Telling {
  offer = null; // { size, at, link }: the K whose downloads were last asked for, when, and the address then
  #told = { matches: [], uses: [], offer: null, returned: null }; // what the script knows of
  #returned = null; // { at, choices }: when a hand last went back or forward, and to which choices

  /** @param viewer has: sides, stage, following, data; and @param tell takes what the script is to know */
  constructor(viewer) {
    Object.assign(this, { viewer, sides: viewer.sides });
  }

  /** Tell when the hand rests. */
  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.now(), WAIT);
  }

  /** Tell soon, unless that is so already. */
  atLast() {
    if (!this.waiting) this.soon();
  }

  stop() {
    clearTimeout(this.waiting);
  }

  /**
   * Write the view into the address, and tell the script what it has to bring, once there is a
   * codebook to speak of. To tell it redraws the page, so it does not hear of K itself.
   */
  now() {
    clearTimeout(this.waiting);
    this.waiting = null;
    const { sides } = this;
    if (!sides.hasCodebook || (this.#owesReturn() && !isScriptAtRest())) return this.soon();
    pageStore().wished = sides.b.size;
    this.write();
    this.#tell({ matches: sides.wishes, uses: sides.uses, offer: this.offer, returned: this.#returned });
  }

  /** Tell the script to which choices a hand went back or forward. */
  tellReturn() {
    const choices = choicesOfAddress(Object.keys(this.viewer.data.choices));
    this.#returned = { at: Date.now(), choices };
    this.soon();
  }

  /**
   * After a way back streamlit runs the script at once, with what of it is its own. To tell the
   * rest before that has ended would bring along what the page has not yet changed.
   */
  #owesReturn() {
    return this.#returned !== this.#told.returned;
  }

  #tell(told) {
    if (JSON.stringify(told) === JSON.stringify(this.#told)) return;
    this.#told = told;
    this.tell(told);
  }

  /** Let the script offer what can be taken away of side B's K. */
  askForDownloads() {
    this.write();
    this.offer = { size: this.sides.layerOf("b").size, at: Date.now(), link: location.href };
    this.now();
  }

  /** Write the view into the address; null is what it is at first. */
  write() {
    const { sides, viewer: { stage, following, data } } = this, { a, b } = sides;
    const { mode, divider, view, fitted } = stage;
    const place = [view.zoom / devicePixelRatio, view.x, view.y].map((number) => Number(number.toFixed(4)));
    const unless = (value, first) => (value === first ? null : value);
    writeView({
      k: b.size,
      ka: sides.flatOf("a") ? null : unless(a.size, b.size),
      a: unless(sides.linked("a"), "original"),
      b: unless(sides.linked("b"), "rebuilt"),
      mode: unless(mode, "divider"),
      divider: mode === "divider" ? unless(Number(divider.toFixed(2)), 0.5) : null,
      at: fitted ? null : place.join(),
      column: unless(sides.columnOf(sides.book), firstColumn(sides.book)),
      ca: sides.isCoarse("a") ? sides.columnsOf("a") : null,
      cb: sides.isCoarse("b") ? sides.columnsOf("b") : null,
      pick: following.blockOf(sides.layers.sizes[0]),
      v: ADDRESS_VERSION,
      block: unless(data.block, data.firstBlock),
      ...data.link,
      ...(this.#owesReturn() ? {} : pageStore().choices),
    });
  }
}
