// What the parts of a page share: its layers, and what they tell each other.

/** The layers a page has, by the element that brought each; and what its parts tell each other. */
export class LayerStore extends EventTarget {
  #layers = new Map();
  #telling = 0;
  wished = null; // the K last asked for, which a small picture need not have
  chosen = null; // the K on the viewer's side B
  advised = false; // whether it was said how to zoom
  toured = false; // whether the tour was begun or offered
  tourStep = null; // the place of the tour's step, which another viewer takes up
  choices = {}; // that the address has, by name, as the script last said
  uploads = {}; // names of what was uploaded, by id
  step = null; // the step of a training that the viewer shows, if it does

  put(owner, layers) {
    this.#layers.set(owner, layers);
    this.#tellSoon();
  }

  drop(owner) {
    this.#layers.delete(owner);
    this.#tellSoon();
  }

  /** Layers come in crowds: once a frame is enough. */
  #tellSoon() {
    cancelAnimationFrame(this.#telling);
    this.#telling = requestAnimationFrame(() => this.dispatchEvent(new Event("change")));
  }

  choose(chosen, step) {
    if (this.chosen === chosen && this.step === step) return;
    Object.assign(this, { chosen, step });
    this.dispatchEvent(new Event("choice"));
  }

  /** Ask for the blocks or places of a codeword to be lit up. */
  light(size, index) {
    this.dispatchEvent(new CustomEvent("light", { detail: { size, index } }));
  }

  /** Ask the viewer to show a step of the training. */
  goTo(step) {
    this.dispatchEvent(new CustomEvent("step", { detail: step }));
  }

  codebook(sweep, size) {
    return this.of(null, sweep).sizes.find((layer) => layer.size === size);
  }

  #every(kind, of) {
    return [...this.#layers.values()].flat().filter((layer) => layer.kind === kind && layer.of === of);
  }

  soundbook(sweep, size) {
    return this.#every("soundbook", sweep).find((layer) => layer.size === size);
  }

  /** Return a sound and its own envelopes, if they are there, the codebooks of a sweep of it, ascending, and those from elsewhere. */
  ofSound(original, sweep) {
    const books = this.#every("soundbook", sweep).sort((one, other) => one.size - other.size);
    const uses = this.#every("soundbook", original).filter((it) => it.name);
    return { sound: this.#every("sound", original)[0], analysis: this.#every("analysis", original)[0], books, uses };
  }

  /** Return a picture's original, if it is there, and files; a sweep's codebooks, figures and trainings by size. */
  of(picture, sweep) {
    const every = (kind, of) => this.#every(kind, of);
    const bySize = (kind) => new Map(every(kind, sweep).map((layer) => [layer.size, layer]));
    return {
      original: every("original", picture)[0],
      files: every("file", picture).sort((one, other) => one.name.localeCompare(other.name)),
      sizes: [...bySize("codebook").values()].sort((one, other) => one.size - other.size),
      trainings: bySize("training"),
      matches: every("match", sweep),
      uses: new Map(every("use", sweep).map((layer) => [layer.codebook, layer])),
      figures: new Map(every("figures", sweep).flatMap(({ sizes }) => sizes.map((it) => [it.size, it]))),
    };
  }
}

export const pageStore = () => (globalThis.vqLabLayers ??= new LayerStore());
