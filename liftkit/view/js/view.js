// ViewExplorer without a kernel: the answers of liftkit/widgets/view_explorer.py, from what its `answers` packs.
import { network, score, unpacked } from "./lifter.js";
import { rounded } from "./controls.js";
import { describe } from "./describe.js";
import { fill, kept, mean, meanOf, poseState, whole } from "./drag.js";
import { refill } from "./lines.js";

const LIFTED = "lifted", TRUE = "true depth", FLAT = "flat";

export function viewAnswers(data) {
  const { names, texts } = data, joints = names.length, { seeds } = data;
  const [x2ds, depths, truth, turns] = ["x2d", "depths", "truth", "turns"].map((key) => data[key] && unpacked(data[key]));
  const poses = x2ds.length / joints / 2, nets = new Map(), curves = new Map(), means = new Map(), parts = new Map();
  const net = (seed) => kept(nets, seed, () => network(data.nets[seed]));
  for (const [store, known] of [[means, data.means], [curves, data.curves]]) {
    for (const { key, scores } of known) {
      const each = unpacked(scores), sides = data.circle.length;
      seeds.forEach((seed, m) => store.set(`${key} ${seed}`, each.subarray(m * sides, (m + 1) * sides)));
    }
  }

  const chosen = ({ seed }) => (seed === "all" ? seeds : [seed]);
  const factorOf = ({ depth }) => Math.round(depth * 100) / 100;
  const shownOf = (values) => ({ 1: LIFTED, 0: FLAT })[factorOf(values)] ?? `lifted x ${factorOf(values)}`;
  const versionsOf = (values) => [...new Set([LIFTED, ...(truth ? [TRUE] : []), FLAT, shownOf(values)])];

  // A pose as [x, y, z] with one of the depths that are compared, by one seed's lifter.
  function solid(pose, name, seed, values) {
    const member = seeds.indexOf(seed), factor = { [LIFTED]: 1, [FLAT]: 0 }[name] ?? factorOf(values);
    return names.map((_, j) => {
      const z = name === TRUE ? truth[pose * joints + j] : factor * depths[(member * poses + pose) * joints + j];
      return [...x2ds.subarray(2 * (pose * joints + j), 2 * (pose * joints + j) + 2), z];
    });
  }

  // The first two rows of the rotation by the run's prior, then by the elevation: an azimuth turns about a fixed axis.
  function rotation(azimuth, elevation) {
    const a = (azimuth / 180) * Math.PI, e = (elevation / 180) * Math.PI;
    const turn = Array.from({ length: 9 }, (_, i) => turns[i] + Math.cos(a) * turns[9 + i] + Math.sin(a) * turns[18 + i]);
    return [turn.slice(0, 3), [3, 4, 5].map((i) => Math.cos(e) * turn[i] - Math.sin(e) * turn[i + 3])];
  }

  const viewed = (points, rows) => points.map((p) => rows.map((row) => row[0] * p[0] + row[1] * p[1] + row[2] * p[2]));
  const scored = (points, azimuth, elevation, seed) => score(net(seed), viewed(points, rotation(azimuth, elevation)).flat());

  function curveOf(values, name) {
    const { pose, elevation } = values;
    return meanOf(chosen(values).map((seed) => kept(curves, `${name} ${elevation} ${pose} ${seed}`, () => {
      const points = solid(pose, name, seed, values);
      return data.circle.map((azimuth) => scored(points, azimuth, elevation, seed));
    })));
  }

  // The mean curve over several poses, or null as long as a seed's is not computed.
  function meanCurve({ elevation, ...values }, name) {
    const found = chosen(values).map((seed) => means.get(`${name} ${elevation} ${seed}`));
    return found.every(Boolean) ? meanOf(found) : null;
  }

  // Compute a part of the next seed's mean curve that is lacking. Returns whether one was.
  function later(values) {
    const { elevation } = values;
    for (const name of versionsOf(values)) {
      for (const seed of chosen(values)) {
        const key = `${name} ${elevation} ${seed}`;
        if (means.has(key)) continue;
        const sums = kept(parts, key, () => []), rows = rotation(data.circle[sums.length], elevation);
        sums.push(mean(data.several.map((pose) => score(net(seed), viewed(solid(pose, name, seed, values), rows).flat()))));
        if (sums.length === data.circle.length) means.set(key, sums), parts.delete(key);
        return true;
      }
    }
    return false;
  }

  function sentence(values, versions, now, shown) {
    const { azimuth, elevation } = values, level = elevation ? "" : { 0: texts.front, 180: texts.back }[Math.abs(azimuth)];
    const what = { [LIFTED]: texts.lifted, [FLAT]: texts.flat }[shown] ?? fill(texts.scaled, { name: shown });
    const others = versions.filter((name) => name !== shown).map((name) => `${name}: ${rounded(now[name], 2)}`).join(", ");
    const where = fill(elevation ? texts.above : texts.where, { azimuth, elevation });
    return [fill(texts.found, { where, what, score: rounded(now[shown], 2), others }), level].filter(Boolean).join(" ");
  }

  function state(values) {
    const { pose, azimuth, elevation } = values, versions = versionsOf(values), shown = shownOf(values);
    const each = chosen(values), several = each.length > 1, rows = rotation(azimuth, elevation);
    const scoreBy = (name, seed) => scored(solid(pose, name, seed, values), azimuth, elevation, seed);
    const now = Object.fromEntries(versions.map((name) => [name, mean(each.map((seed) => scoreBy(name, seed)))]));
    const lengths = each.flatMap((seed) => solid(pose, LIFTED, seed, values).map((p) => Math.hypot(...p)));
    const reach = 1.05 * Math.max(...lengths);
    const panel = (title, fan, more = {}) => {
      const drawn = names.map((_, j) => meanOf(fan.map((points) => points[j])));
      const fanned = fan.length > 1 ? fan.map((points) => whole(points, [], reach)) : null;
      return poseState({ title, joints: whole(drawn, [], reach), alt: describe(drawn, names), fan: fanned, ...more });
    };
    const solids = each.map((seed) => solid(pose, shown, seed, values)), who = fill(several ? texts.mean : texts.one, { count: each.length, seed: each[0] });
    const faint = truth ? { caption: texts.faint, ghost: whole(solid(pose, TRUE, each[0], values), [], reach) } : {};
    const scoreOf = (name) => ({ caption: fill(several ? texts.scores : texts.score, { score: rounded(now[name], 2), count: each.length }) });
    const from = (name) => fill(texts.from, { name, azimuth });
    const chart = (title, curve) => {
      const lines = versions.map(curve), frame = data.frames.find((one) => one.names.length === versions.length);
      const caption = lines.every(Boolean) ? who : texts.waiting;
      return { title, caption, svg: refill(frame, versions, lines, azimuth, data.circle) };
    };
    const panels = {
      panel_x2d: panel(texts.input, [solid(pose, FLAT, each[0], values).map((p) => p.slice(0, 2))]),
      panel_x3d: panel(fill(texts.solid, { name: shown }), solids, faint),
      panel_view: panel(from(shown), solids.map((points) => viewed(points, rows)), scoreOf(shown)),
      panel_circle: chart(texts.circle, (name) => curveOf(values, name)),
      panel_mean: chart(fill(texts.several, { count: data.several.length }), (name) => meanCurve(values, name)),
    };
    if (truth) panels.panel_true_view = panel(from(TRUE), [viewed(solid(pose, TRUE, each[0], values), rows)], scoreOf(TRUE));
    return { ...panels, message: sentence(values, versions, now, shown) };
  }

  const respond = (values, { kind, name, value }) => (kind === "set" ? { ...values, [name]: value } : values);
  return { respond, state, later };
}
