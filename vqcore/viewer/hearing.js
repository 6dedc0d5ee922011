// Hearing: a sound and what its codebooks make of it, side by side in time. The page decodes itself.

import { componentOf } from "./component.js";
import { Player } from "./player.js";
import { decoded, refiltered, wavOf } from "./sounds.js";
import { pageStore } from "./store.js";
import { Track } from "./track.js";
import { WordStrip } from "./wordstrip.js";
import { say } from "./words.js";

const STEP = 0.1; // seconds that an arrow key goes
const FAR = 10; // times as many with shift
const KEPT = 4; // of sounds that were decoded
const OTHER = { a: "b", b: "a" };
const USE = "use"; // what a side has with a codebook from elsewhere, instead of a K

class Hearing {
  heard = "b";
  wished = { a: 0, b: null }; // the K of each side; 0 is the original, or USE
  selection = null; // [from, to] in seconds
  lit = null; // the codeword of side B whose places are marked
  only = false; // whether side B is those places alone
  #made = new Map(); // samples by K

  constructor(host) {
    this.root = host.querySelector(".hearing");
    this.ending = new AbortController();
    this.player = new Player();
    this.player.onend = () => this.#show();
    this.tracks = Object.fromEntries(["a", "b"].map((side) => [side, new Track(this, side)]));
    this.words = new WordStrip(this, this.root.querySelector(".wordbook"));
    this.#listen();
  }

  #listen() {
    const on = (name, act) => (this.root.querySelector(`.controls [data-do=${name}]`).onclick = act);
    on("play", () => this.togglePlay());
    on("switch", () => this.hear(OTHER[this.heard]));
    on("loop", () => this.#toggleLoop());
    this.root.querySelector("[data-do=only]").onclick = () => this.#setLit(this.lit, !this.only);
    this.root.onkeydown = (event) => this.#key(event);
    pageStore().addEventListener("change", () => this.refresh(), this.ending);
    pageStore().addEventListener("light", ({ detail }) => this.#lightFor(detail), this.ending);
  }

  update({ data }) {
    const isOther = this.data?.original !== data.original || this.data?.sweep !== data.sweep;
    this.data = data;
    if (isOther) this.#begin();
    if (data.use && this.asked !== data.asked) this.wished.b = USE;
    this.asked = data.asked;
    this.refresh();
  }

  #begin() {
    this.#made.clear();
    this.player.stop();
    Object.assign(this.player, { position: 0, loop: null });
    Object.assign(this, { selection: null, loudest: null, most: 0, lit: null, only: false });
    this.wished.b ??= this.data.size;
  }

  /** Take up what layers there are by now. */
  refresh() {
    const { sound, analysis, books, uses } = pageStore().ofSound(this.data.original, this.data.sweep);
    if (!sound || (sound.alone && !books.length)) return;
    Object.assign(this, { sound, analysis, books: this.data.isSpectra && !analysis ? [] : books, use: uses[0] });
    if (sound.alone) this.heard = "b";
    this.most ||= (sound.samples ?? this.samplesOf("b")).reduce((most, it) => Math.max(most, Math.abs(it)), 1);
    pageStore().choose(this.bookOf("b")?.size ?? 0, null);
    for (const side of ["a", "b"]) this.player.put(side, { samples: this.samplesOf(side), rate: sound.rate });
    this.#showSides();
    this.#show();
  }

  // What each side has

  /** Return the sizes there are, after 0, which is the original if it is there; last of all USE. */
  get sizes() {
    const sizes = this.books.map(({ size }) => size);
    return [...(this.sound.alone ? [] : [0]), ...sizes, ...(this.use ? [USE] : [])];
  }

  /** Return the K of a side, or USE: what is wished, or the nearest K there is so far. */
  sizeOf(side) {
    if (this.wished[side] === USE && this.use) return USE;
    if (this.wished[side] === 0 && !this.sound.alone) return 0;
    const wished = this.wished[side] > 0 ? this.wished[side] : this.data.size;
    const near = this.books.map(({ size }) => [Math.abs(Math.log2(size / wished)), size]).sort(([one], [other]) => one - other);
    return near[0]?.[1] ?? 0;
  }

  bookOf(side) {
    const size = this.sizeOf(side);
    return size === USE ? this.use : this.books.find((it) => it.size === size);
  }

