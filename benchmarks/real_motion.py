"""The main job on real motion: ``python -m benchmarks.real_motion cmu17_world.npz`` from the repository's root.

CMU motion capture, train clips to test clips, filmed by four cameras around the person, by the orthographic and the
perspective rig, under both priors; a lifter trained on synthetic people alone, tested on the same clips; and each prior
with the other's way to weigh the losses of independent segments.
"""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer

from data_scripts.cmu import read_positions
from liftkit import TrainConfig, Trainer, baselines, evaluate, film, load_poses
from liftkit.callbacks import ProgressBar
from liftkit.files import write_atomically

# The perspective cameras aim at the middle of the floor from different distances: their tilt is not known exactly.
PERSPECTIVE_TILT = {"tilt": 7.0, "tilt_spread": 1.5}


def main(
    file: Annotated[Path, typer.Argument(help="cmu17_world.npz: joint positions in world coordinates.")],
    seeds: Annotated[int, typer.Option(help="Members: seeds 0, 1, ...")] = 6,
    steps: Annotated[int, typer.Option(help="Training steps of 256 poses.")] = 1563,
    representation: Annotated[str, typer.Option()] = "legs_torso",
    out: Annotated[Path, typer.Option(help="The table to write.")] = Path("results/real_motion.csv"),
) -> None:
    """Train and judge every combination; write one table, a row a member, and print the means."""
    motion = read_positions(file)
    real = {rig: film(motion, rig) for rig in ("orthographic", "perspective")}
    synthetic = load_poses("synthetic")
    jobs = [(real[rig], rig, prior) for rig in real for prior in ("paper", "gravity")]
    jobs += [(synthetic, "orthographic", prior) for prior in ("paper", "gravity")]
    for prior in ("gravity", "paper"):
        other = replace(PRIORS[prior], per_segment=not PRIORS[prior].per_segment)
        name = f"{prior}, losses by {'segment' if other.per_segment else 'joint'}"
        PRIORS[name] = other
        jobs.append((real["orthographic"], "orthographic", name))
    tables = []
    for poses, rig, prior in jobs:
        tilt = PERSPECTIVE_TILT if rig == "perspective" else {}
        trainer = Trainer(representation, poses, range(seeds), TrainConfig(steps=steps, prior=prior, **tilt))
        job = f"{poses.name} to {motion.name}, {rig}, {prior}"
        run = trainer.run(callbacks=[ProgressBar(desc=job)]).to_run()
        test = real[rig].test
        flat = baselines(test).set_index("lifter").loc["flat"]
        table = evaluate(run, test).assign(flat=flat.pa_mpjpe_reflection)
        table["ratio_to_flat"] = table.pa_mpjpe_reflection / table.flat
        about = dict(train=poses.name, test=motion.name, rig=rig, prior=prior, representation=representation)
        tables.append(pd.DataFrame([about] * seeds).join(table))
        results = pd.concat(tables, ignore_index=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out, lambda file, results=results: results.round(4).to_csv(file, index=False))
    print(summary(results).to_string(index=False))
    print(f"torch {torch.__version__}, {platform.machine()}, {torch.get_num_threads()} threads")


def summary(results: pd.DataFrame) -> pd.DataFrame:
    """A row a job: mean PA-MPJPE (reflection allowed) with its range, ratio to flat, and how many members mirrored."""
    return (
        results.assign(mirrored_member=results.mirrored > 0.5)
        .groupby(["train", "rig", "prior"], sort=False)
        .agg(
            mean=("pa_mpjpe_reflection", "mean"),
            lowest=("pa_mpjpe_reflection", "min"),
            highest=("pa_mpjpe_reflection", "max"),
            flat=("flat", "first"),
            ratio_to_flat=("ratio_to_flat", "mean"),
            without_reflection=("pa_mpjpe", "mean"),
            mirrored_members=("mirrored_member", "sum"),
            members=("seed", "size"),
        )
        .round(3)
        .reset_index()
    )


if __name__ == "__main__":
    typer.run(main)
