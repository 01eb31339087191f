// DragExplorer without a kernel: the answers of liftkit/widgets/drag_explorer.py, from what its `answers` packs.
import { UNIT } from "./space.js";
import { readable } from "./controls.js";
import { depths, network, unpacked } from "./lifter.js";
import { describe } from "./describe.js";

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Points as dynamic_state() of liftkit/view/panels.py holds them: whole numbers, by the panel's middle and reach.
export function whole(points, middle, reach) {
  const numbers = points.flatMap((point) => point.map((value, k) => Math.round(((value - (middle[k] ?? 0)) / reach) * UNIT)));
  return numbers.map((value) => (Number.isNaN(value) ? null : value + 0)); // -0 becomes 0
}

// dynamic_state() of a Pose with one skeleton.
export const poseState = (more) => ({
  caption: "", joints: null, doubt: null, strength: null, tips: null, groups: null, ghost: null, fan: null, picture: null, picked: null,
  ...more,
});

// What a store holds by a key, made if it is not there yet.
export function kept(store, key, make) {
  if (!store.has(key)) store.set(key, make());
  return store.get(key);
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const meanOf = (arrays) => Array.from(arrays[0], (_, i) => mean(arrays.map((each) => each[i])));

// The place at or near (x, y) that lies within the lengths of the neighbours: reachable() of drag_explorer.py.
function reachable([x, y], neighbours) {
  for (let round = 0; round < 60; round++) {
    for (const [[u, v], length] of neighbours) {
      const share = Math.min(1, length / Math.max(Math.hypot(x - u, y - v), 1e-12));
      [x, y] = [u + (x - u) * share, v + (y - v) * share];
    }
  }
  return [x, y];
}

export function dragAnswers(data) {
  const { names, bones, texts } = data, count = names.length, [root] = names;
  const [starts, mms, middles, reaches, lengths] = ["starts", "mms", "middles", "reaches", "lengths"].map((key) => unpacked(data[key]));
  const nets = new Map(), befores = new Map(); // once needed; the depths of untouched poses
  const net = (i, seed) => kept(nets, `${i} ${seed}`, () => network(data.runs[i].nets[seed]));
  const seedsOf = ({ seed }, i) => (seed === "all" ? Object.keys(data.runs[i].nets) : [seed]);
  const startOf = ({ pose }) => names.map((_, j) => [...starts.subarray(2 * (pose * count + j), 2 * (pose * count + j) + 2)]);
  const pointsOf = (values) => startOf(values).map((point, j) => values.places[names[j]] ?? point);
  const middleOf = ({ pose }) => [...middles.subarray(2 * pose, 2 * pose + 2)];

  function pull(values, joint, x, y) {
    const at = names.indexOf(joint), points = pointsOf(values), [u, v] = middleOf(values), reach = reaches[values.pose];
    const near = bones.flatMap(([a, b], i) => {
      const other = a === at ? b : b === at ? a : -1;
      return other < 0 ? [] : [[points[other], lengths[values.pose * bones.length + i]]];
    });
    const place = reachable([u + reach * x, v + reach * y], near);
    return { ...values, joint, pulled: joint, places: { ...values.places, [joint]: place } };
  }

  function respond(before, message) {
    const values = { ...before, refused: false }, { kind, name, value, panel, key, joint } = message;
    if (kind === "set") Object.assign(values, { [name]: value });
    if (kind === "press" || (kind === "set" && name === "pose")) Object.assign(values, { pulled: null, places: {} });
    if (kind === "pick" && key !== root) values.joint = key;
    const flat = panel === "x2d";
    if (flat && (kind === "pick" ? key : joint) === root) values.refused = true;
    else if (flat && kind === "drag") return pull(values, joint, message.x, message.y);
    return values;
  }

  // Each run's depths of the untouched and of the pulled pose by every seed that is chosen, and the mean movement in mm.
  function lifted(values) {
    const [start, x2d] = [startOf(values).flat(), pointsOf(values).flat()], mm = mms[values.pose];
    return data.runs.map((_, i) => {
      const each = seedsOf(values, i).map((seed) => [
        kept(befores, `${i} ${seed} ${values.pose}`, () => depths(net(i, seed), start)), depths(net(i, seed), x2d),
      ]);
      const moved = meanOf(each.map(([before, after]) => after.map((z, j) => Math.abs(z - before[j]) * mm)));
      return { before: each.map(([before]) => before), after: each.map(([, after]) => after), moved };
    });
  }

  function liftedPanel(values, i, { before, after, moved }, full) {
    const several = after.length > 1, reach = reaches[values.pose], middle = [...middleOf(values), 0];
    const solid = (points, z) => points.map((point, j) => [...point, z[j]]);
    const most = moved.indexOf(Math.max(...moved)), drawn = solid(pointsOf(values), meanOf(after));
    const tips = names.map((name, j) => fill(texts.moved, { joint: readable(name), mm: moved[j].toFixed(0) }));
    const told = fill(several ? texts.mostMean : texts.most, { what: tips[most] });
    const caption = moved[most] >= data.least ? fill(texts.legend, { caption: told, mm: full.toFixed(0) }) : texts.none;
    const about = { run: readable(data.runs[i].title), count: after.length, seed: seedsOf(values, i)[0] };
    return poseState({
      title: fill(several ? texts.mean : texts.one, about), caption, alt: `${describe(drawn, names)}; ${caption}`, tips,
      joints: whole(drawn, middle, reach), strength: moved.map((mm) => mm / full),
      ghost: several ? null : whole(solid(startOf(values), before[0]), middle, reach),
      fan: several ? after.map((z) => whole(solid(pointsOf(values), z), middle, reach)) : null,
      picked: names.indexOf(values.joint),
    });
  }

  function sentence(values, found) {
    const { pulled, pose } = values, part = data.parts[names.indexOf(pulled)];
    if (values.refused) return fill(texts.root, { joint: readable(root) });
    if (pulled === null) return texts.hint;
    const at = names.indexOf(pulled), [x, y] = pointsOf(values)[at], [u, v] = startOf(values)[at];
    const other = [...names.keys()].filter((j) => j && data.parts[j] !== part);
    const runs = data.runs.map(({ title }, i) => {
      const { moved } = found[i], most = other.reduce((best, j) => (moved[j] > moved[best] ? j : best));
      const about = { run: readable(title), joint: readable(names[most]), mm: moved[most].toFixed(0) };
      return fill(moved[most] >= data.least ? texts.crossed : texts.apart, about);
    });
    const far = (Math.hypot(x - u, y - v) * mms[pose]).toFixed(0);
    return fill(texts.far, { joint: readable(pulled), mm: far, runs: runs.join(", ") });
  }

  function state(values) {
    const found = lifted(values), points = pointsOf(values), middle = middleOf(values), reach = reaches[values.pose];
    const places = Object.keys(values.places).map(readable).join(", ");
    const panels = { panel_x2d: poseState({
      title: "2D: pull a keypoint", caption: places ? fill(texts.pulled, { joints: places }) : texts.pull,
      alt: describe(points, names), joints: whole(points, middle, reach), ghost: whole(startOf(values), middle, reach),
      picked: names.indexOf(values.joint),
    }) };
    const full = Math.max(data.fullGlow, ...found.flatMap(({ moved }) => moved));
    found.forEach((one, i) => { panels[`panel_run_${i}`] = liftedPanel(values, i, one, full); });
    return { ...panels, message: sentence(values, found) };
  }

  return { respond, state };
}
