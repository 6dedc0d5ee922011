// The player: two sounds of one length, sample by sample at one time, of which one is heard.

const FADE = 0.008; // seconds: short enough to seem at once, long enough not to click
const SOON = 0.02;
const contextAt = (sampleRate) => new AudioContext({ latencyHint: "interactive", sampleRate });

export class Player {
  #open;
  #context = null;
  #sides = {};
  position = 0; // in seconds, where it stands or will begin
  playing = false;
  loop = null; // [from, to] in seconds

  /** Play in what is opened at the rate of the sound, so that each sample is played as it is. */
  constructor(open = contextAt) {
    this.#open = open;
  }

  /** Take which samples a side has, {samples, rate}; if they are playing, from the next instant on. */
  put(side, sound) {
    const now = this.#sides[side] ??= {};
    if (now.sound?.samples === sound.samples) return;
    now.sound = sound;
    now.buffer = null;
    if (this.playing) this.#replace(side);
  }

  get #sound() {
    return Object.values(this.#sides)[0]?.sound;
  }

  get seconds() {
    return this.#sound ? this.#sound.samples.length / this.#sound.rate : 0;
  }

  /** Return the time of the sample that is nearest to one. */
  #whole(time) {
    return Math.round(time * this.#sound.rate) / this.#sound.rate;
  }

  async play(heard) {
    this.#openAt(this.#sound.rate);
    await this.#context.resume();
    if (this.playing) return;
    if (this.position >= this.seconds - SOON) this.position = 0;
    this.playing = true;
    this.#began = this.#soon;
    for (const side of Object.keys(this.#sides)) this.#start(side, this.#began, side === heard ? 1 : 0);
  }

  #began = 0;

  #openAt(rate) {
    if (this.#context?.sampleRate === rate) return;
    this.#context?.close();
    this.#context = this.#open(rate);
    for (const side of Object.values(this.#sides)) Object.assign(side, { buffer: null, level: null, source: null });
  }

  /** Return when what is asked for now begins: early enough for all of it to begin at once. */
  get #soon() {
    return this.#whole(this.#context.currentTime + SOON);
  }

  stop() {
    if (!this.playing) return;
    this.position = this.#whole(this.now);
    this.playing = false;
    for (const side of Object.values(this.#sides)) this.#fadeOut(side);
  }

  /** Return where it is, in seconds. */
  get now() {
    return this.playing ? this.#placeAt(this.#context.currentTime) : this.position;
  }

  /** Return where it is at a time of the context; round and round in a loop. */
  #placeAt(time) {
    const place = this.position + Math.max(0, time - this.#began);
    if (!this.loop || place < this.loop[1]) return Math.min(place, this.seconds);
    const [from, to] = this.loop;
    return from + ((place - from) % (to - from));
  }

  /** Go on from another place. */
  async seek(place, heard) {
    const wasPlaying = this.playing;
    this.stop();
    this.position = this.#whole(Math.max(0, Math.min(place, this.seconds)));
    if (wasPlaying) await this.play(heard);
  }

  async repeat(loop, heard) {
    const place = this.now;
    this.loop = loop?.map((it) => this.#whole(it)) ?? null;
    await this.seek(loop && (place < loop[0] || place >= loop[1]) ? loop[0] : place, heard);
  }

  /** Let one side be heard. */
  hear(heard) {
    for (const [name, side] of Object.entries(this.#sides)) {
      if (side.level) ramp(side.level.gain, name === heard ? 1 : 0, this.#soon);
    }
  }

  #start(name, when, level) {
    const side = this.#sides[name], context = this.#context;
    side.buffer ??= bufferOf(context, side.sound);
    side.level ??= new GainNode(context);
    side.level.connect(context.destination);
    side.level.gain.cancelScheduledValues(0);
    side.level.gain.value = level;
    side.source = this.#sourceOf(side, when);
  }

  #sourceOf(side, when) {
    const context = this.#context, [loopStart, loopEnd] = this.loop ?? [0, 0];
    const source = new AudioBufferSourceNode(context, { buffer: side.buffer, loop: Boolean(this.loop), loopStart, loopEnd });
    const fade = new GainNode(context, { gain: 0 });
    source.connect(fade).connect(side.level);
    source.start(when, this.#placeAt(when));
    ramp(fade.gain, 1, when);
    source.onended = () => {
      if (side.source?.source === source && this.playing) this.#finish();
    };
    return { source, fade };
  }

  #finish() {
    this.playing = false;
    this.position = 0;
    this.onend?.();
  }

  /** Let a side go on with other samples, where the ones before are at that instant. */
  #replace(name) {
    const side = this.#sides[name], when = this.#soon;
    side.buffer = bufferOf(this.#context, side.sound);
    const before = side.source;
    side.source = this.#sourceOf(side, when);
    fadeOut(before, when);
  }

  #fadeOut(side) {
    if (side.source) fadeOut(side.source, this.#context.currentTime);
    side.source = null;
  }

  close() {
    this.playing = false;
    this.#context?.close();
  }
}

function bufferOf(context, { samples, rate }) {
  const buffer = new AudioBuffer({ length: samples.length, numberOfChannels: 1, sampleRate: rate });
  buffer.copyToChannel(Float32Array.from(samples, (it) => it / 32768), 0);
  return buffer;
}

function ramp(gain, to, when) {
  gain.setTargetAtTime(to, when, FADE / 3);
}

function fadeOut({ source, fade }, when) {
  source.onended = null;
  ramp(fade.gain, 0, when);
  source.stop(when + 2 * FADE);
}
