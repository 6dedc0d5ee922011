// The figures of side B under the stage, and those of the side used last where they are read from afar.

import { pageStore } from "./store.js";
import { listed, textOf } from "./texts.js";
import { say } from "./words.js";

export class Figures {
  /** @param viewer has: root, find(selector), sides, data, presenter */
  constructor(viewer) {
    this.viewer = viewer;
    this.find = (selector) => viewer.find(selector);
    this.places = [...viewer.root.querySelectorAll(".measured div")];
    this.#explain();
  }

  /** Explain the figures in the help as well, for those who do not point. */
  #explain() {
    this.find(".meanings").append(...this.places.flatMap((figure) =>
      [textOf("dt", figure.firstElementChild.textContent), textOf("dd", figure.title)]));
  }

  /** Show every figure of side B's K, and let the page know of it. */
  show() {
    const { sides, data } = this.viewer, layer = sides.layerOf("b"), measured = sides.measured(layer);
    pageStore().choose(sides.finished("b").size, sides.stepShown);
    const every = { codebook_size: layer.size, upload_bytes: data.upload, ...measured?.every };
    this.find(".upload").hidden = !data.upload;
    this.find("[data-do=download]").disabled = !measured || !data.offers || Boolean(layer.codebook);
    this.find(".sentence").textContent = measured?.sentence ?? "";
    for (const place of this.places) {
      place.lastElementChild.textContent = every[place.dataset.figure] ?? "–";
    }
    this.showLarge();
  }

  /** Tell no figures and offer nothing. */
  clear() {
    for (const figure of this.places) figure.lastElementChild.textContent = "–";
    this.find("[data-do=download]").disabled = true;
    this.find(".sentence").textContent = "";
  }

  /** Tell K, and three figures, of the side used last. */
  showLarge() {
    const { sides, data, presenter } = this.viewer;
    if (!sides.hasCodebook) return;
    const { book } = sides, every = sides.measured(book)?.every;
    const three = every ? listed(" · ", every.psnr_db, every.file_bytes, every.file_ratio) : say("page.figure.later");
    if (presenter.isOn) presenter.show(book.size, three);
    this.find(".stripk").textContent = say("figure.k", { size: book.size });
    this.find(".stripshort").textContent = `${data.name} · ${three}`;
  }
}
