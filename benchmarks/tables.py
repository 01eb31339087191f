"""Write the tables of the pages from the results: ``python -m benchmarks.tables``; seconds, and nothing is trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import typer

from benchmarks import (
    certainty,
    dependence,
    films,
    hidden,
    lessons,
    lifter,
    lifter_choices,
    matrix,
    paper_size,
    real_motion,
    real_study,
    records,
    speed,
    stability,
    switches,
)
from benchmarks.pages import markdown, write_between
from liftkit.recorded import DEPENDENCE, MATRIX, REFERENCES, SWITCHES, recorded_claims
from liftkit.study.claims import NOT_MEASURED, titles

ROOT = Path(__file__).parents[1]
CMU = "cmu17_bodies.npz"
STUDY = [Path("results") / f"study_{name}.csv" for name in ("summary", "comparisons")] + [REFERENCES.relative_to(ROOT)]
README, RESULTS, PAPER = Path("README.md"), Path("results/README.md"), Path("docs/paper.md")
LIFTING = Path("docs/lifting.md")


class Table(NamedTuple):
    """A page, the mark between which the table stands there, the files that it is made of, and what makes it."""

    page: Path
    mark: str
    files: list[Path]
    make: Callable[..., pd.DataFrame]


def result(name: str) -> list[Path]:
    return [Path("results") / f"{name}.csv"]


def main_result(*tables: pd.DataFrame) -> pd.DataFrame:
    """Of the study, what the README shows."""
    return real_study.figures(*tables, names=real_study.CLAIMED).drop(columns=["mean over actions", "sd", "reached"])


def matrix_of(prior: str) -> list[Path]:
    return [MATRIX.with_stem(f"{MATRIX.stem}_{prior}").relative_to(ROOT)]


def claims() -> pd.DataFrame:
    """One row per claim, one column per prior."""
    judged = recorded_claims()
    rows = [
        {"claim": title}
        | {e: "**{}**: {}".format(*found[title]) if title in found else NOT_MEASURED for e, found in judged.items()}
        for title in titles(judged)
    ]
    return pd.DataFrame(rows)


TABLES = [
    Table(README, f"real_study {CMU}", STUDY, main_result),
    Table(README, "tables", [], claims),
    Table(RESULTS, f"real_study {CMU}", STUDY, real_study.figures),
    Table(RESULTS, "tables", [], claims),
    Table(RESULTS, f"real_motion {CMU}", result("real_motion"), real_motion.summary),
    Table(RESULTS, "records", [], records.summary),
    Table(RESULTS, "dependence", [DEPENDENCE.relative_to(ROOT), *result("dependence_verdicts")], dependence.summary),
    Table(RESULTS, "dependence, errors", result("dependence_error"), dependence.with_errors),
    Table(RESULTS, "reliability", result("reliability"), pd.DataFrame),
    Table(RESULTS, "speed", result("speed"), speed.summary),
    Table(RESULTS, "lessons", result("lessons"), lessons.summary),
    Table(PAPER, f"switches {CMU}", [SWITCHES.relative_to(ROOT)], switches.summary),
    Table(PAPER, f"switches {CMU}, the claim", [SWITCHES.relative_to(ROOT)], switches.claim),
    Table(PAPER, f"stability {CMU}", result("stability"), stability.summary),
    Table(PAPER, f"matrix {CMU}", matrix_of("gravity"), matrix.summary),
    Table(PAPER, f"matrix {CMU} --prior paper", matrix_of("paper"), matrix.summary),
    Table(PAPER, f"paper_size {CMU} --out results/paper_size.csv", result("paper_size"), paper_size.summary),
    Table(LIFTING, f"lifter {CMU}", result("lifter"), lifter.summary),
    Table(LIFTING, f"lifter_choices {CMU}", result("lifter_choices"), lifter_choices.summary),
    Table(LIFTING, f"certainty {CMU}", result("certainty"), certainty.summary),
    Table(LIFTING, "hidden", result("hidden"), hidden.summary),
    Table(LIFTING, f"films {CMU}", result("steady"), films.as_text),
    Table(LIFTING, f"films {CMU}, tilt", result("tilt"), films.as_text),
]


def main(root: Path = ROOT, pages: Path = ROOT) -> None:
    """Write every table; where there is no result yet, say which command makes it."""
    for table in TABLES:
        command, files = f"python -m benchmarks.{table.mark}", [root / file for file in table.files]
        found = all(file.exists() for file in files)
        missing = f"Not measured yet: `{command.partition(',')[0]}`."
        text = markdown(table.make(*map(pd.read_csv, files))) if found else missing
        write_between(pages / table.page, command, text)


if __name__ == "__main__":
    typer.run(main)
