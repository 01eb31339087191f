// Controls as the browser's own elements: labelled, reached by Tab, moved by keys.

export function element(kind, properties = {}, ...children) {
  const node = Object.assign(document.createElement(kind), properties);
  node.append(...children);
  return node;
}

// The state of a control of liftkit/view/controls.py -> { node, show(value) }; onInput(value) is called when the user
// changes it.
export function control(state, onInput) {
  return { choice, radio, slider, toggle, textfield, button }[state.kind](state, onInput);
}

function choice({ label, help, name, options, texts }, onInput) {
  const shown = options.map((option, i) => new Option(texts?.[i] ?? readable(option), option));
  const select = element("select", { title: help, name }, ...shown);
  select.addEventListener("change", () => onInput(select.value));
  return { node: labelled(label, select), show: (value) => { select.value = value; } };
}

let groups = 0; // of radio buttons: those of one name exclude each other in the whole document

function radio({ label, help, options }, onInput) {
  const name = `lk-${++groups}`, boxes = options.slice(1).map((value) => element("input", { type: "radio", name, value }));
  for (const box of boxes) box.addEventListener("change", () => onInput(box.value));
  const labels = boxes.map((box) => element("label", { className: "lk-button" }, box, readable(box.value)));
  const node = element("div", { className: "lk-control lk-radio", role: "radiogroup", ariaLabel: label, title: help }, label, ...labels);
  return { node, show: (value) => boxes.forEach((box) => { box.checked = box.value === value; }) };
}

function slider({ label, help, name, minimum, maximum, step, unit, texts }, onInput) {
  const range = element("input", { type: "range", min: minimum, max: maximum, step, title: help, name });
  const output = element("output");
  const show = (value) => {
    range.value = value;
    output.textContent = texts?.[value] ?? `${readable(Number(value))}${unit && ` ${unit}`}`;
    range.setAttribute("aria-valuetext", output.textContent);
  };
  range.addEventListener("input", () => { show(range.value); onInput(Number(range.value)); });
  const node = labelled(label, range, output);
  return { node, show: (value) => { if (Number(range.value) !== value || !output.textContent) show(value); } };
}

function toggle({ label, help, name }, onInput) {
  const box = element("input", { type: "checkbox", title: help, name });
  box.addEventListener("change", () => onInput(box.checked));
  return { node: labelled(box, label), show: (value) => { box.checked = value; } };
}

// Unfinished text stays until it is entered (Enter, or leaving the field) and answered.
function textfield({ label, help, name, longest }, onInput) {
  const field = element("input", { type: "text", maxLength: longest, title: help, name, spellcheck: false });
  let shown;
  field.addEventListener("change", () => onInput((shown = field.value)));
  field.addEventListener("keydown", (event) => event.stopPropagation()); // a notebook has keys of its own
  const show = (value) => { if (value !== shown) field.value = shown = value; };
  return { node: labelled(label, field), show };
}

function button({ label, help, name }, onInput) {
  return { node: pushButton({ textContent: label, title: help, name }, () => onInput()), show() {} };
}

export function pushButton(properties, onclick) {
  return element("button", { type: "button", className: "lk-button", onclick, ...properties });
}

function labelled(...children) {
  return element("label", { className: "lk-control" }, ...children);
}

// A number with so many decimals, never "-0.00": Rounded of liftkit/system/numbers.py.
export function rounded(value, decimals) {
  const text = value.toFixed(decimals);
  return Number(text) ? text : text.replace("-", "");
}

// Names with spaces for underscores; numbers with at most four decimals.
export function readable(value) {
  return typeof value === "number" ? String(Math.round(value * 1e4) / 1e4) : value.replaceAll("_", " ");
}
