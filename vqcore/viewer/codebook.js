// The codebook's panel: its tiles in order, and what is told of each.

import { ordered } from "./decoding.js";
import { drawFromSheet, tileSheet } from "./draw.js";
import { toldOf } from "./texts.js";
import { say } from "./words.js";

const LEAST_TILE = 32;
const TILE_GAP = 4;
const LETTER = 11;
const SQUARE = { blockWidth: 1, blockHeight: 1 };

/** Return width and height of tiles in a block's shape, at which so many fill a place; of a least area, to be scrolled. */
export function tileSize(count, width, height, { blockWidth, blockHeight } = SQUARE) {
  const room = (length, tiles) => Math.floor(length / tiles) - TILE_GAP;
  const shape = Math.sqrt(blockWidth / blockHeight), least = Math.min(LEAST_TILE, room(width, 1) / shape);
  let side = least; // of a square of the same area
  for (let columns = 1; columns <= count && room(width, columns) >= least * shape; columns++) {
    side = Math.max(side, Math.min(room(width, columns) / shape, room(height, Math.ceil(count / columns)) * shape));
  }
  return { width: Math.max(1, Math.floor(side * shape)), height: Math.max(1, Math.floor(side / shape)) };
}

/** Name a codeword of a layer, an entry of a column, or a sum by the entries that it is made of. */
export function namedIn({ column, kind, values, madeOf }, index) {
  if (madeOf) return madeOf.map((part) => toldOf(part, part.ofTiles[index])).join(" + ");
  return column ? toldOf({ name: column, kind, values }, index) : say("page.codeword.named", { index });
}

/** Tell whether nothing uses a codeword: one of several bands can be of use in another. */
const isDead = ({ use, kind }, index) => !use[index] && kind !== "looks";

/** The codebook's tiles: only those in sight are drawn, so that 4096 scroll as easily as 16. */
export class CodebookPanel {
  layer = { use: [], indices: [] };
  order = [];
  lit = null;
  tile = { width: LEAST_TILE, height: LEAST_TILE };

  constructor(root, onPick) {
    const find = (selector) => root.querySelector(selector);
    this.scroller = find(".scroller");
    this.room = find(".room");
    this.canvas = find(".tiles");
    this.told = find(".told");
    this.orderBy = find(".order");
    this.onPick = onPick;
    this.scroller.onscroll = () => this.draw();
    this.orderBy.onchange = () => this.#reorder();
    this.canvas.onpointermove = (event) => this.#tell(this.#at(event));
    this.canvas.onpointerleave = () => this.#tell(this.lit ?? undefined);
    this.canvas.onclick = (event) => this.#pick(this.#at(event));
    this.scroller.onkeydown = (event) => this.#key(event);
  }

  /** Show the codewords of a layer, one of them lit, or none for null; only tell of them if they are seen elsewhere. */
  show(layer, lit, elsewhere = false) {
    this.scroller.hidden = this.orderBy.parentElement.hidden = elsewhere;
    if (this.layer === layer && this.lit === lit) return;
    const another = this.layer !== layer;
    Object.assign(this, { layer, lit });
    if (another) {
      this.sheet = tileSheet(layer);
      this.#reorder();
    } else this.draw();
    this.#tell(lit ?? undefined);
  }

  /** Show none. */
  clear() {
    Object.assign(this, { layer: { use: [], indices: [] }, lit: null, order: [] });
    this.told.textContent = "";
    this.draw();
  }

