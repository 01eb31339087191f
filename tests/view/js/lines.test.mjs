// Numbers as the charts write them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { number } from "../../../liftkit/view/js/lines.js";

test("a number that is rounded up to a power of ten is written as that", () => {
  assert.deepEqual([9.9999e9, -9.9999e-5, 0.0009999, 999.99, 9.9e9, 0].map(number), ["10¹⁰", "-1×10⁻⁴", "0.001", "1000", "9.9×10⁹", "0"]);
});
