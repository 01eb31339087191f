"""What a study costs beside training: ``python -m benchmarks.study``; some minutes.

Runs a study with this machine's processes and prints the share of their time that no training step took: starting,
evaluating checkpoints, storing, and waiting for the last process.
"""

from __future__ import annotations

import tempfile
import time

import typer

from benchmarks import blocks
from benchmarks.speed import SPEED, Measured, peak_mib, record
from liftkit import TrainConfig, load_poses, run_study
from liftkit.representations import PAPER
from liftkit.system.provenance import cores


def main(width: int = 64, steps: int = 391, seeds: int = 4, processes: int = 0, out: blocks.OUT = SPEED) -> None:
    """A lesson-size study as ``liftkit study`` runs it: five representations, four seeds, 100,000 poses per seed."""
    count = processes or cores()
    poses = load_poses("synthetic")
    config = TrainConfig(width=width, steps=steps)
    with tempfile.TemporaryDirectory() as temporary:
        start = time.perf_counter()
        study = run_study(PAPER, poses, range(seeds), config, temporary, max_test_poses=4096, processes=count)
        wall = time.perf_counter() - start
    last = study.results[study.results.policy == "last"]
    training = last.seconds.sum()
    trained = len(last) * steps * config.batch
    what = f"{len(last)} trainings of {trained // len(last):,} poses, {count} processes"
    rows = [
        Measured(what, wall, "s"),
        Measured(f"{what}: poses a second", trained / wall),
        Measured(f"{what}: of the processes' time no training", 100 * (1 - training / (count * wall)), "%", at_most=2),
        Measured(f"{what}: peak memory of a process", peak_mib(of_children=count > 1), "MiB"),
    ]
    record("study", rows, out)


if __name__ == "__main__":
    typer.run(main)
