"""Training speed: ``python -m benchmarks.training``; ten minutes.

Each case runs in a process of its own, in turn with a plain implementation and with this machine's matrix products:
poses a second, the share of the matrix-multiply rate, the ratio to the plain one's poses a second (several members
stand against as many plain runs one after the other), peak memory.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Annotated

import typer

from benchmarks import blocks
from benchmarks.plain import PlainTrainer
from benchmarks.speed import SPEED, Measured, matmul_rate, peak_mib, record, seconds, step_operations
from liftkit import REPRESENTATIONS, TrainConfig, Trainer, load_poses

NAME, ROUNDS = "legs_torso", 5
# Width, members, batch and dropout; the goals: per cent of the matrix-multiply rate, times the plain implementation.
CASES = [
    ((64, 8, 256, 0.0), (float("nan"), 6)),
    ((128, 8, 256, 0.0), (float("nan"), 3.5)),
    ((1024, 1, 1024, 0.0), (85, float("nan"))),
    ((1024, 1, 1024, 0.5), (70, float("nan"))),
]


def main(only: Annotated[int | None, typer.Option(hidden=True)] = None, out: blocks.OUT = SPEED) -> None:
    """Measure every case."""
    if only is not None:
        typer.echo(json.dumps(measure(*CASES[only][0])))
        return
    rows = []
    for i, (size, goals) in enumerate(CASES):
        command = [sys.executable, "-m", "benchmarks.training", "--only", str(i)]
        found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
        what = "{}: width {}, {} members, batch {}, dropout {}".format(NAME, *size)
        rows += [
            Measured(f"{what}: poses a second", found["poses_per_second"]),
            Measured(f"{what}: of the matmul rate", 100 * found["share_of_matmul"], "%", goals[0]),
            Measured(f"{what}: times plain", found["ratio_to_plain"], at_least=goals[1]),
            Measured(f"{what}: peak memory", found["peak_MiB"], "MiB"),
        ]
    record("training", rows, out)


def measure(width: int, members: int, batch: int, dropout: float) -> dict[str, float]:
    """One case: medians over rounds of liftkit, plain and matrix product in turn."""
    poses = load_poses("synthetic")
    config = TrainConfig(width=width, batch=batch, dropout=dropout, prior="paper")
    ours = Trainer(NAME, poses, range(members), config, "cpu")
    plain = PlainTrainer(REPRESENTATIONS[NAME], ours.poses, width, batch, dropout)
    repeats = 1 if width * batch * members > 256 * 1024 else 5
    rounds = []
    for _ in range(ROUNDS):
        took = seconds(ours.step, repeats)
        memory = peak_mib()
        rounds.append((took, seconds(plain.step, repeats), matmul_rate(), memory))
    return {
        "poses_per_second": members * batch / statistics.median(t for t, *_ in rounds),
        "share_of_matmul": statistics.median(step_operations(ours) / t / rate for t, _, rate, _ in rounds),
        "ratio_to_plain": statistics.median(members * p / t for t, p, *_ in rounds),
        "peak_MiB": rounds[0][3],
    }


if __name__ == "__main__":
    typer.run(main)
