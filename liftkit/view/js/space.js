// Geometry of what is drawn, free of any page: a panel reaches from -1 to 1, y down, z away from the reader.

export const UNIT = 1000; // liftkit/view/panels.py: whole numbers from a panel's middle to its edge
export const START = { azimuth: 0.6, elevation: 0.15 };

// [x, y, z] turned about the vertical, then about the horizontal.
export function turned([x, y, z], { azimuth, elevation }) {
  const c = Math.cos(azimuth), s = Math.sin(azimuth), e = Math.cos(elevation), f = Math.sin(elevation);
  const away = c * z - s * x;
  return [c * x + s * z, e * y - f * away, f * y + e * away];
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
  for (const numbers of frames) {
    for (let i = 1; i < numbers.length; i += 3) if (numbers[i] !== null) low = Math.max(low, numbers[i] / UNIT);
  }
  return low;
}

export const known = (...points) => points.every(([x, y]) => Number.isFinite(x + y));

// What is near moves to the right and down; over head and feet the turn stops.
export function orbit({ azimuth, elevation }, right, down) {
  return { azimuth: azimuth - right, elevation: Math.min(1.5, Math.max(-1.5, elevation + down)) };
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
