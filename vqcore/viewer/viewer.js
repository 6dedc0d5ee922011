// The viewer: two sides that show the same place, K of each, a look inside a block.

import { actionsOf } from "./actions.js";
import { Trail, viewOfAddress, writeChoices, writeView } from "./address.js";
import { CodebookPanel } from "./codebook.js";
import { ColumnChoice } from "./columnchoice.js";
import { TREE } from "./columns.js";
import { componentOf } from "./component.js";
import { SideControls } from "./controls.js";
import { Figures } from "./figures.js";
import { Following } from "./following.js";
import { BlockPanel } from "./inside.js";
import { Keys } from "./keys.js";
import { Painter } from "./painter.js";
import { Places } from "./places.js";
import { PointerInput } from "./pointer.js";
import { Presenter } from "./presenter.js";
import { Refining } from "./refining.js";
import { save } from "./saving.js";
import { rebuiltWith } from "./shows.js";
import { Sides } from "./sides.js";
import { Stage } from "./stage.js";
import { pageStore } from "./store.js";
import { Story } from "./story.js";
import { Strip } from "./strip.js";
import { Telling } from "./telling.js";
import { textOf } from "./texts.js";
import { Tour } from "./tour.js";
import { TreePanel } from "./treepanel.js";
import { say } from "./words.js";

const ADVICE_FOR = 1600;

class Viewer {
  grid = false; // whether lines are drawn between the blocks
  sides = new Sides();

  constructor(host) {
    this.root = host.querySelector(".viewer");
    this.find = (selector) => this.root.querySelector(selector);
    this.canvas = this.find(".pictures");
    this.stage = new Stage(this.canvas, () => this.frame);
    this.following = new Following(this);
    this.painter = new Painter(this);
    this.telling = new Telling(this);
    this.places = new Places(this);
    this.figures = new Figures(this);
    this.controls = new SideControls(this);
    const pick = (index) => this.following.pickCodeword(this.entries, index);
    this.book = new CodebookPanel(this.root, pick);
    this.tree = new TreePanel(this.root, pick);
    this.columnChoice = new ColumnChoice(this);
    this.refining = new Refining(this);
    this.blockPanel = new BlockPanel(this.root);
    this.pointer = new PointerInput(this);
    this.presenter = new Presenter(this);
    this.strip = new Strip(this);
    this.story = new Story(this);
    this.tour = new Tour(this);
    this.skip = this.#skipLink();
    this.#takeAddress(viewOfAddress());
    this.#listen();
  }

  // What comes from outside

  /** Take what the script says: which sweep to show, and a K when one is asked for. */
  update({ data, setStateValue }) {
    this.telling.tell = (value) => setStateValue("view", value);
    const before = this.data ?? this.#begin(data);
    this.data = this.sides.data = data;
    this.#writeChoices(before);
    if (before.sweep !== data.sweep) this.story.stop();
    if (before.grid !== data.grid) this.following.forget();
    if (before.asked !== data.asked) this.#showAsked();
    this.stage.fitted ||= before.picture !== data.picture;
    if (before.grid !== data.grid && this.trail.isReturning) this.places.takeAgain();
    this.#tellFacts();
    this.refresh();
    this.telling.atLast();
  }

