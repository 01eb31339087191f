"""What the tests of reliability try, and how often it held: ``python -m benchmarks.reliability``; half an hour.

Runs those tests and counts, so that a page can say how much was tried: kills, damaged files, harmful files, hostile
names, wrong command lines, wrong answers. A failure ends the command, and nothing is written.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, NamedTuple
from xml.etree import ElementTree

import pandas as pd
import typer

from benchmarks import blocks
from benchmarks.pages import markdown

ROOT = Path(__file__).parents[1]


class Kind(NamedTuple):
    """A row: the tests as pytest selects them, and the property by which they say how much each of them tried."""

    what: str
    tests: tuple[str, ...]
    count: str | None = None  # None: each test tries one


KINDS = [
    Kind("kills after which a study ended with the same tables", ("tests/study/test_study_killed.py",), "kills"),
    Kind("damaged files read rightly or refused in a sentence", ("tests/test_mutations.py",), "mutations"),
    Kind("harmful files refused within their memory and time", ("tests/test_harmful_files.py",)),
    Kind(
        "hostile names and paths that stayed text",
        (
            *("tests/cli/test_hostile.py", "tests/view", "tests/widgets/test_widgets.py"),
            *("tests/widgets/test_representation_explorer.py", "-k"),
            "names_from or names_cannot or names_in or names_are or any_name or markup or replaced or stem or path",
        ),
    ),
    Kind("wrong command lines answered in one line", ("tests/cli", "-k", "bad_input or refused or wrong")),
    Kind("wrong answers to exercises refused with their reason", ("tests/course", "-k", "typical_mistakes")),
]


def main(
    mutations: Annotated[int, typer.Option(help="Of each form of file.")] = 1000,
    out: blocks.OUT = Path("results/reliability.csv"),
) -> None:
    """Run the tests, then write and print how much was tried."""
    rows = []
    for kind in KINDS:
        count, memory = held(kind, mutations)
        rows.append(
            {"what was tried": kind.what, "held": count, "most memory": f"{memory / 1e6:.0f} MB" if memory else "–"}
        )
    blocks.write_table(pd.DataFrame(rows), out)
    typer.echo(markdown(pd.DataFrame(rows)))


def held(kind: Kind, mutations: int = 1) -> tuple[int, int]:
    """Run the tests of a kind: how much was tried, and the most bytes that one took, as far as tests say it.

    Raises typer.Exit if one fails, and ValueError if none says what it tried.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-q", "-p", "no:nbval", f"--junitxml={report}"]
        options += [f"--mutations={mutations}"] if kind.count == "mutations" else []
        done = subprocess.run([sys.executable, "-m", "pytest", *kind.tests, *options], cwd=ROOT)
        if done.returncode:
            raise typer.Exit(done.returncode)
        cases = [case for case in ElementTree.parse(report).iter("testcase") if case.find("skipped") is None]
    said = [(one.get("name"), int(one.get("value"))) for case in cases for one in case.iter("property")]
    memory = max((number for name, number in said if name == "bytes"), default=0)
    if kind.count is None:
        return len(cases), memory
    counts = [number for name, number in said if name == kind.count]
    if not counts:
        raise ValueError(f"none of {', '.join(kind.tests)} says how many {kind.count} it tried")
    return sum(counts), memory


if __name__ == "__main__":
    typer.run(main)
