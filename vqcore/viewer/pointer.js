// Pointers and the wheel on the stage: they pan, zoom, move the divider, and pick blocks.

const CLICK_WITHIN = 4;
const DIVIDER_WITHIN = 12;

class PointerInput {
  pressed = new Map(); // by pointer, where it is now
  start = null;
  last = null;
  dividing = false;
  wheel = 0; // turned since the last zoom
  apart = 0; // how far two fingers were from each other at the last zoom

  constructor(viewer) {
    const { canvas } = viewer;
    Object.assign(this, { viewer, canvas });
    canvas.onpointerdown = (event) => this.#press(event);
    canvas.onpointermove = (event) => this.#move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.#release(event);
    canvas.onwheel = (event) => this.#turn(event);
  }

  #pointOf({ clientX, clientY }) {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / width;
    return { x: (clientX - left) * scale, y: (clientY - top) * scale };
  }

  #nearDivider({ x }) {
    const { mode, divider } = this.viewer;
    const away = Math.abs(x - divider * this.canvas.width);
    return mode === "divider" && away < DIVIDER_WITHIN * devicePixelRatio;
  }

  #spread() {
    const [one, other] = [...this.pressed.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  }

  #press(event) {
    const point = this.#pointOf(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.pressed.set(event.pointerId, point);
    this.start = this.last = point;
    this.dividing = this.pressed.size === 1 && this.#nearDivider(point);
    if (this.pressed.size === 2) this.apart = this.#spread();
  }

  #move(event) {
    const point = this.#pointOf(event);
    const { viewer, canvas, pressed, dividing } = this;
    canvas.classList.toggle("dividing", dividing || this.#nearDivider(point));
    if (pressed.has(event.pointerId)) {
      pressed.set(event.pointerId, point);
      this.#drag(point);
    } else viewer.inspect(viewer.pixelAt(point));
  }

  #drag(point) {
    const { viewer, last } = this;
    if (this.pressed.size === 2) this.#pinch(point);
    else if (this.dividing) viewer.divide(point.x / this.canvas.width);
    else viewer.pan(point.x - last.x, point.y - last.y);
    this.last = point;
  }

  #pinch(point) {
    const ratio = this.#spread() / this.apart;
    if (ratio > 1.3 || ratio < 0.77) {
      this.viewer.zoomBy(ratio > 1 ? 1 : -1, point);
      this.apart = this.#spread();
    }
  }

  #release(event) {
    const { x, y } = this.#pointOf(event);
    const { start, pressed } = this;
    const alone = event.type === "pointerup" && pressed.size === 1 && !this.dividing;
    const clicked = alone && Math.hypot(x - start.x, y - start.y) < CLICK_WITHIN;
    if (clicked) this.viewer.pickAt({ x, y });
    pressed.delete(event.pointerId);
    this.dividing = false;
  }

  #turn(event) {
    event.preventDefault();
    this.wheel += event.deltaY;
    if (Math.abs(this.wheel) < 40) return;
    this.viewer.zoomBy(-Math.sign(this.wheel), this.#pointOf(event));
    this.wheel = 0;
  }
}
