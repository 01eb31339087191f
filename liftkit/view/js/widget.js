// A widget of liftkit in the browser: its panels and controls, and the messages to the kernel behind them.
import { between, frameAt, progress, START } from "./space.js";
import { Source } from "./source.js";
import { control, element, pushButton } from "./controls.js";
import { atOnce, PosePanel } from "./skeleton.js";
import { chartPanel } from "./chart.js";

const REST = 300; // milliseconds without movement after which a slider counts as released
const PLAYBACK = 150; // milliseconds between two states of a recorded game
const SILENT = "The kernel has not answered yet. If this stays, run the cell again.";
const ALONE = "A page on its own: turning, playing and hovering work here; the other controls need a notebook.";
const KEEPS = "data-lm-suppress-shortcuts";
const VIEWS = { Camera: [0, 0, "As the camera sees it"], Side: [Math.PI / 2, 0, "The camera is on the left"], Top: [0, 1.5, "From above"] };
const NARROW = 600; // pixels: below, two panels stand side by side, and never three, so that pairs stay together
const FOCUSABLE = "input, select, button, summary, [tabindex]";
const shared = new WeakMap(); // model -> what all its views have in common

function sharedOf(model) {
  if (!shared.has(model)) {
    const looks = model.get("scene").panels.find(({ look }) => look)?.look;
    const view = looks ? { azimuth: looks[0], elevation: looks[1] } : { ...START };
    const common = { view, frame: model.get("status").values.frame ?? 0, views: new Set() };
    const onSilence = () => common.views.forEach((view) => { view.message.textContent = SILENT; });
    common.source = new Source(model, () => common.views.forEach((view) => view.showAll()), onSilence);
    shared.set(model, common);
  }
  return shared.get(model);
}

class View {
  constructor(model, el) {
    const common = sharedOf(model);
    const { source } = common, { alone } = source;
    Object.assign(this, { model, common, source, alone, scene: {}, panels: new Map(), timer: 0 });
    this.root = element("section", { className: "lk" });
    const part = (kind, name) => this.root.appendChild(element(kind, { className: `lk-${name}` }));
    const head = part("div", "head");
    this.title = head.appendChild(element(model.heading ?? (alone ? "h1" : "h3"), { className: "lk-heading" }));
    this.looks = head.appendChild(element("div", { className: "lk-looks" }));
    this.bar = part("div", "bar");
    const body = part("div", "body");
    this.grid = body.appendChild(element("div", { className: "lk-panels" }));
    this.message = body.appendChild(element("p", { className: "lk-message" }));
    this.message.setAttribute("aria-live", "polite");
    this.error = part("div", "error");
    this.error.setAttribute("role", "alert");
    this.tipBox = part("div", "tip");
    this.error.hidden = this.tipBox.hidden = true;
    for (const near of ["pointerover", "focusin"]) this.root.addEventListener(near, () => this.source.ask());
    for (const key of ["keydown", "keyup", "focusout"]) this.root.addEventListener(key, letShortcuts, true);
    el.replaceChildren(this.root);
    this.resized = new ResizeObserver(([{ contentRect }]) => this.root.classList.toggle("lk-narrow", contentRect.width < NARROW));
    this.resized.observe(this.root);
    this.answering = Boolean(this.source.answers);
    this.build();
    this.listeners = [["change:scene", () => this.build()], ["change:status", () => this.showStatus()]];
    for (const state of this.scene.controls) this.listeners.push([`change:${state.name}`, () => this.follow(state)]);
    for (const { key } of this.scene.panels) {
      this.listeners.push([`change:panel_${key}`, () => { this.showPanel(key); this.redraw(); }]);
    }
    for (const [event, answer] of this.listeners) model.on(event, answer);
    this.common.views.add(this);
  }

  // What is the same as before stays, so that a control in use and a turned pose are not lost.
  build() {
    const before = this.scene, scene = (this.scene = this.source.get("scene"));
    if (scene !== before) {
      this.title.textContent = scene.title;
      this.root.setAttribute("aria-label", scene.title);
      if (!same(before.controls, scene.controls)) this.buildControls();
      const spans = spansOf(scene.panels);
      scene.panels.forEach((fixed, i) => {
        if (same(before.panels?.[i], fixed)) return;
        const node = this.buildPanel(fixed, spans[i]);
        if (this.grid.children[i]) this.grid.children[i].replaceWith(node);
        else this.grid.append(node);
      });
      const rest = 12 - (spans.reduce((sum, span) => sum + span, 0) % 12); // of the last row
      this.message.style.setProperty("--lk-span", rest < 4 ? 12 : rest);
      const solid = scene.panels.some(({ size }) => size === 3);
      if (solid !== Boolean(this.looks.children.length)) this.looks.replaceChildren(...(solid ? this.lookButtons() : []));
      this.keepKeys();
    }
    this.showStatus();
    this.redraw();
  }

