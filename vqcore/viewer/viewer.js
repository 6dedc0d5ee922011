// The viewer: two sides that show the same place, K of each, a look inside a block.

import { ADDRESS_VERSION, Trail, viewOfAddress, writeView } from "./address.js";
import { CodebookPanel } from "./codebook.js";
import { componentOf } from "./component.js";
import { blockAt, blockLike } from "./decoding.js";
import { clipped, dimmed, drawDimmed, drawGrid, drawSide, same, Surface } from "./draw.js";
import { BlockPanel } from "./inside.js";
import { withTexts } from "./png.js";
import { PointerInput } from "./pointer.js";
import { Presenter } from "./presenter.js";
import { MODES, Stage } from "./stage.js";
import { pageStore } from "./store.js";
import { FEW_SIZES, Story, storyOf } from "./story.js";
import { Strip } from "./strip.js";
import { listed, textOf } from "./texts.js";

const REPORT_AFTER = 300;
const BLINK_EVERY = 700;
const ADVICE_FOR = 1600;
const REPEATING = /^([[\]+=-]|Arrow.+)$/; // keys that act again while they are held
const NAMES = { a: "A", b: "B" };
const ON_ITS_WAY = { name: "on its way", figures: "" };

const isOf = (layer, { size, step, codebook }) =>
  layer.size === size && layer.step === step && layer.codebook === codebook;
const isMatch = (show) => show.startsWith("match ");
const fileShow = ({ id }) => `file ${id}`;
const linkTo = (title) => `=${title}`;
const useShow = (what, id) => `${what} with ${id}`;

/** Take apart what a side shows: what of the picture, and the id of a codebook from elsewhere, if it is made with that. */
function partsOf(show) {
  const [, what, codebook] = /^(rebuilt|difference|indices) with (.+)$/.exec(show) ?? [null, show, null];
  return { what, codebook };
}

class Viewer {
  active = "b";
  picked = null; // { block, grid }: the block that is followed, of a layer or of the finished ones; { size, step, codebook, index }: a dead codeword
  hovered = null; // the block under the pointer
  grid = false;
  offer = null; // { size, at, link }: the K whose downloads were last asked for, when, and the address then
  reported = { matches: [], uses: [], offer: null }; // what the script knows of
  sides = {
    a: { show: "original", size: null, step: 0, gain: 4, surface: new Surface() },
    b: { show: "rebuilt", size: null, step: 0, gain: 4, surface: new Surface() },
  };

  constructor(host) {
    this.root = host.querySelector(".viewer");
    this.canvas = this.find(".pictures");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.stage = new Stage(this.canvas, () => this.frame);
    this.book = new CodebookPanel(this.root, (index) => this.pickCodeword(this.bookLayer(), index));
    this.blockPanel = new BlockPanel(this.root);
    this.pointer = new PointerInput(this);
    this.presenter = new Presenter(this);
    this.strip = new Strip(this);
    this.story = new Story(this);
    this.skip = this.#skipLink();
    this.#takeAddress(viewOfAddress());
    this.#listenToSides();
    this.#explainFigures();
    this.#listen();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // What comes from outside

  /** Take what the script says: which sweep to show, and a K when one is asked for. */
  update({ data, setStateValue }) {
    this.report = (value) => setStateValue("view", value);
    const before = this.data ?? this.#begin(data);
    this.data = data;
    if (before.sweep !== data.sweep) this.story.stop();
    if (before.grid !== data.grid) this.#forgetBlock();
    if (before.asked !== data.asked) this.#showAsked();
    this.stage.fitted ||= before.picture !== data.picture;
    if (before.grid !== data.grid && this.trail.isReturning) this.#takePlace();
    this.#tellFacts();
    this.refresh();
    if (!this.reporting) this.#reportSoon();
  }

  /** Begin with the K that was last wished for on this page, else with that of the script. */
  #begin(data) {
    const size = pageStore().wished ?? data.size;
    for (const side of Object.values(this.sides)) side.size ??= size;
    return data;
  }

