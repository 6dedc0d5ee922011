// A track: one side of the hearing, its K, its waveform and its spectrogram, and hands on these.

import { envelope, spectrumAt } from "./sounds.js";
import { say } from "./words.js";

const WINDOW = 256; // samples of a spectrum
const RANGE = 70; // decibels that a spectrogram shows, from the loudest down
const LIT = "#d55e00"; // of the places of a codeword
const CLICK = 4; // pixels that a hand may move in a click

export class Track {
  #drawn = null; // the samples and width that are on the canvases

  constructor(hearing, side) {
    Object.assign(this, { hearing, side });
    this.root = hearing.root.querySelector(`[data-side=${side}]`);
    this.wave = this.find(".wave");
    this.spectrum = this.find(".spectrum");
    this.indices = this.find(".indices");
    this.playhead = this.find(".playhead");
    this.slider = this.find(".size");
    this.slider.oninput = () => hearing.choose(side, hearing.sizes[this.slider.value]);
    this.find("[data-do=hear]").onclick = () => hearing.hear(side);
    this.find("[data-do=save]").onclick = () => hearing.save(side);
    for (const canvas of [this.wave, this.spectrum, this.indices]) this.#takeHands(canvas);
    this.observer = new ResizeObserver(() => this.show());
    this.observer.observe(this.wave);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  close() {
    this.observer.disconnect();
  }

  #takeHands(canvas) {
    const placeOf = ({ clientX }) => {
      const { left, width } = canvas.getBoundingClientRect();
      return Math.max(0, Math.min(1, (clientX - left) / width)) * this.hearing.player.seconds;
    };
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.held = { x: event.clientX, place: placeOf(event) };
    };
    canvas.onpointerup = (event) => {
      const { x, place } = this.held ?? {};
      this.held = null;
      if (place === undefined) return;
      const ends = [place, placeOf(event)].sort((one, other) => one - other);
      if (Math.abs(event.clientX - x) < CLICK) this.hearing.seek(place);
      else this.hearing.select(...ends);
    };
  }

  show() {
    const { hearing, side } = this;
    if (!hearing.sound) return;
    const size = hearing.sizeOf(side), isHeard = hearing.heard === side;
    this.root.classList.toggle("heard", isHeard);
    this.find("[data-do=hear]").ariaPressed = String(isHeard);
    this.find(".what").textContent = hearing.nameOf(side);
    this.find(".figures").textContent = hearing.figuresOf(side);
    this.slider.max = hearing.sizes.length - 1;
    this.slider.hidden = hearing.sizes.length < 2;
    this.slider.value = hearing.sizes.indexOf(size);
    this.slider.ariaValueText = this.find(".what").textContent;
    this.#draw(hearing.samplesOf(side));
  }

  // Pictures of the sound; they are drawn anew when it is another, or they are wider or narrower

  #draw(samples) {
    const width = Math.round(this.wave.clientWidth * devicePixelRatio);
    const { selection, lit } = this.hearing, wanted = { samples, width, selection, lit };
    if (!width || Object.keys(wanted).every((name) => this.#drawn?.[name] === wanted[name])) return;
    this.#drawn = wanted;
    this.#drawWave(samples, width);
    this.#drawSpectra(samples, width);
    this.#drawIndices(width);
    this.wave.ariaLabel = say("page.hearing.wave", { what: this.find(".what").textContent });
    this.spectrum.ariaLabel = say("page.hearing.spectrum", { what: this.find(".what").textContent });
    this.indices.ariaLabel = say("page.hearing.indices", { what: this.find(".what").textContent });
  }

  #begin(canvas, width) {
    canvas.width = width;
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    return canvas.getContext("2d");
  }

  theme(name) {
    return getComputedStyle(this.wave).getPropertyValue(`--st-${name}`);
  }

  #drawWave(samples, width) {
    const context = this.#begin(this.wave, width), { height } = this.wave;
    const { low, high } = envelope(samples, 0, samples.length, width);
    const scale = (it) => (0.5 - it / this.hearing.most / 2.1) * height;
    context.fillStyle = this.theme("secondary-background-color");
    context.fillRect(0, 0, width, height);
    const { selection, player } = this.hearing;
    if (selection) {
      context.fillStyle = this.theme("primary-color");
      context.globalAlpha = 0.2;
      context.fillRect((selection[0] / player.seconds) * width, 0, ((selection[1] - selection[0]) / player.seconds) * width, height);
      context.globalAlpha = 1;
    }
    this.#markPlaces(context, width, height);
    context.fillStyle = this.theme("primary-color");
    for (let at = 0; at < width; at += 1) {
      const top = scale(high[at]);
      context.fillRect(at, top, 1, Math.max(1, scale(low[at]) - top));
    }
  }

  /** Mark where the codeword is that is lit. */
  #markPlaces(context, width, height) {
    const { lit } = this.hearing, book = this.hearing.bookOf("b");
    if (lit === null || !book) return;
    context.fillStyle = LIT;
    const { places } = book, wide = Math.max(1, width / places.length);
    let last = -1; // the column marked last: many vectors may lie in one
    places.forEach((place, vector) => {
      const at = (vector / places.length) * width, column = Math.floor(at);
      if (place === lit && column > last) context.fillRect(at, 0, wide, height);
      if (place === lit) last = column;
    });
  }

  /** Draw the index of each vector over time, 0 at the bottom; of the original there is none. */
  #drawIndices(width) {
    const book = this.hearing.bookOf(this.side);
    this.indices.hidden = !book;
    if (!book) return;
    const context = this.#begin(this.indices, width), { height } = this.indices, { places, distinct } = book;
    context.fillStyle = this.theme("secondary-background-color");
    context.fillRect(0, 0, width, height);
    const dot = Math.max(1, Math.min(3 * devicePixelRatio, height / distinct));
    const lit = this.side === "b" ? this.hearing.lit : null, wide = Math.max(1, width / places.length);
    const colours = [null, this.theme("text-color"), LIT], drawn = new Uint8Array(width * height); // which is where
    places.forEach((place, vector) => {
      const at = (vector / places.length) * width, top = (1 - (place + 1) / distinct) * (height - dot);
      const cell = Math.floor(at) * height + Math.floor(top), colour = place === lit ? 2 : 1;
      if (drawn[cell] >= colour) return;
      drawn[cell] = colour;
      context.fillStyle = colours[colour];
      context.fillRect(at, top, wide, dot);
    });
  }

  #drawSpectra(samples, width) {
    const context = this.#begin(this.spectrum, width), { height } = this.spectrum;
    const columns = Array.from({ length: width }, (_, at) => spectrumAt(samples, Math.floor(((at + 0.5) / width) * samples.length), WINDOW));
    const loudest = this.hearing.loudest ??= Math.max(...columns.map((column) => Math.max(...column)));
    const image = context.createImageData(width, height);
    columns.forEach((column, x) => {
      for (let y = 0; y < height; y += 1) {
        const level = column[Math.floor(((height - 1 - y) / height) * column.length)];
        const share = Math.max(0, Math.min(1, 1 + (level - loudest) / RANGE));
        image.data.set(shade(share), 4 * (y * width + x));
      }
    });
    context.putImageData(image, 0, 0);
    this.#nameTop(context);
  }

  /** Write which frequency the top of a spectrogram is. */
  #nameTop(context) {
    context.scale(devicePixelRatio, devicePixelRatio);
    Object.assign(context, { font: `11px ${this.theme("font")}`, textBaseline: "top", fillStyle: "#000c" });
    const told = say("page.hearing.top", { khz: this.hearing.sound.rate / 2000 });
    context.fillRect(0, 0, context.measureText(told).width + 10, 17);
    context.fillStyle = "#fff";
    context.fillText(told, 5, 3);
  }

  /** Mark where it is. */
  mark(share) {
    if (Number.isFinite(share)) this.playhead.style.left = `${100 * share}%`;
  }
}

/** A colour of a map that grows brighter evenly, from black over blue and orange to white, as bytes. */
function shade(share) {
  const steps = [[0, 0, 20], [30, 50, 130], [190, 90, 60], [255, 200, 80], [255, 255, 235]];
  const place = share * (steps.length - 1), low = Math.min(steps.length - 2, Math.floor(place)), part = place - low;
  return [...steps[low].map((it, at) => it + (steps[low + 1][at] - it) * part), 255];
}
