// A panel with a skeleton, as SVG: turned by mouse, touch and keys, or with joints to be pulled.
import {
  BELOW, between, camera, EASE, farToNear, floor, known, limb, lowest, nearest, orbit, pointsOf, progress, RIM, START, turned,
} from "./space.js";
import { readable } from "./controls.js";
import { describe } from "./describe.js";

const SVG = "http://www.w3.org/2000/svg";
const FAN = 0.35; // the opacity of each of several skeletons: liftkit/view/still.py
const FAINTEST = 0.8; // of a bone's colour is gone at a doubt of 100 per cent
const TURN = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };

export class PosePanel {
  // fixed: static_state() of a Pose of liftkit/view/panels.py.
  // actions: { common: { view, axes }, redraw(), drag(joint, x, y), pick(joint), tip(text, event), play() }
  constructor(fixed, actions) {
    Object.assign(this, { fixed, actions, held: null, current: {} });
    this.node = make("svg", { viewBox: "-1.06 -1.06 2.12 2.12", tabindex: 0, role: "img", class: "lk-skeleton" });
    if (fixed.size === 2) this.picture = make("image", { class: "lk-picture", preserveAspectRatio: "none" }, this.node);
    if (fixed.size === 3) {
      for (const name of ["floor", "shadow", "axes", "camera"]) this[name] = make("path", { class: `lk-${name}` }, this.node);
      this.letters = ["x", "y", "z"].map((text) => Object.assign(make("text", { class: "lk-label" }, this.node), { textContent: text }));
      this.rims = fixed.bones.map(() => make("path", { class: "lk-rim" }, this.node));
    }
    this.ghosts = fixed.bones.map(() => make("line", { class: "lk-ghost" }, this.node));
    this.fan = fixed.bones.map(([, joint]) => make("path", { class: `lk-bone lk-${fixed.sides[joint]}` }, this.node));
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
    this.ease(current);
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

  // New joints are reached in a while, unless they follow the last ones at once, as under a hand and in a film.
  ease({ joints, fan, ghost }) {
    const target = JSON.stringify([joints, fan, ghost]), now = performance.now();
    if (target === this.target) return;
    this.from = now - this.changed > EASE && !matchMedia("(prefers-reduced-motion: reduce)").matches ? this.drawn : null;
    Object.assign(this, { target, changed: now });
  }

  draw(filmFrame) {
    const { fixed, current } = this, { view } = this.actions.common, solid = fixed.size === 3;
    const frame = Math.min(filmFrame, (fixed.frames?.length ?? 1) - 1), goal = [current.joints, current.fan, current.ghost];
    const way = this.from ? progress(this.changed, performance.now()) : 1;
    this.drawn = way < 1 ? between(this.from, goal, way) : goal;
    if (way < 1) this.actions.redraw();
    const [joints, fans, ghosts] = this.drawn, values = joints ?? fixed.frames[frame];
    const fan = fans ?? fixed.fans?.[frame], ghost = ghosts ?? fixed.ghosts?.[frame], { picture } = current;
    if (this.picture && show(this.picture, picture && (picture.frame ?? frame) === frame)) {
      ["x", "y", "width", "height"].forEach((name, i) => this.picture.setAttribute(name, picture.box[i]));
      if (this.picture.getAttribute("href") !== picture.src) this.picture.setAttribute("href", picture.src);
    }
    const place = (flat) => pointsOf(flat, fixed.size).map((p) => (solid ? turned(p, view) : p));
    this.points = place(values);
    const doubt = current.doubt ?? fixed.doubts?.[frame];
    for (const i of farToNear(fixed.bones, this.points)) {
      const [a, b] = fixed.bones[i].map((joint) => this.points[joint]), line = this.lines[i];
      if (show(line, !fan)) stretch(line, a, b);
      line.style.strokeOpacity = doubt ? 1 - (FAINTEST * doubt[fixed.bones[i][1]]) / 100 : "";
      if (!solid) continue;
      [line.style.strokeWidth, line.style.opacity] = limb((a[2] + b[2]) / 2 || 0);
      this.rims[i].setAttribute("d", fan ? "" : path([[between(a, b, 0.15), between(a, b, 0.85)]]));
      this.rims[i].style.strokeWidth = Number(line.style.strokeWidth) + 2 * RIM;
      for (const node of [this.rims[i], line]) this.node.insertBefore(node, this.dots[0]);
    }
    this.points.forEach(([x, y], i) => {
      show(this.dots[i], known([x, y])) && set(this.dots[i], { cx: x, cy: y });
      if (!show(this.labels[i], current.groups && known([x, y]))) return;
      set(this.labels[i], { x: x + (x < 0 ? -0.04 : 0.04), y: y - 0.03 });
      this.labels[i].setAttribute("text-anchor", x < 0 ? "end" : "start");
    });
    this.drawFan(fan?.map(place) ?? []);
    const behind = ghost && place(ghost);
    this.ghosts.forEach((line, i) => {
      if (show(line, behind)) stretch(line, ...fixed.bones[i].map((joint) => behind[joint]));
    });
    if (solid) this.drawSpace(values);
    this.describe(frame);
  }

  // Several skeletons instead of one: one path for each bone.
  drawFan(skeletons) {
    this.fan.forEach((bone, i) => {
      const ends = skeletons.map((points) => this.fixed.bones[i].map((joint) => points[joint]));
      bone.setAttribute("d", path(ends));
      bone.style.strokeOpacity = FAN;
    });
  }

  // The ground, level with the pose's lowest joint, or with a film's: at first its feet may be hidden; the pose's shadow
  // there; the camera, unless one looks through it; the axes, if they are asked for.
  drawSpace(values) {
    const { view, axes } = this.actions.common, place = (lines) => lines.map((ends) => ends.map((end) => turned(end, view)));
    const { joints } = this.current, y = BELOW + (joints ? lowest([joints]) : (this.low ??= lowest(this.fixed.frames)));
    const flat = pointsOf(values, 3).map(([x, , z]) => [x, y, z]), shadow = this.fixed.bones.map((bone) => bone.map((joint) => flat[joint]));
    const seen = place(camera()), [[[u, v]]] = seen.slice(-1), from = [-0.5, y - 0.3, -0.5];
    const ends = [0, 1, 2].map((k) => from.map((value, i) => value + (i === k ? 0.3 : 0)));
    this.floor.setAttribute("d", path(place(floor(y))));
    this.shadow.setAttribute("d", path(place(shadow)));
    this.camera.setAttribute("d", Math.hypot(u, v) > 0.3 ? path(seen) : "");
    this.axes.setAttribute("d", axes ? path(place(ends.map((end) => [from, end]))) : "");
    this.letters.forEach((letter, k) => {
      const [x, down] = turned(ends[k], view);
      if (show(letter, axes)) set(letter, { x: x + 0.02, y: down });
    });
  }

  // The panel in words, for screen readers.
  describe(frame) {
    const { fixed, current } = this;
    const keys = [fixed.size === 3 && "arrow keys turn it, Home shows the camera's view"];
    if (fixed.draggable) keys.push("arrow keys pull the chosen joint, Page Down chooses the next");
    else if (fixed.pickable) keys.push("Page Down chooses the next joint");
    const film = fixed.frames ? `frame ${frame + 1} of ${fixed.frames.length}` : "";
    const chosen = current.picked == null ? "" : `chosen: ${readable(fixed.names[current.picked])}`;
    const posed = fixed.frames ? describe(pointsOf(fixed.frames[frame], fixed.size), fixed.names) : current.alt;
    const text = [current.title, posed, film, chosen, ...keys].filter(Boolean).join(". ");
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
    this.actions.tip("");
    if (this.fixed.draggable && joint >= 0) this.pull(joint, x, y);
  }

  move(event) {
    const [x, y] = this.at(event);
    if (!this.held) return this.hover(nearest(this.points, x, y, 0.1), event);
    const right = event.clientX - this.held.x, down = event.clientY - this.held.y;
    if (this.fixed.draggable) {
      if (this.held.joint > 0) this.pull(this.held.joint, clamp(x), clamp(y));
    } else if (this.fixed.size === 3) {
      this.turn(orbit(this.actions.common.view, right * 0.01, down * 0.01));
    }
    Object.assign(this.held, { x: event.clientX, y: event.clientY, far: this.held.far + Math.hypot(right, down) });
  }

  // A click picks; after 4 pixels of movement it was a turn.
  up() {
    const { held, fixed } = this;
    this.held = null;
    if (held?.place) this.actions.drag(fixed.names[held.joint], ...held.place, false);
    const clicked = held && held.joint >= 0 && held.far < 4;
    if (clicked && fixed.pickable && !fixed.draggable) this.actions.pick(fixed.names[held.joint]);
  }

  turn(view) {
    Object.assign(this.actions.common, { view, aim: null });
    this.actions.redraw();
  }

  // The root cannot be pulled; the answer to a click on it says so.
  pull(joint, x, y) {
    if (joint === 0) return this.actions.pick(this.fixed.names[joint]);
    this.held.place = [x, y];
    this.actions.drag(this.fixed.names[joint], x, y, true);
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
      actions.drag(fixed.names[current.picked], clamp(x + way[0] * far), clamp(y + way[1] * far), false);
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

// Lines between known ends as the text of one path.
function path(lines) {
  const whole = lines.filter((ends) => known(...ends));
  return whole.map((ends) => `M${ends.map(([x, y]) => `${x.toFixed(3)} ${y.toFixed(3)}`).join("L")}`).join("");
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
