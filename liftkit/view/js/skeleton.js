// A panel with a skeleton, as SVG: turned by mouse, touch and keys, or with joints to be pulled.
import {
  BELOW, between, camera, clamp, EASE, farToNear, floor, known, limb, lowest, nearest, orbit, pointsOf, progress, RIM, START, turned,
} from "./space.js";
import { readable } from "./controls.js";
import { describe } from "./describe.js";

const SVG = "http://www.w3.org/2000/svg";
const FAN = 0.35; // the opacity of each of several skeletons: liftkit/view/still.py
const FAINTEST = 0.8; // of a bone's colour is gone at a doubt of 100 per cent
const TURN = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };

// Whether the reader wants no motion.
export const atOnce = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class PosePanel {
  // fixed: static_state() of a Pose of liftkit/view/panels.py.
  // actions: { common: { view, axes }, redraw(), drag(joint, x, y), pick(joint), tip(text, event), play() }
  constructor(fixed, actions) {
    Object.assign(this, { fixed, actions, solid: fixed.size === 3, held: null, current: {} });
    const look = `lk-skeleton${fixed.draggable ? " lk-pull" : ""}`;
    this.node = make("svg", { viewBox: "-1.06 -1.06 2.12 2.12", tabindex: "0", role: "img", class: look });
    this.image = this.node.appendChild(make("image", { class: "lk-picture", preserveAspectRatio: "none" }));
    this.layer = this.node.appendChild(make("g"));
    const hands = { pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointercancel: this.up, keydown: this.key };
    for (const [name, answer] of Object.entries(hands)) this.node.addEventListener(name, answer.bind(this));
    this.node.addEventListener("pointerleave", () => actions.tip(""));
  }

  // current: dynamic_state() of the same panel. New joints are reached in a while, unless they follow the last ones at
  // once, as under a hand and in a film.
  show(current) {
    this.current = current;
    const target = JSON.stringify([current.joints, current.fan, current.ghost]), now = performance.now();
    if (target === this.target) return;
    this.from = now - this.changed > EASE && !atOnce() ? this.drawn : null;
    Object.assign(this, { target, changed: now });
  }

  draw(filmFrame) {
    const { fixed, current, solid } = this, { view } = this.actions.common;
    const frame = Math.min(filmFrame, (fixed.frames?.length ?? 1) - 1), goal = [current.joints, current.fan, current.ghost];
    const way = this.from ? progress(this.changed, performance.now()) : 1;
    this.drawn = way < 1 ? between(this.from, goal, way) : goal;
    if (way < 1) this.actions.redraw();
    const films = [fixed.frames, fixed.fans, fixed.ghosts];
    const [joints, fan, ghost] = this.drawn.map((still, i) => still ?? films[i]?.[frame]);
    const place = (flat) => pointsOf(flat, fixed.size).map((point) => (solid ? turned(point, view) : point));
    this.points = place(joints);
    const parts = solid ? this.space(joints) : [];
    if (ghost) parts.push(...this.bones(place(ghost)).map((ends) => line("lk-ghost", ends)));
    if (fan) parts.push(...this.fan(fan.map(place)));
    else parts.push(...this.limbs(current.doubt ?? fixed.doubts?.[frame]));
    update(this.layer, [...parts, ...this.joints()].filter(Boolean));
    this.drawPicture(frame);
    this.describe(frame);
  }

  // The ends of each bone.
  bones(points) {
    return this.fixed.bones.map((bone) => bone.map((joint) => points[joint]));
  }

  // From the farthest to the nearest; in 3D each with a light edge.
  limbs(doubt) {
    const { fixed: { bones, sides }, current: { groups }, points, solid } = this;
    return farToNear(bones, points).flatMap((i) => {
      const [a, b] = bones[i].map((joint) => points[joint]), [, joint] = bones[i], styles = [];
      const [width, opacity] = limb((a[2] + b[2]) / 2 || 0), sure = doubt ? 1 - (FAINTEST * doubt[joint]) / 100 : 1;
      // not the bone's own opacity: each layer that Chromium lays darkens dark paper a little
      if (solid || doubt) styles.push(`stroke-opacity: ${solid ? sure * opacity : sure}`);
      if (solid) styles.push(`stroke-width: ${width}`);
      const look = `lk-bone lk-${groups ? `g${groups[joint] % 6}` : sides[joint]}`;
      const rim = solid && part("path", { class: "lk-rim", d: path([[between(a, b, 0.15), between(a, b, 0.85)]]), style: `stroke-width: ${width + 2 * RIM}` });
      return [rim, line(look, [a, b], styles.join("; "))];
    });
  }

  // Several skeletons instead of one: one path for each bone.
  fan(skeletons) {
    const { bones, sides } = this.fixed, each = skeletons.map((points) => this.bones(points));
    return bones.map(([, joint], i) => part("path", { class: `lk-bone lk-${sides[joint]}`, d: path(each.map((ends) => ends[i])), style: `stroke-opacity: ${FAN}` }));
  }

  // Joints that glow or are picked, and the numbers of their groups.
  joints() {
    const { strength, groups, picked } = this.current;
    return this.points.flatMap(([x, y], i) => {
      if (!known([x, y])) return [];
      const glow = strength ? strength[i] : 0, look = `lk-joint${glow > 0.02 ? " lk-glow" : ""}${picked === i ? " lk-picked" : ""}`;
      const style = strength ? `fill-opacity: ${0.35 + 0.65 * glow}` : "";
      const dot = part("circle", { class: look, "data-joint": this.fixed.names[i], cx: x, cy: y, r: 0.02 + 0.075 * glow, style });
      if (!(groups?.[i] >= 0)) return [dot];
      const aside = x < 0 ? { x: x - 0.04, "text-anchor": "end" } : { x: x + 0.04, "text-anchor": "start" };
      return [dot, part("text", { class: "lk-label", y: y - 0.03, ...aside }, groups[i] + 1)];
    });
  }

  // The ground, level with the pose's lowest joint, or with a film's: at first its feet may be hidden; the pose's shadow
  // there; the camera, unless one looks through it; the axes, if they are asked for.
  space(values) {
    const { view, axes } = this.actions.common, { joints } = this.current, seen = (point) => turned(point, view);
    const y = BELOW + (joints ? lowest([joints]) : (this.low ??= lowest(this.fixed.frames)));
    const shadow = this.bones(pointsOf(values, 3).map(([x, , z]) => [x, y, z])), [u, v] = seen(camera().at(-1)[0]);
    const from = [-0.5, y - 0.3, -0.5], tips = from.map((_, k) => from.map((value, i) => value + (i === k ? 0.3 : 0)));
    const lines = { floor: floor(y), shadow, axes: axes ? tips.map((tip) => [from, tip]) : [], camera: Math.hypot(u, v) > 0.3 ? camera() : [] };
    const letters = axes ? tips.map(seen).map(([x, down], k) => part("text", { class: "lk-label", x: x + 0.02, y: down }, "xyz"[k])) : [];
    return [...Object.entries(lines).map(([name, each]) => part("path", { class: `lk-${name}`, d: path(each.map((ends) => ends.map(seen))) })), ...letters];
  }

  // Behind 2D joints; in a film perhaps behind one frame only.
  drawPicture(frame) {
    const { picture } = this.current, shown = picture && (picture.frame ?? frame) === frame;
    this.image.style.display = shown ? "" : "none";
    if (!shown) return;
    const [x, y, width, height] = picture.box, look = { x, y, width, height, href: picture.src };
    set(this.image, look, this.look);
    this.look = look;
  }

  // The panel in words, for screen readers.
  describe(frame) {
    const { fixed, current, solid } = this;
    const keys = [solid && "arrow keys turn it, Home shows the camera's view"];
    if (fixed.draggable) keys.push("arrow keys pull the chosen joint, Page Down chooses the next");
    else if (fixed.pickable) keys.push("Page Down chooses the next joint");
    const film = fixed.frames ? `frame ${frame + 1} of ${fixed.frames.length}` : "";
    const chosen = current.picked == null ? "" : `chosen: ${readable(fixed.names[current.picked])}`;
    const posed = (fixed.frames && describe(pointsOf(fixed.frames[frame], fixed.size), fixed.names)) || current.alt;
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
    } else if (this.solid) {
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

  // A key that means nothing here goes on to the page.
  key(event) {
    const { fixed, current, actions, solid } = this, way = TURN[event.key];
    const page = { PageDown: 1, PageUp: -1 }[event.key];
    if (page && (fixed.draggable || fixed.pickable)) {
      const count = fixed.names.length;
      actions.pick(fixed.names[((current.picked ?? -1) + page + count) % count]);
    } else if (way && fixed.draggable && current.picked != null) {
      const [x, y] = this.points[current.picked], far = event.shiftKey ? 1 : 0.3;
      actions.drag(fixed.names[current.picked], clamp(x + way[0] * far), clamp(y + way[1] * far), false);
    } else if (way && solid) {
      this.turn(orbit(actions.common.view, ...way));
    } else if (event.key === "Home" && solid) {
      this.turn(event.shiftKey ? { ...START } : { azimuth: 0, elevation: 0 });
    } else if (event.key === " " && fixed.frames) {
      actions.play();
    } else return;
    event.preventDefault(), event.stopPropagation();
  }
}

// What an element will be; `update` makes it.
const part = (kind, attributes, text = "") => ({ kind, attributes, text });

// New parts of a layer: an element of the same kind is kept, and only what differs is written.
function update(layer, parts) {
  const before = layer.parts ?? [];
  for (const [i, one] of parts.entries()) {
    const { node, attributes, text } = before[i]?.kind === one.kind ? before[i] : { node: make(one.kind) };
    for (const name in attributes) if (!(name in one.attributes)) node.removeAttribute(name);
    set(node, one.attributes, attributes);
    if (one.text !== text) node.textContent = one.text;
    one.node = node;
  }
  const nodes = parts.map(({ node }) => node);
  if (before[nodes.length] || nodes.some((node, i) => node !== before[i]?.node)) layer.replaceChildren(...nodes);
  layer.parts = parts;
}

function set(node, attributes, before = {}) {
  for (const [name, value] of Object.entries(attributes)) if (value !== before[name]) node.setAttribute(name, value.toFixed?.(4) ?? value);
  return node;
}

function make(kind, attributes = {}) {
  return set(document.createElementNS(SVG, kind), attributes);
}

// A line between two ends, or nothing if one is unknown.
function line(look, [[x1, y1], [x2, y2]], style = "") {
  return known([x1, y1], [x2, y2]) && part("line", { class: look, x1, y1, x2, y2, style });
}

// Lines between known ends as the text of one path.
function path(lines) {
  const whole = lines.filter((ends) => known(...ends));
  return whole.map((ends) => `M${ends.map(([x, y]) => `${x.toFixed(3)} ${y.toFixed(3)}`).join("L")}`).join("");
}
