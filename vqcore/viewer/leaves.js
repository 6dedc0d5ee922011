// Leaves: blocks of several cells, each a tile of its own. Nothing here knows the page.

export const LEFT = 1;
export const ABOVE = 2;

/** Return what says whether a leaf begins at that side of a cell; without leaves all do. */
export const beginsAt = ({ borders, indices }, side) =>
  (borders ? (cell) => (borders[indices[cell]] & side) > 0 : () => true);

/** Return the leaf that a cell is part of: its first column and row, and how many cells wide it is. */
export function leafOf({ columns, indices, levels }, cell) {
  const wide = levels ? 1 << levels[indices[cell]] : 1;
  const x = cell % columns, y = Math.floor(cell / columns);
  return { x: x - (x % wide), y: y - (y % wide), wide };
}

/** Return the cells of a leaf row by row; -1 for those beyond the picture's last column or row. */
export function cellsOfLeaf({ columns, rows }, { x, y, wide }) {
  return Array.from({ length: wide ** 2 }, (_, at) => {
    const column = x + (at % wide), row = y + Math.floor(at / wide);
    return column < columns && row < rows ? row * columns + column : -1;
  });
}

/**
 * Return the borders on the left of and above leaves, as long as they are, in cells: of those with
 * `down` the width is nothing, of those with `across` the height.
 *
 * @param seen which columns x and rows y are asked for, each [from, up to]
 */
export function borderLines(layer, { x: [left, right], y: [top, bottom] }) {
  const onLeft = beginsAt(layer, LEFT), above = beginsAt(layer, ABOVE), { columns } = layer;
  const lines = [];
  for (let x = left; x < right; x++) {
    for (const [y, down] of runs(top, bottom, (at) => onLeft(at * columns + x))) lines.push({ x, y, across: 0, down });
  }
  for (let y = top; y < bottom; y++) {
    for (const [x, across] of runs(left, right, (at) => above(y * columns + at))) lines.push({ x, y, across, down: 0 });
  }
  return lines;
}

/** Return the runs in which something is so, each [from, length]. */
function runs(from, to, isSo) {
  const found = [];
  for (let at = from; at < to; at++) {
    if (!isSo(at)) continue;
    const first = at;
    while (at < to && isSo(at)) at++;
    found.push([first, at - first]);
  }
  return found;
}
