// One layer: it takes bytes, hands them to the viewer, and shows nothing.

const brought = new WeakMap();
const latestRun = new WeakMap();

export default function ({ data, parentElement }) {
  const run = {};
  latestRun.set(parentElement, run);
  if (brought.get(parentElement) !== data) {
    brought.set(parentElement, data);
    pageStore().put(parentElement, parseLayer(data));
  }
  return () => {
    if (latestRun.get(parentElement) !== run) return;
    brought.delete(parentElement);
    pageStore().drop(parentElement);
  };
}
