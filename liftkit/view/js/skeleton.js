// A panel with a skeleton, as SVG: turned by mouse, touch and keys, or with joints to be pulled.
import { farToNear, known, lowest, nearest, orbit, pointsOf, START, turned } from "./space.js";
import { readable } from "./controls.js";

const SVG = "http://www.w3.org/2000/svg";
const FAINTEST = 0.8; // of a bone's colour is gone at a doubt of 100 per cent
const TURN = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };

export class PosePanel {
  // fixed: static_state() of a Pose of liftkit/view/panels.py.
  // actions: { common: { view }, redraw(), drag(joint, x, y), pick(joint), tip(text, event), play() }
  constructor(fixed, actions) {
    Object.assign(this, { fixed, actions, held: null, pulled: null, current: {} });
    this.node = make("svg", { viewBox: "-1.06 -1.06 2.12 2.12", tabindex: 0, role: "img", class: "lk-skeleton" });
    if (fixed.size === 3) this.floor = make("path", { class: "lk-floor" }, this.node);
    this.ghosts = fixed.bones.map(() => make("line", { class: "lk-ghost" }, this.node));
    this.lines = fixed.bones.map(([, joint]) => make("line", { class: `lk-bone lk-${fixed.sides[joint]}` }, this.node));
    this.dots = fixed.names.map((name) => make("circle", { class: "lk-joint", "data-joint": name }, this.node));
    this.labels = fixed.names.map(() => make("text", { class: "lk-label" }, this.node));
    if (fixed.draggable) this.node.classList.add("lk-pull");
    this.node.addEventListener("pointerdown", (event) => this.down(event));
    this.node.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) this.node.addEventListener(end, () => this.up());
    this.node.addEventListener("pointerleave", () => actions.tip(""));
    this.node.addEventListener("keydown", (event) => {
      if (this.key(event)) event.preventDefault(), event.stopPropagation();
    });
  }

  // current: dynamic_state() of the same panel. The joints move with the next draw().
  show(current) {
    this.current = current;
    const { strength, groups, picked } = current;
    this.dots.forEach((dot, i) => {
      const glow = strength ? strength[i] : 0;
      dot.setAttribute("r", 0.02 + 0.075 * glow);
      dot.classList.toggle("lk-glow", glow > 0.02);
      dot.classList.toggle("lk-picked", picked === i);
      dot.style.fillOpacity = strength ? 0.35 + 0.65 * glow : "";
      this.labels[i].textContent = groups?.[i] >= 0 ? String(groups[i] + 1) : "";
    });
    this.lines.forEach((line, i) => {
      const [, joint] = this.fixed.bones[i];
      line.setAttribute("class", groups ? `lk-bone lk-g${groups[joint] % 6}` : `lk-bone lk-${this.fixed.sides[joint]}`);
    });
  }

  draw(filmFrame) {
    const { fixed, current } = this, { view } = this.actions.common;
    const frame = Math.min(filmFrame, (fixed.frames?.length ?? 1) - 1);
    const place = (values) => pointsOf(values, fixed.size).map((p) => (fixed.size === 3 ? turned(p, view) : p));
    this.points = place(current.joints ?? fixed.frames[frame]);
    if (this.pulled) this.points[this.pulled.joint] = this.pulled.at;
    const doubt = current.doubt ?? fixed.doubts?.[frame];
    for (const i of farToNear(fixed.bones, this.points)) {
      const [a, b] = fixed.bones[i].map((joint) => this.points[joint]);
      stretch(this.lines[i], a, b);
      this.lines[i].style.strokeWidth = 0.026 - 0.006 * (((a[2] || 0) + (b[2] || 0)) / 2);
      this.lines[i].style.strokeOpacity = doubt ? 1 - (FAINTEST * doubt[fixed.bones[i][1]]) / 100 : "";
      if (fixed.size === 3) this.node.insertBefore(this.lines[i], this.dots[0]);
    }
    this.points.forEach(([x, y], i) => {
      show(this.dots[i], known([x, y])) && set(this.dots[i], { cx: x, cy: y });
      if (!show(this.labels[i], current.groups && known([x, y]))) return;
      set(this.labels[i], { x: x + (x < 0 ? -0.04 : 0.04), y: y - 0.03 });
      this.labels[i].setAttribute("text-anchor", x < 0 ? "end" : "start");
    });
    const ghost = current.ghost && place(current.ghost);
    this.ghosts.forEach((line, i) => {
      if (show(line, ghost)) stretch(line, ...fixed.bones[i].map((joint) => ghost[joint]));
    });
    if (this.floor) this.drawFloor(view);
    this.describe(frame);
  }

  // A square on the ground, level with the pose's lowest joint, or with a film's: at first its feet may be hidden.
  drawFloor(view) {
    const { joints } = this.current;
    const y = 0.03 + (joints ? lowest([joints]) : (this.low ??= lowest(this.fixed.frames))), r = 0.5;
    const corners = [[-r, y, -r], [r, y, -r], [r, y, r], [-r, y, r]].map((corner) => turned(corner, view));
    this.floor.setAttribute("d", `M${corners.map(([u, v]) => `${u.toFixed(3)} ${v.toFixed(3)}`).join("L")}Z`);
  }

  // The panel in words, for screen readers.
  describe(frame) {
    const { fixed, current } = this;
    const keys = [fixed.size === 3 && "arrow keys turn it, Home shows the camera's view"];
    if (fixed.draggable) keys.push("arrow keys pull the chosen joint, Page Down chooses the next");
    else if (fixed.pickable) keys.push("Page Down chooses the next joint");
    const film = fixed.frames ? `frame ${frame + 1} of ${fixed.frames.length}` : "";
    const chosen = current.picked == null ? "" : `chosen: ${readable(fixed.names[current.picked])}`;
    const text = [current.title, current.alt, film, chosen, ...keys].filter(Boolean).join(". ");
    if (text !== this.text) this.node.setAttribute("aria-label", (this.text = text));
  }

  at(event) {
    const box = this.node.getBoundingClientRect(), side = Math.min(box.width, box.height) / 2.12;
    return [(event.clientX - box.left - box.width / 2) / side, (event.clientY - box.top - box.height / 2) / side];
  }

  down(event) {
    this.node.focus();
    this.node.setPointerCapture(event.pointerId);
    const [x, y] = this.at(event), joint = nearest(this.points, x, y, 0.15);
    this.held = { x: event.clientX, y: event.clientY, joint, far: 0 };
    if (this.fixed.draggable && joint >= 0) this.pull(joint, x, y);
  }

  move(event) {
    const [x, y] = this.at(event);
    if (!this.held) return this.hover(nearest(this.points, x, y, 0.1), event);
    const right = event.clientX - this.held.x, down = event.clientY - this.held.y;
    if (this.fixed.draggable) {
      if (this.held.joint >= 0) this.pull(this.held.joint, clamp(x), clamp(y));
    } else if (this.fixed.size === 3) {
      this.turn(orbit(this.actions.common.view, right * 0.01, down * 0.01));
    }
    Object.assign(this.held, { x: event.clientX, y: event.clientY, far: this.held.far + Math.hypot(right, down) });
  }

  // A click picks; after 4 pixels of movement it was a turn.
  up() {
    const { held, fixed } = this;
    this.held = this.pulled = null;
    const clicked = held && held.joint >= 0 && held.far < 4;
    if (clicked && fixed.pickable && !fixed.draggable) this.actions.pick(fixed.names[held.joint]);
  }

  turn(view) {
    this.actions.common.view = view;
    this.actions.redraw();
  }

  pull(joint, x, y) {
    this.pulled = { joint, at: [x, y] };
    this.actions.redraw();
    this.actions.drag(this.fixed.names[joint], x, y);
  }

  hover(joint, event) {
    const { tips } = this.current;
    this.actions.tip(joint < 0 ? "" : (tips?.[joint] ?? readable(this.fixed.names[joint])), event);
  }

  // Whether the key meant something here.
  key(event) {
    const { fixed, current, actions } = this, way = TURN[event.key];
    const page = { PageDown: 1, PageUp: -1 }[event.key];
    if (page && (fixed.draggable || fixed.pickable)) {
      const count = fixed.names.length;
      actions.pick(fixed.names[((current.picked ?? -1) + page + count) % count]);
    } else if (way && fixed.draggable && current.picked != null) {
      const [x, y] = this.points[current.picked], far = event.shiftKey ? 1 : 0.3;
      actions.drag(fixed.names[current.picked], clamp(x + way[0] * far), clamp(y + way[1] * far));
    } else if (way && fixed.size === 3) {
      this.turn(orbit(actions.common.view, ...way));
    } else if (event.key === "Home" && fixed.size === 3) {
      this.turn(event.shiftKey ? { ...START } : { azimuth: 0, elevation: 0 });
    } else return event.key === " " && fixed.frames ? (actions.play(), true) : false;
    return true;
  }
}

function make(kind, attributes = {}, parent = null) {
  const node = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
}

function clamp(value) {
  return Math.min(1, Math.max(-1, value));
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value.toFixed(4));
}

function show(node, shown) {
  node.style.display = shown ? "" : "none";
  return shown;
}

function stretch(line, [x1, y1], [x2, y2]) {
  if (show(line, known([x1, y1], [x2, y2]))) set(line, { x1, y1, x2, y2 });
}
