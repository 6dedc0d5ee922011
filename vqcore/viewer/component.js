// Components, as streamlit calls them.

import { fill, onOtherLanguage, whenSpoken } from "./words.js";

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

/**
 * Return a component: an object of a class for each place on the page that shows it, once there are
 * words. In another language a place begins anew, with what it was called with last.
 */
export function componentOf(Class) {
  const objects = new WeakMap(), empty = new WeakMap();
  const take = (host, call) => whenSpoken(() => {
    if (!host.isConnected) return;
    if (!objects.has(host)) begin(host);
    objects.get(host).update(call);
    onOtherLanguage(host, () => { end(host); take(host, call); });
  });
  const begin = (host) => {
    if (!empty.has(host)) empty.set(host, host.innerHTML);
    else host.innerHTML = empty.get(host);
    fill(host);
    objects.set(host, new Class(host));
  };
  const end = (host) => {
    onOtherLanguage(host, null);
    objects.get(host)?.close();
    objects.delete(host);
  };
  return holding(take, end);
}
