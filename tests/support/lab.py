"""A JupyterLab and a Chromium for tests, as ``make lab`` and a student's browser."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.browser  # tests/conftest.py skips such a test if there is none
# Without the last of these Chromium itself looks for updates and the like.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-component-update"]
FLAGS += ["--disable-quic", "--disable-background-networking"]
UNCAUGHT = "Uncaught exception:"
SLOW = re.compile("^Plugin .* (took .*|is taking too long) to activate")  # on a busy machine
# What JupyterLab itself says on the console.
NOT_OURS = re.compile("WebSocket|Failed to load resource|JupyterLab|jupyterlab|extension|lumino|service worker|Yjs|yjs")
# Every cell of a lesson still runs and shows what it shows; the twelve take 118 s of kernel time, and 428 s in full.
MOST_STEPS = 20
SHORT_TRAININGS = f"""
from liftkit.config import TrainConfig
_check = TrainConfig.__post_init__
def _shorten(config):
    _check(config)
    object.__setattr__(config, "steps", min(config.steps, {MOST_STEPS}))
TrainConfig.__post_init__ = _shorten
"""
# After every cell: each widget's live state is its controller's, and a picture that the cell stored is of that state.
NOT_SO = "shown, but not so: "
ONE_STATE = f"""
import gc, json
from liftkit.widgets import Widget
_shown, _display, _plain = [], Widget._ipython_display_, lambda state: json.loads(json.dumps(state))
def _noted(self, **options):
    _display(self, **options)
    _shown.append((self, self.svg()))
Widget._ipython_display_ = _noted
def _known(state):
    return {{name: value for name, value in _plain(state).items() if name not in ("error", "running", "number")}}
def _check_widgets(result):
    faults = [widget for widget, picture in _shown if widget.svg() != picture]
    _shown.clear()
    for widget in [each for each in gc.get_objects() if issubclass(type(each), Widget)]:
        state = widget.controller.state().items()
        faults += [widget] * any(_known(getattr(widget, name)) != _known(value) for name, value in state)
    if faults:
        print({NOT_SO!r}, faults)
get_ipython().events.register("post_run_cell", _check_widgets)
"""


def write_notebook(path: Path, sources: Iterable[str]) -> None:
    """Write a notebook of code cells; its folder is created if it is missing."""
    import nbformat  # takes 2.5 s, and each process of the tests reads this module

    path.parent.mkdir(exist_ok=True)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def short_trainings(folder: Path) -> dict[str, str]:
    """Environment variables of kernels in which no training takes more than MOST_STEPS steps, and widgets are checked.

    A cell whose widget shows what is not so prints NOT_SO.
    """
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00_short_trainings.py").write_text(SHORT_TRAININGS)
    (startup / "01_one_state.py").write_text(ONE_STATE)
    return {"IPYTHONDIR": str(folder / "ipython")}


@contextmanager
def lab(folder: Path, **environment: str):
    """Start a JupyterLab that shows a folder; yields a function from a notebook's name to its address.

    ``environment``: further variables of the server and its kernels.
    """
    settings = folder.parent / "lab_settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0", "--ServerApp.root_dir", folder]
    command += ["--LabApp.extension_manager=readonly", *(["--allow-root"] if os.geteuid() == 0 else [])]
    log = folder.parent / "lab.log"
    environment = {**os.environ, "PLOTLY_RENDERER": "plotly_mimetype", **environment}
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(settings.parents[1])
    with log.open("w") as file:
        server = subprocess.Popen(list(map(str, command)), stdout=file, stderr=file, env=environment)
    try:
        for _ in range(480):  # at once on a quiet machine
            if found := re.search(r"http://(localhost|127\.0\.0\.1):\d+/lab\?token=\w+", log.read_text()):
                break
            assert server.poll() is None, log.read_text()
            time.sleep(0.5)
        yield lambda name: found[0].replace("/lab?", f"/lab/tree/{name}?") + "&reset"  # closes the tabs of before
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def browser(**options):
    """A page in Chromium that collects ``requests`` (addresses asked for) and ``complaints`` (console, dialogs)."""
    from playwright.sync_api import sync_playwright

    def answer(dialog):
        if dialog.type == "beforeunload":  # JupyterLab asks before the page is left
            dialog.accept()
        else:
            page.complaints.append(f"{UNCAUGHT} {dialog.message}")
            dialog.dismiss()

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page(**options)
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.complaints.append(f"{UNCAUGHT} {error}"))
        page.on("dialog", answer)
        yield page
        chromium.close()


def run_all(page, address: str) -> None:
    """Open a notebook and run all its cells from the menu."""
    page.goto(address)
    # before the kernel has started, JupyterLab would ask which one to use
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def kernels(page, address: str) -> dict[str, str]:
    """The kernels of a JupyterLab: the state of each ("idle", "busy", ...) by the address that ends it."""
    server, token = re.match(r"(.*?)/lab.*[?]token=(\w+)", address).groups()
    found = page.request.get(f"{server}/api/kernels?token={token}").json()
    return {f"{server}/api/kernels/{kernel['id']}?token={token}": kernel["execution_state"] for kernel in found}


def shut_down_kernels(page, address: str) -> None:
    """End the kernels of a JupyterLab, so that they take no time from the next lesson."""
    for kernel in kernels(page, address):
        page.request.delete(kernel)


def ours(complaints: list[str]) -> list[str]:
    """The complaints that are not about JupyterLab itself; exceptions and drawing errors always count as ours."""
    never = re.compile(f"^{UNCAUGHT}|WebGL|widget", re.IGNORECASE)
    sound = [text for text in complaints if not SLOW.search(text)]
    return [text for text in sound if never.search(text) or not NOT_OURS.search(text)]


def elsewhere(requests: list[str]) -> list[str]:
    """The addresses on other machines."""
    return [url for url in requests if not re.match(r"(http|ws)s?://(localhost|127\.)|data:|blob:", url)]