  lookButtons() {
    const { common } = this;
    const aims = Object.entries(VIEWS).map(([textContent, [azimuth, elevation, title]]) => pushButton({ textContent, title }, () => {
      Object.assign(common, { from: common.view, aim: { azimuth, elevation }, aimed: performance.now() });
      this.redraw();
    }));
    const axes = pushButton({ textContent: "Axes", title: "x to the right, y down, z away from the camera", ariaPressed: "false" }, () => {
      axes.ariaPressed = String((common.axes = !common.axes));
      this.redraw();
    });
    return [...aims, axes];
  }

  // JupyterLab takes arrow keys for moving between cells, unless the very element that has the focus says so.
  keepKeys() {
    for (const node of this.root.querySelectorAll(FOCUSABLE)) node.setAttribute(KEEPS, "true");
  }

  buildControls() {
    const focused = this.root.contains(document.activeElement) ? document.activeElement.name : "";
    this.controls = new Map();
    this.more = element("details", { className: "lk-more", open: this.more?.open ?? false }, element("summary", { textContent: "More" }));
    this.bar.replaceChildren();
    for (const state of this.scene.controls) {
      if (this.alone && !state.local && !this.source.answers) continue;
      this.controls.set(state.name, control(state, (value) => this.input(state, value)));
      if (state.local) {
        this.film = state;
        this.button = pushButton({ textContent: "Play" }, () => this.play());
        this.bar.append(this.button);
      }
      (state.more ? this.more : this.bar).append(this.controls.get(state.name).node);
    }
    if (this.more.children.length > 1) this.bar.append(this.more);
    if (focused) this.bar.querySelector(`[name="${focused}"]`)?.focus();
  }

  input({ kind, name, local }, value) {
    if (local) return this.go(value);
    if (kind === "button") return this.source.send(null, { kind: "press", name });
    const message = { kind: "set", name, value }, moving = kind === "slider" && Boolean(this.source.answers);
    this.source.send(name, message, moving);
    clearTimeout(this.report);
    if (moving) this.report = setTimeout(() => this.source.send(name, message), REST);
  }

  // A link in the browser has given a control's trait another value than the kernel or a hand did.
  follow(state) {
    const value = this.model.get(state.name), [first] = this.common.views;
    const known = this.source.sharing || value === this.model.get("status").values[state.name];
    if (!known && first === this) this.input(state, value);
  }

  // The browser alone shows a film's frames; the kernel gets the one where it stopped.
  go(value) {
    const { name } = this.film;
    this.stop();
    this.common.frame = value;
    this.source.share({ [name]: value });
    this.redraw();
    clearTimeout(this.arriving);
    this.arriving = setTimeout(() => {
      this.arriving = 0;
      this.source.send(name, { kind: "set", name, value });
    }, REST);
  }

