// Away from the picture: it stays in sight, small, while panels are looked at.

class Strip {
  /** @param owner has: root, find(selector), and drawSmall(canvas) */
  constructor(owner) {
    this.owner = owner;
    this.place = owner.find(".strip");
    this.canvas = owner.find(".small");
    this.watcher = new IntersectionObserver(([{ isIntersecting, boundingClientRect }]) => {
      this.show(!isIntersecting && boundingClientRect.bottom < 100);
    }, { rootMargin: "-60px 0px 0px 0px" });
    this.watcher.observe(owner.find(".stage"));
  }

  get isOn() {
    return !this.place.hidden;
  }

  show(on) {
    if (this.isOn === on) return;
    this.place.hidden = !on;
    if (!on) return;
    const main = this.owner.root.getRootNode().host?.closest("[data-testid=stMain]") ?? document.body;
    this.place.style.setProperty("--left", `${main.getBoundingClientRect().left}px`);
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
    this.watcher.disconnect();
  }
}
