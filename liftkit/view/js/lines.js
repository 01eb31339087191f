// New curves in a line chart that Python drew with fixed axes: liftkit/view/charts/lines.py.
import { clamp } from "./space.js";

const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LETTER = 0.58 * 12; // pixels: NARROW * SIZE of charts/svg.py

const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

// At least three significant digits in few characters: number() of charts/axes.py.
export function number(value) {
  if (Math.abs(value) < 1e-300) return "0";
  const exponent = Number(value.toExponential(2).split("e")[1]);
  if (exponent >= -3 && exponent < 9) return trimmed(value.toFixed(Math.max(0, 2 - exponent)));
  const power = "10" + String(exponent).replace(/./g, (letter) => POWERS[letter] ?? "⁻");
  const factor = trimmed((value / 10 ** exponent).toFixed(2));
  return { 0: "0", 1: power }[factor] ?? `${factor}×${power}`;
}

// frame: { svg, names, low, high }, a chart of as many curves with a mark. x: of every curve, rising. curves: null for
// one that is not known yet. Only the last name may differ from the frame's.
export function refill({ svg, names: before, low, high }, names, curves, mark, x) {
  const [top, bottom] = svg.match(/lk-mark" d="M[\d.]+ ([\d.]+)V([\d.]+)"/).slice(1).map(Number);
  const line = (i) => new RegExp(`(class="lk-line lk-s${i}" d=")(M[^"]*L[^"]*)`);
  const across = svg.match(line(0))[2].slice(1).split("L").map((point) => Number(point.split(" ")[0]));
  const [left, right] = [across[0], across.at(-1)], place = left + ((mark - x[0]) / (x.at(-1) - x[0])) * (right - left);
  const up = (y) => bottom - ((y - low) / (high - low)) * (bottom - top);
  curves.forEach((curve, i) => {
    const points = curve && `M${across.map((u, k) => `${u.toFixed(1)} ${up(curve[k]).toFixed(1)}`).join("L")}`;
    svg = svg.replace(line(i), `$1${points ?? ""}`);
  });
  const text = `${mark}°`, wide = text.length * LETTER, start = clamp(place - wide / 2, left, right - wide);
  svg = svg.replace(/(lk-mark" d="M)[\d.]+( [^>]*\/><text x=")[\d.]+("[^>]*>)[^<]*/, (_, a, b, c) => `${a}${place.toFixed(1)}${b}${start.toFixed(1)}${c}${text}`);
  svg = svg.replace(/data-tip="([^"&]*?(-?[\d.]+))&#10;[^"]*"/g, (_, first, at) => {
    const k = x.indexOf(Number(at));
    return `data-tip="${[first, ...names.map((name, i) => `${name}: ${curves[i] ? number(curves[i][k]) : "no value"}`)].join("&#10;")}"`;
  });
  const said = names.map((name, i) => {
    if (!curves[i]) return `${name}: no value`;
    const [a, b, least, most] = [curves[i][0], curves[i].at(-1), Math.min(...curves[i]), Math.max(...curves[i])].map(number);
    return `${name}: from ${a} at ${number(x[0])} to ${b} at ${number(x.at(-1))}, least ${least}, most ${most}`;
  });
  svg = svg.replace(/(aria-label="[^"]*? series\. )[^"]*/, (_, begin) => `${begin}${said.join("; ")}; marked at ${number(mark)}: ${text}`);
  return svg.replace(`>${before.at(-1)}</text>`, `>${names.at(-1)}</text>`);
}
