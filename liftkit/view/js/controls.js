// Controls as the browser's own: labelled, reached by Tab, moved by keys.

export function element(kind, properties = {}, ...children) {
  const node = Object.assign(document.createElement(kind), properties);
  node.append(...children);
  return node;
}

// A control as liftkit/view/controls.py tells it -> { node, show(value) }; say(value) is called when a hand moves it.
export function control(told, say) {
  return { choice, slider, toggle, textfield, button }[told.kind](told, say);
}

function choice({ label, help, name, options }, say) {
  const select = element("select", { title: help, name }, ...options.map((text) => new Option(readable(text), text)));
  select.addEventListener("change", () => say(select.value));
  const node = element("label", { className: "lk-control" }, element("span", { textContent: label }), select);
  return { node, show: (value) => { select.value = value; } };
}

function slider({ label, help, name, minimum, maximum, step, unit, texts }, say) {
  const range = element("input", { type: "range", min: minimum, max: maximum, step, title: help, name });
  const number = element("output");
  const show = (value) => {
    range.value = value;
    number.textContent = texts?.[value] ?? `${readable(Number(value))}${unit && ` ${unit}`}`;
    range.setAttribute("aria-valuetext", number.textContent);
  };
  range.addEventListener("input", () => { show(range.value); say(Number(range.value)); });
  const node = element("label", { className: "lk-control" }, element("span", { textContent: label }), range, number);
  return { node, show: (value) => { if (Number(range.value) !== value || !number.textContent) show(value); } };
}

function toggle({ label, help, name }, say) {
  const box = element("input", { type: "checkbox", title: help, name });
  box.addEventListener("change", () => say(box.checked));
  const node = element("label", { className: "lk-control" }, box, element("span", { textContent: label }));
  return { node, show: (value) => { box.checked = value; } };
}

// What is being written stays until it is given (Enter, or leaving the field) and answered.
function textfield({ label, help, name, longest }, say) {
  const field = element("input", { type: "text", maxLength: longest, title: help, name, spellcheck: false });
  let shown;
  field.addEventListener("change", () => say((shown = field.value)));
  field.addEventListener("keydown", (event) => event.stopPropagation()); // a notebook has keys of its own
  const node = element("label", { className: "lk-control" }, element("span", { textContent: label }), field);
  return { node, show: (value) => { if (value !== shown) field.value = shown = value; } };
}

function button({ label, help, name }, say) {
  const node = element("button", { type: "button", textContent: label, title: help, name, className: "lk-button" });
  node.addEventListener("click", () => say());
  return { node, show() {} };
}

// Names of things with spaces for underscores; numbers with at most four digits after the point.
export function readable(value) {
  return typeof value === "number" ? String(Math.round(value * 1e4) / 1e4) : value.replaceAll("_", " ");
}