  /** Return the samples that a side shows and plays. */
  samplesOf(side) {
    const book = this.bookOf(side);
    if (!book) return this.sound.samples;
    if (side === "b" && this.only && this.lit !== null) return this.#alone(book);
    const found = this.#made.get(book) ?? this.#decoded(book);
    this.#made.delete(book);
    this.#made.set(book, found); // last of all, as the first are forgotten
    for (const other of [...this.#made.keys()].slice(0, -KEPT)) this.#made.delete(other);
    return found;
  }

  #decoded(book, alone = null) {
    return book.filters ? refiltered(this.sound, this.analysis, book, alone) : decoded(this.sound, book, alone);
  }

  /** Return the sound of the places of one codeword, and silence between. */
  #alone(book) {
    if (this.part?.book !== book || this.part.index !== this.lit) {
      this.part = { book, index: this.lit, samples: this.#decoded(book, this.lit) };
    }
    return this.part.samples;
  }

  /** Say what a side has. */
  nameOf(side) {
    const size = this.sizeOf(side);
    if (size === USE) return say("page.hearing.with", { name: this.use.name });
    return size ? say("page.hearing.k", { size }) : say("page.hearing.original");
  }

  figuresOf(side) {
    return (this.bookOf(side) ?? this.sound).figures;
  }

  choose(side, size) {
    this.wished[side] = size;
    if (side === "b") Object.assign(this, { lit: null, only: false });
    this.refresh();
  }

  /** Mark the places of a codeword of side B, or of none. */
  light(index) {
    this.#setLit(index, this.only && index !== null);
  }

  /** Mark the places of a codeword that was chosen elsewhere on the page. */
  #lightFor({ size, index }) {
    if (size !== this.sizeOf("b")) return;
    this.root.querySelector(".wordbook").open = true;
    this.light(index);
    this.root.querySelector("[data-side=b]").scrollIntoView({ block: "nearest" });
  }

  #setLit(lit, only) {
    Object.assign(this, { lit, only });
    this.refresh();
    if (only) this.hear("b");
  }

  // Playing

  async togglePlay() {
    if (this.player.playing) this.player.stop();
    else await this.player.play(this.heard);
    this.#show();
    this.#follow();
  }

  hear(side) {
    this.heard = this.sound?.alone ? "b" : side;
    this.player.hear(this.heard);
    this.#show();
  }

  async seek(place) {
    await this.player.seek(place, this.heard);
    this.#show();
  }

  /** Select a stretch, which is what loops. */
  async select(from, to) {
    this.selection = to - from > STEP / 2 ? [from, to] : null;
    if (this.player.loop || !this.selection) await this.player.repeat(this.player.loop && this.selection, this.heard);
    this.#show();
  }

  /** Let a stretch begin or end where it is. */
  #bound(isEnd) {
    const { now, seconds } = this.player, [from, to] = this.selection ?? [0, seconds];
    return isEnd ? this.select(from < now ? from : 0, now) : this.select(now, to > now ? to : seconds);
  }

  async #toggleLoop() {
    const whole = [0, this.player.seconds];
    await this.player.repeat(this.player.loop ? null : this.selection ?? whole, this.heard);
    this.#show();
  }

  /** Show where it is, as long as it plays. */
  #follow() {
    cancelAnimationFrame(this.following);
    if (!this.player.playing) return this.#show();
    this.#showPlace();
    this.following = requestAnimationFrame(() => this.#follow());
  }

  #key(event) {
    const isControl = event.target.matches("input, button, select");
    const along = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    const letter = !event.ctrlKey && !event.metaKey && event.key.toLowerCase();
    if (event.key === " " && !isControl) this.togglePlay();
    else if (letter === "x") this.hear(OTHER[this.heard]);
    else if (letter === "i" || letter === "o") this.#bound(letter === "o");
    else if (along && !isControl) this.seek(this.player.now + along * (event.shiftKey ? FAR : 1));
    else return;
    event.preventDefault();
  }

  // Drawing

  /** Show side A and what changes sides, unless there is but one. */
  #showSides() {
    const { alone } = this.sound;
    for (const of of ["[data-side=a]", "legend", "[data-do=switch]", "[data-do=hear]", ".hint"]) {
      for (const each of this.root.querySelectorAll(of)) each.hidden = alone;
    }
    this.root.querySelector(".hint-alone").hidden = !alone;
    const summary = this.root.querySelector(".wordbook summary");
    summary.textContent = say(alone ? "page.hearing.codewords-alone" : "page.hearing.codewords");
  }

  #show() {
    const { player } = this;
    this.root.querySelector("[data-do=play]").ariaPressed = String(player.playing);
    this.root.querySelector("[data-do=loop]").ariaPressed = String(Boolean(player.loop));
    const alone = this.root.querySelector("[data-do=only]");
    alone.disabled = this.lit === null;
    alone.ariaPressed = String(this.only);
    for (const track of Object.values(this.tracks)) track.show();
    this.words.show(this.bookOf("b"));
    this.#showPlace();
  }

  #showPlace() {
    const { now, seconds } = this.player;
    this.root.querySelector(".time").textContent = say("page.hearing.time", { now, seconds });
    for (const track of Object.values(this.tracks)) track.mark(now / seconds);
  }

  save(side) {
    const size = this.sizeOf(side), made = size === USE ? `-with-${this.use.stem}` : size ? `-K${size}` : "";
    const name = `${this.data.stem}${made}.wav`;
    const url = URL.createObjectURL(wavOf(this.samplesOf(side), this.sound.rate));
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  close() {
    this.ending.abort();
    cancelAnimationFrame(this.following);
    this.player.close();
    for (const track of Object.values(this.tracks)) track.close();
    this.words.close();
  }
}

export default componentOf(Hearing);
