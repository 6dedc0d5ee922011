// The controls of the sides: lists, sliders with their ticks, and the figures beside them.

import { partsOf, plainChoices } from "./shows.js";
import { NAMES } from "./sides.js";
import { textOf } from "./texts.js";
import { say } from "./words.js";

export class SideControls {
  /** @param viewer has: root, find(selector), sides, change(name, values), scrub(name, place), save(name), sync() */
  constructor(viewer) {
    Object.assign(this, { viewer, sides: viewer.sides });
    for (const name of this.sides.names) {
      this.#offer(name, plainChoices(true));
      this.#listen(name);
    }
    viewer.root.addEventListener("focusin", ({ target }) => {
      const name = target.closest("[data-side]")?.dataset.side;
      if (name) this.#activate(name);
    });
  }

  /** Return a control of a side. */
  part(name, selector) {
    return this.viewer.find(`[data-side=${name}] ${selector}`);
  }

  #listen(name) {
    const { viewer } = this;
    const on = (selector, event, act) => { this.part(name, selector)[event] = act; };
    const scrub = (place) => {
      this.sides.active = name;
      viewer.scrub(name, Number(place));
    };
    on(".show", "onchange", ({ target }) => viewer.change(name, { show: target.value }));
    on(".gain", "onchange", ({ target }) => viewer.change(name, { gain: Number(target.value) }));
    on(".size", "oninput", ({ target }) => scrub(target.value));
    on(".ticks", "onclick", ({ target }) => target.dataset.at && scrub(target.dataset.at));
    on(".save", "onclick", () => viewer.save(name));
  }

  #activate(name) {
    this.sides.active = name;
    this.viewer.sync();
  }

  /** Let each control say what its side shows. */
  sync() {
    for (const name of this.sides.names) this.#syncSide(name);
  }

  clear() {
    for (const name of this.sides.names) this.part(name, ".figures").textContent = "";
  }

  #syncSide(name) {
    const { sides } = this, { root } = this.viewer;
    const show = sides.showOf(name), part = (selector) => this.part(name, selector);
    this.#offer(name, sides.choices(name));
    part(".show").value = show;
    part(".gain").hidden = partsOf(show).what !== "difference";
    part(".figures").textContent = sides.figuresOf(name);
    for (const place of root.querySelectorAll(`[data-side=${name}]`)) place.classList.toggle("active", name === sides.active);
    this.viewer.find(`.sizer[data-side=${name}]`).hidden = !sides.hasSlider(name);
    this.#syncSlider(name);
  }

  #syncSlider(name) {
    const { sides } = this, part = (selector) => this.part(name, selector), trains = sides.trains(name);
    const range = sides.range(name), layer = sides.layerOf(name), place = range.indexOf(layer);
    const [what, value] = trains ? ["step", place] : ["size", layer.size];
    part(".size").max = range.length - 1;
    part(".size").value = place;
    part(".size").ariaLabel = say(`page.slider.${what}.of`, { side: NAMES[name] });
    part(".size").ariaValueText = say(`page.slider.${what}.value`, { value });
    part(".what").textContent = say(`page.slider.${what}.name`);
    part(".k").textContent = value;
    this.#showTicks(part(".ticks"), trains ? [] : range, place);
  }

  /** Write the sizes under a slider, as many as there is room for. */
  #showTicks(ticks, range, now) {
    const sizes = range.map(({ size }) => size).join();
    if (ticks.dataset.sizes !== sizes) {
      ticks.dataset.sizes = sizes;
      ticks.replaceChildren(...range.map(({ size }, at) => {
        const tick = textOf("span", size);
        tick.dataset.at = at;
        return tick;
      }));
    }
    [...ticks.children].forEach((tick, at) => tick.classList.toggle("now", at === now));
  }

  #offer(name, wanted) {
    const list = this.part(name, ".show"), there = [...list.options];
    if (wanted.map(([value]) => value).join() === there.map(({ value }) => value).join()) return;
    list.replaceChildren(...wanted.map(([value, text]) => new Option(text, value)));
  }
}
