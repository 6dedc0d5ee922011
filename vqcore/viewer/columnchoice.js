// Which column the codebook beside the picture shows, where a block has several indices.

import { isSeveral } from "./columns.js";

export class ColumnChoice {
  /** @param viewer has: find(selector), sides, draw() */
  constructor(viewer) {
    Object.assign(this, { viewer, sides: viewer.sides });
    this.list = viewer.find(".column");
    this.list.onchange = ({ target }) => {
      this.sides.column = Number(target.value);
      viewer.draw();
    };
  }

  /** Offer the columns of what is looked at, if there are several. */
  sync() {
    const { list, sides: { book } } = this, names = isSeveral(book) ? book.parts.map(({ name }) => name) : [];
    list.hidden = !names.length;
    if (names.join() !== [...list.options].map(({ text }) => text).join()) {
      list.replaceChildren(...names.map((name, place) => new Option(name, place)));
    }
    list.value = this.sides.columnOf(book);
  }
}
