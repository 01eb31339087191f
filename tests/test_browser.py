"""The first lesson in a real JupyterLab in a real browser, as ``make lab`` opens it."""

import os
import shutil
from pathlib import Path

import pytest
from lab import CHROMIUM, browser, elsewhere, lab, run_all

LESSON = Path(__file__).parents[1] / "notebooks" / "00_start_here.ipynb"

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: apt install chromium)")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What a student sees who runs all cells and scrolls through the lesson: counts and requests."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    folder.mkdir()
    shutil.copy(LESSON, folder)
    with lab(folder) as address, browser(viewport={"width": 1200, "height": 1000}) as page:
        run_all(page, address(LESSON.name))
        yield _scroll_through(page) | {"requests": page.requests}


def _scroll_through(page) -> dict:
    panel = page.locator(".jp-WindowedPanel-outer").first
    last = page.locator(".jp-OutputArea-output table:has-text('left_wrist')")
    for _ in range(240):  # JupyterLab draws the cells in view only
        panel.evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
        if last.count():
            break
        page.wait_for_timeout(1000)
    counts = {"finished": last.count(), "errors": 0, "charts": 0, "pictures": 0, "bars": 0, "full bars": 0}
    for position in range(0, panel.evaluate("panel => panel.scrollHeight") + 1, 600):
        panel.evaluate("(panel, top) => panel.scrollTo(0, top)", position)
        page.wait_for_timeout(700)
        if folder := os.environ.get("LIFTKIT_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{position:05}.png")
        selectors = {"errors": ".jp-RenderedText[data-mime-type*='error']", "charts": ".js-plotly-plot .main-svg"}
        selectors |= {
            "pictures": ".lk-panels svg, .lk-panels canvas",
            "full bars": ".jp-OutputArea-output:has-text('800/800')",
        }
        selectors["bars"] = ".jp-OutputArea-output .widget-hprogress .progress-bar"
        for name, selector in selectors.items():
            counts[name] = max(counts[name], page.locator(selector).count())
    return counts


def test_every_cell_runs_without_an_error(seen):
    assert seen["finished"] and seen["errors"] == 0


def test_pictures_and_figures_are_drawn(seen):
    assert seen["pictures"] >= 1 and seen["charts"] >= 1


def test_the_progress_bar_is_seen_and_ends_full(seen):
    assert seen["bars"] == seen["full bars"] == 1


def test_nothing_outside_this_machine_is_asked(seen):
    assert elsewhere(seen["requests"]) == []
