// Networks in the browser: numbers worked out by hand. tests/view/test_networks.py compares them with torch.
import assert from "node:assert/strict";
import { test } from "node:test";
import { depths, network, score, unpacked } from "../../../liftkit/view/js/lifter.js";

const base64 = (...arrays) => Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer))).toString("base64");
const HALF = { 0: 0, 1: 0x3c00, 2: 0x4000, "-1": 0xbc00, 0.5: 0x3800 };
const halves = (...values) => Uint16Array.from(values, (value) => HALF[value]);

// One joint beside the root, one unit, one block: h = relu(2 (x - y) + 0.5), h + relu(h), tanh.
function lifter(more) {
  const affine = Float32Array.of(2, 0.5, 1, 0, 1, 0, 1, 0), weights = halves(1, -1, 1, 1, 0.5);
  const shapes = [[1, 2], [1, 1], [1, 1], [1, 1]], about = { joints: 2, sees: [[1]], owns: [[1]], blocks: 1, sharedBlocks: 0 };
  return network({ content: base64(affine, weights), half: true, shapes, ...about, ownScales: false, ...more });
}

function near(found, expected) {
  assert.ok(Math.abs(found - expected) < 1e-12, `${found} is not ${expected}`);
}

test("a lifter with one unit", () => {
  const z = depths(lifter(), [0, 0, 0.5, 0.25]);
  assert.equal(z[0], 0);
  near(z[1], Math.tanh(0.5 * 2 * (2 * 0.25 + 0.5)));
  near(depths(lifter(), [0, 0, -1, 1])[1], 0);
});

test("a segment with a scale of its own", () => {
  near(depths(lifter({ ownScales: true }), [0, 0, 0.5, 0.25])[1], 0.5 * Math.tanh(0.5 * 2 * (2 * 0.5 + 0.5)));
  near(depths(lifter({ ownScales: true }), [0, 0, 0, 0])[1], Math.tanh(0.5)); // all at one place: not scaled
});

test("what was not seen has no depth", () => {
  for (const ownScales of [true, false]) assert.ok(Number.isNaN(depths(lifter({ ownScales }), [0, 0, NaN, 1])[1]));
  assert.deepEqual([...depths(lifter(), [0, 0, NaN, 1])], [NaN, NaN]);
  assert.deepEqual([...depths(lifter({ ownScales: true }), [0, 0, NaN, 1])], [0, NaN]);
});

test("a discriminator does not see the root", () => {
  const affine = Float32Array.of(1, 0, 1, 0, 1, 0, 1, -3), weights = Float32Array.of(1, 2, 1, 1, 2);
  const net = network({ content: base64(affine, weights), half: false, shapes: [[1, 2], [1, 1], [1, 1], [1, 1]] });
  near(score(net, [9, 9, 0.5, 1]), 2 * 5 - 3);
});

test("half numbers: signs, the smallest, the largest", () => {
  const bits = Uint16Array.of(0x0001, 0x8001, 0x03ff, 0x0400, 0x7bff, 0xbc00);
  const affine = new Float32Array(12).fill(1);
  const { layers } = network({ content: base64(affine, bits), half: true, shapes: [[6, 1]] });
  assert.deepEqual([...layers[0].weight], [2 ** -24, -(2 ** -24), 1023 * 2 ** -24, 2 ** -14, 65504, -1]);
});

test("numbers in base64", () => {
  assert.deepEqual([...unpacked(base64(Float32Array.of(1.5, -2)))], [1.5, -2]);
});
