"""A lesson's cells as the site shows them: split at headings, tasks and checks told apart, answers folded."""

from __future__ import annotations

import re
from base64 import b64decode
from copy import deepcopy

from nbformat import NotebookNode

from liftkit.course.authoring.publish import WRITTEN

HEADING = re.compile(r"#{1,6}\s+(.*)")
FENCE = re.compile(r"\s*(```|~~~)")
QUESTION = re.compile(r"\*\*(?=\w)[^*\n]*commit to an answer")  # the paragraph before a guess
GUESS = re.compile(r"^(\w+) = predict\(", re.MULTILINE)
TASK = re.compile(r"""exercise\(["']([\d.]+)["']\)\s*""")  # a whole cell: it shows the task
STARTER = re.compile(r"\n```python\n[^`]*```\s*$")  # the end of a task: what the next cell holds
STILL = re.compile(r'class="lk-still"[^\0]*?src="data:image/svg\+xml;base64,([^"]*)"')  # of liftkit/view/still.py
CHECK = re.compile(r"exercise\([^)]*\)\.check\(")
FOLD = re.compile(r"<details><summary>.*?</summary>|</details>", re.DOTALL)  # of a notebook: the page folds more


def site_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Copies of a lesson's cells without those that ``liftkit course update`` writes.

    Each has in ``metadata.site`` its ``kind`` (heading, text, question, guess, task, check, code), a heading's
    ``title`` and ``anchor``, and whether it ``opens`` or ``closes`` what is folded until a guess was made.
    """
    cells = [piece for cell in notebook.cells if cell.get("id") not in WRITTEN for piece in _pieces(cell)]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"  # the pieces of one cell may not share its id
        cell.metadata.site = NotebookNode(kind=_kind(cell), opens=False, closes=False)
    _name_headings(cells)
    _shorten_exercises(cells)
    _unpack_stills(cells)
    _fold_answers(cells)
    return cells


def _pieces(cell: NotebookNode) -> list[NotebookNode]:
    if cell.cell_type != "markdown":
        return [deepcopy(cell)]
    parts, fenced = [[]], False
    for line in cell.source.splitlines():
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and (HEADING.match(line) or QUESTION.search(line)):
            parts.append([])
        parts[-1].append(line)
    texts = [text for part in parts if (text := "\n".join(part)).strip()]
    return [NotebookNode({**deepcopy(cell), "source": text}) for text in texts]


def _kind(cell: NotebookNode) -> str:
    if cell.cell_type != "code":
        return "heading" if HEADING.match(cell.source) else "question" if QUESTION.search(cell.source) else "text"
    if GUESS.search(cell.source):
        return "guess"
    return "task" if TASK.fullmatch(cell.source) else "check" if CHECK.search(cell.source) else "code"


def _name_headings(cells: list[NotebookNode]) -> None:
    used: set[str] = set()
    for cell in cells:
        if cell.metadata.site.kind == "heading":
            title = plain(HEADING.match(cell.source)[1])
            anchor = anchor_of(title)
            while anchor in used:
                anchor += "-again"
            used.add(anchor)
            cell.metadata.site.update(title=title, anchor=anchor)


def anchor_of(title: str) -> str:
    """A heading's anchor: its words in lower case, joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"


def _shorten_exercises(cells: list[NotebookNode]) -> None:
    """Nobody has answered on a web page, so what a check said is left out; so is a starter that the next cell holds."""
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if cell.metadata.site.kind == "check":
            cell.outputs = []
        if cell.metadata.site.kind == "task" and following and following.metadata.site.kind == "check":
            for output in cell.outputs:
                output.data = {kind: STARTER.sub("", text) for kind, text in output.data.items()}


def _unpack_stills(cells: list[NotebookNode]) -> None:
    """A widget's still picture, which a notebook stores within HTML, becomes the SVG that a page can recolour."""
    for data in (output.get("data", {}) for cell in cells for output in cell.get("outputs", ())):
        if found := STILL.search(data.get("text/html", "")):
            data["image/svg+xml"] = b64decode(found[1]).decode()


def _fold_answers(cells: list[NotebookNode]) -> None:
    guesses = [i for i, cell in enumerate(cells) if cell.metadata.site.kind == "guess"]
    for guess, end in zip(guesses, [*guesses[1:], len(cells)], strict=False):  # none: the second is longer
        if (last := _end_of_answer(cells, guess, end)) > guess:
            cells[guess + 1].metadata.site.opens = cells[last].metadata.site.closes = True
        for cell in cells[guess + 1 : last + 1]:
            if cell.source.startswith("<details><summary>After your guess"):
                cell.source = FOLD.sub("", cell.source)


def _end_of_answer(cells: list[NotebookNode], guess: int, end: int) -> int:
    """The last cell that reveals the result (if none does: the first that shows something), with the text below it."""
    between, reveals = range(guess + 1, end), re.compile(rf"\b{GUESS.search(cells[guess].source)[1]}\.reveal(_more)?\(")
    readers = [i for i in between if cells[i].cell_type == "code" and reveals.search(cells[i].source)]
    last = [*readers[-1:], *(i for i in between if cells[i].get("outputs")), guess][0]
    while last + 1 < end and cells[last + 1].metadata.site.kind == "text":
        last += 1
    return last


def plain(markdown: str) -> str:
    """The words of a Markdown text, without formulas, marks and addresses.

    >>> plain("## A *short* [text](a.html) of $x$ and `legs_torso`")
    'A short text of and legs_torso'
    """
    text = re.sub(r"\$\$?[^$]+\$\$?|^#+ |</?\w+[^>]*>", " ", markdown, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*`|]|:?---+:?", " ", text).split())


def search_entries(cells: list[NotebookNode], page: str, lesson: str) -> list[dict[str, str]]:
    """One entry per section of a page: address, lesson, heading, text and code, for the search in the browser."""
    entries: list[dict[str, str]] = []
    for cell in cells:
        site = cell.metadata.site
        if site.kind == "heading" or not entries:
            address = f"{page}#{site.anchor}" if "anchor" in site else page
            about = {"address": address, "lesson": lesson, "title": site.get("title", "")}
            entries.append({**about, "text": "", "code": ""})
        if cell.cell_type == "markdown":
            words = cell.source.split("\n", 1)[1:] if site.kind == "heading" else [cell.source]
            entries[-1]["text"] += plain("".join(words)) + " "
        elif site.kind == "task":
            entries[-1]["text"] += "".join(plain(o.data.get("text/markdown", "")) + " " for o in cell.outputs)
        elif cell.cell_type == "code":
            entries[-1]["code"] += " ".join(cell.source.split()) + " "
    return entries