  /** Begin with the K that was last wished for on this page, else with that of the script. */
  #begin(data) {
    const size = pageStore().wished ?? data.size;
    for (const name of this.sides.names) this.sides[name].size ??= size;
    return data;
  }

  /** Write the script's choices into the address, which at first may name them as links of before did. */
  #writeChoices(before) {
    const { choices } = this.data;
    pageStore().choices = choices;
    if (before === this.data) writeView(choices);
    else if (JSON.stringify(before.choices) !== JSON.stringify(choices)) writeChoices(choices);
  }

  /** Take the view that an address has, or what is so at first. */
  #takeAddress(view) {
    const { a, b } = this.sides;
    a.show = view.a ?? "original";
    b.show = view.b ?? "rebuilt";
    a.size = view.ka;
    a.columns = view.ca ?? Infinity;
    b.columns = view.cb ?? Infinity;
    this.sides.column = view.column;
    this.places.take(view);
  }

  /** Show again what was seen where a hand went back to. */
  #return() {
    const view = viewOfAddress();
    this.sides.b.size = view.k ?? this.sides.b.size;
    this.#takeAddress(view);
    this.sides.a.size ??= this.sides.b.size;
    this.telling.tellReturn();
    this.refresh();
  }

  /** Show on side B what was asked for elsewhere on the page: a codebook from elsewhere, or a K. */
  #showAsked() {
    if (this.data.use) this.sides.b.show = rebuiltWith(this.data.use);
    else this.#showRebuilt(this.data.size);
  }

  /** Show a K on side B that was asked for elsewhere on the page. */
  #showRebuilt(size) {
    const { b, layers } = this.sides;
    b.size = size;
    if (layers && !this.sides.scrubs("b")) b.show = "rebuilt";
  }

  /** Light up the blocks of a codeword that was chosen elsewhere on the page. */
  #lightFor({ size, index }) {
    this.#showRebuilt(size);
    this.sync();
    this.following.pickCodeword(this.sides.layers.sizes.find((layer) => layer.size === size), index, true);
    this.telling.soon();
  }

  /** Take up the layers that are there now. */
  refresh() {
    this.sides.layers = pageStore().of(this.data.original, this.data.sweep);
    if (!this.frame) return this.#clear();
    if (this.sides.hasCodebook) this.sync();
    else this.#clearFigures();
    this.places.show();
  }

  /** Show nothing: what is to be shown has yet to come, and nothing else must stand here. */
  #clear() {
    this.painter.clear();
    this.canvas.ariaLabel = say("page.viewer.on-its-way", { name: this.data.name });
    this.#clearFigures();
  }

  /** Tell no figures and offer nothing, while there is no codebook. */
  #clearFigures() {
    this.controls.clear();
    this.figures.clear();
    this.blockPanel.clear();
    this.book.clear();
    this.tree.show(null);
  }

  /** Return a layer that has the picture's width and height, if any is there yet. */
  get frame() {
    const { layers } = this.sides;
    return layers?.original ?? layers?.sizes[0];
  }

  #tellFacts() {
    const { facts, isWhole } = this.data;
    for (const place of this.root.querySelectorAll("[data-help]")) {
      const words = isWhole ? `whole-${place.dataset.help}` : place.dataset.help;
      place.querySelector("b").textContent = say(`page.help.${words}.name`);
      place.querySelector("span").textContent = say(`page.help.${words}.text`, facts);
    }
  }

  /** Let the first Tab on the page lead to the picture. */
  #skipLink() {
    const link = Object.assign(textOf("a", say("page.viewer.skip")), { className: "vq-skip", href: "#picture" });
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
    this.refining.stop();
    this.telling.stop();
    this.places.stop();
  }

  // Sides

  /** Show something else on a side, and tell of it when the hand rests. */
  change(name, values) {
    Object.assign(this.sides[name], values);
    this.sync();
    this.draw();
    this.telling.soon();
  }

  /** Let controls and figures say what the sides show. */
  sync() {
    if (!this.sides.hasCodebook) return;
    this.controls.sync();
    this.refining.sync();
    this.columnChoice.sync();
    this.figures.show();
    this.tour.show();
  }

  /** Go to a place of a side's slider. */
  scrub(name, place) {
    const layer = this.sides.range(name)[place];
    if (layer) this.change(name, this.sides.trains(name) ? { step: place } : { size: layer.size });
  }

  /** Show a K on the side used last, if it is there. */
  scrubTo(size) {
    const { sides } = this, name = sides.decoding();
    if (sides.sizes.includes(size)) this.change(name, sides.scrubs(name) ? { size } : { size, show: "rebuilt" });
  }

  /** Go to the next larger or smaller K on the side used last. */
  step(by) {
    const { sides } = this, name = sides.decoding();
    const range = sides.range(name), next = range.indexOf(sides.layerOf(name)) + by;
    if (range[next]) this.scrub(name, next);
  }

  save(name) {
    save(this, name);
  }

  resized() {
    const { width, height } = this.find(".stage").getBoundingClientRect();
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.book.draw();
    this.places.resized();
  }

  // Drawing

  draw() {
    if (!this.frame || !this.canvas.width) return;
    const { canvas, stage, sides, following } = this;
    this.painter.draw();
    canvas.classList.toggle("whole", stage.fitted);
    canvas.style.touchAction = stage.fitted && !this.presenter.isOn ? "pan-y" : "none";
    this.find(".zoom").textContent = say("figure.whole-percent", { percent: Math.round(100 * stage.view.zoom) });
    canvas.ariaLabel = this.#inWords();
    if (this.strip.isOn) this.drawStrip();
    if (!sides.hasCodebook) return;
    const lit = following.codewordOf(this.entries), asTree = sides.columnOf(sides.book) === TREE;
    this.book.show(this.entries, lit, asTree);
    this.tree.show(asTree ? sides.book : null, lit);
    following.show();
  }

  /** Return what the codebook beside the picture shows: codewords, or the entries of a column. */
  get entries() {
    return this.sides.entriesOf(this.sides.book);
  }

  drawStrip() {
    const canvas = this.strip.sized();
    if (this.frame && canvas.width) this.painter.drawSmall(canvas);
  }

  #inWords() {
    const figures = (name) => say("page.viewer.side", { name: this.sides.nameOf(name), figures: this.sides.figuresOf(name) });
    const { mode, view } = this.stage;
    const percent = Math.round(100 * view.zoom);
    return say(`page.viewer.seen.${mode}`, { name: this.data.name, a: figures("a"), b: figures("b"), percent });
  }

  // Hands

  #listen() {
    const actions = actionsOf(this);
    this.root.onclick = ({ target }) => {
      const button = target.closest("button");
      if (button?.dataset.mode) this.places.setMode(button.dataset.mode);
      actions[button?.dataset.do]?.();
    };
    this.ending = new AbortController();
    const { signal } = this.ending;
    this.keys = new Keys(this, actions, signal);
    this.trail = new Trail(signal, () => this.#return(), () => this.telling.atLast());
    pageStore().addEventListener("change", () => this.refresh(), { signal });
    pageStore().addEventListener("step", ({ detail }) => this.change("b", { show: "training", step: detail }), { signal });
    pageStore().addEventListener("light", ({ detail }) => this.#lightFor(detail), { signal });
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.find(".stage"));
  }

  /** Say once how to zoom, when a hand turns the wheel and the page moves instead. */
  advise() {
    if (pageStore().advised) return;
    pageStore().advised = true;
    const advice = this.find(".advice");
    advice.hidden = false;
    setTimeout(() => { advice.hidden = true; }, ADVICE_FOR);
  }

  toggleGrid() {
    this.grid = !this.grid;
    this.find("[data-do=grid]").ariaPressed = String(this.grid);
    this.draw();
  }
}

export default componentOf(Viewer);
