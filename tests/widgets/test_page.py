"""A widget's saved page in a real browser: a file of its own, since Playwright drives one browser at a time."""

from lab import browser, elsewhere, needs_chromium

from liftkit import load_poses
from liftkit.widgets import PoseViewer
from tests.widgets.test_browser import by_mouse, changed

pytestmark = needs_chromium


def test_a_saved_page_turns_and_plays_without_a_kernel(tmp_path):
    file = PoseViewer(load_poses("synthetic").test).to_html(tmp_path / "page.html")
    with browser(viewport={"width": 900, "height": 600}) as page:
        page.goto(file.as_uri())
        widget = page.locator("section.lk")
        start = widget.get_attribute("data-view")
        space = widget.locator("svg.lk-skeleton:has(.lk-floor)").first
        space.focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(200)
        assert widget.get_attribute("data-view") != start
        assert changed(widget, lambda: widget.get_by_role("button", name="Play").click())
        widget.get_by_role("button", name="Pause").click()
        assert changed(widget, lambda: by_mouse(widget.locator("input[name=frame]")))
        assert page.complaints == [] and elsewhere(page.requests) == [file.as_uri()]
