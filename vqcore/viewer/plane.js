// The plane: pairs of pixels, codewords and cells, Lloyd's steps, and hands that move codewords.

const MOST_CODEWORDS = 64;
const REPORT_AFTER = 300;
const PLAY_EVERY = 500;
const REACH = 12;
const MARGIN = { left: 46, right: 10, top: 10, bottom: 42 };
const TICKS = [0, 64, 128, 192, 255];
const KEY_MOVE = 4;
const BESIDE = 16;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

class Plane {
  step = 0;
  chosen = null; // the codeword in hand
  dragged = null; // { index, moved }
  live = null; // { codewords, cells } as a hand has them, until the script answers

  constructor(host) {
    this.root = host.querySelector(".plane");
    this.canvas = this.find(".square");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.#listen();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // What comes from outside

  update({ data, setStateValue }) {
    this.report = (value) => setStateValue("edit", value);
    if (this.data !== data) {
      this.data = data;
      this.answer = parseLayer(data);
      this.#takeUp();
    }
    this.draw();
  }

  /** Show the steps that the script sent, unless a hand has moved on since it was asked. */
  #takeUp() {
    const { answer, live } = this;
    const same = answer.of === this.layer?.of;
    if (same && live && !alike(answer.path[0], live.codewords)) return;
    this.layer = answer;
    this.live = null;
    if (!same) this.chosen = null;
    this.goTo(0);
  }

  close() {
    this.observer.disconnect();
    this.#stop();
    clearTimeout(this.reporting);
  }

  // Steps

  get lastStep() {
    return this.layer.path.length - 1;
  }

  get codewords() {
    return this.live?.codewords ?? this.layer.path[this.step];
  }

  get cells() {
    return this.live?.cells ?? this.layer.cells[this.step];
  }

  get size() {
    return this.codewords.length / 2;
  }

  goTo(step) {
    this.step = step;
    this.draw();
  }

  play() {
    if (this.playing) return this.#stop();
    if (this.step === this.lastStep) this.goTo(0);
    this.find("[data-do=play]").ariaPressed = "true";
    this.playing = setInterval(() => {
      if (this.step < this.lastStep) this.goTo(this.step + 1);
      if (this.step === this.lastStep) this.#stop();
    }, PLAY_EVERY);
  }

