"""Repair a notebook: cell ids, slides, texts instead of pictures, and widget state that other programs can read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from liftkit.course.authoring.manifest import read_json
from liftkit.course.authoring.publish import WRITTEN
from liftkit.system.files import write_atomically

STATE = "application/vnd.jupyter.widget-state+json"
PICTURES = ("image/png", "image/jpeg")
HEADING = re.compile(r"(#{1,3}) +(.*)")
SLIDES = {1: "slide", 2: "slide", 3: "subslide"}  # by the heading's level: RISE and `jupyter nbconvert --to slides`
NO_TEXT = "a picture needs a text: ![what it shows](...)"
WITHOUT = re.compile(r"!\[\s*\]\(|<img (?![^>]*\balt=)")


def tidy_notebook(path: Path) -> list[str]:
    """Repair a notebook in its file. Returns what was changed, and what only its author can mend."""
    notebook = read_json(path)
    before = json.loads(path.read_bytes())
    changed = ["fields that every notebook has were missing"] if notebook != before else []
    changed += [*_ids(notebook), *begin_slides(notebook), *_alternatives(notebook), *_widget_state(notebook)]
    if notebook != before:
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        write_atomically(path, lambda file: file.write(text.encode()))
    return [*changed, *(f"cell {cell['id']}: {NO_TEXT}" for cell in without_text(notebook))]


def without_text(notebook: dict) -> list[dict]:
    """The Markdown cells with a picture that has no alternative text."""
    return [c for c in notebook["cells"] if c["cell_type"] == "markdown" and WITHOUT.search("".join(c["source"]))]


def repeated_ids(notebook: dict) -> list[str]:
    """The ids that several cells have."""
    ids = [cell.get("id") for cell in notebook["cells"]]
    return sorted({str(one) for one in ids if ids.count(one) > 1})


def _ids(notebook: dict) -> Iterator[str]:
    known: set[str] = set()
    for n, cell in enumerate(notebook["cells"]):
        old = new = str(cell.get("id", ""))
        while not re.fullmatch(r"[\w-]{1,64}", new, flags=re.ASCII) or new in known:
            new = f"cell-{n}" if new != f"cell-{n}" and f"cell-{n}" not in known else f"cell-{n}-{len(known)}"
        known.add(new)
        if new != old:
            cell["id"] = new
            yield f"cell {n + 1}: its id is now {new}"
    notebook["nbformat_minor"] = max(notebook["nbformat_minor"], 5)  # the first format with ids


def begin_slides(notebook: dict) -> Iterator[str]:
    """Mark the headings that begin a slide, unless a cell has a mark or is written. Yields what was changed."""
    for cell in notebook["cells"]:
        heading = HEADING.match("".join(cell["source"])) if cell["cell_type"] == "markdown" else None
        if heading and not cell["metadata"].get("slideshow") and cell.get("id") not in WRITTEN:
            cell["metadata"]["slideshow"] = {"slide_type": SLIDES[len(heading[1])]}
            yield f"cell {cell['id']}: it begins a slide"


def _alternatives(notebook: dict) -> Iterator[str]:
    title = ""
    for cell in notebook["cells"]:
        for line in "".join(cell["source"]).splitlines() if cell["cell_type"] == "markdown" else ():
            title = found[2] if (found := HEADING.match(line)) else title
        for output in cell.get("outputs", ()):
            shown, about = output.get("data", ()), output.get("metadata", {})
            if any(kind in shown for kind in PICTURES) and not about.get("alt"):
                text = f"Picture in the section {title!r}" if title else "Picture"
                output["metadata"] = about | {"alt": text}
                yield f"cell {cell['id']}: its picture has a text; a better one says what it shows"


def _widget_state(notebook: dict) -> Iterator[str]:
    held = notebook["metadata"].get("widgets", {}).get(STATE)
    if isinstance(held, dict) and "state" not in held:  # as Colab saves it: GitHub and nbconvert refuse such a file
        models = {name: one for name, one in held.items() if isinstance(one, dict)}
        notebook["metadata"]["widgets"][STATE] = {"state": models, "version_major": 2, "version_minor": 0}
        yield "its widget state is where other programs look for it"
