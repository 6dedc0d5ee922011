// What buttons do, and keys.

import { say } from "./words.js";

const SAID_FOR = 1600;

/** Return what a viewer can be asked to do, by name. */
export function actionsOf(viewer) {
  const { places, presenter, following, story, tour } = viewer, help = viewer.find("dialog.help");
  return {
    zoomIn: () => places.zoomBy(1),
    zoomOut: () => places.zoomBy(-1),
    fit: () => places.fit(),
    actual: () => places.actual(),
    grid: () => viewer.toggleGrid(),
    swap: () => places.swap(),
    play: () => viewer.sides.hasCodebook && story.toggle(),
    present: () => presenter.toggle(),
    copyLink: () => copyLink(viewer),
    download: () => download(viewer),
    help: () => help.showModal(),
    closeHelp: () => help.close(),
    tour: () => { help.close(); tour.begin(); },
    tourNext: () => tour.next(),
    tourBack: () => tour.back(),
    tourEnd: () => tour.end(),
    smaller: () => viewer.step(-1),
    larger: () => viewer.step(1),
    back: () => viewer.root.scrollIntoView({ block: "start" }),
    letGo: () => (presenter.isOn ? presenter.leave() : following.letGo()),
    middle: () => following.pickAt(viewer.stage.centre()),
  };
}

async function copyLink({ telling, find }) {
  telling.now();
  const button = find("[data-do=copyLink]");
  await (navigator.clipboard?.writeText(location.href) ?? Promise.reject()).then(
    () => { button.textContent = say("page.viewer.link.copied"); },
    () => { button.textContent = say("page.viewer.link.written"); },
  );
  setTimeout(() => { button.textContent = say("page.viewer.link.name"); }, SAID_FOR);
}

/** Let the script offer what can be taken away, if there is anything. */
function download({ telling, presenter, root, find }) {
  if (find("[data-do=download]").disabled) return;
  if (presenter.isOn) presenter.leave();
  giveBackFocus(root.getRootNode().activeElement ?? document.activeElement);
  telling.askForDownloads();
}

/** Give the focus back once a dialog has come and gone: streamlit does not know of places inside components. */
function giveBackFocus(place) {
  let hasCome = false;
  const watcher = new MutationObserver(() => {
    const isThere = document.querySelector("[role=dialog]") !== null;
    hasCome ||= isThere;
    if (!hasCome || isThere) return;
    watcher.disconnect();
    setTimeout(() => document.activeElement === document.body && place.focus({ preventScroll: true }));
  });
  watcher.observe(document.body, { childList: true, subtree: true });
}
