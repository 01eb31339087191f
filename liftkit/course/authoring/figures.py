"""Still pictures of a lesson's plotly figures, drawn by plotly itself in Chromium: for GitHub, nbconvert and paper."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from liftkit.view.charts.svg import safe
from liftkit.view.still import image
from liftkit.widgets.prediction import FIGURES, LATER

if TYPE_CHECKING:
    from nbformat import NotebookNode

FIGURE, PICTURE = "application/vnd.plotly.v1+json", "image/svg+xml"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
PATIENCE = 300_000  # milliseconds that a busy machine may take
DRAW = """({ data, layout }) =>
  Plotly.toImage({ data, layout }, { format: "svg", width: layout.width || 700, height: layout.height || 450 })"""


def add_pictures(notebook: NotebookNode) -> bool:
    """Put a picture beside each plotly figure in a notebook's outputs, and into results that are folded.

    Returns whether there are any; without Chromium or playwright the figures stay as they are.
    """
    outputs = [o["data"] for cell in notebook.cells for o in cell.get("outputs", ()) if "data" in o]
    figures = [figure for data in outputs for figure in _figures(data)]
    if not figures or not CHROMIUM:
        return False
    try:
        pictures = iter(drawn(figures))
    except ModuleNotFoundError:
        return False
    for data in outputs:
        for _ in _figures(data):
            if FIGURE in data:
                data[PICTURE] = next(pictures)
            else:
                data["text/html"] = data["text/html"].replace(LATER, image(next(pictures)), 1)
        data.pop(FIGURES, None)
    return True


def _figures(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [data[FIGURE]] if FIGURE in data else data.get(FIGURES, [])


def drawn(figures: Sequence[dict[str, Any]]) -> list[str]:
    """Figures as SVG text, each given by its ``data`` and ``layout``, with a text for screen readers.

    Raises ModuleNotFoundError without playwright.
    """
    from playwright.sync_api import sync_playwright
    from plotly.offline import get_plotlyjs

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.add_script_tag(content=get_plotlyjs())
        return [described(unquote(page.evaluate(DRAW, figure).partition(",")[2]), figure) for figure in figures]


def described(picture: str, figure: dict[str, Any]) -> str:
    """A figure's picture with its alternative text: the titles, the axes and the series of the figure."""
    alt = "; ".join(in_words(figure))
    return picture.replace("<svg ", f'<svg role="img" aria-label="{safe(f"Figure. {alt}")}" ', 1)


def in_words(figure: dict[str, Any]) -> list[str]:
    """The titles, the axes and the names of the series of a figure."""
    layout = figure.get("layout", {})
    texts = [_text(note) for note in layout.get("annotations", ())]
    for name, part in sorted(layout.items()):
        if axis := re.fullmatch(r"([xy])axis\d*", name):
            title = _text(part.get("title"))
            texts.append(title and f"{axis[1]}: {title}")
        elif name == "title":
            texts.append(_text(part))
    texts += [_text(trace.get("name")) for trace in figure.get("data", ())]
    return list(dict.fromkeys(filter(None, texts)))


def _text(title: Any) -> str:
    """A title, by itself or as the ``text`` of a table, without HTML."""
    text = title.get("text", "") if isinstance(title, dict) else title or ""
    return unescape(re.sub("<[^>]*>", " ", text))
