// The address is the view: what a link shows is what was seen when it was copied.

const VIEW_NAMES = ["k", "ka", "a", "b", "mode", "at", "pick", "divider"];

/** Read the view that the page was opened with: texts by name, as they are. */
const viewOfAddress = () => new Map([...new URLSearchParams(location.search)].filter(([name]) => VIEW_NAMES.includes(name)));

/** Write the view into the address, for who copies it, without an entry in the history; null leaves one out. */
function writeView(view) {
  const address = new URL(location);
  for (const [name, value] of Object.entries(view)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

/** Return what of an address Back goes through: picture, settings and panel, not each K. */
function placeOf(address) {
  const names = new URL(address).searchParams;
  for (const name of [...VIEW_NAMES, "needs", "digest"]) names.delete(name);
  names.sort();
  return names.toString();
}

/**
 * The way through pictures, settings and panels, for Back. Streamlit writes them into the address
 * and reads them from there, but makes no entries in the history: that is done here.
 */
class Trail {
  #last = location.href;
  #writing = false;

  /** @param signal ends it, and @param onReturn is called when a hand went back or forward */
  constructor(signal, onReturn) {
    const note = ({ navigationType }) => this.#note(navigationType, onReturn);
    globalThis.navigation?.addEventListener("currententrychange", note, { signal });
  }

  #note(type, onReturn) {
    if (this.#writing) return;
    const now = location.href;
    if (type === "replace" && placeOf(now) !== placeOf(this.#last)) this.#add(now);
    this.#last = now;
    if (type === "traverse") onReturn();
  }

  #add(now) {
    this.#writing = true;
    history.replaceState(history.state, "", this.#last);
    history.pushState(history.state, "", now);
    this.#writing = false;
  }
}
