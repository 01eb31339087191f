// A page that answers by states stored beforehand: what liftkit/view/stored.py packs.
import { decoded } from "./lifter.js";

async function unzipped(text) {
  const stream = new Blob([decoded(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

// values with sorted names, without the number of their state: two with the same text are the same state.
const keyOf = (values) => JSON.stringify(Object.keys(values).sort().filter((name) => name !== "at" && name !== "absent").map((name) => [name, values[name]]));

export async function storedAnswers({ content, absent }) {
  const { pool, elements, states, edges } = JSON.parse(await unzipped(content));
  const whole = (part) => (part?.svg ? { ...part, svg: part.svg.map((i) => elements[i]).join("") } : part);
  const statuses = states.map(({ status }) => pool[status]);
  const byValues = new Map(statuses.map(({ values }, i) => [keyOf(values), i]).reverse()); // the nearest one counts

  // A film's frame is no state of its own.
  function next(values, { kind, name, value, panel, key }) {
    const at = values.at ?? 0, found = edges[at]?.[JSON.stringify([kind, name ?? panel ?? null, value ?? key ?? null])];
    return found ?? (kind === "set" ? byValues.get(keyOf({ ...statuses[at].values, [name]: value })) : undefined);
  }

  function respond(values, message) {
    const film = pool[states[values.at ?? 0].scene].controls.find(({ local, name }) => local && name === message.name);
    if (film) return { ...values, [message.name]: message.value };
    const at = next(values, message);
    if (message.kind === "tick" && !statuses[values.at ?? 0].running) return values; // a late one
    if (at === undefined) return { ...values, absent: true };
    return { ...statuses[at].values, at };
  }

  function state({ at = 0, absent: lacking }) {
    const shown = Object.fromEntries(Object.entries(states[at]).map(([name, i]) => [name, whole(pool[i])]));
    const { status, scene, ...panels } = shown, { message, running } = status;
    const statics = scene.panels.map((i) => whole(pool[i]));
    return { ...panels, scene: { ...scene, panels: statics }, running: running && !lacking, message: lacking ? absent : message };
  }

  return { respond, state };
}
