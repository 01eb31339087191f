// Controls on a page of a few lines: what the user does is passed on once, what the kernel sends is shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { control, readable, rounded } from "../../../liftkit/view/js/controls.js";

class Node {
  constructor(kind) { Object.assign(this, { kind, children: [], attributes: {}, answers: {}, textContent: "" }); }
  append(...nodes) { this.children.push(...nodes); }
  setAttribute(name, value) { this.attributes[name] = value; }
  addEventListener(name, answer) { this.answers[name] = answer; }
  fire(name, values = {}) {
    const answer = this.answers[name] ?? this[`on${name}`];
    Object.assign(this, values);
    answer({ stopPropagation() {} });
  }
  find(kind) { return this.kind === kind ? this : this.children.map((node) => node.find?.(kind)).find(Boolean); }
}
globalThis.document = { createElement: (kind) => new Node(kind) };
globalThis.Option = class { constructor(text, value) { Object.assign(this, { text, value }); } };

function made(state) {
  const inputs = [];
  return { inputs, ...control({ help: "why", name: "one", label: "One", ...state }, (...values) => inputs.push(...values)) };
}

test("a radio group has a button for each option but the first, and groups of one document are apart", () => {
  const [one, other] = [0, 1].map(() => made({ kind: "radio", options: ["choose", "left_arm", "legs"] }));
  const boxes = ({ node }) => node.children.slice(1).map((label) => label.find("input"));
  assert.deepEqual(one.node.children.slice(1).map((label) => label.children[1]), ["left arm", "legs"]);
  assert.deepEqual([one.node.role, one.node.ariaLabel], ["radiogroup", "One"]);
  one.show("choose");
  assert.deepEqual(boxes(one).map((box) => box.checked), [false, false]);
  one.show("left_arm");
  assert.deepEqual(boxes(one).map((box) => box.checked), [true, false]);
  boxes(one)[1].fire("change");
  assert.deepEqual(one.inputs, ["legs"]);
  const names = [one, other].map((group) => boxes(group).map((box) => box.name));
  assert.equal(new Set(names[0]).size, 1);
  assert.notEqual(names[0][0], names[1][0]);
});

test("a slider passes on numbers, and shows them with their unit", () => {
  const { inputs, node, show } = made({ kind: "slider", minimum: 0, maximum: 2, step: 0.1, unit: "mm" });
  const range = node.find("input"), number = node.find("output");
  show(0.30000000000000004);
  assert.equal(number.textContent, "0.3 mm");
  range.fire("input", { value: "1.5" });
  assert.deepEqual(inputs, [1.5]);
  assert.equal(number.textContent, "1.5 mm");
  assert.equal(range.attributes["aria-valuetext"], "1.5 mm");
});

test("a slider shows 0 also at the beginning", () => {
  const { node, show } = made({ kind: "slider", minimum: 0, maximum: 2, step: 1, unit: "" });
  node.find("input").value = 0;
  show(0);
  assert.equal(node.find("output").textContent, "0");
});

test("a slider shows the text of its value, if it has texts", () => {
  const { node, show } = made({ kind: "slider", minimum: 0, maximum: 1, step: 1, unit: "", texts: ["frame 10", "frame 12"] });
  show(1);
  assert.equal(node.find("output").textContent, "frame 12");
  assert.equal(node.find("input").attributes["aria-valuetext"], "frame 12");
});

test("a choice may show other texts than its options", () => {
  const { node } = made({ kind: "choice", options: ["pck", "auc"], texts: ["PCK at 150 mm (%)", "AUC (%)"] });
  const shown = node.find("select").children.map(({ text, value }) => [text, value]);
  assert.deepEqual(shown, [["PCK at 150 mm (%)", "pck"], ["AUC (%)", "auc"]]);
});

test("a choice shows names with spaces and passes them on as they are", () => {
  const { inputs, node, show } = made({ kind: "choice", options: ["full", "legs_torso"] });
  const select = node.find("select");
  assert.deepEqual(select.children.map(({ text, value }) => [text, value]), [["full", "full"], ["legs torso", "legs_torso"]]);
  show("legs_torso");
  assert.equal(select.value, "legs_torso");
  select.fire("change", { value: "full" });
  assert.deepEqual(inputs, ["full"]);
});

test("a toggle passes on true or false", () => {
  const { inputs, node, show } = made({ kind: "toggle" });
  show(true);
  assert.equal(node.find("input").checked, true);
  node.find("input").fire("change", { checked: false });
  assert.deepEqual(inputs, [false]);
});

test("a text is passed on when it is entered, kept while it is written, and put back when it is refused", () => {
  const { inputs, node, show } = made({ kind: "textfield", longest: 30 });
  const field = node.find("input");
  show("mine");
  assert.equal(field.value, "mine");
  assert.equal(field.maxLength, 30);
  field.value = "half writ";
  show("mine");
  assert.equal(field.value, "half writ");
  field.fire("change", { value: "half written" });
  assert.deepEqual(inputs, ["half written"]);
  show("mine");
  assert.equal(field.value, "mine");
});

test("a button passes on that it was pressed, and no value", () => {
  let pressed = 0;
  const { node, show } = control({ kind: "button", label: "Go", help: "", name: "go" }, (...values) => { pressed += 1 + values.length; });
  node.fire("click");
  show(undefined);
  assert.equal(pressed, 1);
});

test("every control has its label and its help", () => {
  const kinds = [
    ["choice", "select", { options: ["a"] }], ["slider", "input", { minimum: 0, maximum: 1, step: 1, unit: "" }],
    ["toggle", "input", {}], ["textfield", "input", { longest: 5 }],
  ];
  for (const [kind, field, more] of kinds) {
    const { node } = made({ kind, ...more });
    assert.equal(node.kind, "label");
    assert.ok(node.children.includes("One"));
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

test("a rounded number is never minus zero", () => {
  assert.deepEqual([-0.004, -0.006, 0.004, -0, 1.25].map((value) => rounded(value, 2)), ["0.00", "-0.01", "0.00", "0.00", "1.25"]);
});
