// Keys: what each does, where it acts, and when it belongs to something else.

const REPEATING = /^([[\]+=-]|Arrow.+)$/; // keys that act again while they are held

export class Keys {
  /** @param viewer has: root, canvas, find(selector), sides, stage, presenter, places; @param actions by name; @param signal ends it */
  constructor(viewer, actions, signal) {
    this.viewer = viewer;
    const mode = (each) => () => viewer.places.setMode(each);
    this.anywhere = {
      "[": actions.smaller,
      "]": actions.larger,
      "+": actions.zoomIn,
      "=": actions.zoomIn,
      "-": actions.zoomOut,
      0: actions.fit,
      1: actions.actual,
      d: mode("divider"),
      s: mode("sides"),
      b: mode("blink"),
      g: actions.grid,
      p: actions.play,
      f: actions.present,
      w: actions.download,
      c: actions.copyLink,
      "?": actions.help,
      Escape: actions.letGo,
    };
    // Of the stage alone: elsewhere they belong to sliders, lists and buttons.
    this.onStage = {
      " ": actions.swap,
      Enter: actions.middle,
      ArrowLeft: (event) => this.#arrow(event, 1, 0),
      ArrowRight: (event) => this.#arrow(event, -1, 0),
      ArrowUp: (event) => this.#arrow(event, 0, 1),
      ArrowDown: (event) => this.#arrow(event, 0, -1),
    };
    document.addEventListener("keydown", (event) => this.#press(event), { signal });
  }

  #arrow(event, x, y) {
    const { places, stage } = this.viewer;
    if (event.shiftKey) places.divide(stage.divider - 0.05 * x);
    else places.pan(40 * devicePixelRatio * x, 40 * devicePixelRatio * y);
  }

  /** Act on a key wherever the focus is, or on the viewer alone, unless what has it takes keys itself. */
  #press(event) {
    const { viewer } = this, path = event.composedPath(), [focused] = path;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (takesKeys(focused) || (!viewer.find(".keys").checked && !path.includes(viewer.root))) return;
    if (!viewer.sides.hasCodebook || viewer.find("dialog.help").open) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = (focused === viewer.canvas && this.onStage[key]) || this.anywhere[key];
    if (!act || (event.repeat && !REPEATING.test(key))) return;
    if (key !== "Escape") event.preventDefault();
    viewer.presenter.wake();
    act(event);
  }
}

/** Tell whether an element takes letters and digits for itself: a field, a list, a dialog. */
function takesKeys(element) {
  if (!element.matches) return false;
  const types = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";
  return element.matches(types) || Boolean(element.closest("[role=dialog], [role=menu], [role=listbox], [role=grid], .plane, .projection"));
}
