// Poses in words: a person's, and the film of a skeleton that is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../../../liftkit/view/js/describe.js";

// A person who stands and waves with the right hand: x to the picture's right, y down.
const PERSON = {
  pelvis: [0, 0], right_hip: [-1, 0], right_knee: [-1, 4], right_ankle: [-1, 8], left_hip: [1, 0], left_knee: [1, 4],
  left_ankle: [1, 8], spine: [0, -2], thorax: [0, -4], neck: [0, -5], head: [0, -6], left_shoulder: [2, -4],
  left_elbow: [2, -2], left_wrist: [2, 1], right_shoulder: [-2, -4], right_elbow: [-3, -6], right_wrist: [-3, -8],
};

test("a person's posture, hands and knees are named", () => {
  const words = "upright, left hand low, right hand above the head, legs straight";
  assert.equal(describe(Object.values(PERSON), Object.keys(PERSON)), words);
});

test("a skeleton without a person's joints is not described, known or not", () => {
  const names = ["shoulder", "elbow", "wrist"];
  for (const end of [2, NaN]) assert.equal(describe([[0, 0, 0], [0, 1, 0], [0, end, 0]], names), "");
});
