// Uploads that the server has no more, by the names that the page still knows.

import { componentOf } from "./component.js";
import { pageStore } from "./store.js";
import { language, say } from "./words.js";

class Gone {
  constructor(host) {
    this.root = host.querySelector(".gone");
  }

  update({ data: { names, gone } }) {
    const known = Object.assign(pageStore().uploads, names);
    const list = new Intl.ListFormat(language()).format(gone.map((id) => known[id] ?? say("page.gone.unknown")));
    this.root.hidden = !gone.length;
    this.root.textContent = say("page.gone.text", { list });
  }

  close() {}
}

export default componentOf(Gone);
