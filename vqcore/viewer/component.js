// Components, as streamlit calls them.

import { fill, whenSpoken } from "./words.js";

/** Act if an element has left the page. Cleaning up is asked for too when data change in haste. */
const whenGone = (element, act) => setTimeout(() => element.isConnected || act());

/**
 * Return a component that takes up what it is called with, and ends when its place is gone. While
 * scripts still load, streamlit can call with old data after new, and takes that back at once.
 */
export function holding(take, end) {
  return (call) => {
    const host = call.parentElement, taking = setTimeout(() => take(host, call));
    return () => {
      clearTimeout(taking);
      whenGone(host, () => end(host));
    };
  };
}

/** Return a component: an object of a class for each place on the page that shows it, once there are words. */
export function componentOf(Class) {
  const objects = new WeakMap(), filled = new WeakSet();
  const take = (host, call) => whenSpoken(() => {
    if (!host.isConnected) return;
    const object = objects.get(host) ?? new Class(host);
    objects.set(host, object);
    object.update(call);
  });
  const held = holding(take, (host) => {
    objects.get(host)?.close();
    objects.delete(host);
  });
  return (call) => {
    const host = call.parentElement;
    if (!filled.has(host)) whenSpoken(() => fill(host));
    filled.add(host);
    return held(call);
  };
}
