"""How quick the widgets are in a real JupyterLab: ``python -m benchmarks.widgets``; needs Chromium; two minutes.

The bars: first paint of a viewer within 250 ms after its cell has run (median, warm kernel), 30 frames a second while
17 joints x 4 poses are turned or played, a pull at a keypoint answered within 16 ms (median of 200 moves) with no
backlog when the mouse is faster than the kernel.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import typer
from lab import CHROMIUM, browser, lab, run_all, write_notebook

from benchmarks import blocks
from benchmarks.speed import SPEED, Measured, record

SETUP = """\
from liftkit import load_poses, load_record
from liftkit.widgets import DragExplorer, PoseViewer
poses = load_poses("synthetic").test.select(slice(None, None, 7))
runs = {name: load_record(name) for name in ("full", "legs_torso")}
PoseViewer(poses, runs), DragExplorer(runs, poses); print("ready")
"""
VIEWER, DRAG = "PoseViewer(poses, runs)", "DragExplorer(runs, poses)"
TIMES = 9

# From the key that runs the selected cell until what a selector names is on the page, and painted.
PAINTED = """(selector) => new Promise((done) => {
  document.querySelectorAll(selector).forEach((node) => node.setAttribute("data-old", ""));
  const start = performance.now();
  const poll = () => document.querySelector(`${selector}:not([data-old])`)
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0)) : setTimeout(poll, 2);
  poll();
})"""
# Frames in which something has moved, in two seconds of turning by pointer events, or of playing.
TURNED = """(svg) => new Promise((done) => {
  const box = svg.getBoundingClientRect(), place = () => svg.querySelector("line.lk-bone").getAttribute("x1");
  const at = (x) => ({ pointerId: 1, clientX: box.left + x, clientY: box.top + 50, bubbles: true });
  const point = (kind, x) => svg.dispatchEvent(new PointerEvent(kind, at(x)));
  svg.setPointerCapture = () => {};
  let moved = 0, last = "", x = 20;
  const start = performance.now();
  point("pointerdown", x);
  const frame = () => {
    const past = performance.now() - start;
    if (past > 2000) return point("pointerup", x), done((1000 * moved) / past);
    if (place() !== last) moved++;
    last = place();
    point("pointermove", (x += 3));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""
SMOOTH = """() => new Promise((done) => {
  let frames = 0;
  const start = performance.now();
  const frame = () => {
    const past = performance.now() - start;
    frames++;
    if (past > 2000) done((1000 * frames) / past);
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""
# 200 moves of a held keypoint, one after the other: milliseconds until the lifted depths in the page have changed. They
# are painted with the frame in which the pointer was moved.
PULLED = """async (section) => {
  const flat = section.querySelector("svg.lk-pull"), lifted = section.querySelectorAll("figure svg.lk-skeleton")[1];
  const joint = flat.querySelector("[data-joint=left_ankle]").getBoundingClientRect();
  const [x, y] = [joint.left + joint.width / 2, joint.top + joint.height / 2];
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const at = (dx, dy) => ({ pointerId: 1, clientX: x + dx, clientY: y + dy, bubbles: true });
  const point = (kind, dx, dy) => flat.dispatchEvent(new PointerEvent(kind, at(dx, dy)));
  flat.setPointerCapture = () => {};
  const drawn = () => [...lifted.querySelectorAll("circle")].map((c) => c.getAttribute("r")).join() + lifted.ariaLabel;
  const changed = (before) => new Promise((done) => {
    const until = performance.now() + 3000;
    const poll = () => (drawn() !== before || performance.now() > until ? done() : setTimeout(poll, 1));
    poll();
  });
  const times = [];
  point("pointerdown", 0, 0);
  await changed("");
  for (let i = 0; i < 200; i++) {
    const before = drawn(), start = performance.now();
    point("pointermove", 25 * Math.sin(i / 7) + (i % 2), -20 * Math.cos(i / 5) - (i % 3));
    await changed(before);
    times.push(performance.now() - start);
  }
  const flood = performance.now();
  for (let i = 0; i < 200; i++) {
    point("pointermove", 20 * Math.sin(i / 3), -15 * Math.cos(i / 4));
    await pause(3);
  }
  const end = performance.now();
  let last = drawn(), changedAt = end;
  while (performance.now() - changedAt < 500) {
    await pause(2);
    if (drawn() !== last) [last, changedAt] = [drawn(), performance.now()];
  }
  point("pointerup", 0, 0);
  return { times, flooded: end - flood, late: changedAt - end };
}"""


def run_cell(page, number: int, selector: str) -> float:
    """Milliseconds from running a cell to its first paint."""
    cell = page.locator(".jp-Cell").nth(number)
    cell.scroll_into_view_if_needed()
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Escape")
    waiting = page.evaluate_handle(f"window.painted = ({PAINTED}); null")
    waiting.dispose()
    page.evaluate("selector => { window.result = window.painted(selector); }", selector)
    page.keyboard.press("Control+Enter")
    return page.evaluate("() => window.result")


def main(out: blocks.OUT = SPEED) -> None:
    """Measure all of it."""
    if not CHROMIUM:
        raise SystemExit("needs Chromium (Debian: apt install chromium)")
    folder = Path(tempfile.mkdtemp()) / "notebooks"
    write_notebook(folder / "speed.ipynb", [SETUP, VIEWER, DRAG])
    with lab(folder) as address, browser(viewport={"width": 1300, "height": 1400}) as page:
        run_all(page, address("speed.ipynb"))
        page.locator("section.lk svg.lk-pull").wait_for(timeout=60_000)
        page.wait_for_timeout(2000)
        first = np.median([run_cell(page, 1, "section.lk svg.lk-skeleton") for _ in range(TIMES)])
        viewer = page.locator("section.lk").first
        turned = viewer.locator("svg.lk-skeleton").nth(1).evaluate(TURNED)
        viewer.get_by_role("button", name="Play").click()
        played = page.evaluate(SMOOTH)
        viewer.get_by_role("button", name="Pause").click()
        drag = page.locator("section.lk:has(svg.lk-pull)").first
        drag.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        pulled = drag.evaluate(PULLED)
    median, most = np.quantile(pulled["times"], [0.5, 0.95])
    rows = [
        Measured(f"first paint of a viewer, median of {TIMES}", first, "ms", at_most=250),
        Measured("frames a second while it is turned", turned, at_least=30),
        Measured("frames a second while it plays", played, at_least=30),
        Measured("a pull at a keypoint is drawn, median of 200", median, "ms", at_most=16),
        Measured("a pull at a keypoint is drawn, 95 % of 200", most, "ms", at_most=30),
        Measured("after 200 pulls in half a second the last is drawn", pulled["late"], "ms"),
    ]
    record("widgets", rows, out)


if __name__ == "__main__":
    typer.run(main)
