// A widget of liftkit in the browser: panels, controls, and the line to the kernel behind them.
import { frameAt, START, towards } from "./space.js";
import { Line } from "./line.js";
import { Skeleton } from "./skeleton.js";
import { control, element } from "./controls.js";

const SILENT = "The kernel has not answered yet. If this stays, run the cell again.";
const ALONE = "A page on its own: turning, playing and hovering work here; the other controls need a notebook.";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const shared = new WeakMap(); // model -> what all its views have in common

function sharedOf(model) {
  if (!shared.has(model)) {
    const common = { view: { ...START }, now: model.get("status").values.frame ?? 0, views: new Set() };
    const silent = (on) => common.views.forEach((view) => view.silence(on));
    common.line = new Line((message) => model.send(message), silent);
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
    this.trouble = element("div", { className: "lk-error", hidden: true });
    this.trouble.setAttribute("role", "alert");
    this.root = element("section", { className: "lk" });
    this.root.append(this.title, this.bar, this.grid, this.message, this.trouble, this.tipBox);
    el.replaceChildren(this.root);
    this.build();
    this.listen();
    this.common.views.add(this);
  }

  get alone() {
    return this.model.kernel === false;
  }

  get hint() {
    return this.scene.controls.every((control) => control.local) ? "" : ALONE;
  }

  say(key, message) {
    if (!this.alone) this.common.line.say(key, message);
  }

  // What is the same as before stays, so that a hand on a control and a turned pose are not lost.
  build() {
    const before = this.built ?? {}, scene = (this.built = this.scene = this.model.get("scene"));
    this.title.textContent = scene.title;
    this.root.setAttribute("aria-label", scene.title);
    if (!same(before.controls, scene.controls)) this.buildControls();
    scene.panels.forEach((still, i) => {
      if (same(before.panels?.[i], still)) return;
      const node = this.panel(still);
      if (this.grid.children[i]) this.grid.children[i].replaceWith(node);
      else this.grid.append(node);
    });
    this.keepKeys();
    this.frame();
    this.redraw();
  }

  // JupyterLab takes arrow keys for moving between cells, unless the very element that has the focus says this.
  keepKeys() {
    const focusable = "input, select, button, summary, [tabindex]";
    for (const node of this.root.querySelectorAll(focusable)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  buildControls() {
    const held = this.root.contains(document.activeElement) ? document.activeElement.name : "";
    this.controls = new Map();
    this.bar.replaceChildren();
    for (const told of this.scene.controls) {
      if (this.alone && !told.local) continue;
      const say = told.local ? (value) => this.go(value, told.name) : (value) => this.ask(told, value);
      this.controls.set(told.name, control(told, say));
      if (told.local) this.bar.append(this.player(told));
      this.bar.append(this.controls.get(told.name).node);
    }
    if (held) this.bar.querySelector(`[name="${held}"]`)?.focus();
  }

  ask({ kind, name }, value) {
    if (kind === "button") this.say(null, { kind: "press", name });
    else this.say(name, { kind: "set", name, value });
  }

  player(told) {
    this.film = told;
    this.button = element("button", { type: "button", className: "lk-button", textContent: "Play" });
    this.button.addEventListener("click", () => this.play());
    return this.button;
  }

  // A film's frame is shown by the browser alone; the kernel hears where it stopped.
  go(value, name = this.film.name) {
    this.stop();
    this.common.now = value;
    this.redraw();
    clearTimeout(this.settle);
    this.settle = setTimeout(() => this.say(name, { kind: "set", name, value }), 300);
  }

  play() {
    if (!this.film) return;
    if (this.timer) return this.go(this.common.now);
    const start = performance.now(), first = this.common.now;
    const step = (time) => {
      this.common.now = frameAt(first, Math.max(0, time - start), this.scene.fps, this.film.maximum + 1);
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

  panel(still) {
    const title = element("figcaption", { className: "lk-title" }), caption = element("p", { className: "lk-caption" });
    const node = element("figure", { className: `lk-panel${still.wide ? " lk-wide" : ""}` }, title);
    const panel = { still, title, caption };
    if (still.kind === "pose") node.append((panel.skeleton = this.skeleton(still)).svg);
    else node.append((panel.box = element("div", { className: `lk-${still.code ? "code" : still.kind}` })));
    if (still.kind === "chart") this.chart(panel);
    node.append(caption);
    node.dataset.key = still.key;
    this.panels.set(still.key, panel);
    this.fill(still.key);
    return node;
  }

  skeleton(still) {
    const self = this, panel = still.key;
    return new Skeleton(still, {
      get view() { return self.common.view; },
      set view(view) { self.common.view = view; },
      redraw: () => self.redraw(),
      drag: (joint, x, y) => self.say(`drag ${panel}`, { kind: "drag", panel, joint, x, y }),
      pick: (joint) => self.picked(panel, joint),
      tip: (text, event) => self.tip(text, event),
      play: () => self.play(),
    });
  }

  // Picking one thing does not stand for picking another: all of them arrive.
  picked(panel, key) {
    this.say(`pick ${panel} ${key}`, { kind: "pick", panel, key });
  }

  // A chart is read by hovering, or by arrow keys from one marked element to the next; Enter or a click picks it.
  chart(panel) {
    const { box, still } = panel, marked = () => [...box.querySelectorAll("[data-pick], [data-tip]")];
    const pick = (node) => node?.dataset.pick && this.picked(still.key, node.dataset.pick);
    box.tabIndex = 0;
    box.addEventListener("pointermove", (event) => this.tip(event.target.closest("[data-tip]")?.dataset.tip ?? "", event));
    box.addEventListener("pointerleave", () => this.tip(""));
    box.addEventListener("click", (event) => pick(event.target.closest("[data-pick]")));
    box.addEventListener("keydown", (event) => {
      const nodes = marked(), way = ARROWS[event.key];
      if (event.key === "Enter") return pick(nodes[panel.at]);
      if (!way || !nodes.length) return;
      event.preventDefault(), event.stopPropagation();
      const boxes = nodes.map((node) => node.getBoundingClientRect());
      const centres = boxes.map((b) => [b.left + b.width / 2, b.top + b.height / 2]);
      panel.at = panel.at in nodes ? towards(centres, panel.at, way) : 0;
      nodes.forEach((node, i) => node.classList.toggle("lk-at", i === panel.at));
      const [clientX, clientY] = centres[panel.at];
      this.tip(nodes[panel.at].dataset.tip ?? "", { clientX, clientY });
    });
  }

  fill(key) {
    const panel = this.panels.get(key), moving = this.model.get(`panel_${key}`);
    panel.title.textContent = moving.title;
    panel.caption.textContent = moving.caption;
    if (panel.skeleton) panel.skeleton.show(moving);
    else if (panel.still.kind === "note") panel.box.textContent = moving.text;
    else {
      const drawn = new DOMParser().parseFromString(moving.svg, "image/svg+xml").documentElement;
      panel.box.replaceChildren(document.importNode(drawn, true));
      panel.box.querySelectorAll("[data-pick], [data-tip]")[panel.at]?.classList.add("lk-at");
    }
  }

  frame() {
    const { values, message, error, running, number } = this.model.get("status");
    this.controls.forEach(({ show }, name) => {
      if (this.common.line.ahead(name)) return; // a hand is ahead of the kernel
      if (name !== this.film?.name) show(values[name]);
      else if (!this.timer && values[name] !== this.told) this.common.now = this.told = values[name];
    });
    this.message.textContent = this.alone ? this.hint : message;
    this.trouble.hidden = !error;
    if (error) this.tell(error);
    this.common.line.heard(number);
    if (running && !this.alone) setTimeout(() => this.common.views.size && this.say("tick", { kind: "tick" }), 0);
  }

  tell({ text, trace }) {
    const details = element("details", {}, element("summary", { textContent: "The whole error" }));
    details.append(element("pre", { textContent: trace }));
    this.trouble.replaceChildren(element("p", { textContent: text }), details);
    this.keepKeys();
  }

  silence(on) {
    this.root.classList.toggle("lk-silent", on);
    if (on) this.message.textContent = SILENT;
  }

  redraw() {
    this.asked ??= requestAnimationFrame(() => { this.asked = null; this.draw(); });
  }

  draw() {
    const { azimuth, elevation } = this.common.view;
    this.root.dataset.view = `${azimuth.toFixed(3)} ${elevation.toFixed(3)}`;
    this.controls.get(this.film?.name)?.show(this.common.now);
    for (const { skeleton } of this.panels.values()) skeleton?.draw(Math.min(this.common.now, (skeleton.still.frames?.length ?? 1) - 1));
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
    this.heard = [["change:scene", () => this.build()], ["change:status", () => this.frame()]];
    for (const { key } of this.scene.panels) {
      this.heard.push([`change:panel_${key}`, () => { this.fill(key); this.redraw(); }]);
    }
    for (const [event, answer] of this.heard) this.model.on(event, answer);
  }

  close() {
    this.stop();
    clearTimeout(this.settle);
    cancelAnimationFrame(this.asked);
    for (const [event, answer] of this.heard) this.model.off(event, answer);
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
