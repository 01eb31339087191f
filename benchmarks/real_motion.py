"""What our own choices change, on real motion: ``python -m benchmarks.real_motion cmu17_bodies.npz``.

The lifter ``legs_torso`` as ``benchmarks.real_study`` trains it on CMU (width 128, 400,128 poses per seed, orthographic
views), with one thing different at a time, under both priors: perspective cameras; the losses of independent segments
weighed as under the other prior; the scale of the other prior. Tested on other people of CMU, and on synthetic people
whose movements no lifter here has seen ("broad"). Killed, it goes on when called again.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import torch
import typer
from formats.positions import read_positions
from tqdm import tqdm

from benchmarks.blocks import ALLOWED, FORBIDDEN, TEST_POSES, percent, with_interval, write_table
from benchmarks.pages import markdown
from benchmarks.real_study import CLAIMED, ERRORS, SCALES
from liftkit import PRIORS, TrainConfig, baselines, evaluate, film, load_poses, run_study
from liftkit.poses import evenly

# The perspective cameras aim at the middle of the floor from different distances, so their tilt is not known exactly.
PERSPECTIVE_TILT = {"tilt": 7.0, "tilt_spread": 1.5}
REPRESENTATION = CLAIMED[1]
OTHER = {"gravity": "paper", "paper": "gravity"}
KEYS = ["prior", "differs"]
NOTHING = "nothing"


class Change(NamedTuple):
    """What differs from the study."""

    name: str
    rig: str = "orthographic"
    losses: bool = False  # weighed as under the other prior
    scale: bool = False  # that of the other prior


CHANGES = [
    Change(NOTHING),
    Change("perspective cameras", rig="perspective"),
    Change("losses", losses=True),
    Change("scale", scale=True),
]


def describe(change: Change, prior: str) -> str:
    """What a row of the table has in place of what the study has under this prior."""
    other = OTHER[prior]
    if change.losses:
        return f"losses weighed by {'segment' if PRIORS[other].per_segment else 'joint'}"
    return f"scale of the {SCALES[other]}" if change.scale else change.name


def run_job(prior: str, change: Change, file: Path, seeds: int, steps: int, width: int, folder: Path) -> pd.DataFrame:
    """Train and evaluate one combination: one row per seed, with the error of the flat pose."""
    torch.set_num_threads(1)
    other, tilt = OTHER[prior], PERSPECTIVE_TILT if change.rig == "perspective" else {}
    PRIORS["measured"] = replace(PRIORS[prior], per_segment=PRIORS[other if change.losses else prior].per_segment)
    scale = SCALES[other if change.scale else prior]
    config = TrainConfig(width=width, steps=steps, prior="measured", scale=scale, **tilt)
    real = {"cmu": film(read_positions(file), change.rig)}
    place = folder / f"{prior}-{change.name.replace(' ', '_')}"
    study = run_study(
        [REPRESENTATION], real, range(seeds), config, place, policies=("last",), evaluations=1, processes=1
    )
    broad = evenly(load_poses("synthetic", movements="broad").test, TEST_POSES)
    there = evaluate(study.run(REPRESENTATION), broad).set_index("seed")[ALLOWED]
    table = study.results.assign(prior=prior, differs=describe(change, prior), broad=study.results.seed.map(there))
    return table.assign(flat=flat_pose(study.references), flat_broad=flat_pose(baselines(broad)))


def flat_pose(references: pd.DataFrame) -> float:
    return references.set_index("lifter").loc["flat", ALLOWED]


def main(
    file: Annotated[Path, typer.Argument(help="cmu17_bodies.npz: joint positions in world coordinates.")],
    seeds: Annotated[int, typer.Option(help="Members: seeds 0, 1, ...")] = 6,
    steps: Annotated[int, typer.Option(help="Training steps of 256 poses.")] = 1563,
    width: Annotated[int, typer.Option(help="Units of the networks.")] = 128,
    folder: Annotated[Path, typer.Option(help="Where the studies are kept while they grow.")] = Path(
        "runs/real_motion"
    ),
    out: Annotated[Path, typer.Option(help="The table to write.")] = Path("results/real_motion.csv"),
) -> None:
    """Train and evaluate every combination; then write the table (one row per seed) and print the means."""
    jobs = [(prior, change) for prior in SCALES for change in CHANGES]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(run_job, *job, file, seeds, steps, width, folder) for job in jobs]
        for future in tqdm(as_completed(futures), total=len(futures), unit="job"):
            future.result()
    table = pd.concat([future.result() for future in futures])
    errors = [FORBIDDEN, ALLOWED, "n_mpjpe", "mirrored", "flat", "broad", "flat_broad"]
    write_table(table[[*KEYS, "representation", "seed", *errors]], out)
    typer.echo(markdown(summary(table)))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per prior and difference: errors with intervals over seeds, and the paired differences from the study."""
    rows = []
    for (prior, differs), seeds in table.groupby(KEYS, sort=False):
        study = table[(table.prior == prior) & (table.differs == NOTHING)].set_index("seed")
        less = seeds.set_index("seed")[[ALLOWED, "broad"]] - study[[ALLOWED, "broad"]]
        here, there = ("–" if differs == NOTHING else with_interval(less[name]) for name in less)
        rows.append(
            {"prior": prior, "differs from the study in": differs, "seeds": len(seeds)}
            | {title: with_interval(seeds[metric]) for title, metric in ERRORS.items()}
            | {"of flat": f"{(seeds[ALLOWED] / seeds.flat).mean():.2f}"}
            | {"mirrored %": percent(seeds.mirrored), "most": f"{100 * seeds.mirrored.max():.0f}"}
            | {"minus the study": here}
            | {"on broad synthetic people": with_interval(seeds.broad)}
            | {"of flat there": f"{(seeds.broad / seeds.flat_broad).mean():.2f}", "minus the study there": there}
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
