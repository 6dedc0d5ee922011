// Which column the codebook beside the picture shows, where a block has several indices; or what the first come to.

import { choicesOfColumns, summedBy, TREE } from "./columns.js";
import { say } from "./words.js";

export class ColumnChoice {
  /** @param viewer has: find(selector), sides, telling, draw() */
  constructor(viewer) {
    Object.assign(this, { viewer, sides: viewer.sides });
    this.list = viewer.find(".column");
    this.list.onchange = ({ target }) => {
      this.sides.column = target.value;
      viewer.draw();
      viewer.telling.soon();
    };
  }

  /** Offer the columns of what is looked at, if there are several. */
  sync() {
    const { list, sides: { book } } = this, choices = choicesOfColumns(book).map((choice) => [nameOf(book, choice), choice]);
    list.hidden = !choices.length;
    if (choices.join() !== [...list.options].map(({ text, value }) => [text, value]).join()) {
      list.replaceChildren(...choices.map(([name, choice]) => new Option(name, choice)));
    }
    list.value = this.sides.columnOf(book);
  }
}

function nameOf({ parts }, choice) {
  const columns = summedBy(choice);
  if (!parts.length) return say(choice === TREE ? "page.tree.name" : "page.tree.leaves");
  if (!columns) return parts[choice].name;
  return columns === parts.length ? say("page.book.rebuilt") : say("page.book.first", { columns });
}
