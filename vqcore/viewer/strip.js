// Away from the picture: it stays in sight, small, while panels are looked at.

const EDGE = 20; // between the page's main part and the viewer

export class Strip {
  /** @param owner has: root, find(selector), drawStrip() */
  constructor(owner) {
    this.owner = owner;
    this.place = owner.find(".strip");
    this.canvas = owner.find(".small");
    this.watcher = new IntersectionObserver((entries) => {
      const { isIntersecting, boundingClientRect } = entries.at(-1);
      this.show(!isIntersecting && boundingClientRect.bottom < 100);
    }, { rootMargin: "-60px 0px 0px 0px" });
    this.watcher.observe(owner.find(".stage"));
    this.follower = new ResizeObserver(() => this.#place());
  }

  get isOn() {
    return !this.place.hidden;
  }

  show(on) {
    if (this.isOn === on) return;
    this.place.hidden = !on;
    document.body.classList.toggle("vq-away", on); // what is not ours makes room
    this.follower.disconnect();
    if (on) this.follower.observe(this.owner.root);
  }

  /** Begin where the viewer does, beside the sidebar if that is open. */
  #place() {
    const { left } = this.owner.root.getBoundingClientRect();
    this.place.style.setProperty("--left", `${Math.max(0, left - EDGE)}px`);
    this.owner.drawStrip();
  }

  /** Fit the canvas to its place; return it. */
  sized() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const [across, down] = [width, height].map((length) => Math.round(length * devicePixelRatio));
    if (this.canvas.width !== across || this.canvas.height !== down) {
      Object.assign(this.canvas, { width: across, height: down });
    }
    return this.canvas;
  }

  close() {
    this.show(false);
    this.watcher.disconnect();
    this.follower.disconnect();
  }
}
