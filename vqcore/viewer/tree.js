// A tree whose leaves are codewords, in preorder as quantizers/ways.py has it. Nothing here knows the page.

import { keptFor } from "./columns.js";
import { areaOf } from "./decoding.js";

/**
 * Return the nodes of a layer's tree, the root first: of each its colours, parent and children by
 * number, how many blocks and codewords are under it, and of a leaf the index of its codeword.
 */
export const treeOf = keptFor((layer) => {
  const { ways, use, tiles, inner } = layer, area = areaOf(layer), nodes = ways.map(() => ({ parent: null })), roots = [];
  const tile = (colours, at) => colours.subarray(at * area, (at + 1) * area);
  let index = use.length, branch = inner.length / area;
  for (let at = ways.length - 1; at >= 0; at--) {
    const children = ways[at] ? [roots.pop(), roots.pop()] : [];
    for (const child of children) nodes[child].parent = at;
    const total = (of) => children.reduce((sum, child) => sum + nodes[child][of], 0);
    Object.assign(nodes[at], children.length
      ? { children, index: null, colours: tile(inner, --branch), use: total("use"), leaves: total("leaves") }
      : { children, index: --index, colours: tile(tiles, index), use: use[index], leaves: 1 });
    roots.push(at);
  }
  return nodes;
});

/** Return the nodes on the way from the root down to a codeword, by number. */
export function wayTo(nodes, index) {
  const way = [];
  for (let at = nodes.findIndex((node) => node.index === index); at >= 0 && at !== null; at = nodes[at].parent) way.unshift(at);
  return way;
}

/** Return a node and what is under it, level by level; null where there is none. */
export function levelsFrom(nodes, top, levels) {
  const found = [[top]];
  while (found.length < levels) {
    found.push(found.at(-1).flatMap((at) => (at === null || !nodes[at].children.length ? [null, null] : nodes[at].children)));
  }
  return found;
}
