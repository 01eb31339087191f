"""Is training with legs and torso more stable? ``python -m benchmarks.stability cmu17_bodies.npz``.

The paper's third claim, within runs and between them: the learning rate is constant, as in the paper, and the error is
measured at many checkpoints of every run, on the same test poses. Killed, it goes on when called again.

A run *collapses* at a checkpoint whose error is at least 20 % above the lowest that this run has had so far, if the
checkpoint before was not. The first tenth of the checkpoints is left out: an untrained lifter is nearly flat, and a
flat pose is better than what the first steps make of it. The spread between runs is that of their last errors, compared
by the test of Brown and Forsythe (1974): Levene's about the median.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks import blocks
from benchmarks.pages import markdown
from liftkit import TrainConfig, baselines, film, run_study
from liftkit.callbacks import StudyBar
from liftkit.study.claims import RATIO, brown_forsythe, power
from liftkit.study.statistics import p_text

NAMES = ("full", "legs_torso")
ERROR = "pa_mpjpe_reflection"
COLLAPSE = 1.2  # times the lowest error so far


def main(
    file: blocks.FILE = None,
    seeds: blocks.SEEDS = 24,
    width: blocks.WIDTH = 64,
    steps: blocks.STEPS = 2000,
    batch: blocks.BATCH = 256,
    learning_rate: blocks.RATE = 1e-3,
    dropout: float = 0.0,
    prior: blocks.PRIOR = "paper",
    checkpoints: Annotated[int, typer.Option(help="Evaluations of each run, evenly spaced.")] = 40,
    folder: blocks.FOLDER = Path("runs/stability"),
    out: blocks.OUT = Path("results/stability.csv"),
    processes: blocks.PROCESSES = None,
) -> None:
    """Run, or go on with, the study; write the errors (one row per checkpoint) and print both kinds of stability."""
    poses = film(blocks.read_motion(file), "orthographic")
    size = dict(width=width, steps=steps, batch=batch)
    config = TrainConfig.paper(**size, learning_rate=learning_rate, dropout=dropout, prior=prior)  # constant rate
    how = dict(policies=("last",), evaluations=checkpoints, processes=processes, progress=StudyBar(desc="stability"))
    study = run_study(NAMES, {poses.name: poses}, range(seeds), config, folder / prior, **how)
    table = study.history.dropna(subset=ERROR)[["representation", "seed", "step", ERROR, "mirrored"]]
    table = table.assign(flat=baselines(poses.part("test"))[ERROR][0])
    blocks.write_table(table, out)
    typer.echo(markdown(summary(table)))


def collapses(errors: np.ndarray) -> int:
    """How often a run collapses: errors (C,) of its checkpoints in order.

    >>> collapses(np.array([50.0, 90.0, 60.0, 72.0, 80.0, 65.0, 71.0, 73.0, 60.0, 60.0]))
    2
    """
    errors = errors[len(errors) // 10 :]
    fallen = errors >= COLLAPSE * np.minimum.accumulate(errors)
    return int((fallen[1:] & ~fallen[:-1]).sum())


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per representation: last error, sd within and between runs with the test of the latter, collapses."""
    final = table[table.step == table.step.max()].pivot(index="seed", columns="representation", values=ERROR)
    p = float(brown_forsythe(*final[list(NAMES)].to_numpy().T))
    rows = []
    for name, runs in table.groupby("representation", sort=False):
        errors = runs.sort_values("step").pivot(index="seed", columns="step", values=ERROR).to_numpy()
        late, last = errors[:, errors.shape[1] // 2 :], errors[:, -1]
        counts = np.array([collapses(run) for run in errors])
        rows.append(
            {"representation": name, "runs": len(errors), "checkpoints": errors.shape[1]}
            | {
                f"last error (flat {table.flat.iloc[0]:.1f})": blocks.with_interval(last),
                "above the run's lowest": blocks.with_interval(last - errors.min(1)),
            }
            | {"sd within a run, second half": blocks.with_interval(late.std(1, ddof=1))}
            | {"sd between runs": f"{last.std(ddof=1):.1f}", "equal spreads": p_text(p)}
            | {f"power, ratio {RATIO:g}": f"{power(len(errors), RATIO):.2f}"}
            | {"collapses": int(counts.sum()), "runs that collapse": int((counts > 0).sum())}
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
