// The error by cell: all cells as a curve, and the worst codewords, whose blocks a click lights up.

const WORST = 10;
const DOT = 4.5;

BODIES.errors = (body, { codewords }) => ({
  shares: new Float32Array(body.buffer, 0, codewords),
  use: new Uint32Array(body.buffer, 4 * codewords),
});

class Errors {
  constructor(host) {
    this.root = host.querySelector(".errors");
    this.canvas = this.find(".curve");
    this.axes = new Axes(this.canvas, () => this.draw());
    this.canvas.onpointermove = (event) => this.#tell(event);
    this.canvas.onpointerleave = () => this.#tell(null);
    this.onLayers = () => this.#drawTiles();
    pageStore().addEventListener("change", this.onLayers);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  update({ data, setTriggerValue }) {
    this.light = (index) => setTriggerValue("lit", index);
    if (this.data !== data) {
      this.data = data;
      this.layer = parseLayer(data);
      const { shares } = this.layer;
      this.order = Array.from(shares.keys()).sort((one, other) => shares[other] - shares[one] || one - other);
      this.worst = this.order.slice(0, WORST).filter((index) => shares[index] > 0);
      this.#offerWorst();
    }
    this.draw();
  }

  close() {
    this.axes.close();
    pageStore().removeEventListener("change", this.onLayers);
  }

  // The curve

  draw() {
    const { axes, order } = this;
    if (!order || !axes.isVisible) return;
    axes.begin(this.#rankAxis(), this.#shareAxis());
    const { context } = axes, accent = axes.theme("primary-color");
    context.beginPath();
    order.forEach((_, at) => context[at ? "lineTo" : "moveTo"](...this.#placeOf(at)));
    context.strokeStyle = accent;
    context.lineWidth = 2 * devicePixelRatio;
    context.stroke();
    const paper = axes.theme("background-color");
    this.worst.forEach((_, at) => axes.dot(...this.#placeOf(at), DOT, accent, paper));
    this.canvas.ariaLabel = `Share of the squared error of ${counted(order.length, "cell")}, worst first: `
      + `from ${this.#percent(order[0])} to ${this.#percent(order.at(-1))}.`;
  }

  #placeOf(at) {
    return this.axes.pixelOf(at + 1, 100 * this.layer.shares[this.order[at]]);
  }

  #rankAxis() {
    const to = Math.max(2, this.order.length);
    const ticks = Array.from({ length: 1 + Math.log10(to) }, (_, power) => 10 ** power);
    return { from: 1, to, ticks, log: true, title: "Cell, worst first" };
  }

  #shareAxis() {
    const to = 105 * this.layer.shares[this.order[0]] || 1;
    return { from: 0, to, ticks: roundTicks(0, to), title: "Share of the squared error (%)" };
  }

  /** Tell of the cell under a pointer. */
  #tell(event) {
    const rank = event ? Math.round(this.axes.pointAt(event)[0]) : 0;
    const index = this.order[rank - 1];
    this.find(".told").textContent = index === undefined ? ""
      : `Codeword ${index}: ${this.#percent(index)}, ${counted(this.layer.use[index], "block")}`;
  }

  #percent(index) {
    return `${(100 * this.layer.shares[index]).toFixed(2)} %`;
  }

  // The worst

  #offerWorst() {
    const template = this.find("template");
    const buttons = this.worst.map((index) => {
      const button = template.content.firstElementChild.cloneNode(true);
      button.querySelector("span").textContent = `${index}: ${this.#percent(index)}`;
      button.onclick = () => this.light(index);
      return button;
    });
    this.find(".worst").replaceChildren(...buttons);
    this.#drawTiles();
  }

  /** Draw the worst codewords, once the page has them. */
  #drawTiles() {
    const { of, size } = this.layer;
    const book = pageStore().of(null, of).sizes.find((layer) => layer.size === size);
    if (!book) return;
    this.root.querySelectorAll(".worst canvas").forEach((canvas, at) => {
      const colours = tileColours(book, this.worst[at]);
      drawTile(canvas.getContext("2d"), colours, book.blockSize, 0, 0, canvas.width);
    });
  }
}

export default componentOf(Errors);
