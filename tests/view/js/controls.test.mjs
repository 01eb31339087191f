// Controls on a page of a few lines: what a hand does is said once, what the kernel tells is shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { control, readable } from "../../../liftkit/view/js/controls.js";

class Node {
  constructor(kind) { Object.assign(this, { kind, children: [], attributes: {}, heard: {}, textContent: "" }); }
  append(...nodes) { this.children.push(...nodes); }
  setAttribute(name, value) { this.attributes[name] = value; }
  addEventListener(name, answer) { this.heard[name] = answer; }
  hand(name, values = {}) { Object.assign(this, values); this.heard[name]({ stopPropagation() {} }); }
  find(kind) { return this.kind === kind ? this : this.children.map((node) => node.find?.(kind)).find(Boolean); }
}
globalThis.document = { createElement: (kind) => new Node(kind) };
globalThis.Option = class { constructor(text, value) { Object.assign(this, { text, value }); } };

function made(told) {
  const said = [];
  return { said, ...control({ help: "why", name: "one", label: "One", ...told }, (...values) => said.push(...values)) };
}

test("a slider says numbers, and shows them with their unit", () => {
  const { said, node, show } = made({ kind: "slider", minimum: 0, maximum: 2, step: 0.1, unit: "mm" });
  const range = node.find("input"), number = node.find("output");
  show(0.30000000000000004);
  assert.equal(number.textContent, "0.3 mm");
  range.hand("input", { value: "1.5" });
  assert.deepEqual(said, [1.5]);
  assert.equal(number.textContent, "1.5 mm");
  assert.equal(range.attributes["aria-valuetext"], "1.5 mm");
});

test("a slider shows 0 also at the beginning", () => {
  const { node, show } = made({ kind: "slider", minimum: 0, maximum: 2, step: 1, unit: "" });
  node.find("input").value = 0;
  show(0);
  assert.equal(node.find("output").textContent, "0");
});

test("a choice shows names with spaces and says them as they are", () => {
  const { said, node, show } = made({ kind: "choice", options: ["full", "legs_torso"] });
  const select = node.find("select");
  assert.deepEqual(select.children.map(({ text, value }) => [text, value]), [["full", "full"], ["legs torso", "legs_torso"]]);
  show("legs_torso");
  assert.equal(select.value, "legs_torso");
  select.hand("change", { value: "full" });
  assert.deepEqual(said, ["full"]);
});

test("a toggle says true or false", () => {
  const { said, node, show } = made({ kind: "toggle" });
  show(true);
  assert.equal(node.find("input").checked, true);
  node.find("input").hand("change", { checked: false });
  assert.deepEqual(said, [false]);
});

test("a text is said when it is given, kept while it is written, and put back when it is refused", () => {
  const { said, node, show } = made({ kind: "textfield", longest: 30 });
  const field = node.find("input");
  show("mine");
  assert.equal(field.value, "mine");
  assert.equal(field.maxLength, 30);
  field.value = "half writ";
  show("mine");
  assert.equal(field.value, "half writ");
  field.hand("change", { value: "half written" });
  assert.deepEqual(said, ["half written"]);
  show("mine");
  assert.equal(field.value, "mine");
});

test("a button says that it was pressed, and nothing else", () => {
  let pressed = 0;
  const { node, show } = control({ kind: "button", label: "Go", help: "", name: "go" }, (...values) => { pressed += 1 + values.length; });
  node.hand("click");
  show(undefined);
  assert.equal(pressed, 1);
});

test("every control has its label and tells why it is there", () => {
  const kinds = [
    ["choice", "select", { options: ["a"] }], ["slider", "input", { minimum: 0, maximum: 1, step: 1, unit: "" }],
    ["toggle", "input", {}], ["textfield", "input", { longest: 5 }],
  ];
  for (const [kind, field, more] of kinds) {
    const { node } = made({ kind, ...more });
    assert.equal(node.kind, "label");
    assert.equal(node.find("span").textContent, "One");
    assert.equal(node.find(field).title, "why");
    assert.equal(node.find(field).name, "one");
  }
  assert.equal(made({ kind: "button" }).node.textContent, "One");
});

test("names are readable, numbers short", () => {
  assert.equal(readable("left_upper_arm"), "left upper arm");
  assert.equal(readable(1 / 3), "0.3333");
  assert.equal(readable(5), "5");
});
