// A mark at the K that the viewer shows, over the chart against K that stands right above.

import { componentOf } from "./component.js";
import { Follower } from "./follower.js";
import { pageStore } from "./store.js";
import { say } from "./words.js";

class Mark extends Follower {
  constructor(host) {
    super(host, ".mark");
  }

  read(area) {
    this.area = area;
  }

  show() {
    const { l, r, t, b, height, from, to } = this.area, { chosen } = pageStore();
    this.root.hidden = chosen === null;
    if (this.root.hidden) return;
    const share = Math.log(chosen / from) / Math.log(to / from);
    Object.assign(this.root.style, {
      left: `calc(${l - 1}px + ${share} * (100% - ${l + r}px))`,
      top: `${t - height}px`,
      height: `${height - t - b}px`,
    });
    this.root.ariaLabel = say("page.mark.at", { size: chosen });
  }
}

export default componentOf(Mark);
