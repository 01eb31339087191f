// Widgets come to life when they come near the window: until then, and without scripts, their still pictures are there.
(() => {
/* widget */
const parts = {}; // a script's name -> what it holds
window.liftkitPart = (name, value) => { parts[name] = value; };
const load = (name) => loadScript(name).then(() => parts[name]);
// Where a state holds { part: the name of a script } in the place of a long text.
function* gaps(value) {
  if (value === null || typeof value !== "object") return;
  for (const [name, each] of Object.entries(value)) {
    if (each?.part) yield [value, name, each.part];
    else yield* gaps(each);
  }
}
async function live(place) {
  const state = await load(place.dataset.state), el = document.createElement("div");
  for (const [holder, name, part] of [...gaps(state)]) holder[name] = await load(part);
  const model = { get: (name) => state[name], on() {}, off() {}, send() {}, kernel: false, heading: place.dataset.heading ?? "h3" };
  widget.render({ model, el });
  place.replaceChildren(el);
}
whenNear(document.querySelectorAll(".live"), live);
})();