  #reorder() {
    this.order = ordered(this.layer, this.orderBy.value);
    this.draw();
  }

  get #step() {
    return { x: this.tile.width + TILE_GAP, y: this.tile.height + TILE_GAP };
  }

  get columns() {
    return Math.max(1, Math.floor(this.scroller.clientWidth / this.#step.x));
  }

  draw() {
    const { scroller, canvas, layer } = this;
    const shape = layer.kind === "gains" ? SQUARE : layer;
    this.tile = tileSize(layer.use.length, scroller.clientWidth, scroller.clientHeight, shape);
    const step = this.#step;
    const scale = devicePixelRatio;
    const width = Math.round(scroller.clientWidth * scale), height = Math.round(scroller.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.room.style.height = `${Math.ceil(layer.use.length / this.columns) * step.y}px`;
    canvas.style.height = `${scroller.clientHeight}px`;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    const first = Math.floor(scroller.scrollTop / step.y), rows = Math.ceil(scroller.clientHeight / step.y) + 1;
    this.order.slice(first * this.columns, (first + rows) * this.columns).forEach((index, at) => {
      const x = (at % this.columns) * step.x, y = (first + Math.floor(at / this.columns)) * step.y - scroller.scrollTop;
      this.#drawTile(context, index, x * scale, y * scale, this.tile.width * scale, this.tile.height * scale);
    });
  }

  #drawTile(context, index, x, y, width, height) {
    const { layer } = this;
    if (layer.kind === "gains") this.#drawBar(context, index, x, y, width);
    else drawFromSheet(context, this.sheet, layer, index, x, y, width, height);
    context.lineWidth = 2 * devicePixelRatio;
    if (isDead(layer, index)) this.#cross(context, x, y, width, height);
    if (this.lit !== index) return;
    context.strokeStyle = getComputedStyle(this.scroller).getPropertyValue("--st-primary-color");
    const line = context.lineWidth = Math.min(4 * devicePixelRatio, Math.min(width, height) / 4);
    context.strokeRect(x + line / 2, y + line / 2, width - line, height - line);
  }

  /** Draw a number, and a bar as high as it is. */
  #drawBar(context, index, x, y, width) {
    const { values } = this.layer, style = getComputedStyle(this.scroller), letter = LETTER * devicePixelRatio;
    const height = Math.round((width - 1.8 * letter) * (values[index] / Math.max(1, ...values)));
    context.fillStyle = style.getPropertyValue("--st-secondary-background-color");
    context.fillRect(x, y, width, width);
    context.fillStyle = style.color;
    context.fillRect(x, y + width - height, width, height);
    context.font = `${letter}px ${style.fontFamily}`;
    context.fillText(values[index], x + 0.6 * letter, y + 1.4 * letter);
  }

  /** Mark a dead codeword. */
  #cross(context, x, y, width, height) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + width, y + height);
    context.moveTo(x + width, y);
    context.lineTo(x, y + height);
    context.strokeStyle = "#d00";
    context.stroke();
  }

  #at({ offsetX, offsetY }) {
    const column = Math.floor(offsetX / this.#step.x), row = Math.floor((offsetY + this.scroller.scrollTop) / this.#step.y);
    return column < this.columns ? this.order[row * this.columns + column] : undefined;
  }

  #tell(index) {
    const { layer } = this;
    if (index === undefined) {
      const dead = layer.use.filter((_, at) => isDead(layer, at)).length;
      const codewords = say(layer.place === undefined ? "count.codeword" : "count.entry", { n: layer.use.length });
      this.told.textContent = dead ? say("page.book.dead", { codewords, dead }) : codewords;
      return;
    }
    const share = (100 * layer.use[index]) / layer.indices.length;
    const use = layer.use[index], blocks = say("count.block", { n: use });
    const named = namedIn(layer, index);
    this.told.textContent = isDead(layer, index) ? say("page.codeword.dead", { named }) : say("page.codeword.used", { named, blocks, percent: share });
  }

  #pick(index) {
    if (index !== undefined) this.onPick(index);
  }

  /** Move the choice with the arrows; it counts at once. */
  #key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    const by = steps[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = this.lit === null ? -by : this.order.indexOf(this.lit);
    const to = Math.max(0, Math.min(this.order.length - 1, from + by));
    if (this.order[to] !== this.lit) this.#pick(this.order[to]);
    const { scroller } = this, high = this.#step.y, top = Math.floor(to / this.columns) * high;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    if (top + high > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + high - scroller.clientHeight;
  }
}
