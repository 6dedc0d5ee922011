// What follows the viewer: parts of the page that show the K that it shows.

import { pageStore } from "./store.js";

/** A part of the page; `show` draws it, `read` takes up what the script has sent. */
export class Follower {
  constructor(host, place) {
    this.root = host.querySelector(place);
    this.ending = new AbortController();
    this.on("choice", () => this.show());
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  /** Act on what other parts of the page do. */
  on(event, act) {
    pageStore().addEventListener(event, act, this.ending);
  }

  update({ data }) {
    if (this.data !== data) {
      this.data = data;
      this.read(data);
    }
    this.show();
  }

  close() {
    this.axes?.close();
    this.ending.abort();
  }
}
