"""Still pictures of a lesson's plotly figures, drawn by plotly itself in Chromium: for GitHub, nbconvert and paper."""

from __future__ import annotations

import shutil
from urllib.parse import unquote

from nbformat import NotebookNode

FIGURE, PICTURE = "application/vnd.plotly.v1+json", "image/svg+xml"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 300_000  # milliseconds that a busy machine may take
DRAW = """({ data, layout }) =>
  Plotly.toImage({ data, layout }, { format: "svg", width: layout.width || 700, height: layout.height || 450 })"""


def add_pictures(notebook: NotebookNode) -> bool:
    """Put a picture beside each plotly figure in a notebook's outputs.

    Returns whether there are any; without Chromium or playwright the figures stay as they are.
    """
    figures = [o.data for cell in notebook.cells for o in cell.get("outputs", ()) if FIGURE in o.get("data", ())]
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
        from plotly.offline import get_plotlyjs
    except ModuleNotFoundError:
        return False
    if not figures or not browser:
        return False
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"]).new_page()
        page.set_default_timeout(PATIENCE)
        page.add_script_tag(content=get_plotlyjs())
        for data in figures:
            data[PICTURE] = unquote(page.evaluate(DRAW, data[FIGURE]).partition(",")[2])
    return True
