// A panel with a chart that Python drew: read by hovering, or by arrow keys from one marked element to the next; Enter
// or a click picks it.
import { towards } from "./space.js";
import { element } from "./controls.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// actions: { pick(key), tip(text, event) } -> { node, show(dynamic_state() of a Chart of liftkit/view/panels.py) }
export function chartPanel(actions) {
  const box = element("div", { className: "lk-chart", tabIndex: 0 });
  let at = -1; // the marked element that arrow keys have reached
  const marked = () => [...box.querySelectorAll("[data-pick], [data-tip]")];
  const pick = (node) => node?.dataset.pick && actions.pick(node.dataset.pick);
  const tip = (node, event) => actions.tip(node?.dataset.tip ?? "", event);
  box.addEventListener("pointermove", (event) => tip(event.target.closest("[data-tip]"), event));
  box.addEventListener("pointerleave", () => actions.tip(""));
  box.addEventListener("click", (event) => pick(event.target.closest("[data-pick]")));
  box.addEventListener("keydown", (event) => {
    const nodes = marked(), way = ARROWS[event.key];
    if (event.key === "Enter") return pick(nodes[at]);
    if (!way || !nodes.length) return;
    event.preventDefault(), event.stopPropagation();
    const boxes = nodes.map((node) => node.getBoundingClientRect());
    const centres = boxes.map(({ left, top, width, height }) => [left + width / 2, top + height / 2]);
    at = at in nodes ? towards(centres, at, way) : 0;
    nodes.forEach((node, i) => node.classList.toggle("lk-at", i === at));
    const [clientX, clientY] = centres[at];
    tip(nodes[at], { clientX, clientY });
  });
  const show = ({ svg }) => {
    const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    box.replaceChildren(document.importNode(drawn, true));
    marked()[at]?.classList.add("lk-at");
  };
  return { node: box, show };
}
