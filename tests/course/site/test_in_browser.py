"""The site in Chromium, opened as files: quiet console, nothing asked for elsewhere, figures drawn, widgets alive."""

import time
from pathlib import Path

import pytest
from lab import browser, needs_chromium
from nbformat.v4 import new_code_cell, new_output
from small_course import FIRST, write_course

from liftkit import load_poses
from liftkit.course.site.build import build_site
from liftkit.widgets import PoseViewer

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
SIZES = {"laptop": {"width": 1366, "height": 850}, "phone": {"width": 360, "height": 740}}
WIDE = "document.documentElement.scrollWidth - innerWidth"  # in px: what can only be seen by scrolling sideways

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The real course as a site, its files and the seconds that it took."""
    start = time.perf_counter()
    files = build_site(NOTEBOOKS, tmp_path_factory.mktemp("course") / "site")
    return files, time.perf_counter() - start


@pytest.fixture(params=SIZES)
def page(request):
    with browser(viewport=SIZES[request.param], color_scheme="dark") as page:
        page.set_default_timeout(120_000)
        yield page
        outside = [url for url in page.requests if not url.startswith(("file:", "data:"))]
        assert (page.complaints, outside) == ([], [])


def test_the_course_is_small_and_quickly_built(course):
    files, seconds = course
    assert {path.with_suffix(".html").name for path in NOTEBOOKS.glob("*.ipynb")} <= {path.name for path in files}
    assert sum(path.stat().st_size for path in files) <= 15e6
    assert seconds < 300


def test_the_course_can_be_read_searched_and_seen(course, page):
    files, _ = course
    page.goto(files[0].as_uri())
    assert page.locator("main h3 a").count() == len(list(NOTEBOOKS.glob("*.ipynb")))
    assert page.evaluate(WIDE) <= 0
    page.get_by_role("searchbox").fill("knee folds")
    page.locator(".results a").first.click()
    page.wait_for_url("**/0*.html**")

    page.goto(files[0].with_name("10_what_did_it_learn.html").as_uri())
    answers = page.locator("details.answer")
    assert answers.count() >= 5 and page.locator("details[open]").count() == 0
    assert page.locator("details details").count() == 0
    answers.first.locator("summary").first.click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    charts = page.locator(".plotly")
    assert charts.count() == 2
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        chart.locator(".main-svg").first.wait_for()
    assert page.evaluate(WIDE) <= 0

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_stored_state_is_a_live_widget(page, tmp_path):
    viewer = PoseViewer(load_poses("synthetic").test.select(clip=[914]).select(camera=0))
    state = viewer.controller.state()
    data = {"application/vnd.liftkit.widget+json": state, "image/svg+xml": viewer.svg(), "text/plain": "a viewer"}
    cells = [*FIRST[:2], new_code_cell("viewer", outputs=[new_output("display_data", data)])]
    files = build_site(write_course(tmp_path / "lessons", cells), tmp_path / "site")
    page.goto(files[0].with_name("00_first.html").as_uri())
    assert page.locator(".live section.lk .lk-panel").count() == len(state["scene"]["panels"])
    assert page.locator(".live .still").count() == 0
