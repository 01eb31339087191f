// Geometry of what is drawn, free of any page: a panel reaches from -1 to 1, y down, z away from the reader.

export const UNIT = 1000; // liftkit/view/panels.py: whole numbers from a panel's middle to its edge
export const EASE = 200; // milliseconds that a change takes, so that the eye can follow
export const START = { azimuth: 0.6, elevation: 0.15 };

// [x, y, z] turned about the vertical, then about the horizontal.
export function turned([x, y, z], { azimuth, elevation }) {
  const c = Math.cos(azimuth), s = Math.sin(azimuth), e = Math.cos(elevation), f = Math.sin(elevation);
  const away = c * z - s * x;
  return [c * x + s * z, e * y - f * away, f * y + e * away];
}

// What makes a panel read as space: the numbers of liftkit/view/space.py.
const FLOOR = 0.5, CELLS = 4, FARTHEST = 0.98, NEAREST = 0.84, WIDE = 0.08, TALL = 0.06;
export const RIM = 0.012, BELOW = 0.03;
export const clamp = (value, low = -1, high = 1) => Math.min(high, Math.max(low, value));

// The width and the opacity of a limb at depth z.
export const limb = (z) => [clamp(0.03 - 0.04 * z, 0.014, 0.055), clamp(0.92 - 1.2 * z, 0.45, 1)];

// Lines as pairs of ends: a grid at height y, and the camera's edges.
export function floor(y) {
  const at = Array.from({ length: CELLS + 1 }, (_, i) => -FLOOR + (2 * FLOOR * i) / CELLS);
  return [...at.map((x) => [[x, y, -FLOOR], [x, y, FLOOR]]), ...at.map((z) => [[-FLOOR, y, z], [FLOOR, y, z]])];
}

export function camera() {
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => [x * WIDE, y * TALL, -NEAREST]);
  return [...corners.map((corner, i) => [corners[(i + 3) % 4], corner]), ...corners.map((corner) => [[0, 0, -FARTHEST], corner])];
}

// Numbers, or lists of them of one form, on the way from one to another, t from 0 to 1; anything else is there at once.
export function between(from, to, t) {
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) return to.map((each, i) => between(from[i], each, t));
  return typeof from === "number" && typeof to === "number" ? from + (to - from) * t : to;
}

// How far a change has come that began at a time, 0 to 1, slow at its ends.
export function progress(start, now) {
  const t = clamp((now - start) / EASE, 0, 1);
  return t * t * (3 - 2 * t);
}

// A flat list of whole numbers, size to a joint, as points [x, y] or [x, y, z]; null, an unknown place, becomes NaN.
export function pointsOf(numbers, size) {
  const points = [], number = (value) => (value === null ? NaN : value / UNIT);
  for (let i = 0; i < numbers.length; i += size) points.push(numbers.slice(i, i + size).map(number));
  return points;
}

// The largest y, which points down, of films of three numbers to a joint.
export function lowest(frames) {
  let low = -Infinity;
  for (const numbers of frames) for (const [, y] of pointsOf(numbers, 3)) if (y > low) low = y; // NaN never is
  return low;
}

export const known = (...points) => points.every(([x, y]) => Number.isFinite(x + y));

// What is near moves to the right and down; over head and feet the turn stops.
export function orbit({ azimuth, elevation }, right, down) {
  return { azimuth: azimuth - right, elevation: clamp(elevation + down, -1.5, 1.5) };
}

// The number of the point nearest to (x, y), or -1 if none is within reach.
export function nearest(points, x, y, within) {
  let best = -1, least = within;
  points.forEach((point, i) => {
    const distance = Math.hypot(point[0] - x, point[1] - y);
    if (distance <= least) [best, least] = [i, distance];
  });
  return best;
}

// The bones' numbers from the farthest to the nearest, as they must be painted.
export function farToNear(bones, points) {
  const depth = ([a, b]) => (points[a][2] || 0) + (points[b][2] || 0); // a flat or unknown one has none
  return bones.map((_, i) => i).sort((i, j) => depth(bones[j]) - depth(bones[i]));
}

// Of centres [x, y], the next one from number `from` in a direction [dx, dy], or `from` itself.
export function towards(centres, from, [dx, dy]) {
  let best = from, least = Infinity;
  const [x, y] = centres[from];
  centres.forEach(([u, v], i) => {
    const along = (u - x) * dx + (v - y) * dy, aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
    if (along > 0.5 && along + 3 * aside < least) [best, least] = [i, along + 3 * aside];
  });
  return best;
}

// Which frame a film shows after some milliseconds, from a first frame, over and over.
export function frameAt(first, milliseconds, fps, count) {
  return (first + Math.floor((milliseconds * fps) / 1000)) % count;
}
