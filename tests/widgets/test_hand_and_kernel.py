"""A widget in a real browser whose kernel is this test: refused values, and tips that tell of what has gone."""

import pytest
from lab import browser, needs_chromium
from widget_cells import CELLS, SETUP

from liftkit.view.page import page_html
from liftkit.widgets import RepresentationExplorer, Widget

pytestmark = needs_chromium
ALONE = "const model = { get: (name) => state[name], on() {}, off() {}, send() {}, kernel: false };"
KERNEL = """
const heard = {};
window.sent = [];
window.answer = (now) => {
  Object.assign(state, now);
  for (const name in now) for (const listener of heard[`change:${name}`] ?? []) listener();
};
const model = {
  get: (name) => state[name], off() {}, set() {}, save_changes() {}, send: (message) => window.sent.push(message),
  on: (name, listener) => (heard[name] ??= []).push(listener),
};
"""


@pytest.fixture(scope="module")
def page():
    with browser(reduced_motion="reduce") as page:
        yield page


def opened(page, widget: Widget, folder) -> None:
    html = page_html("test", widget.controller.state() | {"status": dict(widget.status)})
    assert ALONE in html
    (folder / "page.html").write_text(html.replace(ALONE, KERNEL))
    page.goto((folder / "page.html").as_uri())


def answer(page, widget: Widget) -> None:
    """Let the widget's controller answer what the page has sent."""
    for message in page.evaluate("window.sent.splice(0)"):
        widget.handle(message)
    names = [name for name in widget.trait_names() if name.startswith("panel_")]
    page.evaluate("now => window.answer(now)", {name: getattr(widget, name) for name in ("scene", "status", *names)})


def test_a_refused_text_does_not_stay_while_the_old_one_is_used(page, tmp_path):
    widget = RepresentationExplorer()
    widget.press("start")
    opened(page, widget, tmp_path)
    field, error = page.locator("input[name=name]"), page.get_by_role("alert")
    for refused in ("My Rep", "My Rep", "2nd"):
        field.fill(refused)
        field.press("Enter")
        answer(page, widget)
        assert field.input_value() == widget.controller.values["name"] == "my_own" and error.is_visible()
    field.fill("mine")
    field.press("Enter")
    answer(page, widget)
    assert field.input_value() == widget.controller.values["name"] == "mine" and not error.is_visible()


def test_a_tip_follows_the_pointer_and_goes_when_its_joint_has_gone(page, tmp_path):
    names = {}
    exec(SETUP, names)
    widget = eval(CELLS["DragExplorer"], names)
    opened(page, widget, tmp_path)
    joint, tip = page.locator("[data-key=run_0] circle[data-joint=head]"), page.locator(".lk-tip")
    joint.hover(force=True)
    assert "head" in tip.inner_text()
    before, box = tip.bounding_box(), joint.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 + 4, box["y"] + box["height"] / 2)
    assert tip.bounding_box()["x"] > before["x"]
    widget.set("pose", 1)
    answer(page, widget)
    assert not tip.is_visible()
