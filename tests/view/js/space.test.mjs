// Geometry of what is drawn: known angles, and who is near.
import assert from "node:assert/strict";
import { test } from "node:test";
import { between, EASE, farToNear, frameAt, known, lowest, nearest, orbit, pointsOf, progress, START, towards, turned, UNIT } from "../../../liftkit/view/js/space.js";

const QUARTER = Math.PI / 2;

function near(found, expected) {
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-12, `${found} is not ${expected}`));
}

test("what is not turned stays", () => {
  near(turned([1, 2, 3], { azimuth: 0, elevation: 0 }), [1, 2, 3]);
});

test("a quarter about the vertical takes (x, y, z) to (z, y, -x)", () => {
  near(turned([1, 2, 3], { azimuth: QUARTER, elevation: 0 }), [3, 2, -1]);
});

test("a quarter about the horizontal takes (x, y, z) to (x, -z, y)", () => {
  near(turned([1, 2, 3], { azimuth: 0, elevation: QUARTER }), [1, -3, 2]);
});

test("the vertical turn comes first", () => {
  near(turned([1, 2, 3], { azimuth: QUARTER, elevation: QUARTER }), [3, 1, 2]);
});

test("a turn keeps lengths", () => {
  const length = Math.hypot(...turned([1, 2, 3], { azimuth: 0.7, elevation: -1.1 }));
  assert.ok(Math.abs(length - Math.hypot(1, 2, 3)) < 1e-12);
});

test("whole numbers become points of two or three", () => {
  assert.deepEqual(pointsOf([UNIT, -UNIT, 0, UNIT / 2], 2), [[1, -1], [0, 0.5]]);
  assert.deepEqual(pointsOf([UNIT, -UNIT, 0, 250, 500, 750], 3), [[1, -1, 0], [0.25, 0.5, 0.75]]);
  assert.deepEqual(pointsOf([], 2), []);
  assert.deepEqual(pointsOf([null, null, 0, UNIT], 2), [[NaN, NaN], [0, 1]]);
  assert.deepEqual([known([NaN, NaN]), known([0, 1], [2, NaN]), known([0, 1, 2])], [false, false, true]);
});

test("the floor lies under the lowest joint of all frames", () => {
  assert.equal(lowest([[0, UNIT / 2, 9999, null, null, null], [0, UNIT / 4, 0, 0, UNIT, 0]]), 1);
});

test("what is near follows the hand", () => {
  const view = { azimuth: 0, elevation: 0 };
  const [x] = turned([0, 0, -1], orbit(view, 0.2, 0));
  assert.ok(x > 0, "moved to the right");
  const [, y] = turned([0, 0, -1], orbit(view, 0, 0.2));
  assert.ok(y > 0, "moved down");
});

test("orbit stops over head and feet, turns round and round, and leaves its input alone", () => {
  assert.equal(orbit(START, 0, 99).elevation, 1.5);
  assert.equal(orbit(START, 0, -99).elevation, -1.5);
  assert.equal(orbit({ azimuth: 0, elevation: 0 }, -99, 0).azimuth, 99);
  const view = Object.freeze({ azimuth: 1, elevation: 0.5 });
  assert.deepEqual(orbit(view, 0.25, 0.25), { azimuth: 0.75, elevation: 0.75 });
});

test("nearest: the closest within reach, or none", () => {
  const points = [[0, 0], [0.5, 0], [1, 0, 9]];
  assert.equal(nearest(points, 0.45, 0, 0.2), 1);
  assert.equal(nearest(points, 1, 0.05, 0.2), 2);
  assert.equal(nearest(points, 0.25, 0.5, 0.2), -1);
  assert.equal(nearest([], 0, 0, 1), -1);
});

test("nearest: of two at one place the one that is painted last", () => {
  assert.equal(nearest([[0, 0], [0, 0]], 0, 0, 0.1), 1);
});

test("bones are painted from the farthest to the nearest, flat ones in order", () => {
  const bones = [[0, 1], [1, 2], [0, 2]];
  assert.deepEqual(farToNear(bones, [[0, 0, 0], [0, 0, 1], [0, 0, 5]]), [1, 2, 0]);
  assert.deepEqual(farToNear(bones, [[0, 0], [1, 1], [2, 2]]), [0, 1, 2]);
});

test("arrow keys go to the next thing in their direction and stay at the edge", () => {
  const grid = [[0, 0], [10, 0], [20, 0], [0, 10], [10, 10], [20, 10]];
  assert.equal(towards(grid, 0, [1, 0]), 1);
  assert.equal(towards(grid, 4, [-1, 0]), 3);
  assert.equal(towards(grid, 1, [0, 1]), 4);
  assert.equal(towards(grid, 4, [0, -1]), 1);
  assert.equal(towards(grid, 2, [1, 0]), 2);
  assert.equal(towards([[3, 3]], 0, [0, 1]), 0);
});

test("a film goes on from its frame, at its speed, over and over", () => {
  assert.equal(frameAt(0, 0, 30, 10), 0);
  assert.equal(frameAt(0, 99, 10, 10), 0);
  assert.equal(frameAt(0, 100, 10, 10), 1);
  assert.equal(frameAt(8, 300, 10, 10), 1);
  assert.equal(frameAt(3, 60_000, 15, 1), 0);
});

test("a change takes its while, slow at its ends, and what has another form is there at once", () => {
  assert.deepEqual([0, EASE / 2, EASE, 10 * EASE].map((ms) => progress(1000, 1000 + ms)), [0, 0.5, 1, 1]);
  assert.ok(progress(0, EASE / 10) < 0.1);
  assert.deepEqual(between([0, [2, 4]], [10, [4, 8]], 0.5), [5, [3, 6]]);
  assert.deepEqual(between([0, null], [10, 3], 0.5), [5, 3]);
  assert.deepEqual(between([[1], [2]], [[3]], 0.5), [[3]]);
  assert.equal(between(null, null, 0.5), null);
});
