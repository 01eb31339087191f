"""Plotly figures as SVG files, drawn by Chromium, and tables in Markdown: for pages that run no code."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go

from liftkit.course.authoring.figures import CHROMIUM, drawn
from liftkit.system.files import write_atomically


def write_svg(figure: go.Figure, path: Path, width: int = 900, height: int = 420) -> Path:
    """Write a figure as SVG. Raises ValueError if there is no Chromium."""
    if CHROMIUM is None:
        raise ValueError("drawing a figure as SVG needs Chromium (Debian: apt install chromium)")
    (svg,) = drawn([go.Figure(figure).update_layout(width=width, height=height).to_plotly_json()])
    return write_atomically(path, lambda file: file.write(svg.encode()))


def markdown(table: pd.DataFrame) -> str:
    """A table of strings and numbers in Markdown."""
    rows = [table.columns, ["---"] * table.shape[1], *table.astype(str).to_numpy()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write_between(page: Path, command: str, text: str) -> Path:
    """Replace what stands between the two markers of a command in a page.

    Raises:
        ValueError: if the page has not both markers, each once.
    """
    begin, end = f"<!-- written by: {command} -->", f"<!-- end of: {command} -->"
    content = page.read_text()
    if content.count(begin) != 1 or content.count(end) != 1:
        raise ValueError(f"{page}: expected the lines {begin} and {end}, each once")
    before, _, rest = content.partition(begin)
    after = rest.partition(end)[2]
    content = f"{before}{begin}\n\n{text}\n\n{end}{after}"
    return write_atomically(page, lambda file: file.write(content.encode()))
