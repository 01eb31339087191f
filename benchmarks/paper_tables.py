"""Write the tables of ``docs/paper.md`` from the results: ``python -m benchmarks.paper_tables``; seconds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import typer

from benchmarks import matrix, paper_size, stability, switches
from benchmarks.pages import markdown, write_between

CMU = "cmu17_bodies.npz"
# The command between whose markers a table stands, the file that the command wrote, and what makes the table of it.
TABLES = [
    (f"switches {CMU}", "switches", switches.summary),
    (f"stability {CMU}", "stability", stability.summary),
    (f"matrix {CMU}", "matrix_gravity", matrix.summary),
    (f"matrix {CMU} --prior paper", "matrix_paper", matrix.summary),
    (f"paper_size {CMU} --out results/paper_size.csv", "paper_size", paper_size.summary),
]


def main(results: Path = Path("results"), page: Path = Path("docs/paper.md")) -> None:
    """Write every table; where there is no result yet, say which command makes it."""
    for name, file, summary in TABLES:
        command, path = f"python -m benchmarks.{name}", results / f"{file}.csv"
        text = markdown(summary(pd.read_csv(path))) if path.exists() else f"Not measured yet: `{command}`."
        write_between(page, command, text)


if __name__ == "__main__":
    typer.run(main)
