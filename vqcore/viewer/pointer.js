// Pointers and the wheel on the stage: they pan, zoom, move the divider, and pick blocks. The plain
// wheel is the page's; so is one finger up or down, while the whole picture is seen.

import { ZOOMS } from "./stage.js";

const CLICK_WITHIN = { mouse: 4, pen: 6, touch: 10 };
const DIVIDER_WITHIN = 12;

export class PointerInput {
  pressed = new Map(); // by pointer, where it is now
  start = null;
  last = null;
  dividing = false;
  wheel = 0; // turned since the last zoom
  pinched = null; // { apart, zoom }: how far two fingers were from each other, and the zoom then

  constructor(viewer) {
    const { canvas } = viewer;
    Object.assign(this, { viewer, canvas });
    canvas.onpointerdown = (event) => this.#press(event);
    canvas.onpointermove = (event) => this.#move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.#release(event);
    canvas.onpointerleave = () => viewer.following.inspect(null);
    canvas.onwheel = (event) => this.#turn(event);
  }

  #pointOf({ clientX, clientY }) {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / width;
    return { x: (clientX - left) * scale, y: (clientY - top) * scale };
  }

  #nearDivider({ x }) {
    const { mode, divider } = this.viewer.stage;
    const away = Math.abs(x - divider * this.canvas.width);
    return mode === "divider" && away < DIVIDER_WITHIN * devicePixelRatio;
  }

  #spread() {
    const [one, other] = [...this.pressed.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  }

  #press(event) {
    if (event.button) return;
    const point = this.#pointOf(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.pressed.set(event.pointerId, point);
    this.start = this.last = point;
    const { stage } = this.viewer, touches = event.pointerType === "touch";
    const alone = this.pressed.size === 1, sideways = touches && stage.fitted && stage.mode === "divider";
    this.dividing = alone && (sideways || this.#nearDivider(point));
    this.clicks = alone;
    if (this.pressed.size === 2) this.pinched = { apart: this.#spread(), zoom: stage.view.zoom };
  }

  #move(event) {
    const point = this.#pointOf(event);
    const { viewer, canvas, pressed, dividing } = this;
    canvas.classList.toggle("dividing", dividing || this.#nearDivider(point));
    if (pressed.has(event.pointerId)) {
      pressed.set(event.pointerId, point);
      this.#drag(point);
    } else viewer.following.inspect(viewer.stage.pixelAt(point));
  }

  #drag(point) {
    const { viewer, last } = this;
    if (this.pressed.size === 2) this.#pinch(point);
    else if (this.dividing) viewer.places.divide(viewer.stage.divider + (point.x - last.x) / this.canvas.width);
    else if (!viewer.stage.fitted) viewer.places.pan(point.x - last.x, point.y - last.y);
    this.last = point;
  }

  #pinch(point) {
    const { apart, zoom } = this.pinched;
    this.viewer.places.zoomTo(Math.min(ZOOMS.at(-1), (zoom * this.#spread()) / apart), point);
  }

  #release(event) {
    const { start, pressed } = this, point = this.#pointOf(event);
    if (!pressed.delete(event.pointerId)) return;
    this.dividing = false;
    this.start = this.last = [...pressed.values()][0];
    const reach = CLICK_WITHIN[event.pointerType] * devicePixelRatio;
    const isNear = Math.hypot(point.x - start.x, point.y - start.y) < reach;
    if (event.type === "pointerup" && this.clicks && isNear && !this.#nearDivider(start)) {
      this.viewer.following.pickAt(point, event.pointerType);
    }
  }

  #turn(event) {
    if (!event.ctrlKey && !event.metaKey && !this.viewer.presenter.isOn) return this.viewer.advise();
    event.preventDefault();
    this.wheel += event.deltaY;
    if (Math.abs(this.wheel) < 40) return;
    this.viewer.places.zoomBy(-Math.sign(this.wheel), this.#pointOf(event));
    this.wheel = 0;
  }
}
