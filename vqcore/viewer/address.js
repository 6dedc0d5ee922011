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
