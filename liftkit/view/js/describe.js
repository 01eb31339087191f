// A pose in words for screen readers: liftkit/view/alt_text.py, for poses that the browser has made itself.
import { clamp } from "./space.js";
import { readable } from "./controls.js";

const SIDES = ["left", "right"], LIMBS = ["hip", "knee", "ankle", "wrist"];
const NEEDED = ["pelvis", "spine", "neck", "head", ...SIDES.flatMap((side) => LIMBS.map((joint) => `${side}_${joint}`))];
const FACING = ["faces the camera", "faces the picture's right", "has the back to the camera", "faces the picture's left"];
const LEVELS = [["above the head", "head"], ["between shoulders and head", "neck"], ["at the chest", "spine"]];

const minus = (a, b) => a.map((value, i) => value - b[i]);
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const cross = ([a, b, c], [d, e, f]) => [b * f - c * e, c * d - a * f, a * e - b * d];

// joints: an array [x, y] or [x, y, z] for each of the names. Another skeleton than a person's is not described.
export function describe(joints, names) {
  if (!NEEDED.every((name) => names.includes(name))) return "";
  const unknown = names.filter((_, i) => !joints[i].every(Number.isFinite));
  if (unknown.length) return `unknown: ${unknown.map(readable).join(", ")}`;
  if (joints[0].every((first, k) => joints.every((joint) => joint[k] === first))) return "all joints at one place";
  const at = Object.fromEntries(names.map((name, i) => [name, joints[i]]));
  const hands = SIDES.map((side) => `${side} hand ${height(at, side)}`);
  return [posture(at), ...hands, knees(at), ...(joints[0].length === 3 ? [facing(at)] : [])].join(", ");
}

function posture(at) {
  const trunk = minus(at.neck, at.pelvis), ankles = (at.left_ankle[1] + at.right_ankle[1]) / 2;
  if (Math.abs(trunk[1]) < 0.6 * Math.hypot(...trunk)) return "bent over or lying";
  if (trunk[1] > 0) return "upside down or bent far over";
  return ankles - at.pelvis[1] > 1.15 * -trunk[1] ? "upright" : "upright, sitting or squatting";
}

function facing(at) {
  const ahead = cross(minus(at.left_hip, at.right_hip), minus(at.neck, at.pelvis));
  if (Math.abs(ahead[1]) > Math.hypot(ahead[0], ahead[2])) return ahead[1] > 0 ? "faces down" : "faces up";
  return FACING[(Math.round(Math.atan2(ahead[0], -ahead[2]) / (Math.PI / 2)) + 4) % 4];
}

function height(at, side) {
  const y = at[`${side}_wrist`][1], found = LEVELS.find(([, joint]) => y < at[joint][1]);
  return found ? found[0] : y > at.pelvis[1] ? "low" : "at the belly";
}

function knees(at) {
  const bent = SIDES.filter((side) => {
    const [hip, knee, ankle] = ["hip", "knee", "ankle"].map((joint) => at[`${side}_${joint}`]);
    const thigh = minus(hip, knee), shank = minus(ankle, knee);
    const lengths = Math.max(Math.hypot(...thigh) * Math.hypot(...shank), 1e-9);
    return Math.acos(clamp(dot(thigh, shank) / lengths)) < (150 / 180) * Math.PI;
  });
  return bent.length === 2 ? "both knees bent" : bent.length ? `${bent[0]} knee bent` : "legs straight";
}
