"""Figures that a lesson's text quotes, and whether a reader can see where each comes from."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from contextlib import suppress
from html import unescape

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
FIGURE = re.compile(rf"(?P<about>\b(?:about|some|nearly|near) )?(?<![\w.,])(?P<number>{NUMBER})(?!\w)(?P<share> ?%)?")
CODE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)  # and formulas
# No measurement: what a number refers to, a year, the place in a list, a right angle, minutes, points of a rubric.
NO_FIGURE = re.compile(
    r"\b(?:lessons?|exercises?|sections?|arXiv|step) \d[\d.]*(?:(?:,| to|,? and| or) \d[\d.]*)*|\b(?:19|20)\d\d\b"
    r"|^(?:#+ )?\d+\.|\b(?:90|180|360) degrees|\b\d+ (?:minutes|points)\b|\]\([^)]*\)|<[^>]*>",
    re.IGNORECASE | re.MULTILINE,
)


def unsourced(notebook: dict) -> Iterator[str]:
    """Name the figures of a lesson's Markdown that have no source in it, each with its cell and sentence.

    A source is a number that rounds to the figure: in an output's text, in the text of a picture, in a code cell, in
    code or a formula of the text, or in the source of what the text names in backticks, such as `TrainConfig.paper()`.
    A fraction is a source for a per cent; after "about" zeros at a figure's end may be rounded. Tables of results are
    no source: among their 36,000 numbers is one for every figure of three digits. Numbers in words are not read.
    """
    cells = [("".join(cell["source"]), cell) for cell in notebook["cells"]]
    outputs = [output for _, cell in cells for output in cell.get("outputs", ())]
    if not outputs:
        return  # a student's copy
    texts = [(cell.get("id", ""), text) for text, cell in cells if cell["cell_type"] == "markdown"]
    code = CODE.findall("\n\n".join(text for _, text in texts))
    written = [text for text, cell in cells if cell["cell_type"] == "code"]
    known = numbers("\n".join([*written, *code, *map(_named, set(code)), *map(_shown, outputs)]))
    for name, text in texts:
        if not name.startswith("liftkit-"):
            for figure, sentence in figures(text):
                if not has_source(figure, known):
                    yield f"cell {name}: no source for {figure['number']} in {sentence!r}"


def figures(text: str) -> Iterator[tuple[re.Match, str]]:
    """The numbers of a Markdown text outside code and formulas that may be measured, each with its sentence."""
    for sentence in re.split(r"(?<=[.:;!?])\s+|\n+", NO_FIGURE.sub("…", CODE.sub("…", text))):
        yield from ((figure, sentence.strip()) for figure in FIGURE.finditer(sentence))


def has_source(figure: re.Match, known: set[float]) -> bool:
    """Whether a known number rounds to the figure, or a known fraction if the figure is a per cent."""
    digits = figure["number"].replace(",", "")
    unit = 10.0 ** -len(digits.partition(".")[2])
    if figure["about"] and "." not in digits:
        unit = 10.0 ** (len(digits) - len(digits.rstrip("0")))
    scales = (1, 100) if figure["share"] else (1,)
    return any(abs(scale * one - float(digits)) <= unit / 2 + 1e-9 for one in known for scale in scales)


def numbers(text: str) -> set[float]:
    """Every number in a text, without its sign."""
    return {float(number.replace(",", "")) for number in re.findall(NUMBER, text)}


def _shown(output: dict) -> str:
    """What a reader sees of an output: its text without HTML, and the texts of its pictures."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    text = "\n".join("".join(one) for kind, one in data.items() if not kind.endswith("json"))
    labels = re.findall(r'(?:aria-label|alt|title)="([^"]*)"', text)
    text = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    return unescape("\n".join([text, *labels]))


def _named(code: str) -> str:
    """The source of a public object or a module of liftkit, if that is what stands in backticks."""
    name = code.strip("`").replace("()", "").removeprefix("liftkit.")
    if re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", name):
        for place in (f"liftkit:{name}", f"liftkit.{name}"):
            with suppress(Exception):
                return inspect.getsource(pkgutil.resolve_name(place))
    return ""
