"""Training on real motion: ``python -m benchmarks.real_motion cmu17_bodies.npz`` from the repository's root.

Lifters are trained on the train clips of CMU motion capture and tested on its test clips, filmed by four cameras of the
orthographic and the perspective rig, with both priors. Beside them: lifters trained only on synthetic people, tested on
the same clips; and each prior with the other's weighting of the losses of independent segments. One process per core.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer
from formats.positions import read_positions
from scipy import stats
from tqdm import tqdm

from liftkit import PRIORS, TrainConfig, Trainer, baselines, evaluate, film, load_poses
from liftkit.system.files import write_atomically

# The perspective cameras aim at the middle of the floor from different distances, so their tilt is not known exactly.
PERSPECTIVE_TILT = {"tilt": 7.0, "tilt_spread": 1.5}
# (trained on, rig, prior, whether the losses are weighted as in the other prior)
JOBS = [
    ("cmu", "orthographic", "paper", False),
    ("cmu", "orthographic", "gravity", False),
    ("cmu", "perspective", "paper", False),
    ("cmu", "perspective", "gravity", False),
    ("synthetic", "orthographic", "paper", False),
    ("synthetic", "orthographic", "gravity", False),
    ("cmu", "orthographic", "gravity", True),
    ("cmu", "orthographic", "paper", True),
]


def run_job(job: tuple, file: Path, seeds: int, steps: int, representation: str) -> pd.DataFrame:
    """Train and evaluate one combination: one row per member."""
    torch.set_num_threads(1)
    source, rig, prior, other_weighing = job
    real = film(read_positions(file), rig)
    poses = real if source == "cmu" else load_poses(source, rig=rig)
    PRIORS["measured"] = replace(PRIORS[prior], per_segment=PRIORS[prior].per_segment != other_weighing)
    tilt = PERSPECTIVE_TILT if rig == "perspective" else {}
    config = TrainConfig(width=128, steps=steps, prior="measured", **tilt)
    run = Trainer(representation, poses, range(seeds), config, "cpu").run().to_run()
    weighing = "segment" if PRIORS["measured"].per_segment else "joint"
    about = {"train": source, "rig": rig, "prior": prior, "losses_by": weighing, "representation": representation}
    flat = baselines(real.test).set_index("lifter").loc["flat"].pa_mpjpe_reflection
    table = evaluate(run, real.test).assign(flat=flat)
    return table.assign(ratio_to_flat=table.pa_mpjpe_reflection / flat, message=run.message, **about)


def main(
    file: Annotated[Path, typer.Argument(help="cmu17_bodies.npz: joint positions in world coordinates.")],
    seeds: Annotated[int, typer.Option(help="Members: seeds 0, 1, ...")] = 6,
    steps: Annotated[int, typer.Option(help="Training steps of 256 poses.")] = 1563,
    representation: Annotated[str, typer.Option()] = "legs_torso",
    out: Annotated[Path, typer.Option(help="The table to write.")] = Path("results/real_motion.csv"),
) -> None:
    """Train and evaluate every combination; after each, write the table (one row per member) and print the means."""
    out.parent.mkdir(parents=True, exist_ok=True)
    tables: dict[int, pd.DataFrame] = {}
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(run_job, job, file, seeds, steps, representation): i for i, job in enumerate(JOBS)}
        for future in tqdm(as_completed(futures), total=len(futures), unit="job"):
            tables[futures[future]] = future.result()
            results = pd.concat([tables[i] for i in sorted(tables)], ignore_index=True)
            write_atomically(out, lambda f, results=results: results.round(4).to_csv(f, index=False))
            tqdm.write(summary(results).to_string(index=False))


def summary(results: pd.DataFrame) -> pd.DataFrame:
    """One row per job: PA-MPJPE (reflection allowed), its 95 % t-interval and range over members, and more."""
    rows = []
    for job, table in results.groupby(["train", "rig", "prior", "losses_by"], sort=False):
        error = table.pa_mpjpe_reflection
        low, high = stats.t.interval(0.95, len(error) - 1, error.mean(), stats.sem(error))
        rows.append(
            dict(zip(["train", "rig", "prior", "losses_by"], job, strict=True))
            | {"mean": error.mean(), "low95": low, "high95": high, "lowest": error.min(), "highest": error.max()}
            | {"flat": table.flat.iloc[0], "ratio_to_flat": table.ratio_to_flat.mean()}
            | {"without_reflection": table.pa_mpjpe.mean(), "n_mpjpe": table.n_mpjpe.mean()}
            | {"mirrored_members": int((table.mirrored > 0.5).sum()), "members": len(table)}
        )
    return pd.DataFrame(rows).round(3)


if __name__ == "__main__":
    typer.run(main)
