// Axes: a canvas with a frame, ticks and titles, and where values lie on it.

const MARGIN = { left: 46, right: 10, top: 10, bottom: 46 };

/** A canvas to plot on; an axis is { from, to, ticks, title, log }, `log` for values above 0. */
export class Axes {
  constructor(canvas, draw) {
    Object.assign(this, { canvas, draw });
    canvas.width = 0; // nothing is drawn before its size is known
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(canvas);
  }

  #resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.#place(devicePixelRatio);
    this.draw();
  }

  /** Find where the frame lies, in device pixels. */
  #place(scale) {
    this.frame = {
      left: MARGIN.left * scale,
      top: MARGIN.top * scale,
      width: this.canvas.width - (MARGIN.left + MARGIN.right) * scale,
      height: this.canvas.height - (MARGIN.top + MARGIN.bottom) * scale,
    };
  }

  close() {
    this.observer.disconnect();
  }

  get isVisible() {
    return this.canvas.width > 1;
  }

  theme(name) {
    return getComputedStyle(this.canvas).getPropertyValue(`--st-${name}`);
  }

  pixelOf(x, y) {
    const { left, top, width, height } = this.frame;
    return [left + shareOf(x, this.x) * width, top + (1 - shareOf(y, this.y)) * height];
  }

  /** Return where a pointer is, in device pixels of the canvas. */
  pixelAt({ clientX, clientY }) {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / width;
    return [(clientX - left) * scale, (clientY - top) * scale];
  }

  pointAt(event) {
    const [x, y] = this.pixelAt(event), { left, top, width, height } = this.frame;
    return [valueAt((x - left) / width, this.x), valueAt(1 - (y - top) / height, this.y)];
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Begin a drawing anew: the frame alone, for these axes. */
  begin(x, y) {
    Object.assign(this, { x, y });
    const { context, canvas } = this, { left, top, width, height } = this.frame;
    const scale = devicePixelRatio;
    this.clear();
    context.strokeStyle = context.fillStyle = this.theme("text-color");
    context.lineWidth = scale;
    context.strokeRect(left, top, width, height);
    context.font = `${12 * scale}px ${getComputedStyle(canvas).fontFamily}`;
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (const tick of x.ticks) this.#writeWithin(tick, this.pixelOf(tick, y.from)[0], top + height + 12 * scale);
    this.#write(x.title, left + width / 2, top + height + 31 * scale);
    this.#writeUpwards(y.title, 10 * scale, top + height / 2);
    context.textAlign = "right";
    for (const tick of y.ticks) this.#write(tick, left - 6 * scale, this.pixelOf(x.from, tick)[1]);
  }

  #write(text, x, y) {
    this.context.fillText(String(text).replace("-", "−"), x, y);
  }

  /** Write a centred text, left of its place where the canvas ends too soon. */
  #writeWithin(text, x, y) {
    this.#write(text, Math.min(x, this.canvas.width - this.context.measureText(text).width / 2), y);
  }

  #writeUpwards(text, x, y) {
    const { context } = this;
    context.save();
    context.translate(x, y);
    context.rotate(-Math.PI / 2);
    this.#write(text, 0, 0);
    context.restore();
  }

  dot(x, y, radius, fill, ring) {
    const path = new Path2D();
    path.arc(x, y, radius * devicePixelRatio, 0, 7);
    this.#paint(path, fill, ring);
  }

  square(x, y, radius, fill, ring) {
    const path = new Path2D(), side = 1.8 * radius * devicePixelRatio;
    path.rect(x - side / 2, y - side / 2, side, side);
    this.#paint(path, fill, ring);
  }

  diamond(x, y, radius, fill, ring) {
    const path = new Path2D(), arm = 1.25 * radius * devicePixelRatio;
    for (const [across, down] of [[-1, 0], [0, -1], [1, 0], [0, 1]]) path.lineTo(x + across * arm, y + down * arm);
    path.closePath();
    this.#paint(path, fill, ring);
  }

  #paint(path, fill, ring) {
    const { context } = this;
    context.fillStyle = fill;
    context.fill(path);
    context.strokeStyle = ring;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.stroke(path);
  }
}

const shareOf = (value, { from, to, log }) =>
  (log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from));

const valueAt = (share, { from, to, log }) =>
  (log ? from * (to / from) ** share : from + share * (to - from));

/** Return round numbers in a range, about five. */
export function roundTicks(from, to) {
  const rough = (to - from) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((round) => round >= rough);
  const first = Math.ceil(from / step), count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(6)));
}
