// The page's script: liftkit/export/viewer.py puts `const data` before it.
const byId = (id) => document.getElementById(id);
const flat = byId("flat"), space = byId("space"), slider = byId("slider"), play = byId("play"), number = byId("number");
const START = { azimuth: 0.6, elevation: 0.15 };
let view = { ...START }, now = 0, timer = null;

// points: [x, y] in [-1, 1], y down, and optionally how near each is (drawn last, wider)
function draw(canvas, points, near) {
  const side = Math.max(1, Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d"), at = (v) => side / 2 + v * side * 0.46;
  pen.clearRect(0, 0, side, side);
  pen.lineCap = "round";
  const bones = data.bones.map(([a, b, name]) => ({ a, b, name, depth: near ? near[a] + near[b] : 0 }));
  bones.sort((p, q) => p.depth - q.depth);
  for (const { a, b, name, depth } of bones) {
    pen.strokeStyle = data.colours[name];
    pen.lineWidth = side * (0.011 + 0.002 * depth);
    pen.setLineDash(name === "right" ? [side * 0.014, side * 0.022] : []);
    pen.beginPath();
    pen.moveTo(at(points[a][0]), at(points[a][1]));
    pen.lineTo(at(points[b][0]), at(points[b][1]));
    pen.stroke();
  }
}

function rows(values, size) {
  const out = [];
  for (let i = 0; i < values.length; i += size) out.push(values.slice(i, i + size));
  return out;
}

function show() {
  draw(flat, rows(data.x2d[now], 2));
  const c = Math.cos(view.azimuth), s = Math.sin(view.azimuth);
  const e = Math.cos(view.elevation), f = Math.sin(view.elevation);
  const turned = rows(data.x3d[now], 3).map(([x, y, z]) => {
    const away = -s * x + c * z;
    return [c * x + s * z, e * y - f * away, f * y + e * away];
  });
  draw(space, turned, turned.map((p) => -p[2]));
  slider.value = now;
  const text = "frame " + data.frame[now] + " (" + (now + 1) + " of " + data.frame.length + ")";
  number.textContent = text;
  slider.setAttribute("aria-valuetext", text);
}

// What is near moves to the right and down.
function turn(right, down) {
  view.azimuth -= right;
  view.elevation = Math.min(1.5, Math.max(-1.5, view.elevation + down));
  show();
}

function setPlaying(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => { now = (now + 1) % data.frame.length; show(); }, 1000 / data.fps) : null;
  play.textContent = on ? "Pause" : "Play";
  play.setAttribute("aria-pressed", String(on));
}

const KEYS = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
space.addEventListener("keydown", (event) => {
  if (KEYS[event.key]) turn(...KEYS[event.key]);
  else if (event.key === "Home") { view = { azimuth: 0, elevation: 0 }; show(); }
  else if (event.key === " ") setPlaying(timer === null);
  else return;
  event.preventDefault();
});
let held = null; // where mouse or finger was last, while it is down
space.addEventListener("pointerdown", (event) => {
  space.setPointerCapture(event.pointerId);
  held = [event.clientX, event.clientY];
});
space.addEventListener("pointermove", (event) => {
  if (!held) return;
  turn((event.clientX - held[0]) * 0.01, (event.clientY - held[1]) * 0.01);
  held = [event.clientX, event.clientY];
});
for (const end of ["pointerup", "pointercancel"]) space.addEventListener(end, () => { held = null; });
slider.addEventListener("input", () => { setPlaying(false); now = Number(slider.value); show(); });
play.addEventListener("click", () => setPlaying(timer === null));
window.addEventListener("resize", show);
show();
