"""How cost grows: ``python -m benchmarks.scaling``; two minutes.

Training time against members, width and poses in the data set, each from small to large with all else at a lesson's
size: how many times as long a step takes with twice as many. The work grows as the members, at most as the square of
the width, and not at all with the data, of which a step sees one batch.
"""

from __future__ import annotations

import statistics
from itertools import pairwise

import numpy as np
import typer

from benchmarks import blocks
from benchmarks.speed import SPEED, Measured, record, seconds
from liftkit import TrainConfig, Trainer, load_poses

ROUNDS = 5


def growth(what: str, trainers: dict[int, Trainer]) -> list[Measured]:
    """Seconds a step of each size over those of the size before; in turn, so that a change of the machine's speed meets
    all sizes."""
    times = {size: [] for size in trainers}
    for _ in range(ROUNDS):
        for size, trainer in trainers.items():
            times[size].append(seconds(trainer.step, 3))
    took = {size: statistics.median(each) for size, each in times.items()}
    return [Measured(f"{b:,} {what} instead of {a:,}: times as long", took[b] / took[a]) for a, b in pairwise(took)]


def main(representation: str = "legs_torso", batch: int = 256, out: blocks.OUT = SPEED) -> None:
    """Measure all three."""
    poses = load_poses("synthetic").x2d

    def trainer(members: int = 4, width: int = 64, count: int = len(poses)) -> Trainer:
        data = np.resize(poses, (count, *poses.shape[1:]))
        return Trainer(representation, data, range(members), TrainConfig(width=width, batch=batch), "cpu")

    rows = growth("members", {m: trainer(members=m) for m in (1, 2, 4, 8, 16)})
    rows += growth("units of width", {w: trainer(width=w) for w in (32, 64, 128, 256, 512)})
    rows += growth("poses in the data", {n: trainer(count=n) for n in (10_000, 100_000, 1_000_000)})
    record("scaling", rows, out)


if __name__ == "__main__":
    typer.run(main)