  /** Take the view that an address has, or what is so at first. */
  #takeAddress(view) {
    const { a, b } = this.sides;
    a.show = view.a ?? "original";
    b.show = view.b ?? "rebuilt";
    a.size = view.ka;
    this.setMode(view.mode ?? "divider");
    this.stage.divider = view.divider ?? 0.5;
    this.placeAsked = { at: view.at, pick: view.pick };
    this.#takePlace();
  }

  /** Take zoom, place and block that were asked for; again when the picture comes that they are of. */
  #takePlace() {
    const { at, pick } = this.placeAsked;
    this.placeToGo = at;
    this.stage.fitted = !at;
    this.picked = pick === null ? null : { block: pick };
  }

  /** Go to the place that was asked for, anew when the stage changes, until a hand goes elsewhere. */
  #goToPlace() {
    const { zoom, x, y } = this.placeToGo;
    this.stage.goTo({ zoom: zoom * devicePixelRatio, x, y });
  }

  /** Show again what was seen where a hand went back to. */
  #return() {
    const view = viewOfAddress();
    this.sides.b.size = view.k ?? this.sides.b.size;
    this.#takeAddress(view);
    this.sides.a.size ??= this.sides.b.size;
    this.refresh();
  }

  /** Forget of a picture what is no place in another. */
  #forgetBlock() {
    this.picked = null;
    this.hovered = null;
  }

  /** Show on side B what was asked for elsewhere on the page: a codebook from elsewhere, or a K. */
  #showAsked() {
    if (this.data.use) this.sides.b.show = useShow("rebuilt", this.data.use);
    else this.#showRebuilt(this.data.size);
  }

  /** Show a K on side B that was asked for elsewhere on the page. */
  #showRebuilt(size) {
    const { b } = this.sides;
    b.size = size;
    if (this.layers && !this.#scrubs("b")) b.show = "rebuilt";
  }

  /** Light up the blocks of a codeword that was chosen elsewhere on the page. */
  #lightFor({ size, index }) {
    this.#showRebuilt(size);
    this.#syncSides();
    this.pickCodeword(this.layers.sizes.find((layer) => layer.size === size), index, true);
    this.#reportSoon();
  }

  /** Take up the layers that are there now. */
  refresh() {
    this.layers = pageStore().of(this.data.original, this.data.sweep);
    if (!this.frame) return this.#clear();
    if (this.layers.sizes.length) this.#syncSides();
    else this.#clearFigures();
    if (this.placeToGo && this.canvas.width) this.#goToPlace();
    this.#drawAnew();
  }

  /** Show nothing: what is to be shown has yet to come, and nothing else must stand here. */
  #clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.ariaLabel = `${this.data.name} is on its way`;
    this.#clearFigures();
  }

  /** Tell no figures and offer nothing, while there is no codebook. */
  #clearFigures() {
    for (const name of Object.keys(this.sides)) this.part(name, ".figures").textContent = "";
    for (const value of this.root.querySelectorAll(".measured dd")) value.textContent = "–";
    this.find("[data-do=download]").disabled = true;
    this.find(".sentence").textContent = "";
    this.blockPanel.clear();
    this.book.clear();
  }

  /** Return a layer that has the picture's width and height, if any is there yet. */
  get frame() {
    return this.layers?.original ?? this.layers?.sizes[0];
  }

  /** Let the first Tab on the page lead to the picture. */
  #skipLink() {
    const link = Object.assign(textOf("a", "Skip to the picture"), { className: "vq-skip", href: "#picture" });
    link.onclick = (event) => {
      event.preventDefault();
      this.canvas.focus();
    };
    document.body.prepend(link);
    return link;
  }

  close() {
    this.skip.remove();
    this.observer.disconnect();
    this.ending.abort();
    this.story.stop();
    this.presenter.close();
    this.strip.close();
    clearInterval(this.blinking);
    clearTimeout(this.reporting);
  }

  // Sides

  #listenToSides() {
    for (const name of Object.keys(this.sides)) {
      const on = (selector, event, act) => { this.part(name, selector)[event] = act; };
      const scrub = (place) => {
        this.active = name;
        this.scrub(name, Number(place));
      };
      on(".show", "onchange", ({ target }) => this.#change(name, { show: target.value }));
      on(".gain", "onchange", ({ target }) => this.#change(name, { gain: Number(target.value) }));
      on(".size", "oninput", ({ target }) => scrub(target.value));
      on(".ticks", "onclick", ({ target }) => target.dataset.at && scrub(target.dataset.at));
      on(".save", "onclick", () => this.save(name));
    }
    this.root.addEventListener("focusin", ({ target }) => {
      const side = target.closest("[data-side]")?.dataset.side;
      if (side) this.#activate(side);
    });
  }

  /** Return a control of a side. */
  part(name, selector) {
    return this.find(`[data-side=${name}] ${selector}`);
  }

  #activate(name) {
    this.active = name;
    this.#syncSides();
  }

  /** Show something else on a side, and tell of it when the hand rests. */
  #change(name, values) {
    Object.assign(this.sides[name], values);
    this.#syncSides();
    this.draw();
    this.#reportSoon();
  }

  /** Go to a place of a side's slider. */
  scrub(name, place) {
    const layer = this.#range(name)[place];
    if (layer) this.#change(name, this.#trains(name) ? { step: place } : { size: layer.size });
  }

  /** Show a K on the side used last, if it is there. */
  scrubTo(size) {
    const name = this.decodingSide();
    if (this.sizes().includes(size)) this.#change(name, this.#scrubs(name) ? { size } : { size, show: "rebuilt" });
  }

  /** Return which K there are. */
  sizes() {
    return this.layers?.sizes.map((layer) => layer.size) ?? [];
  }

  #reportSoon() {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.#reportView(), REPORT_AFTER);
  }

  /**
   * Write the view into the address, and tell the script what it has to bring, once there is a
   * codebook to speak of. To tell it redraws the page, so it does not hear of K itself.
   */
  #reportView() {
    this.reporting = null;
    if (!this.layers.sizes.length) return this.#reportSoon();
    const { size } = this.sides.b;
    pageStore().wished = size;
    writeView(this.#viewInWords());
    const view = { matches: this.#wishes(), uses: this.#uses(), offer: this.offer };
    if (JSON.stringify(view) === JSON.stringify(this.reported)) return;
    this.reported = view;
    this.report(view);
  }

  /** Return the view as the address has it; null for what it is at first. */
  #viewInWords() {
    const { a, b } = this.sides, { mode, divider, view, fitted } = this.stage;
    const place = [view.zoom / devicePixelRatio, view.x, view.y].map((number) => Number(number.toFixed(4)));
    const unless = (value, first) => (value === first ? null : value);
    return {
      k: b.size,
      ka: this.flatOf("a") ? null : unless(a.size, b.size),
      a: unless(this.#linked("a"), "original"),
      b: unless(this.#linked("b"), "rebuilt"),
      mode: unless(mode, "divider"),
      divider: mode === "divider" ? unless(Number(divider.toFixed(2)), 0.5) : null,
      at: fitted ? null : place.join(),
      pick: this.#pickedIn(this.layers.sizes[0]),
      v: ADDRESS_VERSION,
      block: unless(this.data.block, this.data.firstBlock),
      ...this.data.link,
    };
  }

  /** Return which rivals' files the sides show, and the K that each is to match. */
  #wishes() {
    const names = Object.keys(this.sides).filter((name) => isMatch(this.showOf(name)));
    return names.map((name) => ({
      match: this.showOf(name), size: this.layerOf(this.#matchedSide(name)).size,
    }));
  }

  /** Return the codebooks from elsewhere that the sides show the picture with. */
  #uses() {
    const wished = Object.keys(this.sides).map((name) => partsOf(this.showOf(name)).codebook);
    return [...new Set(wished.filter(Boolean))];
  }

  /** Tell whether a side shows a K that its slider changes. */
  #scrubs(name) {
    return !this.flatOf(name) && !partsOf(this.showOf(name)).codebook;
  }

  /** Return what a side shows: what was chosen for it, or else what there is of this picture. */
  showOf(name) {
    const { show } = this.sides[name], choices = this.#choices(name), there = choices.map(([value]) => value);
    const [linked] = choices.findLast(([, title]) => linkTo(title) === show) ?? [];
    const instead = name === "a" && show !== "training" ? ["original"] : [];
    return [linked, show, partsOf(show).what, ...instead, "rebuilt"].find((each) => there.includes(each));
  }

  /** Return what a side shows as a link has it: an upload by its name, since its id means nothing elsewhere. */
  #linked(name) {
    const show = this.showOf(name), isUpload = show.startsWith("file ") || partsOf(show).codebook;
    return isUpload ? linkTo(this.#choices(name).find(([value]) => value === show)[1]) : show;
  }

  /** Return the side whose K a rival's file is to match: the other one, if that has a K. */
  #matchedSide(name) {
    const other = name === "a" ? "b" : "a";
    return this.#scrubs(other) ? other : name;
  }

  /** Tell whether a side shows the steps of a training, instead of finished codebooks. */
  #trains(name) {
    return this.showOf(name) === "training";
  }

  /** Return the layers that a side's slider goes through. */
  #range(name) {
    if (partsOf(this.showOf(name)).codebook) return [this.layerOf(name)];
    return this.#trains(name) ? this.#frames(name) : this.layers.sizes;
  }

  /** Return the steps of the training of a side's K, as far as they are there. */
  #frames(name) {
    return this.layers.trainings.get(this.#finished(name)?.size)?.frames() ?? [];
  }

  /** Return the finished codebook of a side's K, of the nearest there is, or undefined. */
  #finished(name) {
    const far = (layer) => Math.abs(Math.log2(layer.size / this.sides[name].size));
    const nearer = (best, layer) => (best && far(best) <= far(layer) ? best : layer);
    return this.layers.sizes.reduce(nearer, undefined);
  }

  /** Return the layer a side shows: a step of a training, a codebook from elsewhere, or a finished one if there is one. */
  layerOf(name) {
    const use = this.layers.uses.get(partsOf(this.showOf(name)).codebook);
    if (!this.#trains(name)) return use ?? this.#finished(name);
    const frames = this.#frames(name);
    return frames[Math.min(this.sides[name].step, frames.length - 1)];
  }

  #syncSides() {
    if (!this.layers?.sizes.length) return;
    for (const name of Object.keys(this.sides)) this.#syncSide(name);
    this.#showFigures();
  }

  #syncSide(name) {
    const show = this.showOf(name), part = (selector) => this.part(name, selector);
    this.#offer(part(".show"), name);
    part(".show").value = show;
    part(".gain").hidden = partsOf(show).what !== "difference";
    part(".figures").textContent = this.#figuresOf(name);
    for (const place of this.root.querySelectorAll(`[data-side=${name}]`)) place.classList.toggle("active", name === this.active);
    const hasSize = !this.flatOf(name) || (isMatch(show) && this.#matchedSide(name) === name);
    this.find(`.sizer[data-side=${name}]`).hidden = !hasSize;
    this.#syncSlider(name);
  }

  #syncSlider(name) {
    const part = (selector) => this.part(name, selector);
    const range = this.#range(name), layer = this.layerOf(name), place = range.indexOf(layer);
    const [what, value] = this.#trains(name) ? ["Step", place] : ["K", layer.size];
    part(".size").max = range.length - 1;
    part(".size").value = place;
    part(".size").ariaLabel = `${what} of ${NAMES[name]}`;
    part(".size").ariaValueText = `${what} = ${value}`;
    part(".what").textContent = what;
    part(".k").textContent = value;
    this.#showTicks(part(".ticks"), this.#trains(name) ? [] : range, place);
  }

  /** Write the sizes under a slider, as many as there is room for. */
  #showTicks(ticks, range, now) {
    const sizes = range.map(({ size }) => size).join();
    if (ticks.dataset.sizes !== sizes) {
      ticks.dataset.sizes = sizes;
      ticks.replaceChildren(...range.map(({ size }, at) => {
        const tick = textOf("span", size);
        tick.dataset.at = at;
        return tick;
      }));
    }
    [...ticks.children].forEach((tick, at) => tick.classList.toggle("now", at === now));
  }

  /** Show every figure of side B's K, and let the page know of it. */
  #showFigures() {
    const layer = this.layerOf("b"), measured = this.#measured(layer);
    pageStore().choose(this.#finished("b").size, this.#stepShown());
    const every = { K: layer.size, Upload: this.data.upload, ...measured?.every };
    this.find(".upload").hidden = !this.data.upload;
    this.find("[data-do=download]").disabled = !measured || !this.data.offers || Boolean(layer.codebook);
    this.find(".sentence").textContent = measured?.sentence ?? "";
    for (const figure of this.root.querySelectorAll(".measured div")) {
      const [label, value] = figure.children;
      value.textContent = every[label.textContent] ?? "–";
    }
    this.showLarge();
  }

  /** Return what a layer came to, if that is known: one made with a codebook from elsewhere has it with it. */
  #measured(layer) {
    return layer.codebook ? layer : this.layers.figures.get(layer.size);
  }

  /** Tell K, and three figures, of the side used last, where they are read from afar. */
  showLarge() {
    if (!this.layers?.sizes.length) return;
    const layer = this.layerOf(this.decodingSide()), { size } = layer;
    const every = this.#measured(layer)?.every;
    const three = every ? listed(" · ", every.PSNR, every.File, every["File ratio"]) : "not measured yet";
    if (this.presenter.isOn) this.presenter.show(size, three);
    this.find(".stripk").textContent = `K = ${size}`;
    this.find(".stripshort").textContent = `${this.data.name} · ${three}`;
  }

  /** Return the step that is shown of the training of side B's K, on side B if on both, or null. */
  #stepShown() {
    const { size } = this.layerOf("b");
    const name = ["b", "a"].find((each) => this.#trains(each) && this.layerOf(each).size === size);
    return name ? this.layerOf(name).step : null;
  }

  /** Explain the figures in the help as well, for those who do not point. */
  #explainFigures() {
    const explained = [...this.root.querySelectorAll(".measured div")].flatMap((figure) =>
      [textOf("dt", figure.firstElementChild.textContent), textOf("dd", figure.title)]);
    this.find(".meanings").append(...explained);
  }

  #tellFacts() {
    for (const place of this.root.querySelectorAll("[data-fact]")) {
      place.textContent = this.data.facts[place.dataset.fact];
    }
  }

  #figuresOf(name) {
    const flat = this.flatOf(name);
    if (flat) return flat.figures;
    const layer = this.layerOf(name);
    if (this.#trains(name)) return layer.figures;
    return `K = ${layer.size} · ${this.#measured(layer)?.figures ?? "not measured yet"}`;
  }

  /** Return what a side can show, and its name: training, codebooks from elsewhere, rivals' files and other uploads last. */
  #choices(name) {
    const compared = this.data.original ? (show) => [[show, show]] : () => [];
    const matches = this.data.rivals.flatMap(([codec, title]) => [
      [`match ${codec} size`, `${title} of the same size`],
      [`match ${codec} psnr`, `${title} of the same PSNR`],
    ]);
    const files = this.layers.files.map((file) => [fileShow(file), file.name]);
    const uses = this.data.codebooks.flatMap(([id, title]) => [
      [useShow("rebuilt", id), `with ${title}`],
      [useShow("difference", id), `difference with ${title}`],
      [useShow("indices", id), `index map with ${title}`],
    ]);
    const training = this.#frames(name).length ? [["training", "training"]] : [];
    return [
      ...compared("original"), ["rebuilt", "rebuilt"], ...compared("difference"), ["indices", "index map"],
      ...training, ...uses, ...matches, ...files,
    ];
  }

  #offer(list, name) {
    const wanted = this.#choices(name), there = [...list.options];
    if (wanted.map(([value]) => value).join() === there.map(({ value }) => value).join()) return;
    list.replaceChildren(...wanted.map(([value, text]) => new Option(text, value)));
  }

  /** Return what a side shows without decoding, if it does: the original or a file. */
  flatOf(name) {
    const show = this.showOf(name), { what, codebook } = partsOf(show);
    const { original, sizes, files, matches, uses } = this.layers;
    const decodes = ["rebuilt", "indices", "training"].includes(what)
      || (what === "difference" && original);
    if (codebook) return decodes && uses.has(codebook) ? null : ON_ITS_WAY;
    if ((decodes && sizes.length) || this.#trains(name)) return null;
    if (isMatch(show)) return matches.find(({ match }) => match === show) ?? ON_ITS_WAY;
    return files.find((file) => fileShow(file) === show) ?? original ?? ON_ITS_WAY;
  }

  /** Go to the next larger or smaller K on the side used last. */
  step(by) {
    const name = this.decodingSide();
    const range = this.#range(name), next = range.indexOf(this.layerOf(name)) + by;
    if (range[next]) this.scrub(name, next);
  }

  /** Let the script offer what can be taken away of side B's K. */
  #download() {
    if (this.find("[data-do=download]").disabled) return;
    if (this.presenter.isOn) this.presenter.leave();
    writeView(this.#viewInWords());
    this.offer = { size: this.layerOf("b").size, at: Date.now(), link: location.href };
    clearTimeout(this.reporting);
    this.#reportView();
  }

  /** Save the exact pixels of a side. */
  save(name) {
    const flat = this.flatOf(name);
    if (flat && !flat.pixels) return;
    this.#decode(name);
    const { stem, texts } = (!flat && this.layerOf(name).source) || this.data.source;
    const what = flat ? flat.name : `${this.#quantizerOf(name).replace(" = ", "")}-${partsOf(this.showOf(name)).what}`;
    const shown = flat ? {} : { codebook_size: this.layerOf(name).size };
    this.sides[name].surface.canvas.toBlob(async (png) => {
      const file = await withTexts(png, { ...texts, ...shown, shown: what });
      const link = Object.assign(document.createElement("a"), {
        href: URL.createObjectURL(file), download: `${stem}-${what}.png`,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  // The story

  /** Return the sizes at which the story stops: some, as far as there are these, or all. */
  stopsOf(which) {
    const sizes = this.sizes();
    const few = FEW_SIZES.filter((size) => sizes.includes(size));
    return which === "all" || few.length < 2 ? sizes : few;
  }

  /** Tell the sentence of a stop over the picture, or null at the end of the story. */
  tell(size) {
    const caption = this.find(".caption");
    caption.hidden = size === null;
    for (const button of this.root.querySelectorAll("[data-do=play]")) {
      button.textContent = this.story.waits ? "Next" : size === null ? "Play" : "Stop";
    }
    if (size === null || !this.layers.sizes.length) return;
    const { columns, rows } = this.layers.sizes[0], every = this.layers.figures.get(size)?.every;
    caption.textContent = storyOf({
      size, blocks: columns * rows, nominal: every?.Nominal, file: every?.File, psnr: every?.PSNR,
    });
    this.presenter.wake();
  }

  // Place

  fit() {
    this.#place(() => this.stage.fit());
  }

  actual() {
    this.#place(() => this.stage.actual());
  }

  zoomBy(steps, at) {
    this.#place(() => this.stage.zoomBy(steps, at));
  }

  zoomTo(zoom, at) {
    this.#place(() => this.stage.zoomTo(zoom, at));
  }

  pan(dx, dy) {
    this.#place(() => this.stage.pan(dx, dy));
  }

  divide(share) {
    this.#place(() => { this.stage.divider = Math.max(0, Math.min(1, share)); });
  }

  /** Go to another place of the picture, if it is there, and tell of it when the hand rests. */
  #place(go) {
    if (!this.frame) return;
    this.placeToGo = null;
    go();
    this.draw();
    this.#reportSoon();
  }

  setMode(mode) {
    this.stage.mode = mode;
    this.#swapped(false);
    clearInterval(this.blinking);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (mode === "blink" && !still) this.blinking = setInterval(() => this.swap(), BLINK_EVERY);
    for (const button of this.root.querySelectorAll("[data-mode]")) {
      button.ariaPressed = String(button.dataset.mode === mode);
    }
    this.#drawAnew();
    if (this.layers) this.#reportSoon();
  }

  swap() {
    this.#swapped(!this.stage.swapped);
    this.draw();
  }

  /** Let A and B change places, their controls with them; when they blink, only the picture. */
  #swapped(swapped) {
    this.stage.swapped = swapped;
    this.root.classList.toggle("swapped", swapped && this.stage.mode !== "blink");
  }

  // Drawing

  /** Draw, the whole picture unless a hand has zoomed or moved it. */
  #drawAnew() {
    if (this.frame && this.canvas.width && this.stage.fitted) this.stage.fit();
    this.draw();
  }

  draw() {
    if (!this.frame || !this.canvas.width) return;
    const { context, canvas, stage } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const place of stage.parts()) this.#drawPart(place);
    if (stage.mode === "divider") this.#drawDivider();
    canvas.classList.toggle("whole", stage.fitted);
    canvas.style.touchAction = stage.fitted && !this.presenter.isOn ? "pan-y" : "none";
    this.find(".zoom").textContent = `${Math.round(100 * stage.view.zoom)} %`;
    canvas.ariaLabel = this.#inWords();
    if (this.strip.isOn) this.drawStrip();
    if (!this.layers.sizes.length) return;
    this.book.show(this.bookLayer(), this.#codewordOf(this.bookLayer()));
    this.#showBlock();
  }

  #decode(name) {
    const { gain, surface } = this.sides[name], show = this.showOf(name);
    const flat = this.flatOf(name);
    const layer = flat ? null : this.layerOf(name);
    surface.show({ show: layer ? partsOf(show).what : "flat", layer, original: flat ?? this.layers.original, gain });
    return surface.canvas;
  }

  #drawPart({ name, part, clip }) {
    const { context } = this, { view } = this.stage;
    const flat = this.flatOf(name);
    if (!flat || flat.pixels) drawSide(context, this.#decode(name), view, part, clip);
    const blocks = flat ? this.layers.sizes.at(-1) : this.layerOf(name);
    if (blocks && this.grid) drawGrid(context, blocks, view, part, clip);
    this.#drawLight(context, name, view, part, clip);
    this.#drawName(name, clip);
  }

  /** Leave bright the blocks that share the codeword of the one followed, and darken the others. */
  #drawLight(context, name, view, part, clip) {
    if (!this.picked || !this.layers.sizes.length) return;
    const layer = this.flatOf(name) ? this.bookLayer() : this.layerOf(name);
    const index = this.#codewordOf(layer);
    if (index !== null) drawDimmed(context, this.#mask(name, layer, index), layer, view, part, clip);
  }

  /** Return the codeword of a layer that is lit: that of the block followed, or null. */
  #codewordOf(layer) {
    const { picked } = this;
    if (!picked) return null;
    if (picked.block === undefined) return isOf(layer, picked) ? picked.index : null;
    return layer.indices[this.#pickedIn(layer)] ?? null;
  }

  /** Return the block of a layer that is followed, or null. */
  #pickedIn(layer) {
    const { block, grid = this.layers.sizes[0] } = this.picked ?? {};
    const there = block === undefined ? -1 : blockLike(layer, grid, block);
    return there in layer.indices ? there : null;
  }

  #mask(name, layer, index) {
    const side = this.sides[name];
    if (!same(side.maskOf ?? null, { layer, index })) {
      side.maskOf = { layer, index, canvas: dimmed(layer, index) };
    }
    return side.maskOf.canvas;
  }

  #drawName(name, clip) {
    const { context, stage } = this;
    const scale = devicePixelRatio * (this.presenter.isOn ? 2 : 1);
    const text = this.#nameOf(name);
    context.font = `${13 * scale}px ${getComputedStyle(this.root).fontFamily}`;
    const width = context.measureText(text).width + 12 * scale;
    const left = name === (stage.swapped ? "a" : "b") && stage.mode !== "blink"
      ? clip.left + clip.width - width : clip.left;
    clipped(context, clip, () => {
      context.fillStyle = "rgba(0, 0, 0, 0.75)";
      context.fillRect(left, 0, width, 24 * scale);
      context.fillStyle = "#fff";
      context.fillText(text, left + 6 * scale, 17 * scale);
    });
  }

  #nameOf(name) {
    const show = this.showOf(name);
    const flat = this.flatOf(name);
    if (flat) return `${NAMES[name]}: ${flat.name}`;
    const kind = { difference: ", difference", indices: ", index map" }[partsOf(show).what] ?? "";
    const { size, step } = this.layerOf(name);
    if (this.#trains(name)) return `${NAMES[name]}: training K = ${size}, step ${step}`;
    return `${NAMES[name]}: ${this.#quantizerOf(name)}${kind}`;
  }

  /** Name what a side is made with: its K, or a codebook from elsewhere. */
  #quantizerOf(name) {
    const layer = this.layerOf(name);
    return layer.codebook ? layer.name : `K = ${layer.size}`;
  }

  #drawDivider() {
    const { context, canvas, stage } = this;
    const x = Math.round(canvas.width * stage.divider);
    context.fillStyle = "#000";
    context.fillRect(x - 2, 0, 4, canvas.height);
    context.fillStyle = "#fff";
    context.fillRect(x - 1, 0, 2, canvas.height);
    context.beginPath();
    context.arc(x, canvas.height / 2, 9 * devicePixelRatio, 0, 7);
    context.fill();
    context.strokeStyle = "#000";
    context.stroke();
  }

  /** Draw both sides small, the whole picture, as they share the stage. */
  drawStrip() {
    const canvas = this.strip.sized(), context = canvas.getContext("2d");
    if (!this.frame || !canvas.width) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    const small = new Stage(canvas, () => this.frame);
    Object.assign(small, { mode: this.stage.mode, divider: this.stage.divider, swapped: this.stage.swapped });
    small.fit();
    for (const { name, part, clip } of small.parts()) {
      const flat = this.flatOf(name);
      if (!flat || flat.pixels) drawSide(context, this.#decode(name), small.view, part, clip);
      this.#drawLight(context, name, small.view, part, clip);
    }
  }

  #inWords() {
    const figures = (name) => `${this.#nameOf(name)}: ${this.#figuresOf(name)}`;
    const { mode, view } = this.stage;
    return `${this.data.name}, two sides ${MODES[mode]}. ${figures("a")}. ${figures("b")}. `
      + `Zoom ${Math.round(100 * view.zoom)} percent.`;
  }

  // A look inside

  /** Return the side whose codebook counts: the one used last, or B if that shows a flat picture. */
  decodingSide(name = this.active) {
    return this.flatOf(name) ? "b" : name;
  }

  bookLayer() {
    return this.layerOf(this.decodingSide());
  }

  /** Show the block under the pointer, else the one that is followed, with its codeword of now. */
  #showBlock() {
    const layer = this.layerOf(this.decodingSide(this.hovered?.name));
    const block = this.hovered?.block ?? this.#pickedIn(layer);
    if (layer.indices[block] === undefined) this.blockPanel.clear();
    else this.blockPanel.show(layer, this.layers.original, block);
  }

  /** Look at the block at a pixel for as long as a hand points at it; null for none. */
  inspect(place) {
    if (!this.layers?.sizes.length) return;
    const layer = this.layerOf(this.decodingSide(place?.name));
    const block = place ? blockAt(layer, place.x, place.y) : -1;
    this.hovered = block < 0 ? null : { block, name: place.name };
    this.#showBlock();
  }

  /** Follow a block with this codeword, or none if one is followed already; a dead one has none. */
  pickCodeword(layer, index, stay = false) {
    if (!layer) return;
    if (!stay && this.#codewordOf(layer) === index) return this.#letGo();
    const block = layer.indices.indexOf(index);
    this.#follow(block < 0 ? { size: layer.size, step: layer.step, codebook: layer.codebook, index } : { block, grid: layer });
  }

  #follow(picked) {
    this.#place(() => { this.picked = picked; });
  }

  #letGo() {
    if (this.picked) this.#follow(null);
  }

  /** Follow the block at a point of the stage, or let go of it; a hand that points there sees it as well. */
  pickAt(point, points = false) {
    const { name, x, y } = this.stage.pixelAt(point);
    const layer = this.layers?.sizes.length && this.layerOf(this.decodingSide(name));
    const block = layer ? blockAt(layer, x, y) : -1;
    if (block < 0) return;
    if (block === this.#pickedIn(layer)) this.#letGo();
    else this.#follow({ block, grid: layer });
    if (points) this.inspect({ name, x, y });
  }

  // Hands

  #listen() {
    this.root.onclick = ({ target }) => {
      const button = target.closest("button");
      if (button?.dataset.mode) this.setMode(button.dataset.mode);
      this.#actions[button?.dataset.do]?.();
    };
    this.ending = new AbortController();
    const { signal } = this.ending;
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.trail = new Trail(signal, () => this.#return());
    pageStore().addEventListener("change", () => this.refresh(), { signal });
    pageStore().addEventListener("step", ({ detail }) => this.#change("b", { show: "training", step: detail }), { signal });
    pageStore().addEventListener("light", ({ detail }) => this.#lightFor(detail), { signal });
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.find(".stage"));
  }

  resized() {
    const { width, height } = this.find(".stage").getBoundingClientRect();
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.book.draw();
    if (!this.frame) return;
    if (this.placeToGo && width) this.#goToPlace();
    else if (width) this.stage.resized();
    this.draw();
  }

  /** Say once how to zoom, when a hand turns the wheel and the page moves instead. */
  advise() {
    if (pageStore().advised) return;
    pageStore().advised = true;
    const advice = this.find(".advice");
    advice.hidden = false;
    setTimeout(() => { advice.hidden = true; }, ADVICE_FOR);
  }

  async #copyLink() {
    clearTimeout(this.reporting);
    this.#reportView();
    const button = this.find("[data-do=copyLink]");
    await (navigator.clipboard?.writeText(location.href) ?? Promise.reject()).then(
      () => { button.textContent = "Copied"; },
      () => { button.textContent = "In the address"; },
    );
    setTimeout(() => { button.textContent = "Link"; }, ADVICE_FOR);
  }

  #toggleGrid() {
    this.grid = !this.grid;
    this.find("[data-do=grid]").ariaPressed = String(this.grid);
    this.draw();
  }

  #actions = {
    zoomIn: () => this.zoomBy(1),
    zoomOut: () => this.zoomBy(-1),
    fit: () => this.fit(),
    actual: () => this.actual(),
    grid: () => this.#toggleGrid(),
    swap: () => this.swap(),
    play: () => this.layers?.sizes.length && this.story.toggle(),
    present: () => this.presenter.toggle(),
    copyLink: () => this.#copyLink(),
    download: () => this.#download(),
    help: () => this.find("dialog.help").showModal(),
    closeHelp: () => this.find("dialog.help").close(),
    smaller: () => this.step(-1),
    larger: () => this.step(1),
    back: () => this.root.scrollIntoView({ block: "start" }),
    letGo: () => (this.presenter.isOn ? this.presenter.leave() : this.#letGo()),
    middle: () => this.pickAt(this.stage.centre()),
  };

  #keys = {
    "[": this.#actions.smaller,
    "]": this.#actions.larger,
    "+": this.#actions.zoomIn,
    "=": this.#actions.zoomIn,
    "-": this.#actions.zoomOut,
    0: this.#actions.fit,
    1: this.#actions.actual,
    d: () => this.setMode("divider"),
    s: () => this.setMode("sides"),
    b: () => this.setMode("blink"),
    g: this.#actions.grid,
    p: this.#actions.play,
    f: this.#actions.present,
    w: this.#actions.download,
    c: this.#actions.copyLink,
    "?": this.#actions.help,
    Escape: this.#actions.letGo,
  };

  /** Keys of the stage alone: elsewhere they belong to sliders, lists and buttons. */
  #stageKeys = {
    " ": this.#actions.swap,
    Enter: this.#actions.middle,
    ArrowLeft: (event) => this.#arrow(event, 1, 0),
    ArrowRight: (event) => this.#arrow(event, -1, 0),
    ArrowUp: (event) => this.#arrow(event, 0, 1),
    ArrowDown: (event) => this.#arrow(event, 0, -1),
  };

  #arrow(event, x, y) {
    if (event.shiftKey) this.divide(this.stage.divider - 0.05 * x);
    else this.pan(40 * devicePixelRatio * x, 40 * devicePixelRatio * y);
  }

  /** Act on a key wherever the focus is, or on the viewer alone, unless what has it takes keys itself. */
  #key(event) {
    const path = event.composedPath(), [focused] = path;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (takesKeys(focused) || (!this.find(".keys").checked && !path.includes(this.root))) return;
    if (!this.layers?.sizes.length || this.find("dialog.help").open) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = (focused === this.canvas && this.#stageKeys[key]) || this.#keys[key];
    if (!act || (event.repeat && !REPEATING.test(key))) return;
    if (key !== "Escape") event.preventDefault();
    this.presenter.wake();
    act(event);
  }
}

/** Tell whether an element takes letters and digits for itself: a field, a list, a dialog. */
function takesKeys(element) {
  if (!element.matches) return false;
  const types = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";
  return element.matches(types) || Boolean(element.closest("[role=dialog], [role=menu], [role=listbox], [role=grid], .plane, .projection"));
}

export default componentOf(Viewer);
