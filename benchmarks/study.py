"""What a study costs beside training: ``python -m benchmarks.study``; some minutes.

Runs a study with this machine's processes and prints the share of their time that no training step took: starting,
evaluating checkpoints, storing, and waiting for the last process.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import typer

from benchmarks.speed import children_mib, peak_mib
from liftkit import TrainConfig, load_poses, run_study
from liftkit.representations import PAPER
from liftkit.system.provenance import cores


def main(width: int = 64, steps: int = 391, seeds: int = 4, processes: int = 0, folder: Path | None = None) -> None:
    """A lesson-size study as ``liftkit study`` runs it: five representations, four seeds, 100,000 poses per seed."""
    count = processes or cores()
    poses = load_poses("synthetic")
    config = TrainConfig(width=width, steps=steps)
    with tempfile.TemporaryDirectory() as temporary:
        start = time.perf_counter()
        study = run_study(PAPER, poses, range(seeds), config, folder or temporary, max_test_poses=4096, processes=count)
        wall = time.perf_counter() - start
    last = study.results[study.results.policy == "last"]
    training = last.seconds.sum()
    trained = len(last) * steps * config.batch
    typer.echo(f"{len(last)} trainings in {wall:.0f} s with {count} processes: {trained / wall:,.0f} poses a second")
    typer.echo(f"training {training:.0f} s of {count * wall:.0f}: overhead {1 - training / (count * wall):.1%}")
    typer.echo(f"peak memory: {peak_mib()} MiB here, {children_mib()} MiB in the largest process")


if __name__ == "__main__":
    typer.run(main)
