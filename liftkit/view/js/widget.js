// A widget of liftkit in the browser: its panels and controls, and the messages to the kernel behind them.
import { frameAt, START } from "./space.js";
import { MessageQueue } from "./queue.js";
import { control, element } from "./controls.js";
import { PosePanel } from "./skeleton.js";
import { chartPanel } from "./chart.js";

const SILENT = "The kernel has not answered yet. If this stays, run the cell again.";
const ALONE = "A page on its own: turning, playing and hovering work here; the other controls need a notebook.";
const FOCUSABLE = "input, select, button, summary, [tabindex]";
const shared = new WeakMap(); // model -> what all its views have in common

function sharedOf(model) {
  if (!shared.has(model)) {
    const common = { view: { ...START }, frame: model.get("status").values.frame ?? 0, views: new Set() };
    const onSilence = () => common.views.forEach((view) => { view.message.textContent = SILENT; });
    common.queue = new MessageQueue((message) => model.send(message), onSilence);
    shared.set(model, common);
  }
  return shared.get(model);
}

class View {
  constructor(model, el) {
    Object.assign(this, { model, common: sharedOf(model), scene: model.get("scene"), panels: new Map(), timer: 0 });
    this.tipBox = element("div", { className: "lk-tip", hidden: true });
    this.title = element(this.alone ? "h1" : "h3", { className: "lk-heading" });
    this.bar = element("div", { className: "lk-bar" });
    this.grid = element("div", { className: "lk-panels" });
    this.message = element("p", { className: "lk-message" });
    this.message.setAttribute("aria-live", "polite");
    this.error = element("div", { className: "lk-error", hidden: true });
    this.error.setAttribute("role", "alert");
    this.root = element("section", { className: "lk" });
    this.root.append(this.title, this.bar, this.grid, this.message, this.error, this.tipBox);
    el.replaceChildren(this.root);
    this.build();
    this.listen();
    this.common.views.add(this);
  }

  // A page without a kernel: liftkit/view/page.py.
  get alone() {
    return this.model.kernel === false;
  }

  send(key, message) {
    if (!this.alone) this.common.queue.send(key, message);
  }

  // What is the same as before stays, so that a control in use and a turned pose are not lost.
  build() {
    const before = this.built ?? {}, scene = (this.built = this.scene = this.model.get("scene"));
    this.title.textContent = scene.title;
    this.root.setAttribute("aria-label", scene.title);
    if (!same(before.controls, scene.controls)) this.buildControls();
    scene.panels.forEach((fixed, i) => {
      if (same(before.panels?.[i], fixed)) return;
      const node = this.buildPanel(fixed);
      if (this.grid.children[i]) this.grid.children[i].replaceWith(node);
      else this.grid.append(node);
    });
    this.keepKeys();
    this.showStatus();
    this.redraw();
  }

