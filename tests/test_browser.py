"""The first lesson in a real JupyterLab in a real browser, as ``make lab`` opens it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LESSON = Path(__file__).parents[1] / "notebooks" / "00_start_here.ipynb"
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
MINUTES = 60_000

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: apt install chromium)")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that shows a copy of the first lesson."""
    folder = tmp_path_factory.mktemp("notebooks")
    shutil.copy(LESSON, folder)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0", "--ServerApp.root_dir", folder]
    command += ["--LabApp.extension_manager=readonly", *(["--allow-root"] if os.geteuid() == 0 else [])]
    log = folder.parent / "lab.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            list(map(str, command)), stdout=file, stderr=file, env={**os.environ, "PLOTLY_RENDERER": "plotly_mimetype"}
        )
    try:
        for _ in range(120):
            if found := re.search(r"http://(localhost|127\.0\.0\.1):\d+/lab\?token=\w+", log.read_text()):
                break
            assert server.poll() is None, log.read_text()
            pytest.importorskip("time").sleep(0.5)
        yield found[0].replace("/lab?", f"/lab/tree/{LESSON.name}?")
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def page(lab):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.outside = []
        page.on("request", lambda r: page.outside.append(r.url) if not re.match(r"(http|ws)://(localhost|127)|data:|blob:", r.url) else None)
        page.goto(lab)
        page.get_by_role("menuitem", name="Run", exact=True).click(timeout=2 * MINUTES)
        page.get_by_text("Run All Cells", exact=True).click()
        # the last cell's table appears when all the others have run
        page.locator(".jp-OutputArea-output table:has-text('left_wrist')").wait_for(timeout=5 * MINUTES)
        yield page
        browser.close()


def test_every_cell_runs_without_an_error(page):
    assert page.locator("[data-mime-type='application/vnd.jupyter.error'], .jp-mod-error").count() == 0


def test_pictures_and_figures_are_drawn(page):
    for selector, at_least in ((".js-plotly-plot", 3), (".jp-RenderedSVG", 1)):
        page.locator(selector).first.scroll_into_view_if_needed()
        assert page.locator(selector).count() >= at_least, selector
    box = page.locator(".js-plotly-plot").first.bounding_box()
    assert box["width"] > 300 and box["height"] > 300


def test_progress_is_a_bar_that_ends_full(page):
    assert "1200/1200" in page.locator(".jp-OutputArea").all_inner_texts().__str__()


def test_nothing_outside_this_machine_is_asked(page):
    assert page.outside == []
