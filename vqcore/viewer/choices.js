// Choices in the address, of a page that has no viewer to write them, and the way back through these.

import { choicesOfAddress, Trail, writeChoices } from "./address.js";
import { componentOf } from "./component.js";
import { pageStore } from "./store.js";

const AFTER = 300; // streamlit runs the script at once after a way back, with what of it is its own

class Choices {
  constructor() {
    this.ending = new AbortController();
    this.trail = new Trail(this.ending.signal, () => this.#return(), () => this.#write());
  }

  update({ data, setStateValue }) {
    pageStore().choices = data;
    this.tell = (choices) => setStateValue("returned", { at: Date.now(), choices });
    this.#write();
  }

  #write() {
    if (!this.returning) writeChoices(pageStore().choices);
  }

  /** Tell the script to which choices a hand went back or forward. */
  #return() {
    const choices = choicesOfAddress(Object.keys(pageStore().choices));
    clearTimeout(this.returning);
    this.returning = setTimeout(() => {
      this.returning = null;
      this.tell(choices);
    }, AFTER);
  }

  close() {
    clearTimeout(this.returning);
    this.ending.abort();
  }
}

export default componentOf(Choices);
