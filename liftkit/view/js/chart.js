// A panel with a chart that Python drew: read by hovering, or by arrow keys from one marked element to the next; Enter
// or a click picks it.
import { towards } from "./space.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MARKED = "[data-pick], [data-tip]";

export class ChartPanel {
  // actions: { pick(key), tip(text, event) }
  constructor(box, actions) {
    Object.assign(this, { box, actions, at: -1 });
    box.tabIndex = 0;
    box.addEventListener("pointermove", (event) => this.tip(event.target.closest("[data-tip]"), event));
    box.addEventListener("pointerleave", () => actions.tip(""));
    box.addEventListener("click", (event) => this.pick(event.target.closest("[data-pick]")));
    box.addEventListener("keydown", (event) => this.key(event));
  }

  get marked() {
    return [...this.box.querySelectorAll(MARKED)];
  }

  show(svg) {
    const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    this.box.replaceChildren(document.importNode(drawn, true));
    this.marked[this.at]?.classList.add("lk-at");
  }

  pick(node) {
    if (node?.dataset.pick) this.actions.pick(node.dataset.pick);
  }

  tip(node, event) {
    this.actions.tip(node?.dataset.tip ?? "", event);
  }

  key(event) {
    const nodes = this.marked, way = ARROWS[event.key];
    if (event.key === "Enter") return this.pick(nodes[this.at]);
    if (!way || !nodes.length) return;
    event.preventDefault(), event.stopPropagation();
    const boxes = nodes.map((node) => node.getBoundingClientRect());
    const centres = boxes.map((box) => [box.left + box.width / 2, box.top + box.height / 2]);
    this.at = this.at in nodes ? towards(centres, this.at, way) : 0;
    nodes.forEach((node, i) => node.classList.toggle("lk-at", i === this.at));
    const [clientX, clientY] = centres[this.at];
    this.tip(nodes[this.at], { clientX, clientY });
  }
}
