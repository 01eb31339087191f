// A panel with a skeleton: SVG that is turned by mouse, touch and keys, or whose joints are pulled.
import { farToNear, nearest, orbit, pointsOf, START, turned } from "./space.js";

const SVG = "http://www.w3.org/2000/svg";
const TURN = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };

export function make(kind, attributes = {}, parent = null) {
  const node = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
}

// act: { view, redraw(), drag(joint, x, y), pick(joint), tip(text, event), play() }
export class Skeleton {
  constructor(still, act) {
    Object.assign(this, { still, act, held: null, pulled: null, moving: {} });
    this.svg = make("svg", { viewBox: "-1.06 -1.06 2.12 2.12", tabindex: 0, role: "img", class: "lk-skeleton" });
    if (still.size === 3) this.floor = make("path", { class: "lk-floor" }, this.svg);
    this.ghosts = still.bones.map(() => make("line", { class: "lk-ghost" }, this.svg));
    this.lines = still.bones.map(([, joint]) => make("line", { class: `lk-bone lk-${still.sides[joint]}` }, this.svg));
    this.dots = still.names.map((name) => make("circle", { class: "lk-joint", "data-joint": name }, this.svg));
    this.labels = still.names.map(() => make("text", { class: "lk-label" }, this.svg));
    this.listen();
  }

  show(moving) {
    this.moving = moving;
    const { strength, groups, picked } = moving;
    this.dots.forEach((dot, i) => {
      const glow = strength ? strength[i] : 0;
      dot.setAttribute("r", 0.02 + 0.075 * glow);
      dot.classList.toggle("lk-glow", glow > 0.02);
      dot.classList.toggle("lk-picked", picked === i);
      dot.style.fillOpacity = strength ? 0.35 + 0.65 * glow : "";
      this.labels[i].textContent = groups?.[i] >= 0 ? String(groups[i] + 1) : "";
    });
    this.lines.forEach((line, i) => {
      const [, joint] = this.still.bones[i];
      line.setAttribute("class", groups ? `lk-bone lk-g${groups[joint] % 6}` : `lk-bone lk-${this.still.sides[joint]}`);
    });
  }

  draw(now) {
    const { still, moving, act } = this;
    const place = (numbers) => pointsOf(numbers, still.size).map((p) => (still.size === 3 ? turned(p, act.view) : p));
    this.points = place(moving.joints ?? still.frames[now]);
    if (this.pulled) this.points[this.pulled.joint] = this.pulled.at;
    for (const i of farToNear(still.bones, this.points)) {
      const [a, b] = still.bones[i].map((joint) => this.points[joint]);
      stretch(this.lines[i], a, b);
      this.lines[i].style.strokeWidth = 0.026 - 0.006 * (((a[2] ?? 0) + (b[2] ?? 0)) / 2);
      if (still.size === 3) this.svg.insertBefore(this.lines[i], this.dots[0]);
    }
    this.points.forEach(([x, y], i) => {
      set(this.dots[i], { cx: x, cy: y });
      if (!moving.groups) return;
      set(this.labels[i], { x: x + (x < 0 ? -0.04 : 0.04), y: y - 0.03 });
      this.labels[i].setAttribute("text-anchor", x < 0 ? "end" : "start");
    });
    const ghost = moving.ghost && place(moving.ghost);
    this.ghosts.forEach((line, i) => {
      line.style.display = ghost ? "" : "none";
      if (ghost) stretch(line, ...still.bones[i].map((joint) => ghost[joint]));
    });
    if (this.floor) this.drawFloor();
    this.label(now);
  }

  // A square on the ground; its bold edge is where the camera stands.
  drawFloor() {
    const first = pointsOf(this.moving.joints ?? this.still.frames[0], 3);
    const y = Math.max(...first.map((point) => point[1])) + 0.03, r = 0.5;
    const corners = [[-r, y, -r], [r, y, -r], [r, y, r], [-r, y, r]].map((corner) => turned(corner, this.act.view));
    this.floor.setAttribute("d", `M${corners.map(([u, v]) => `${u.toFixed(3)} ${v.toFixed(3)}`).join("L")}Z`);
  }

