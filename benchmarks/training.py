"""Training speed: ``python -m benchmarks.training`` (all cases, half an hour), or some: ``--widths 64 --members 8``.

Each case runs in a process of its own, in turn with a plain implementation and with this machine's matrix products:
poses a second, the share of the matrix-multiply rate, the ratio to the plain one's poses a second (several members
stand against as many plain runs one after the other), peak memory.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer

from benchmarks.plain import PlainTrainer
from benchmarks.speed import matmul_rate, peak_mib, seconds, step_operations
from liftkit import REPRESENTATIONS, TrainConfig, Trainer, load_poses
from liftkit.system.files import write_atomically

app = typer.Typer()
ROUNDS = 5


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


@app.command()
def main(
    representations: Annotated[str, typer.Option(help="Names with commas between; all six by default.")] = "",
    widths: Annotated[str, typer.Option(help="Widths with commas between.")] = "64,128,256,1024",
    members: Annotated[str, typer.Option(help="Members with commas between.")] = "1,8",
    batch: int = 256,
    dropout: float = 0.0,
    out: Annotated[Path | None, typer.Option(help="Write the table here (.csv).")] = None,
    only: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Print a row for each representation, width and number of members."""
    names = representations.split(",") if representations else list(REPRESENTATIONS)
    cases = [(name, width, count) for name in names for width in numbers(widths) for count in numbers(members)]
    if only:
        typer.echo(json.dumps(measure(*cases[0], batch, dropout)))
        return
    rows = []
    for name, width, count in cases:
        words = [
            "--representations",
            name,
            "--widths",
            width,
            "--members",
            count,
            "--batch",
            batch,
            "--dropout",
            dropout,
        ]
        command = [sys.executable, "-m", "benchmarks.training", "--only", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append(json.loads(done.stdout))
        typer.echo(pd.DataFrame(rows[-1:]).to_string(index=False, header=len(rows) == 1))
        if out is not None:
            write_atomically(out, lambda file: pd.DataFrame(rows).to_csv(file, index=False))


def measure(name: str, width: int, members: int, batch: int, dropout: float) -> dict:
    """One case: medians over rounds of liftkit, plain and matrix product in turn."""
    poses = load_poses("synthetic")
    config = TrainConfig(width=width, batch=batch, dropout=dropout, prior="paper")
    ours = Trainer(name, poses, range(members), config, "cpu")
    plain = PlainTrainer(REPRESENTATIONS[name], ours.poses, width, batch, dropout)
    repeats = 1 if width * batch * members > 256 * 1024 else 5
    rounds = []
    for _ in range(ROUNDS):
        took = seconds(ours.step, repeats)
        memory = peak_mib()
        rounds.append((took, seconds(plain.step, repeats), matmul_rate(), memory))
    ours_s, plain_s, rate, _ = (statistics.median(column) for column in zip(*rounds, strict=True))
    operations = step_operations(ours)
    return {
        "representation": name, "width": width, "members": members, "batch": batch, "dropout": dropout,
        "threads": torch.get_num_threads(), "poses_per_second": round(members * batch / ours_s),
        "share_of_matmul": round(statistics.median(operations / t / r for t, _, r, _ in rounds), 3),
        "ratio_to_plain": round(statistics.median(members * p / t for t, p, _, _ in rounds), 2),
        "plain_share_of_matmul": round(operations / members / plain_s / rate, 3),
        "peak_MiB": rounds[0][3],
    }  # fmt: skip


if __name__ == "__main__":
    app()