  play() {
    if (!this.film) return;
    if (this.timer) return this.go(this.common.frame);
    const start = performance.now(), first = this.common.frame;
    const step = (time) => {
      this.common.frame = frameAt(first, Math.max(0, time - start), this.scene.fps, this.film.maximum + 1);
      this.source.share({ [this.film.name]: this.common.frame });
      this.draw();
      this.tip("");
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

  buildPanel(fixed, span) {
    const { key } = fixed;
    const content = contentOf(fixed, {
      common: this.common,
      redraw: () => this.redraw(),
      drag: (joint, x, y, held) => {
        this.source.send(`drag ${key}`, { kind: "drag", panel: key, joint, x, y }, held);
        if (this.source.answers) this.draw(); // at once: pointers are moved once in a frame, and this is still the same one
      },
      // The queue's key holds what is picked, so that a pick never replaces another one that waits: all of them arrive.
      pick: (mark) => this.source.send(`pick ${key} ${mark}`, { kind: "pick", panel: key, key: mark }),
      tip: (text, event) => this.tip(text, event),
      play: () => this.play(),
    });
    const title = element("figcaption", { className: "lk-title" }), caption = element("p", { className: "lk-caption" });
    this.panels.set(key, { title, caption, content });
    this.showPanel(key);
    const look = fixed.draggable ? "lk-panel lk-pulled" : span > 3 && fixed.kind !== "pose" ? "lk-panel lk-wide" : "lk-panel";
    const node = element("figure", { className: look }, title, content.node, caption);
    node.style.setProperty("--lk-span", span);
    node.dataset.key = key;
    return node;
  }

  showAll() {
    if (this.alone && this.source.answers && !this.answering) this.scene = {}; // controls that were left out
    this.answering = Boolean(this.source.answers);
    this.build();
    this.panels.forEach((_, key) => this.showPanel(key));
  }

  showPanel(key) {
    const { title, caption, content } = this.panels.get(key), current = this.source.get(`panel_${key}`);
    say(title, current.title);
    say(caption, current.caption);
    content.show(current);
    this.tip(""); // it told of what was shown before
  }

  showStatus() {
    const { values, message, error, running } = this.source.get("status");
    this.controls.forEach(({ show }, name) => {
      if (this.source.queue.pending(name)) return; // the kernel's value is older than the user's
      if (name !== this.film?.name) show(values[name]);
      else if (!this.timer && !this.arriving && values[name] !== this.frameShown) this.common.frame = this.frameShown = values[name];
    });
    const still = this.alone && !this.source.answers;
    const hint = this.scene.controls.every((state) => state.local) ? "" : ALONE;
    say(this.message, still ? hint : [message, this.model.get("note")].filter(Boolean).join(" "));
    this.error.hidden = !error;
    if (error) this.showError(error);
    if (!running || still) return;
    clearTimeout(this.tick);
    this.tick = setTimeout(() => this.common.views.size && this.source.send("tick", { kind: "tick" }), this.alone ? PLAYBACK : 0);
  }

  showError({ text, trace }) {
    const summary = element("summary", { textContent: "The whole error" });
    const details = element("details", {}, summary, element("pre", { textContent: trace }));
    this.error.replaceChildren(element("p", { textContent: text }), details);
    this.keepKeys();
  }

  redraw() {
    this.asked ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.asked);
    this.asked = null;
    this.glide();
    const { view, frame } = this.common;
    this.root.dataset.view = `${view.azimuth.toFixed(3)} ${view.elevation.toFixed(3)}`;
    this.controls.get(this.film?.name)?.show(frame);
    for (const { content, caption } of this.panels.values()) {
      content.draw?.(frame);
      if (content.fixed?.notes) say(caption, content.fixed.notes[frame] ?? "");
    }
  }

  // A button's view is reached in a while, by the shorter way round.
  glide() {
    const { from, aim, aimed } = this.common;
    if (!aim) return;
    const way = atOnce() ? 1 : progress(aimed, performance.now());
    const half = Math.PI, start = ((((from.azimuth - aim.azimuth + half) % (2 * half)) + 2 * half) % (2 * half)) - half + aim.azimuth;
    this.common.view = { azimuth: between(start, aim.azimuth, way), elevation: between(from.elevation, aim.elevation, way) };
    if (way < 1) this.redraw();
    else this.common.aim = null;
  }

  tip(text, event) {
    this.tipBox.hidden = !text;
    if (!text) return;
    this.tipBox.textContent = text;
    const box = this.root.getBoundingClientRect(), right = event.clientX - box.left + 14;
    this.tipBox.style.left = `${Math.max(0, Math.min(right, box.width - this.tipBox.offsetWidth - 4))}px`;
    this.tipBox.style.top = `${event.clientY - box.top + 16}px`;
  }

  close() {
    this.stop();
    this.resized.disconnect();
    for (const timer of [this.report, this.arriving]) clearTimeout(timer);
    cancelAnimationFrame(this.asked);
    for (const [event, answer] of this.listeners) this.model.off(event, answer);
    this.common.views.delete(this);
  }
}

// How many twelfths of a row each panel takes: up to three of the usual size share it.
function spansOf(panels) {
  const few = panels.length < 4 && panels.every(({ span }) => !span);
  return panels.map(({ span }) => span || (few ? 12 / panels.length : 3));
}

// What a panel shows between its title and its caption: { node, show(current), draw(frame) of a pose }.
function contentOf(fixed, actions) {
  if (fixed.kind !== "note") return fixed.kind === "pose" ? new PosePanel(fixed, actions) : chartPanel(actions);
  const node = element("div", { className: fixed.code ? "lk-code" : "lk-note" });
  return { node, show: ({ text }) => { node.textContent = text; } };
}

// While Control or Command is held, keys are the notebook's: Control+S saves it.
function letShortcuts({ target, ctrlKey, metaKey }) {
  if (target.matches(FOCUSABLE)) target.toggleAttribute(KEEPS, !(ctrlKey || metaKey));
}

// The same text again would have the page laid out anew, and read aloud.
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
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