  #stop() {
    clearInterval(this.playing);
    this.playing = null;
    this.find("[data-do=play]").ariaPressed = "false";
  }

  // Hands on codewords

  choose(index) {
    this.chosen = index;
    this.draw();
  }

  /** Show codewords as a hand has them, with their cells. */
  #edit(codewords, chosen) {
    this.#stop();
    clearTimeout(this.reporting);
    this.live = { codewords, cells: cellsOf(codewords) };
    this.choose(chosen);
  }

  /** Tell the script when the hand rests. */
  #reportAfter(delay) {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      this.report({ of: this.layer.of, codewords: pairsOf(this.codewords) });
      this.#takeUp();
    }, delay);
  }

  drag(point) {
    this.dragged.moved = true;
    this.#edit(withMoved(this.codewords, this.dragged.index, point), this.dragged.index);
  }

  move([dx, dy]) {
    const [x, y] = this.#placeOf(this.chosen);
    const to = [x + KEY_MOVE * dx, y + KEY_MOVE * dy];
    this.#edit(withMoved(this.codewords, this.chosen, to), this.chosen);
    this.#reportAfter(REPORT_AFTER);
  }

  add(point = this.#beside()) {
    if (this.size === MOST_CODEWORDS) return;
    this.#edit(withAdded(this.codewords, point), this.size);
    this.#reportAfter(REPORT_AFTER);
  }

  remove() {
    if (this.chosen === null || this.size === 1) return;
    this.#edit(withRemoved(this.codewords, this.chosen), null);
    this.#reportAfter(REPORT_AFTER);
  }

  restart() {
    this.#stop();
    clearTimeout(this.reporting);
    this.live = null;
    this.choose(null);
    this.report(null);
  }

  #placeOf(index) {
    return [this.codewords[2 * index], this.codewords[2 * index + 1]];
  }

  /** Return a place for a new codeword: beside the chosen one, or the middle. */
  #beside() {
    if (this.chosen === null) return [PEAK / 2, PEAK / 2];
    const [x, y] = this.#placeOf(this.chosen);
    return [x + (x < PEAK / 2 ? BESIDE : -BESIDE), y];
  }

  // Drawing

  /** Return the side of the square and its corner, in device pixels. */
  get frame() {
    const scale = devicePixelRatio;
    const left = MARGIN.left * scale, top = MARGIN.top * scale;
    const side = Math.min(
      this.canvas.width - left - MARGIN.right * scale,
      this.canvas.height - top - MARGIN.bottom * scale,
    );
    return { left, top, side };
  }

  #pixelOf(x, y) {
    const { left, top, side } = this.frame;
    return [left + (x / PEAK) * side, top + (1 - y / PEAK) * side];
  }

  #pointOf({ offsetX, offsetY }) {
    const { left, top, side } = this.frame;
    const scale = this.canvas.width / this.canvas.clientWidth;
    return [((offsetX * scale - left) / side) * PEAK, (1 - (offsetY * scale - top) / side) * PEAK];
  }

  #theme(name) {
    return getComputedStyle(this.root).getPropertyValue(`--st-${name}`);
  }

  draw() {
    if (!this.layer || this.canvas.width <= 1) return;
    const { context, canvas } = this;
    const ink = this.#theme("text-color"), accent = this.#theme("primary-color");
    context.clearRect(0, 0, canvas.width, canvas.height);
    this.#drawDensity(ink);
    this.#drawAxes(ink);
    this.#drawCells(accent);
    if (!this.live) this.#drawTrails(ink);
    this.#drawCodewords(accent, ink);
    this.#tell();
  }

  /** Draw each pair as a square around its point, darker the more there are. */
  #drawDensity(ink) {
    const { left, top, side } = this.frame;
    if (this.shadedOf !== this.layer || this.ink !== ink) this.#shade(ink);
    const { context } = this;
    const level = side / PEAK;
    context.save();
    context.beginPath();
    context.rect(left, top, side, side);
    context.clip();
    context.imageSmoothingEnabled = false;
    context.drawImage(this.shading, left - level / 2, top - level / 2, side + level, side + level);
    context.restore();
  }

  #shade(ink) {
    Object.assign(this, { shadedOf: this.layer, ink });
    this.shading = Object.assign(document.createElement("canvas"), { width: LEVELS, height: LEVELS });
    const context = this.shading.getContext("2d");
    context.fillStyle = ink;
    context.fillRect(0, 0, LEVELS, LEVELS);
    const image = context.getImageData(0, 0, LEVELS, LEVELS);
    for (let x = 0; x < LEVELS; x++) {
      for (let y = 0; y < LEVELS; y++) {
        image.data[4 * ((PEAK - y) * LEVELS + x) + 3] = 0.85 * this.layer.shades[x * LEVELS + y];
      }
    }
    context.putImageData(image, 0, 0);
  }

  #drawAxes(ink) {
    const { context } = this;
    const { left, top, side } = this.frame;
    const scale = devicePixelRatio;
    context.strokeStyle = context.fillStyle = ink;
    context.lineWidth = scale;
    context.strokeRect(left, top, side, side);
    context.font = `${12 * scale}px ${getComputedStyle(this.root).fontFamily}`;
    context.textBaseline = "middle";
    for (const tick of TICKS) {
      const [x, y] = this.#pixelOf(tick, tick);
      context.textAlign = "center";
      context.fillText(tick, x, top + side + 12 * scale);
      context.textAlign = "right";
      context.fillText(tick, left - 6 * scale, y);
    }
    context.textAlign = "center";
    context.fillText("left pixel", left + side / 2, top + side + 31 * scale);
    context.save();
    context.translate(10 * scale, top + side / 2);
    context.rotate(-Math.PI / 2);
    context.fillText("right pixel", 0, 0);
    context.restore();
  }

  #drawCells(accent) {
    const { context } = this;
    context.beginPath();
    for (const cell of this.cells) {
      for (let at = 0; at < cell.length; at += 2) {
        context[at ? "lineTo" : "moveTo"](...this.#pixelOf(cell[at], cell[at + 1]));
      }
      context.closePath();
    }
    context.strokeStyle = accent;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.stroke();
  }

  /** Draw where each codeword came from. */
  #drawTrails(ink) {
    const { context } = this;
    context.beginPath();
    for (let at = 0; at < this.codewords.length; at += 2) {
      for (let step = 0; step <= this.step; step++) {
        const codewords = this.layer.path[step];
        context[step ? "lineTo" : "moveTo"](...this.#pixelOf(codewords[at], codewords[at + 1]));
      }
    }
    context.strokeStyle = ink;
    context.lineWidth = devicePixelRatio;
    context.stroke();
  }

  #drawCodewords(accent, ink) {
    const paper = this.#theme("background-color");
    for (let index = 0; index < this.size; index++) {
      if (index !== this.chosen) this.#drawDot(index, 4.5, accent, paper);
    }
    if (this.chosen !== null) this.#drawDot(this.chosen, 7, ink, accent);
  }

  #drawDot(index, radius, fill, ring) {
    const { context } = this;
    context.beginPath();
    context.arc(...this.#pixelOf(...this.#placeOf(index)), radius * devicePixelRatio, 0, 7);
    context.fillStyle = fill;
    context.fill();
    context.strokeStyle = ring;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.stroke();
  }

  #tell() {
    const slider = this.find(".step");
    const figures = this.live
      ? `K = ${this.size} · a new start`
      : `Step ${this.step} of ${this.lastStep} · K = ${this.size} · ${this.layer.figures[this.step]}`;
    slider.max = this.lastStep;
    slider.value = this.step;
    slider.ariaValueText = `Step ${this.step} of ${this.lastStep}`;
    this.find(".figures").textContent = figures;
    this.find(".told").textContent = this.#chosenInWords();
    this.find("[data-do=add]").disabled = this.size === MOST_CODEWORDS;
    this.find("[data-do=remove]").disabled = this.chosen === null || this.size === 1;
    this.canvas.ariaLabel = `Density of pixel pairs, with the cells of ${this.size} codewords. `
      + `${figures}. ${this.#chosenInWords()}`;
  }

  #chosenInWords() {
    if (this.chosen === null) return "";
    const [x, y] = this.#placeOf(this.chosen).map((value) => value.toFixed(1));
    return `Codeword ${this.chosen}: ${x}, ${y}`;
  }

  // Hands

  #listen() {
    const { canvas } = this;
    this.root.onclick = ({ target }) => this.#actions[target.dataset.do]?.();
    this.find(".step").oninput = ({ target }) => this.#slide(Number(target.value));
    canvas.onkeydown = (event) => this.#key(event);
    canvas.onpointerdown = (event) => this.#press(event);
    canvas.onpointermove = (event) => this.#hover(event);
    canvas.onpointerup = canvas.onpointercancel = () => this.#release();
    canvas.ondblclick = (event) => this.#near(event) ?? this.add(this.#pointOf(event));
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(canvas);
  }

  #actions = {
    play: () => this.play(),
    add: () => this.add(),
    remove: () => this.remove(),
    restart: () => this.restart(),
  };

  #slide(step) {
    this.#stop();
    this.goTo(step);
  }

  #near(event) {
    const reach = (REACH * devicePixelRatio * PEAK) / this.frame.side;
    return nearestWithin(this.codewords, this.#pointOf(event), reach);
  }

  #press(event) {
    const index = this.#near(event);
    this.#stop();
    this.choose(index);
    if (index === null) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.dragged = { index, moved: false };
    this.canvas.classList.add("dragging");
  }

  #hover(event) {
    if (this.dragged) this.drag(this.#pointOf(event));
    else this.canvas.classList.toggle("near", this.#near(event) !== null);
  }

  #release() {
    if (this.dragged?.moved) this.#reportAfter(0);
    this.dragged = null;
    this.canvas.classList.remove("dragging");
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    const act = arrow
      ? () => this.#arrow(arrow, event.shiftKey)
      : { Enter: () => this.add(), Delete: () => this.remove(), Backspace: () => this.remove(),
        Escape: () => this.choose(null) }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #arrow(direction, moves) {
    if (this.chosen === null) this.choose(nearestWithin(this.codewords, [PEAK / 2, PEAK / 2], 2 * PEAK));
    else if (moves) this.move(direction);
    else this.choose(nextTowards(this.codewords, this.chosen, direction) ?? this.chosen);
  }

  #resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.draw();
  }
}

const planes = new WeakMap();

export default function (component) {
  const host = component.parentElement;
  const plane = planes.get(host) ?? new Plane(host);
  planes.set(host, plane);
  plane.update(component);
  return () => whenGone(host, () => {
    plane.close();
    planes.delete(host);
  });
}
