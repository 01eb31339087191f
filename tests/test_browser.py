"""The first lesson in a real JupyterLab in a real browser, as ``make lab`` opens it."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LESSON = Path(__file__).parents[1] / "notebooks" / "00_start_here.ipynb"
# Without the last of these Chromium itself looks for updates and the like.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-component-update"]
FLAGS += ["--disable-quic", "--disable-background-networking"]

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: apt install chromium)")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that shows a copy of the first lesson."""
    folder = tmp_path_factory.mktemp("notebooks")
    shutil.copy(LESSON, folder)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0", "--ServerApp.root_dir", folder]
    command += ["--LabApp.extension_manager=readonly", *(["--allow-root"] if os.geteuid() == 0 else [])]
    log = folder.parent / "lab.log"
    environment = {**os.environ, "PLOTLY_RENDERER": "plotly_mimetype"}
    with log.open("w") as file:
        server = subprocess.Popen(list(map(str, command)), stdout=file, stderr=file, env=environment)
    try:
        for _ in range(120):
            if found := re.search(r"http://(localhost|127\.0\.0\.1):\d+/lab\?token=\w+", log.read_text()):
                break
            assert server.poll() is None, log.read_text()
            time.sleep(0.5)
        yield found[0].replace("/lab?", f"/lab/tree/{LESSON.name}?")
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def seen(lab):
    """What a student sees who runs all cells and scrolls through the lesson: counts and requests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(lab)
        # before the kernel is there, JupyterLab would ask which one to use
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        yield _scroll_through(page) | {"requests": requests}
        browser.close()


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
        selectors |= {"pictures": ".jp-RenderedSVG", "full bars": ".jp-OutputArea-output:has-text('800/800')"}
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
    assert [url for url in seen["requests"] if not re.match(r"(http|ws)s?://(localhost|127\.)|data:|blob:", url)] == []