  // JupyterLab takes arrow keys for moving between cells, unless the very element that has the focus says this.
  keepKeys() {
    for (const node of this.root.querySelectorAll(FOCUSABLE)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  buildControls() {
    const focused = this.root.contains(document.activeElement) ? document.activeElement.name : "";
    this.controls = new Map();
    this.bar.replaceChildren();
    for (const state of this.scene.controls) {
      if (this.alone && !state.local) continue;
      const onInput = state.local ? (value) => this.go(value, state.name) : (value) => this.input(state, value);
      this.controls.set(state.name, control(state, onInput));
      if (state.local) this.bar.append(this.player(state));
      this.bar.append(this.controls.get(state.name).node);
    }
    if (focused) this.bar.querySelector(`[name="${focused}"]`)?.focus();
  }

  input({ kind, name }, value) {
    if (kind === "button") this.send(null, { kind: "press", name });
    else this.send(name, { kind: "set", name, value });
  }

  player(slider) {
    this.film = slider;
    this.button = element("button", { type: "button", className: "lk-button", textContent: "Play" });
    this.button.addEventListener("click", () => this.play());
    return this.button;
  }

  // The browser alone shows a film's frames; the kernel gets the one where it stopped.
  go(value, name = this.film.name) {
    this.stop();
    this.common.frame = value;
    this.redraw();
    clearTimeout(this.report);
    this.report = setTimeout(() => this.send(name, { kind: "set", name, value }), 300);
  }

  play() {
    if (!this.film) return;
    if (this.timer) return this.go(this.common.frame);
    const start = performance.now(), first = this.common.frame;
    const step = (time) => {
      this.common.frame = frameAt(first, Math.max(0, time - start), this.scene.fps, this.film.maximum + 1);
      this.draw();
      this.timer = requestAnimationFrame(step);
    };
    this.timer = requestAnimationFrame(step);
    this.button.textContent = "Pause";
  }

  stop() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    if (this.button) this.button.textContent = "Play";
  }

  buildPanel(fixed) {
    const { key, kind } = fixed;
    const title = element("figcaption", { className: "lk-title" }), caption = element("p", { className: "lk-caption" });
    const node = element("figure", { className: `lk-panel${fixed.wide ? " lk-wide" : ""}` }, title);
    const panel = { title, caption };
    if (kind === "pose") node.append((panel.pose = this.posePanel(fixed)).svg);
    else node.append((panel.box = element("div", { className: `lk-${fixed.code ? "code" : kind}` })));
    const actions = { pick: (mark) => this.pick(key, mark), tip: (text, event) => this.tip(text, event) };
    if (kind === "chart") panel.chart = chartPanel(panel.box, actions);
    node.append(caption);
    node.dataset.key = key;
    this.panels.set(key, panel);
    this.showPanel(key);
    return node;
  }

  posePanel(fixed) {
    const { common } = this, panel = fixed.key;
    return new PosePanel(fixed, {
      get view() { return common.view; },
      set view(view) { common.view = view; },
      redraw: () => this.redraw(),
      drag: (joint, x, y) => this.send(`drag ${panel}`, { kind: "drag", panel, joint, x, y }),
      pick: (joint) => this.pick(panel, joint),
      tip: (text, event) => this.tip(text, event),
      play: () => this.play(),
    });
  }

  // The key holds what is picked, so that a pick never replaces another one that waits: all of them arrive.
  pick(panel, key) {
    this.send(`pick ${panel} ${key}`, { kind: "pick", panel, key });
  }

  showPanel(key) {
    const { title, caption, pose, chart, box } = this.panels.get(key), current = this.model.get(`panel_${key}`);
    title.textContent = current.title;
    caption.textContent = current.caption;
    if (pose) pose.show(current);
    else if (chart) chart.show(current.svg);
    else box.textContent = current.text;
  }

  showStatus() {
    const { values, message, error, running, number } = this.model.get("status");
    this.controls.forEach(({ show }, name) => {
      if (this.common.queue.pending(name)) return; // the kernel's value is older than the user's
      if (name !== this.film?.name) show(values[name]);
      else if (!this.timer && values[name] !== this.frameShown) this.common.frame = this.frameShown = values[name];
    });
    this.message.textContent = this.alone ? this.hint : message;
    this.error.hidden = !error;
    if (error) this.showError(error);
    this.common.queue.answered(number);
    if (running && !this.alone) setTimeout(() => this.common.views.size && this.send("tick", { kind: "tick" }), 0);
  }

  get hint() {
    return this.scene.controls.every((state) => state.local) ? "" : ALONE;
  }

  showError({ text, trace }) {
    const details = element("details", {}, element("summary", { textContent: "The whole error" }));
    details.append(element("pre", { textContent: trace }));
    this.error.replaceChildren(element("p", { textContent: text }), details);
    this.keepKeys();
  }

  redraw() {
    this.asked ??= requestAnimationFrame(() => { this.asked = null; this.draw(); });
  }

  draw() {
    const { view, frame } = this.common;
    this.root.dataset.view = `${view.azimuth.toFixed(3)} ${view.elevation.toFixed(3)}`;
    this.controls.get(this.film?.name)?.show(frame);
    for (const { pose } of this.panels.values()) pose?.draw(Math.min(frame, (pose.fixed.frames?.length ?? 1) - 1));
  }

  tip(text, event) {
    this.tipBox.hidden = !text;
    if (!text) return;
    this.tipBox.textContent = text;
    const box = this.root.getBoundingClientRect(), right = event.clientX - box.left + 14;
    this.tipBox.style.left = `${Math.max(0, Math.min(right, box.width - this.tipBox.offsetWidth - 4))}px`;
    this.tipBox.style.top = `${event.clientY - box.top + 16}px`;
  }

  listen() {
    this.listeners = [["change:scene", () => this.build()], ["change:status", () => this.showStatus()]];
    for (const { key } of this.scene.panels) {
      this.listeners.push([`change:panel_${key}`, () => { this.showPanel(key); this.redraw(); }]);
    }
    for (const [event, answer] of this.listeners) this.model.on(event, answer);
  }

  close() {
    this.stop();
    clearTimeout(this.report);
    cancelAnimationFrame(this.asked);
    for (const [event, answer] of this.listeners) this.model.off(event, answer);
    this.common.views.delete(this);
  }
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

const widget = {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};
export default widget;
