"""How cost grows: ``python -m benchmarks.scaling``; two minutes.

Training time against members, width and poses in the data set, each from small to large with all else at a lesson's
size. ``growth`` is time over the row before; ``linear`` is what it would be if time grew as the work does: with
members, with the operations that a width asks for, and not at all with the data, of which a step sees one batch.
"""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd
import typer

from benchmarks.speed import peak_mib, seconds, step_operations
from liftkit import TrainConfig, Trainer, load_poses

ROUNDS = 5


def measure(what: str, trainers: dict[int, Trainer]) -> list[dict]:
    """A row for each size: seconds a step, in turn, so that a change of the machine's speed meets all sizes."""
    times = {size: [] for size in trainers}
    for _ in range(ROUNDS):
        for size, trainer in trainers.items():
            times[size].append(seconds(trainer.step, 3))
    rows = []
    for size, trainer in trainers.items():
        ms = statistics.median(times[size]) * 1e3
        rows.append({"of": what, "size": size, "ms_a_step": round(ms, 1), "work": step_operations(trainer)})
    for now, before in zip(rows[1:], rows, strict=False):
        now["growth"] = round(now["ms_a_step"] / before["ms_a_step"], 2)
        now["linear"] = round(now["work"] / before["work"], 2)
    return rows


def main(representation: str = "legs_torso", batch: int = 256) -> None:
    """Print the table."""
    poses = load_poses("synthetic").x2d

    def trainer(members: int = 4, width: int = 64, count: int = len(poses)) -> Trainer:
        data = np.resize(poses, (count, *poses.shape[1:]))
        return Trainer(representation, data, range(members), TrainConfig(width=width, batch=batch), "cpu")

    rows = measure("members", {m: trainer(members=m) for m in (1, 2, 4, 8, 16)})
    rows += measure("width", {w: trainer(width=w) for w in (32, 64, 128, 256, 512)})
    rows += measure("poses in the data", {n: trainer(count=n) for n in (10_000, 100_000, 1_000_000)})
    typer.echo(pd.DataFrame(rows).drop(columns="work").to_string(index=False, na_rep=""))
    typer.echo(f"peak memory {peak_mib()} MiB")


if __name__ == "__main__":
    typer.run(main)
