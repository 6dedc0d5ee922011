// The viewer: two sides that show the same place, a slider through K, a look inside a block.

const REPORT_AFTER = 300;
const BLINK_EVERY = 700;
const PLAY_EVERY = 800;
const NAMES = { a: "A", b: "B" };
const ON_ITS_WAY = { name: "on its way", figures: "" };

const isOf = (layer, { size, step }) => layer.size === size && layer.step === step;
const isMatch = (show) => show.startsWith("match ");
const fileShow = ({ id }) => `file ${id}`;

class Viewer {
  view = { zoom: 1, x: 0, y: 0 };
  fitted = true; // until a hand zooms or moves the picture
  mode = "divider";
  divider = 0.5;
  swapped = false;
  active = "b";
  picked = null; // { size, step, index }: the codeword whose blocks are lit
  offer = null; // { size, at }: the K whose downloads were last asked for, and when
  reported = { matches: [], offer: null }; // what the script knows of
  sides = {
    a: { show: "original", size: null, step: 0, gain: 4, surface: new Surface() },
    b: { show: "rebuilt", size: null, step: 0, gain: 4, surface: new Surface() },
  };

  constructor(host) {
    this.root = host.querySelector(".viewer");
    this.canvas = this.find(".pictures");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.book = new CodebookPanel(this.root, (index) => this.pick(this.bookLayer(), index));
    this.pointer = new PointerInput(this);
    this.#buildSides();
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
    if (before.sweep !== data.sweep) this.picked = null;
    if (before.asked !== data.asked) this.#showRebuilt(data.size);
    this.fitted ||= before.picture !== data.picture;
    this.refresh();
    if (!this.reporting) this.#reportSoon();
  }

