"""What a lesson's notebook must not contain, so that it runs anywhere and its outputs can be compared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from liftkit.course.authoring.figures import FIGURE, PICTURE
from liftkit.course.authoring.manifest import Course, compare, read_lesson
from liftkit.course.authoring.publish import SETUP, stale_texts
from liftkit.course.authoring.sources import unsourced
from liftkit.course.authoring.tidy import NO_TEXT, repeated_ids, without_text
from liftkit.course.statements import MAGIC, code_of

MOST_BYTES = 400_000
IGNORE, REASON = "nbval-ignore-output", "differs"  # a cell's tag, and the metadata with its reason
MAGICS = ("!liftkit ",)  # these work in every front end
ABSOLUTE = re.compile(r"(/[A-Za-z]|~/|[A-Za-z]:[\\/])[^\n<>]*")  # a whole string that is a path of one machine
SHOWN_PATH = re.compile(r"(?<![\w.:/<])/(?:home|Users|tmp|root|work|var|private|opt)/\w")
NETWORK = re.compile(r"http|ftp:|www\.|pip install|urllib|requests|urlretrieve|wget|curl")
SAFE_NUMPY = {"default_rng", "Generator", "SeedSequence", "PCG64"}
DRAWS = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like", "randn_like"}
LAYERS = {"Linear", "Bilinear", "Embedding", "Conv1d", "Conv2d", "Dropout"}


def course_problems(course: Course, folder: Path) -> list[str]:
    """List where lessons and manifest disagree; if nowhere, the faults of each lesson and the links that are old."""
    if problems := compare(course, folder):
        return problems
    problems = [f"{one.file}: {fault}" for one in course.lessons for fault in lint_lesson(folder / one.file)]
    advice = "its links or index differ from course.toml: run `liftkit course update`"
    return problems + [f"{path.name}: {advice}" for path in stale_texts(course, folder)]


def lint_lesson(path: Path) -> list[str]:
    """List the faults of a notebook: its size, stored state, tracebacks, and those of its cells, named by their ids."""
    notebook, size = read_lesson(path), path.stat().st_size
    faults = []
    if size > MOST_BYTES:
        faults.append(f"it has {size // 1000} kB, {MOST_BYTES // 1000} at most: which figure is so large?")
    if "widgets" in notebook["metadata"]:
        faults.append("it contains saved widget state: run it with `liftkit course run`")
    faults += [f"several cells have the id {name}: run `liftkit course tidy`" for name in repeated_ids(notebook)]
    faults += [f"cell {cell['id']}: {NO_TEXT}" for cell in without_text(notebook)]
    faults += unsourced(notebook)
    seeded = False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell.get("id") != SETUP:
            code = "".join(cell["source"])
            seeded = seeded or "manual_seed(" in code
            faults += [f"cell {cell.get('id')}: {fault}" for fault in _cell_faults(cell, code, seeded)]
    return faults


def _cell_faults(cell: dict, code: str, seeded: bool) -> Iterator[str]:
    python = code_of(cell)
    magics = [found[0].strip() for found in MAGIC.finditer(code)] if python != code else []
    yield from (f"unknown magic {line!r}" for line in magics if not line.startswith(MAGICS))
    if found := NETWORK.search(code):
        yield f"it names the network: {found[0]!r}"
    if code.lstrip().startswith("%%"):
        return  # another language
    try:
        tree = ast.parse(python)
    except SyntaxError as error:
        yield f"not Python: {error.msg} in line {error.lineno}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ABSOLUTE.fullmatch(node.value):
            yield f"an absolute path: {node.value!r}"
        if isinstance(node, ast.Attribute) and node.attr == "controller":
            yield f"a controller's changes do not reach the browser: {ast.unparse(node)}; use the widget's own methods"
        if isinstance(node, ast.Call) and (draw := _unseeded(node, seeded)):
            yield f"randomness without a seed: {draw}"
    yield from _output_faults(cell, ends_in_value=any(isinstance(node, ast.Expr) for node in tree.body[-1:]))


def _output_faults(cell: dict, ends_in_value: bool) -> Iterator[str]:
    outputs, metadata = cell.get("outputs", []), cell["metadata"]
    marked = IGNORE in metadata.get("tags", ())
    if marked and not metadata.get(REASON):
        yield f"it is marked {IGNORE} without a reason in metadata {REASON!r}"
    if any(output["output_type"] == "error" for output in outputs):
        yield "it contains a traceback"
    if found := SHOWN_PATH.search("".join(_texts(outputs))):
        yield f"its output shows a path of one machine: {found[0]!r}"
    pictures = ["".join(o["data"].get(PICTURE, "")) for o in outputs if FIGURE in o.get("data", ())]
    if any("aria-label" not in picture for picture in pictures):
        lacks = "figure has no picture for GitHub" if "" in pictures else "picture has no text for screen readers"
        yield f"its {lacks}: run it with `liftkit course run` where Chromium is installed"
    if ends_in_value and not outputs and not marked:
        yield "its output is empty, though it ends in an expression: run it with `liftkit course run`"


def _unseeded(call: ast.Call, seeded: bool) -> str:
    """The name of a call that draws from a hidden generator, or ""."""
    name = ast.unparse(call.func)
    home, _, last = name.rpartition(".")
    if home in ("np.random", "numpy.random"):
        no_seed = last == "default_rng" and not call.args and not call.keywords
        return name if last not in SAFE_NUMPY or no_seed else ""
    if seeded or any(word.arg == "generator" for word in call.keywords):
        return ""
    torch_draw = home == "torch" and last in DRAWS or home in ("nn", "torch.nn") and last in LAYERS
    return name if torch_draw or home == "random" else ""


def _texts(outputs: list[dict]) -> Iterator[str]:
    for output in outputs:
        for text in (output.get("text", ""), *output.get("data", {}).values()):
            yield "".join(text) if isinstance(text, (str, list)) else ""
