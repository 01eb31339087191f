"""A course of two small lessons whose outputs are made by hand, and a reader of the pages made from it."""

import json
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from liftkit.view.still import still_html

TOML = """
title = "Small <course>"
repository = "{repository}"
branch = "main"

[[lesson]]
file = "00_first.ipynb"
title = "First"
minutes = 7
objectives = ["See a giraffe."]
exercises = ["00.1"]

[[lesson]]
file = "01_second.ipynb"
title = "Second"
minutes = 19
objectives = ["See nothing."]
exercises = []
"""
FIGURE = {"data": [{"type": "scatter", "name": "weight", "y": [1, 2, 4]}], "layout": {"height": 300}}
STILL = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" role="img"><title>a square</title><rect/></svg>'
TASK = "**Exercise 00.1: How far?**\n\nWrite it.\n\n```python\ndef f(x):\n    ...\n```"
FOLDED = "<details><summary>No guess</summary><p>it is forty-two</p></details>"
VOID = {"meta", "link", "img", "input", "br", "hr", "mspace"}


def _code(source, *outputs):
    return new_code_cell(source, outputs=list(outputs))


def _said(text):
    return new_output("stream", name="stdout", text=text)


FIRST = [
    new_markdown_cell("# 00 First\n\nIt takes 7 minutes."),
    new_markdown_cell(
        "## Long necks\n\nA giraffe eats leaves: $\\sqrt{x}$. See [the second](01_second.ipynb#Even-longer) and "
        "[the table](../results/README.md).\n\n**Before you go on, commit to an answer.** How many?"
    ),
    _code("legs = predict('How many?', between=(0, 9))\nlegs"),
    _code("measure()", _said("measured in secret")),
    _code("legs.reveal(measured)", new_output("display_data", {"text/html": FOLDED})),
    _code("legs.reveal_more(why)", new_output("display_data", {"text/html": FOLDED.replace("forty", "fifty")})),
    new_markdown_cell("That is many.\n\n## Pictures\n\nLook."),
    _code("chart()", new_output("display_data", {"application/vnd.plotly.v1+json": FIGURE})),
    _code("Viewer()", new_output("display_data", {"text/html": still_html(STILL, "Viewer"), "text/plain": ""})),
    _code("table", new_output("display_data", {"text/html": "<style scoped>td {color: red}</style><table></table>"})),
    _code('exercise("00.1")', new_output("display_data", {"text/markdown": TASK, "text/plain": TASK})),
    _code("def f(x):\n    ...\n\n\nexercise('00.1').check(f)", _said("00.1: not attempted")),
]
SECOND = [
    new_markdown_cell("# 01 Second\n\nIt takes 19 minutes."),
    new_markdown_cell("## Even longer\n\nAn ostrich, and `neck_length`."),
    _code("length = 1", _said("1")),
]


def write_course(folder: Path, first=FIRST, repository: str = "") -> Path:
    """Write the lessons and their course.toml into a new folder."""
    folder.mkdir()
    (folder / "course.toml").write_text(TOML.format(repository=repository), encoding="utf-8")
    for name, cells in (("00_first", first), ("01_second", SECOND)):
        notebook = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


class Page(HTMLParser):
    """A page as lists: ``elements`` (tag, attributes, tags around it) and ``texts`` (text, tags around it)."""

    def __init__(self, path: Path):
        super().__init__()
        self.elements, self.texts, self._around = [], [], []
        self.feed(path.read_text(encoding="utf-8"))
        assert self._around == [], f"{path.name}: not closed: {self._around}"

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self._around)))
        if tag not in VOID:
            self._around.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self._around)))

    def handle_endtag(self, tag):
        assert self._around.pop() == tag

    def handle_data(self, text):
        if text.strip():
            self.texts.append((text, tuple(self._around)))

    def around(self, words: str) -> tuple[str, ...]:
        """The tags around a text, which must be there once."""
        (found,) = [around for text, around in self.texts if words in text]
        return found

    def attributes(self, tag: str, name: str) -> list[str]:
        return [attributes[name] for found, attributes, _ in self.elements if found == tag and name in attributes]

    @property
    def addresses(self) -> list[str]:
        return [a[name] for _, a, _ in self.elements for name in ("href", "src") if name in a]


def read_index(site: Path) -> list[dict]:
    """The search index, read as JSON."""
    return json.loads((site / "search.js").read_text(encoding="utf-8").partition("=")[2].rstrip().rstrip(";"))