  label(now) {
    const { still, moving } = this;
    const how = [still.size === 3 && "arrow keys turn it, Home shows the camera's view"];
    if (still.draggable) how.push("arrow keys pull the chosen joint, Page Down chooses the next");
    else if (still.pickable) how.push("Page Down chooses the next joint");
    const film = still.frames ? `frame ${now + 1} of ${still.frames.length}` : "";
    const chosen = moving.picked == null ? "" : `chosen: ${words(still.names[moving.picked])}`;
    const told = [moving.title, moving.alt, film, chosen, ...how].filter(Boolean).join(". ");
    if (told !== this.told) this.svg.setAttribute("aria-label", (this.told = told));
  }

  at(event) {
    const box = this.svg.getBoundingClientRect(), side = Math.min(box.width, box.height) / 2.12;
    return [(event.clientX - box.left - box.width / 2) / side, (event.clientY - box.top - box.height / 2) / side];
  }

  listen() {
    const { svg, still, act } = this;
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => this.up());
    svg.addEventListener("pointerleave", () => act.tip(""));
    svg.addEventListener("keydown", (event) => {
      if (this.key(event)) event.preventDefault(), event.stopPropagation();
    });
    if (still.draggable) svg.classList.add("lk-pull");
  }

  down(event) {
    this.svg.focus();
    this.svg.setPointerCapture(event.pointerId);
    const [x, y] = this.at(event), joint = nearest(this.points, x, y, 0.15);
    this.held = { x: event.clientX, y: event.clientY, joint, far: 0 };
    if (this.still.draggable && joint >= 0) this.pull(joint, x, y);
  }

  move(event) {
    const [x, y] = this.at(event);
    if (!this.held) return this.hover(nearest(this.points, x, y, 0.1), event);
    const right = event.clientX - this.held.x, down = event.clientY - this.held.y;
    if (this.still.draggable) {
      if (this.held.joint >= 0) this.pull(this.held.joint, clamp(x), clamp(y));
    } else if (this.still.size === 3) {
      this.act.view = orbit(this.act.view, right * 0.01, down * 0.01);
      this.act.redraw();
    }
    Object.assign(this.held, { x: event.clientX, y: event.clientY, far: this.held.far + Math.hypot(right, down) });
  }

  up() {
    const { held, still } = this;
    this.held = this.pulled = null;
    if (held && still.pickable && !still.draggable && held.joint >= 0 && held.far < 4) this.act.pick(still.names[held.joint]);
  }

  pull(joint, x, y) {
    this.pulled = { joint, at: [x, y] };
    this.act.redraw();
    this.act.drag(this.still.names[joint], x, y);
  }

  hover(joint, event) {
    const tips = this.moving.tips;
    this.act.tip(joint < 0 ? "" : (tips?.[joint] ?? words(this.still.names[joint])), event);
  }

  key(event) {
    const { still, moving, act } = this, way = TURN[event.key];
    const page = { PageDown: 1, PageUp: -1 }[event.key];
    if (page && (still.draggable || still.pickable)) {
      const count = still.names.length;
      act.pick(still.names[((moving.picked ?? -1) + page + count) % count]);
    } else if (way && still.draggable && moving.picked != null) {
      const [x, y] = this.points[moving.picked], far = event.shiftKey ? 1 : 0.3;
      act.drag(still.names[moving.picked], clamp(x + way[0] * far), clamp(y + way[1] * far));
    } else if (way && still.size === 3) {
      act.view = orbit(act.view, ...way);
      act.redraw();
    } else if (event.key === "Home" && still.size === 3) {
      act.view = event.shiftKey ? { ...START } : { azimuth: 0, elevation: 0 };
      act.redraw();
    } else return event.key === " " && still.frames ? (act.play(), true) : false;
    return true;
  }
}

export function words(name) {
  return name.replaceAll("_", " ");
}

function clamp(value) {
  return Math.min(1, Math.max(-1, value));
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value.toFixed(4));
}

function stretch(line, [x1, y1], [x2, y2]) {
  set(line, { x1, y1, x2, y2 });
}
