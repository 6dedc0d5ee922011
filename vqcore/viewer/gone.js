// Uploads that the server has no more, by the names that the page still knows.

import { componentOf } from "./component.js";
import { pageStore } from "./store.js";

class Gone {
  constructor(host) {
    this.root = host.querySelector(".gone");
  }

  update({ data: { names, gone } }) {
    const known = Object.assign(pageStore().uploads, names);
    const list = new Intl.ListFormat("en").format(gone.map((id) => known[id] ?? "an upload"));
    this.root.hidden = !gone.length;
    this.root.textContent = `No longer on the server: ${list}. Upload again what you need.`;
  }

  close() {}
}

export default componentOf(Gone);
