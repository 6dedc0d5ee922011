// Codewords in the plane and their cells: flat arrays, x and y in turn. Nothing here knows the page.

export const PEAK = 255;
const SQUARE = [0, 0, PEAK, 0, PEAK, PEAK, 0, PEAK];

/** Return the cell of each codeword within the square; of coincident ones the first has it. */
export function cellsOf(codewords) {
  return Array.from({ length: codewords.length / 2 }, (_, index) => cellOf(codewords, index));
}

/** Cut off the square what is nearer to each other codeword. */
function cellOf(codewords, index) {
  const x = codewords[2 * index], y = codewords[2 * index + 1];
  let cell = SQUARE;
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

const inside = (value) => Math.max(0, Math.min(PEAK, value));

export function withMoved(codewords, index, [x, y]) {
  const moved = Float32Array.from(codewords);
  moved.set([inside(x), inside(y)], 2 * index);
  return moved;
}

export const withAdded = (codewords, [x, y]) => Float32Array.of(...codewords, inside(x), inside(y));

export const withRemoved = (codewords, index) => codewords.filter((_, at) => at >> 1 !== index);

export const pairsOf = (codewords) =>
  Array.from({ length: codewords.length / 2 }, (_, index) => [codewords[2 * index], codewords[2 * index + 1]]);

export const alike = (one, other) => one.length === other.length && one.every((value, at) => value === other[at]);
