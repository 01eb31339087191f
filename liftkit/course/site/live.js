// Widgets come to life when they come near the window: until then, and without scripts, their still pictures are there.
// Their states are scripts, because a browser loads neither modules nor data from file://.
(() => {
/* widget */
const arrived = new Map(), waiting = new Map(); // a script's name -> what it holds; the promise of it
window.liftkitPart = (name, value) => arrived.set(name, value);
function load(name) {
  if (!waiting.has(name)) {
    waiting.set(name, new Promise((done, fail) => {
      const script = Object.assign(document.createElement("script"), { src: name, onerror: fail });
      script.onload = () => done(arrived.get(name));
      document.head.append(script);
    }));
  }
  return waiting.get(name);
}
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
const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
  near.unobserve(target);
  live(target);
}), { rootMargin: "600px" });
for (const place of document.querySelectorAll(".live")) near.observe(place);
})();
