// The address is the view: what a link shows is what was seen when it was copied.

import { MODES, ZOOMS } from "./stage.js";

export const ADDRESS_VERSION = 2; // of what an address leaves out: in those without one, blocks are 8 × 8
const VIEW_NAMES = ["k", "ka", "a", "b", "mode", "at", "pick", "divider", "column", "ca", "cb", "v"];

/** Read the view that an address has; null for what it lacks, or has in a way that makes no sense. */
export function viewOfAddress() {
  const texts = new URLSearchParams(location.search), text = (name) => texts.get(name) ?? "";
  const whole = (name) => (/^\d{1,9}$/.test(text(name)) ? Number(text(name)) : null);
  const numbers = (name) => text(name).split(",").map((each) => (each ? Number(each) : NaN));
  const [zoom, x, y] = numbers("at"), [divider] = numbers("divider");
  const isPlace = zoom >= ZOOMS[0] / 2 && zoom <= ZOOMS.at(-1) && [zoom, x, y].every((each) => Number.isFinite(each) && each >= 0);
  return {
    k: whole("k") || null,
    ka: whole("ka") || null,
    a: texts.get("a"),
    b: texts.get("b"),
    mode: MODES.includes(text("mode")) ? text("mode") : null,
    divider: divider >= 0 && divider <= 1 ? divider : null,
    at: isPlace ? { zoom, x, y } : null,
    pick: whole("pick"),
    column: /^((sum)?\d|tree)$/.test(text("column")) ? text("column") : null,
    ca: whole("ca") || null,
    cb: whole("cb") || null,
  };
}

/** Write the view into the address, for who copies it, without an entry in the history; null leaves one out. */
export function writeView(view) {
  const wasWriting = Trail.isWriting;
  Trail.isWriting = true;
  write(view);
  Trail.isWriting = wasWriting;
}

/** Write what was chosen of panels and settings into the address: a new place, for Back. */
export function writeChoices(choices) {
  write(choices);
}

/** Read choices from the address, null for those it leaves out. */
export function choicesOfAddress(names) {
  const texts = new URLSearchParams(location.search);
  return Object.fromEntries(names.map((name) => [name, texts.get(name)]));
}

function write(values) {
  const address = new URL(location);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

/** Return what of an address Back goes through: picture, settings and panel, not each K, nor the language. */
export function placeOf(address) {
  const names = new URL(address).searchParams;
  for (const name of [...VIEW_NAMES, "needs", "digest", "lang"]) names.delete(name);
  names.sort();
  return names.toString();
}

/**
 * The way through pictures, settings and panels, for Back. Streamlit writes them into the address
 * and reads them from there, but makes no entries in the history: that is done here.
 */
export class Trail {
  static isWriting = false; // what is written here is no new place
  #last = location.href;
  isReturning = true; // at first and after a way back, until a hand acts: what is corrected then is no new place

  /**
   * @param signal ends it, @param onReturn is called when a hand went back or forward, and
   * @param onWritten when others wrote the address: they may have written over the view
   */
  constructor(signal, onReturn, onWritten) {
    const note = ({ navigationType }) => this.#note(navigationType, onReturn, onWritten);
    globalThis.navigation?.addEventListener("currententrychange", note, { signal });
    for (const hand of ["pointerdown", "keydown"]) {
      addEventListener(hand, () => { this.isReturning = false; }, { signal, capture: true });
    }
  }

  #note(type, onReturn, onWritten) {
    const now = location.href, isByOthers = !Trail.isWriting;
    const isNew = type === "replace" && isByOthers && !this.isReturning && placeOf(now) !== placeOf(this.#last);
    if (isNew) this.#add(now);
    this.#last = now;
    if (type === "traverse") {
      this.isReturning = true;
      onReturn();
    } else if (isByOthers) onWritten();
  }

  #add(now) {
    Trail.isWriting = true;
    history.replaceState(history.state, "", this.#last);
    history.pushState(history.state, "", now);
    Trail.isWriting = false;
  }
}
