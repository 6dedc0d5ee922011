// Codewords in the plane and their cells: flat arrays, x and y in turn. Nothing here knows the page.

/** The square of pairs of 8-bit samples: its lower left corner and its side. */
export const LEVEL_BOX = { x: 0, y: 0, side: 255 };

/** Return the cell of each codeword within a square; of coincident ones the first has it. */
export function cellsOf(codewords, { x, y, side } = LEVEL_BOX) {
  const square = [x, y, x + side, y, x + side, y + side, x, y + side];
  return Array.from({ length: codewords.length / 2 }, (_, index) => cellOf(codewords, index, square));
}

/** Cut off the square what is nearer to each other codeword. */
function cellOf(codewords, index, square) {
  const x = codewords[2 * index], y = codewords[2 * index + 1];
  let cell = square;
  for (let other = 0; 2 * other < codewords.length && cell.length; other++) {
    const dx = codewords[2 * other] - x, dy = codewords[2 * other + 1] - y;
    if (dx || dy) cell = cut(cell, dx, dy, dx * (x + dx / 2) + dy * (y + dy / 2));
    else if (other < index) cell = [];
  }
  return cell;
}

/** Return the part of a convex polygon where a·x + b·y ≤ limit. */
function cut(polygon, a, b, limit) {
  const kept = [], length = polygon.length;
  for (let at = 0; at < length; at += 2) {
    const x = polygon[at], y = polygon[at + 1];
    const nextX = polygon[(at + 2) % length], nextY = polygon[(at + 3) % length];
    const depth = limit - a * x - b * y, next = limit - a * nextX - b * nextY;
    if (depth >= 0) kept.push(x, y);
    if (depth < 0 !== next < 0) {
      const share = depth / (depth - next);
      kept.push(x + (nextX - x) * share, y + (nextY - y) * share);
    }
  }
  return kept;
}

/** Return the codeword with the least cost, a function of x and y; null if all are infinite. */
function cheapest(codewords, cost) {
  let best = null, least = Infinity;
  for (let index = 0; 2 * index < codewords.length; index++) {
    const here = cost(codewords[2 * index], codewords[2 * index + 1]);
    if (here < least) [best, least] = [index, here];
  }
  return best;
}

/** Return the codeword nearest to a point, or null if none is that near. */
export function nearestWithin(codewords, [x, y], reach) {
  return cheapest(codewords, (cx, cy) => {
    const distance = Math.hypot(cx - x, cy - y);
    return distance <= reach ? distance : Infinity;
  });
}

/** Return the next codeword in a direction, straight ahead rather than aside; null if there is none. */
export function nextTowards(codewords, index, [dx, dy]) {
  const x = codewords[2 * index], y = codewords[2 * index + 1];
  return cheapest(codewords, (cx, cy) => {
    const ahead = (cx - x) * dx + (cy - y) * dy, aside = Math.abs((cx - x) * dy - (cy - y) * dx);
    return ahead > 0 ? ahead + 2 * aside : Infinity;
  });
}

const inside = ([x, y], box) => [
  Math.max(box.x, Math.min(box.x + box.side, x)), Math.max(box.y, Math.min(box.y + box.side, y)),
];

export function withMoved(codewords, index, point, box = LEVEL_BOX) {
  const moved = Float64Array.from(codewords);
  moved.set(inside(point, box), 2 * index);
  return moved;
}

export const withAdded = (codewords, point, box = LEVEL_BOX) =>
  Float64Array.of(...codewords, ...inside(point, box));

/** Return by how much a key moves a codeword: a power of ten, about a hundredth of the square. */
export const keyStep = ({ side }) => 10 ** Math.round(Math.log10(side / 100));

/** Return a value as it is written, without what 64 bits cannot hold of a sum of such steps. */
export const settled = (value, { side }) => {
  const unit = keyStep({ side }) / 1000;
  return Number((Math.round(value / unit) * unit).toPrecision(12));
};

export const withRemoved = (codewords, index) => codewords.filter((_, at) => at >> 1 !== index);

export const pairsOf = (codewords) =>
  Array.from({ length: codewords.length / 2 }, (_, index) => [codewords[2 * index], codewords[2 * index + 1]]);

/** Tell whether codewords are the same, as far as 32 bits tell. */
export const alike = (one, other) =>
  one.length === other.length && one.every((value, at) => Math.fround(value) === Math.fround(other[at]));
