// The codebook's panel: its tiles in order, and what is told of each.

const TILE = 36;

/** The codebook's tiles: only those in sight are drawn, so that 4096 scroll as easily as 16. */
class CodebookPanel {
  layer = { use: [], indices: [] };
  order = [];

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
    this.canvas.onpointerleave = () => this.#tell(this.picked?.index);
    this.canvas.onclick = (event) => this.#pick(this.#at(event));
    this.scroller.onkeydown = (event) => this.#key(event);
  }

  show(layer, picked) {
    const lit = picked && isOf(layer, picked) ? picked : null;
    if (this.layer === layer && this.picked === lit) return;
    const another = this.layer !== layer;
    Object.assign(this, { layer, picked: lit });
    if (another) {
      this.sheet = tileSheet(layer);
      this.#reorder();
    } else this.draw();
    this.#tell(lit?.index);
  }

  #reorder() {
    this.order = ordered(this.layer, this.orderBy.value);
    this.draw();
  }

  get columns() {
    return Math.max(1, Math.floor(this.scroller.clientWidth / TILE));
  }

  draw() {
    const { scroller, canvas, layer } = this;
    const scale = devicePixelRatio;
    const width = Math.round(scroller.clientWidth * scale), height = Math.round(scroller.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.room.style.height = `${Math.ceil(layer.use.length / this.columns) * TILE}px`;
    canvas.style.height = `${scroller.clientHeight}px`;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    const first = Math.floor(scroller.scrollTop / TILE), rows = Math.ceil(scroller.clientHeight / TILE) + 1;
    this.order.slice(first * this.columns, (first + rows) * this.columns).forEach((index, at) => {
      const x = (at % this.columns) * TILE, y = (first + Math.floor(at / this.columns)) * TILE - scroller.scrollTop;
      this.#drawTile(context, index, x * scale, y * scale, (TILE - 4) * scale);
    });
  }

  #drawTile(context, index, x, y, width) {
    const { layer } = this;
    drawFromSheet(context, this.sheet, layer, index, x, y, width);
    context.lineWidth = 2 * devicePixelRatio;
    if (!layer.use[index]) this.#cross(context, x, y, width);
    if (this.picked?.index !== index) return;
    context.strokeStyle = getComputedStyle(this.scroller).getPropertyValue("--st-primary-color");
    context.lineWidth = 4 * devicePixelRatio;
    context.strokeRect(x + 2, y + 2, width - 4, width - 4);
  }

  /** Mark a dead codeword. */
  #cross(context, x, y, width) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + width, y + width);
    context.moveTo(x + width, y);
    context.lineTo(x, y + width);
    context.strokeStyle = "#d00";
    context.stroke();
  }

  #at({ offsetX, offsetY }) {
    const column = Math.floor(offsetX / TILE), row = Math.floor((offsetY + this.scroller.scrollTop) / TILE);
    return column < this.columns ? this.order[row * this.columns + column] : undefined;
  }

  #tell(index) {
    const { layer } = this;
    if (index === undefined) {
      const dead = layer.use.filter((use) => !use).length;
      this.told.textContent = `${counted(layer.use.length, "codeword")}${dead ? `, ${dead} dead` : ""}`;
      return;
    }
    const share = (100 * layer.use[index]) / layer.indices.length;
    const use = layer.use[index] ? `${counted(layer.use[index], "block")}, ${share.toFixed(1)} %` : "dead";
    this.told.textContent = `Codeword ${index}: ${use}`;
  }

  #pick(index) {
    if (index !== undefined) this.onPick(index);
  }

  /** Move the choice with the arrows; it counts at once. */
  #key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    const by = steps[event.key];
    if (!by) return;
    event.preventDefault();
    const from = this.picked ? this.order.indexOf(this.picked.index) : -by;
    const to = Math.max(0, Math.min(this.order.length - 1, from + by));
    if (this.order[to] !== this.picked?.index) this.#pick(this.order[to]);
    const top = Math.floor(to / this.columns) * TILE;
    const { scroller } = this;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    if (top + TILE > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + TILE - scroller.clientHeight;
  }
}