  /** Begin with the K that was last wished for on this page, else with that of the script. */
  #begin(data) {
    for (const side of Object.values(this.sides)) side.size = pageStore().wished ?? data.size;
    return data;
  }

  /** Show a K on side B that was asked for elsewhere on the page. */
  #showRebuilt(size) {
    const { b } = this.sides;
    b.size = size;
    if (this.layers && this.flatOf("b")) b.show = "rebuilt";
  }

  /** Light up the blocks of a codeword that was chosen elsewhere on the page. */
  #lightFor({ size, index }) {
    this.#showRebuilt(size);
    this.#light({ size, index });
    this.#syncSides();
    this.#reportSoon();
    this.find(".stage").scrollIntoView({ block: "nearest" });
  }

  /** Take up the layers that are there now. */
  refresh() {
    this.layers = pageStore().of(this.data.original, this.data.sweep);
    if (!this.frame) return;
    this.#syncSides();
    this.#drawAnew();
  }

  /** Return a layer that has the picture's width and height, if any is there yet. */
  get frame() {
    return this.layers?.original ?? this.layers?.sizes[0];
  }

  close() {
    this.observer.disconnect();
    this.ending.abort();
    clearInterval(this.playing);
    clearInterval(this.blinking);
    clearTimeout(this.reporting);
  }

  // Sides

  #buildSides() {
    const template = this.find("template.side");
    for (const [name, side] of Object.entries(this.sides)) {
      const panel = template.content.firstElementChild.cloneNode(true);
      panel.dataset.side = name;
      panel.querySelector("legend").textContent = NAMES[name];
      side.panel = panel;
      this.find(".panels").append(panel);
      const on = (selector, event, act) => { panel.querySelector(selector)[event] = act; };
      on(".show", "onchange", ({ target }) => this.#change(name, { show: target.value }));
      on(".gain", "onchange", ({ target }) => this.#change(name, { gain: Number(target.value) }));
      on(".size", "oninput", ({ target }) => this.scrub(name, Number(target.value)));
      on(".save", "onclick", () => this.save(name));
      panel.onfocusin = () => { this.active = name; this.#syncSides(); };
    }
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

  #reportSoon() {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.#reportView(), REPORT_AFTER);
  }

  /**
   * Write K into the address, and tell the script what it has to bring, once there is a codebook
   * to speak of. To tell it redraws the page, so it does not hear of K itself.
   */
  #reportView() {
    this.reporting = null;
    if (!this.layers.sizes.length) return this.#reportSoon();
    const { size } = this.sides.b;
    pageStore().wished = size;
    writeAddress("k", size);
    const view = { matches: this.#wishes(), offer: this.offer };
    if (JSON.stringify(view) === JSON.stringify(this.reported)) return;
    this.reported = view;
    this.report(view);
  }

  /** Return which rivals' files the sides show, and the K that each is to match. */
  #wishes() {
    const names = Object.keys(this.sides).filter((name) => isMatch(this.sides[name].show));
    return names.map((name) => ({
      match: this.sides[name].show, size: this.layerOf(this.#matchedSide(name)).size,
    }));
  }

  /** Return the side whose K a rival's file is to match: the other one, if that has a K. */
  #matchedSide(name) {
    const other = name === "a" ? "b" : "a";
    return this.flatOf(other) ? name : other;
  }

  /** Tell whether a side shows the steps of a training, instead of finished codebooks. */
  #trains(name) {
    return this.sides[name].show === "training" && this.#frames(name).length > 0;
  }

  /** Return the layers that a side's slider goes through. */
  #range(name) {
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

  /** Return the layer a side shows: a step of a training, or a finished codebook if there is one. */
  layerOf(name) {
    if (!this.#trains(name)) return this.#finished(name);
    const frames = this.#frames(name);
    return frames[Math.min(this.sides[name].step, frames.length - 1)];
  }

  #syncSides() {
    if (!this.layers?.sizes.length) return;
    for (const [name, side] of Object.entries(this.sides)) {
      const layer = this.layerOf(name);
      const part = (selector) => side.panel.querySelector(selector);
      this.#offer(part(".show"), name);
      const leftTraining = side.show === "training" && !this.#trains(name);
      part(".show").value = leftTraining ? "rebuilt" : side.show;
      const range = this.#range(name), place = range.indexOf(layer);
      const [what, value] = this.#trains(name) ? ["Step", place] : ["K", layer.size];
      part(".size").max = range.length - 1;
      part(".size").value = place;
      part(".size").ariaValueText = `${what} = ${value}`;
      part(".what").textContent = what;
      part(".k").textContent = value;
      const flat = this.flatOf(name);
      const hasSize = !flat || (isMatch(side.show) && this.#matchedSide(name) === name);
      part(".forsize").classList.toggle("unused", !hasSize);
      part(".forgain").hidden = side.show !== "difference";
      part(".figures").textContent = this.#figuresOf(name);
      side.panel.classList.toggle("active", name === this.active);
    }
    this.#showFigures();
  }

  /** Show every figure of side B's K, and let the page know of it. */
  #showFigures() {
    const { size } = this.layerOf("b");
    pageStore().choose(size, this.#stepShown());
    const measured = this.layers.figures.get(size), every = { K: size, Upload: this.data.upload, ...measured?.every };
    this.find(".upload").hidden = !this.data.upload;
    this.find("[data-do=download]").disabled = !measured;
    this.find(".sample").textContent = measured?.sample ?? "";
    for (const figure of this.root.querySelectorAll(".measured div")) {
      const [label, value] = figure.children;
      value.textContent = every[label.textContent] ?? "–";
    }
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

  #figuresOf(name) {
    const flat = this.flatOf(name);
    if (flat) return flat.figures;
    const { size, figures } = this.layerOf(name);
    if (figures) return figures;
    return `K = ${size} · ${this.layers.figures.get(size)?.figures ?? "not measured yet"}`;
  }

  /** List, after what every side has, its training, rivals' files and other uploads. */
  #offer(list, name) {
    const matches = this.data.rivals.flatMap(([codec, title]) => [
      new Option(`${title} of the same size`, `match ${codec} size`),
      new Option(`${title} of the same PSNR`, `match ${codec} psnr`),
    ]);
    const files = this.layers.files.map((file) => new Option(file.name, fileShow(file)));
    const training = this.#frames(name).length ? [new Option("training", "training")] : [];
    const wanted = [...training, ...matches, ...files], there = [...list.options].slice(4);
    if (wanted.map(({ value }) => value).join() === there.map(({ value }) => value).join()) return;
    list.length = 4;
    list.append(...wanted);
  }

  /** Return what a side shows without decoding, if it does: the original or a file. */
  flatOf(name) {
    const { show } = this.sides[name];
    const { original, sizes, files, matches } = this.layers;
    const decodes = ["rebuilt", "indices", "training"].includes(show)
      || (show === "difference" && original);
    if ((decodes && sizes.length) || this.#trains(name)) return null;
    if (isMatch(show)) return matches.find(({ match }) => match === show) ?? ON_ITS_WAY;
    return files.find((file) => fileShow(file) === show) ?? original ?? ON_ITS_WAY;
  }

  /** Go to the next larger or smaller K on the side used last. */
  step(by) {
    const name = this.decodingSide();
    const range = this.#range(name), next = range.indexOf(this.layerOf(name)) + by;
    if (range[next]) this.scrub(name, next);
    return Boolean(range[next]);
  }

  play() {
    const button = this.find("[data-do=play]");
    if (this.playing) {
      clearInterval(this.playing);
      this.playing = null;
    } else {
      let by = 1;
      this.playing = setInterval(() => { if (!this.step(by)) this.step(by = -by); }, PLAY_EVERY);
    }
    button.ariaPressed = String(Boolean(this.playing));
  }

  /** Let the script offer what can be taken away of side B's K. */
  async #download() {
    if (document.fullscreenElement) await document.exitFullscreen();
    this.offer = { size: this.layerOf("b").size, at: Date.now() };
    clearTimeout(this.reporting);
    this.#reportView();
  }

  /** Save the exact pixels of a side. */
  save(name) {
    const flat = this.flatOf(name);
    if (flat && !flat.pixels) return;
    this.#decode(name);
    const side = this.sides[name];
    const what = flat ? flat.name : `K${this.layerOf(name).size}-${side.show}`;
    side.surface.canvas.toBlob((blob) => {
      const link = Object.assign(document.createElement("a"), {
        href: URL.createObjectURL(blob), download: `${this.data.name}-${what}.png`,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  // Place

  /** Return the parts of the stage: for each side where it lies, and where it is to be seen. */
  parts() {
    const { width, height } = this.canvas;
    const whole = { left: 0, top: 0, width, height };
    const [first, second] = this.swapped ? ["b", "a"] : ["a", "b"];
    if (this.mode === "blink") return [{ name: first, part: whole, clip: whole }];
    const middle = Math.round(width * (this.mode === "sides" ? 0.5 : this.divider));
    const left = { left: 0, top: 0, width: middle, height };
    const right = { left: middle, top: 0, width: width - middle, height };
    const place = (side) => (this.mode === "sides" ? side : whole);
    return [
      { name: first, part: place(left), clip: left },
      { name: second, part: place(right), clip: right },
    ];
  }

  fit() {
    const { width, height } = this.frame;
    const [{ part }] = this.parts();
    if (!part.width || !part.height) return;
    const most = Math.min(part.width / width, part.height / height);
    this.fitted = true;
    this.view = { zoom: most < 1 ? most : Math.floor(most), x: width / 2, y: height / 2 };
    this.draw();
  }

  actual() {
    this.zoomTo(1);
  }

  zoomBy(steps, at = this.#centre()) {
    const { zoom } = this.view;
    const next = steps > 0
      ? ZOOMS.find((level) => level > zoom * 1.001) : ZOOMS.findLast((level) => level < zoom * 0.999);
    if (next) this.zoomTo(next, at);
  }

  /** Zoom so that the picture stays where it is under a point of the stage. */
  zoomTo(zoom, at = this.#centre()) {
    const { part } = this.#partAt(at);
    const dx = at.x - part.left - part.width / 2, dy = at.y - part.top - part.height / 2;
    const { view } = this;
    this.view = { zoom, x: view.x + dx / view.zoom - dx / zoom, y: view.y + dy / view.zoom - dy / zoom };
    this.pan(0, 0);
  }

  /** Move the picture by device pixels; its middle stays within its borders. */
  pan(dx, dy) {
    const { width, height } = this.frame;
    const inside = (value, most) => Math.max(0, Math.min(most, value));
    this.view.x = inside(this.view.x - dx / this.view.zoom, width);
    this.view.y = inside(this.view.y - dy / this.view.zoom, height);
    this.fitted = false;
    this.draw();
  }

  #centre() {
    const [{ part }] = this.parts();
    return { x: part.left + part.width / 2, y: part.top + part.height / 2 };
  }

  #partAt({ x }) {
    const parts = this.parts();
    return parts.find(({ clip }) => x >= clip.left && x < clip.left + clip.width) ?? parts[0];
  }

  /** Return the side and the pixel of the picture at a point of the stage. */
  pixelAt(point) {
    const { name, part } = this.#partAt(point);
    const { left, top } = placed(this.view, part);
    const { zoom } = this.view;
    return { name, x: Math.floor((point.x - left) / zoom), y: Math.floor((point.y - top) / zoom) };
  }

  setMode(mode) {
    this.mode = mode;
    this.swapped = false;
    clearInterval(this.blinking);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (mode === "blink" && !still) this.blinking = setInterval(() => this.swap(), BLINK_EVERY);
    for (const button of this.root.querySelectorAll("[data-mode]")) {
      button.ariaPressed = String(button.dataset.mode === mode);
    }
    this.#drawAnew();
  }

  swap() {
    this.swapped = !this.swapped;
    this.draw();
  }

  // Drawing

  /** Draw, the whole picture unless a hand has zoomed or moved it. */
  #drawAnew() {
    if (this.fitted && this.frame) this.fit();
    else this.draw();
  }

  draw() {
    if (!this.frame || !this.canvas.width) return;
    const { context, canvas } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const place of this.parts()) this.#drawPart(place);
    if (this.mode === "divider") this.#drawDivider();
    this.find(".zoom").textContent = `${Math.round(100 * this.view.zoom)} %`;
    this.canvas.ariaLabel = this.#inWords();
    if (this.layers.sizes.length) this.book.show(this.bookLayer(), this.picked);
  }

  #decode(name) {
    const { show, gain, surface } = this.sides[name];
    const flat = this.flatOf(name);
    const layer = flat ? null : this.layerOf(name);
    surface.show({ show: layer ? show : "flat", layer, original: flat ?? this.layers.original, gain });
    return surface.canvas;
  }

  #drawPart({ name, part, clip }) {
    const { context, view } = this;
    const flat = this.flatOf(name);
    if (!flat || flat.pixels) drawSide(context, this.#decode(name), view, part, clip);
    const blocks = flat ? this.layers.sizes.at(-1) : this.layerOf(name);
    if (blocks) drawGrid(context, blocks, view, part, clip);
    const lit = this.#litLayer();
    if (lit) drawDimmed(context, this.#mask(lit), lit, view, part, clip);
    this.#drawName(name, clip);
  }

  #litLayer() {
    const { sizes, trainings } = this.layers;
    if (!this.picked) return null;
    const steps = trainings.get(this.picked.size)?.frames() ?? [];
    return [...sizes, ...steps].find((layer) => isOf(layer, this.picked));
  }

  #mask(layer) {
    const { index } = this.picked;
    if (!same(this.maskOf ?? null, { layer, index })) {
      this.maskOf = { layer, index, canvas: dimmed(layer, index) };
    }
    return this.maskOf.canvas;
  }

  #drawName(name, clip) {
    const { context } = this;
    const scale = devicePixelRatio;
    const text = this.#nameOf(name);
    context.font = `${13 * scale}px ${getComputedStyle(this.root).fontFamily}`;
    const width = context.measureText(text).width + 12 * scale;
    const left = name === (this.swapped ? "a" : "b") && this.mode !== "blink"
      ? clip.left + clip.width - width : clip.left;
    clipped(context, clip, () => {
      context.fillStyle = "rgba(0, 0, 0, 0.75)";
      context.fillRect(left, 0, width, 24 * scale);
      context.fillStyle = "#fff";
      context.fillText(text, left + 6 * scale, 17 * scale);
    });
  }

  #nameOf(name) {
    const { show } = this.sides[name];
    const flat = this.flatOf(name);
    if (flat) return `${NAMES[name]}: ${flat.name}`;
    const kind = { difference: ", difference", indices: ", index map" }[show] ?? "";
    const { size, step } = this.layerOf(name);
    if (this.#trains(name)) return `${NAMES[name]}: training K = ${size}, step ${step}`;
    return `${NAMES[name]}: K = ${size}${kind}`;
  }

  #drawDivider() {
    const { context, canvas } = this;
    const x = Math.round(canvas.width * this.divider);
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

  #inWords() {
    const figures = (name) => `${this.#nameOf(name)}: ${this.#figuresOf(name)}`;
    const modes = { divider: "with a divider", sides: "side by side", blink: "in turn" };
    return `${this.data.name}, two sides ${modes[this.mode]}. ${figures("a")}. ${figures("b")}. `
      + `Zoom ${Math.round(100 * this.view.zoom)} percent.`;
  }

  // A look inside

  /** Return the side whose codebook counts: the one used last, or B if that shows a flat picture. */
  decodingSide(name = this.active) {
    return this.flatOf(name) ? "b" : name;
  }

  bookLayer() {
    return this.layerOf(this.decodingSide());
  }

  /** Show the block at a pixel beside its codeword. */
  inspect({ name, x, y }) {
    if (!this.layers?.sizes.length || !this.layers.original) return;
    const layer = this.layerOf(this.decodingSide(name));
    const block = blockAt(layer, x, y);
    if (block < 0) return;
    const index = layer.indices[block];
    const { original } = this.layers;
    const paint = (selector, colours) => {
      const canvas = this.find(selector);
      drawTile(canvas.getContext("2d"), colours, layer.blockSize, 0, 0, canvas.width);
    };
    paint(".own", blockColours(layer, original.pixels, block));
    paint(".code", tileColours(layer, index));
    const column = (block % layer.columns) + 1, row = Math.floor(block / layer.columns) + 1;
    this.find(".facts").textContent = `K = ${layer.size}: block ${column} across, ${row} down has index `
      + `${index}, as ${counted(layer.use[index], "block")} in all. `
      + `MSE ${blockError(layer, original, block).toFixed(1)}.`;
  }

  /** Light up all blocks of a codeword, or none if they are lit already. */
  pick(layer, index) {
    if (!layer) return;
    const again = this.picked && isOf(layer, this.picked) && this.picked.index === index;
    this.#light(again ? null : { size: layer.size, step: layer.step, index });
  }

  #light(picked) {
    this.picked = picked;
    this.draw();
  }

  pickAt(point) {
    const { name, x, y } = this.pixelAt(point);
    const layer = this.layerOf(this.decodingSide(name));
    const block = layer ? blockAt(layer, x, y) : -1;
    if (block >= 0) this.pick(layer, layer.indices[block]);
    this.inspect({ name, x, y });
  }

  // Hands

  #listen() {
    this.root.onkeydown = (event) => this.#key(event);
    this.root.onclick = ({ target }) => {
      if (target.dataset.mode) this.setMode(target.dataset.mode);
      this.#actions[target.dataset.do]?.();
    };
    this.ending = new AbortController();
    const { signal } = this.ending;
    pageStore().addEventListener("change", () => this.refresh(), { signal });
    pageStore().addEventListener("step", ({ detail }) => this.#change("b", { show: "training", step: detail }), { signal });
    pageStore().addEventListener("light", ({ detail }) => this.#lightFor(detail), { signal });
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.find(".stage"));
  }

  divide(share) {
    this.divider = Math.max(0, Math.min(1, share));
    this.draw();
  }

  #resize() {
    const { width, height } = this.find(".stage").getBoundingClientRect();
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.book.draw();
    this.#drawAnew();
  }

  #actions = {
    zoomIn: () => this.zoomBy(1),
    zoomOut: () => this.zoomBy(-1),
    fit: () => this.fit(),
    actual: () => this.actual(),
    play: () => this.play(),
    fullScreen: () => (document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen()),
    download: () => this.#download(),
    help: () => this.find("dialog.help").showModal(),
    closeHelp: () => this.find("dialog.help").close(),
    lightsOff: () => this.picked && this.#light(null),
    middle: () => this.pickAt(this.#centre()),
  };

  #keys = {
    "[": () => this.step(-1),
    "]": () => this.step(1),
    "+": () => this.zoomBy(1),
    "=": () => this.zoomBy(1),
    "-": () => this.zoomBy(-1),
    0: this.#actions.fit,
    1: this.#actions.actual,
    d: () => this.setMode("divider"),
    s: () => this.setMode("sides"),
    b: () => this.setMode("blink"),
    p: this.#actions.play,
    f: this.#actions.fullScreen,
    "?": this.#actions.help,
    Escape: this.#actions.lightsOff,
  };

  /** Keys of the stage alone: elsewhere they belong to sliders, lists and buttons. */
  #stageKeys = {
    " ": () => this.swap(),
    Enter: this.#actions.middle,
    ArrowLeft: (event) => this.#arrow(event, 1, 0),
    ArrowRight: (event) => this.#arrow(event, -1, 0),
    ArrowUp: (event) => this.#arrow(event, 0, 1),
    ArrowDown: (event) => this.#arrow(event, 0, -1),
  };

  #arrow(event, x, y) {
    if (event.shiftKey) this.divide(this.divider - 0.05 * x);
    else this.pan(40 * devicePixelRatio * x, 40 * devicePixelRatio * y);
  }

  #key(event) {
    const focused = event.composedPath()[0];
    const taken = focused.tagName === "SELECT" || this.find("dialog.help").open;
    if (taken || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = (focused === this.canvas && this.#stageKeys[key]) || this.#keys[key];
    if (!act || !this.layers?.sizes.length) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  }
}

export default componentOf(Viewer);
