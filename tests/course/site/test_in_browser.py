"""The site in Chromium, opened as files: quiet console, nothing asked for elsewhere, figures drawn, widgets alive."""

from pathlib import Path

import nbformat
import pytest
from lab import browser, needs_chromium
from nbformat.v4 import new_code_cell, new_output
from small_course import FIRST, write_course

from benchmarks.site import computed
from liftkit import load_poses
from liftkit.course.site.build import build_site
from liftkit.view.still import still_html
from liftkit.widgets import WIDGETS, DragExplorer, PoseViewer, Prediction
from liftkit.widgets.widget import PAGE

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
SIZES = {"laptop": {"width": 1366, "height": 850}, "phone": {"width": 360, "height": 740}}
WIDE = "document.documentElement.scrollWidth - innerWidth"  # in px: what can only be seen by scrolling sideways

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The real course as a site: its files, and the seconds of computing that it and its kernels took."""
    start = computed()
    files = build_site(NOTEBOOKS, tmp_path_factory.mktemp("course") / "site")
    return files, computed() - start


@pytest.fixture(params=SIZES)
def page(request):
    with browser(viewport=SIZES[request.param], color_scheme="dark") as page:
        page.set_default_timeout(120_000)
        yield page
        outside = [url for url in page.requests if not url.startswith(("file:", "data:"))]
        assert (page.complaints, outside) == ([], [])


@pytest.mark.thorough
def test_the_course_is_small_and_quickly_built(course):
    files, seconds = course
    assert {path.with_suffix(".html").name for path in NOTEBOOKS.glob("*.ipynb")} <= {path.name for path in files}
    assert sum(path.stat().st_size for path in files) <= 15e6
    assert seconds / 2 < 300  # on two cores


@pytest.mark.thorough
def test_every_widget_of_the_course_is_alive(course, page):
    files, _ = course
    alive = 0
    for path in (one for one in files if (NOTEBOOKS / f"{one.stem}.ipynb").is_file()):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        places = page.locator(".live")
        for place in places.all():
            place.scroll_into_view_if_needed()
            place.locator("section.lk").wait_for()
        assert page.locator(".live .still").count() == 0 and page.evaluate(WIDE) <= 0, path.name
        alive += places.count()
    names = tuple(f"{name}(" for name in WIDGETS)
    cells = [cell for path in NOTEBOOKS.glob("*.ipynb") for cell in nbformat.read(path, as_version=4).cells]
    texts = [one.get("data", {}).get("text/plain", "") for cell in cells for one in cell.get("outputs", ())]
    assert alive == sum(text.startswith(names) for text in texts) > 50


@pytest.mark.thorough
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
    assert page.locator("details details", has_text="your guess").count() == 0
    assert page.locator("details details", has_text="You have not committed").count() == 0
    answers.first.locator("summary").first.click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    charts = page.locator(".plotly")
    stored = (NOTEBOOKS / "10_what_did_it_learn.ipynb").read_text(encoding="utf-8")
    assert charts.count() == stored.count('"application/vnd.plotly.v1+json": {') > 1
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        chart.locator(".main-svg").first.wait_for()
    assert page.evaluate(WIDE) <= 0

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_widget_of_a_lesson_answers_a_hand(page, tmp_path):
    few = load_poses("synthetic").test.select(clip=[914]).select(camera=0)
    shown = [PoseViewer(few), Prediction("Which?", ["legs", "arms"]), DragExplorer(poses=few)]
    cells = [*FIRST[:2]]
    for one in shown:
        data = {PAGE: one.page_state(), "text/html": still_html(one.svg(), "one"), "text/plain": repr(one)}
        cells.append(new_code_cell("one", outputs=[new_output("display_data", data)]))
    files = build_site(write_course(tmp_path / "lessons", cells), tmp_path / "site")
    page.goto(files[0].with_name("00_first.html").as_uri())
    places = page.locator(".live")
    for place, one in zip(places.all(), shown, strict=True):
        place.scroll_into_view_if_needed()
        place.locator("section.lk").wait_for()
        assert place.locator(".lk-panel").count() == len(one.controller.panels())
    assert page.locator("h1").count() == 1 and page.locator(".live .still").count() == 0
    asked = places.nth(1)
    asked.get_by_role("radio", name="arms").check()
    asked.get_by_role("button", name="Commit").click()
    asked.get_by_text("Your guess: arms.").wait_for()
    pulled = places.nth(2)
    pulled.locator("[tabindex]").first.focus()
    before = pulled.inner_text()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("([place, text]) => place.innerText !== text", arg=[pulled.element_handle(), before])
