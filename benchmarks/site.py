"""How long the course takes to become a web site: ``python -m benchmarks.site``; five minutes on a quiet machine."""

import os
import tempfile
from pathlib import Path

import typer

from benchmarks import blocks
from benchmarks.speed import SPEED, Measured, record
from liftkit.course.authoring.manifest import lessons_folder
from liftkit.course.site.build import build_site

CORES = 2  # of a small machine


def main(out: blocks.OUT = SPEED) -> None:
    """Build the site, with every training in full, and record its time and its size."""
    start = computed()
    with tempfile.TemporaryDirectory() as folder:
        size = sum(path.stat().st_size for path in build_site(lessons_folder(), Path(folder) / "site"))
    took = (computed() - start) / CORES
    rows = [Measured(f"the course's site is built, on {CORES} cores", took, "s", at_most=300)]
    record("site", [*rows, Measured("the course's site", size / 1e6, "MB", at_most=15)], out)


def computed() -> float:
    """Seconds of computing of this process and of those that it started, which have ended."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    typer.run(main)
