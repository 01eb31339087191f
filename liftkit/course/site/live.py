"""A lesson's widgets without a kernel: each is made once more, and what its page needs is put beside its picture."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from liftkit.course.authoring.figures import add_pictures
from liftkit.course.authoring.run_lesson import drop_live, run_cells
from liftkit.course.site.cells import STILL
from liftkit.course.statements import code_of, needed, read_statements
from liftkit.widgets import WIDGETS
from liftkit.widgets.widget import PAGE

LARGEST = 600_000  # bytes of a widget's page, of 15 MB for the site
FIRST = f"from liftkit.widgets.widget import Widget\nWidget.shown_page = {LARGEST}"
NEEDED = "needed"  # tag of a cell that must run: it changes what a widget shows, and its code does not name it
LONG = 20_000  # characters: a text of a page's state that is as long, such as a network's weights, is a file of its own


def add_pages(notebook: NotebookNode, folder: Path) -> None:
    """Add to the output of each widget what its page needs, by running what the widgets need and nothing else.

    Code does not show everything that a widget needs: a function may train a network. A cell that calls such a function
    can have the tag NEEDED. Where a widget that is made again does not draw the stored picture, the whole notebook is
    run, and all its outputs become those of this run: training amplifies the rounding of a processor, so on another one
    a network that the lesson trains differs, and a page may not show two networks as one.

    Raises:
        ValueError: if a widget cannot be made again.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stills = {n: found for n, cell in enumerate(cells) if (found := list(_stills(cell)))}
    if not stills:
        return
    tagged = [n for n, cell in enumerate(cells) if NEEDED in cell.metadata.get("tags", ())]
    made = _run(reduced([code_of(cell) for cell in cells], stills, tagged), folder)
    pairs = [pair for n, stored in stills.items() for pair in _pairs(cells[n].id, stored, made[n])]
    if all(_drawn_alike(*pair) for pair in pairs):
        for output, again in pairs:
            output.data[PAGE] = again.data[PAGE]
    else:
        for cell, outputs in zip(cells, _run([cell.source for cell in cells], folder), strict=True):
            cell.outputs = outputs
        add_pictures(notebook)


def _run(codes: list[str], folder: Path) -> list[list[NotebookNode]]:
    """The outputs of each code, those of widgets with what their pages need."""
    notebook = new_notebook(cells=[new_code_cell(code) for code in [FIRST, *codes]])
    try:
        run_cells(notebook, folder)
    except CellExecutionError as error:
        raise ValueError(f"a widget cannot be made again: {error}") from error
    drop_live(notebook)
    return [cell.outputs for cell in notebook.cells[1:]]


def _pairs(
    cell: str, stored: list[NotebookNode], made: list[NotebookNode]
) -> Iterable[tuple[NotebookNode, NotebookNode]]:
    """Each stored output of a widget in a cell, and the one that it gives now."""
    again = [output for output in made if PAGE in output.get("data", ())]
    if len(again) != len(stored):
        raise ValueError(f"cell {cell}: it shows {len(stored)} widgets, made again {len(again)}")
    return zip(stored, again, strict=True)


def _drawn_alike(output: NotebookNode, made: NotebookNode) -> bool:
    picture = output.data.get("text/html")
    return picture is None or STILL.findall(picture) == STILL.findall(made.data["text/html"])


def reduced(cells: list[str], showing: Iterable[int], whole: Iterable[int] = ()) -> list[str]:
    """The code of the cells without what is not needed for what the cells ``showing`` show, nor for ``whole`` cells."""
    statements = [one for n, cell in enumerate(cells) for one in read_statements(n, cell)]
    ends = [max(i for i, one in enumerate(statements) if one.place[0] == n) for n in showing]
    ends += [i for i, one in enumerate(statements) if "register" in one.uses]  # it changes liftkit's own table
    ends += [i for i, one in enumerate(statements) if one.place[0] in whole]
    kept = {statements[i].place for i in ends}
    for i in ends:
        kept |= set(needed(statements, i, ast.unparse(statements[i].node)))
    lines: list[list[str]] = [[] for _ in cells]
    for one in statements:
        if one.place in kept:
            lines[one.place[0]].append(ast.unparse(one.node))
    return ["\n".join(each) for each in lines]


def _stills(cell: NotebookNode) -> Iterator[NotebookNode]:
    """The outputs that are pictures of a widget, without its page."""
    for output in cell.outputs:
        name = re.match(r"(\w+)\(", output.get("data", {}).get("text/plain", ""))
        if name and name[1] in WIDGETS and PAGE not in output.data:
            yield output


def page_files(state: dict[str, Any]) -> dict[str, str]:
    """Scripts that hold the state of a widget's page, by their names; the last is the one to load first.

    Equal states, and equal long texts in them, have equal names: networks that several widgets share are stored once.
    """
    files: dict[str, str] = {}

    def put(value: Any) -> str:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        name = f"widget-{hashlib.sha256(text.encode()).hexdigest()[:12]}.js"
        files[name] = f'liftkitPart("{name}", {text});\n'
        return name

    def without_long(value: Any) -> Any:
        if isinstance(value, str) and len(value) >= LONG:
            return {"part": put(value)}
        if isinstance(value, dict):
            return {name: without_long(each) for name, each in value.items()}
        return [without_long(each) for each in value] if isinstance(value, list) else value

    put(without_long(state))
    return files
