"""What was tried for the lifter of ``liftkit lift``: ``python -m benchmarks.lifter_choices cmu17_bodies.npz``.

The lifter of :mod:`benchmarks.lifter`, made small, with one choice different at a time. OUT gets one row per choice,
test set and seed, and one for the mean of all seeds as one lifter: errors in the mean over actions, and the share of
mirrored poses. Killed, it goes on; ``--choice NAME``, once or more, measures these and keeps the rows of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from benchmarks import blocks, lifter
from benchmarks.pages import markdown
from liftkit import PoseSet, Run, evaluate
from liftkit.callbacks import StudyBar
from liftkit.evaluation import Lifts

TESTS = {
    "cmu, 10 degrees": "CMU",
    "cmu, perspective, 5 px off": "CMU, 5 px off",
    "synthetic-broad, 10 degrees": "broad synthetic people",
}
ALL = "all"  # the seed of the mean of all seeds


@dataclass(frozen=True)
class Choice:
    """What is different from the lifter that ships: the poses, the config, the representation."""

    poses: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    longer: int = 1  # times as many steps
    wider: int = 1
    representation: str = "legs_torso"


CHOICES = {
    "as it ships, but small": Choice(),
    "discriminator not told the source": Choice(config={"condition": "none"}),
    "CMU once": Choice({"copies": 1}),
    "CMU twice": Choice({"copies": 2}),
    "no random poses": Choice({"random": False}),
    "no errors of detectors": Choice({"noise": False}),
    "five parts": Choice(representation="five_parts"),
    "twice as long": Choice(longer=2),
    "twice as wide": Choice(wider=2),
}


def main(
    file: blocks.FILE = None,
    choice: Annotated[list[str] | None, typer.Option(help="Default: all.")] = None,
    seeds: blocks.SEEDS = 4,
    width: blocks.WIDTH = 64,
    steps: blocks.STEPS = 1200,
    batch: blocks.BATCH = 256,
    folder: blocks.FOLDER = Path("runs/lifter_choices"),
    out: blocks.OUT = Path("results/lifter_choices.csv"),
    processes: blocks.PROCESSES = None,
) -> None:
    """Train the small lifters, judge them and write the table."""
    names = blocks.chosen(choice, CHOICES, "--choice")
    motion = None if file is None else blocks.read_motion(file)
    tests = {name: poses for name, poses in lifter.test_sets(motion) if name in TESTS}
    for name in names:
        how, poses = CHOICES[name], lifter.training_poses(motion, **CHOICES[name].poses)
        changes = dict(width=width * how.wider, steps=steps * how.longer, batch=batch) | how.config
        more = dict(processes=processes, progress=StudyBar(desc=name))
        study = lifter.train(poses, how.representation, seeds, folder / name.replace(" ", "_"), changes, **more)
        rows = judge(study.run(how.representation, data="all"), tests).assign(choice=name)
        blocks.write_table(blocks.with_stored(rows, out, "choice", list(CHOICES)), out)
    typer.echo(markdown(summary(pd.read_csv(out, dtype={"seed": str}))))


def judge(run: Run, tests: dict[str, PoseSet]) -> pd.DataFrame:
    """One row per test and seed, for the mean of all seeds, and for the flat pose: the mean over actions."""
    lifters: dict[str, Lifts] = {"": run, ALL: lifter.Mean(run), "flat": lifter.Flat()}
    rows = []
    for test, poses in tests.items():
        for name, each in lifters.items():
            table = evaluate(each, poses, by="action").groupby("seed")[[*blocks.ERRORS, "mirrored"]].mean()
            rows.append(table.rename(lambda seed, name=name: name or str(seed)).reset_index().assign(test=test))
    return pd.concat(rows)[["test", "seed", *blocks.ERRORS, "mirrored"]]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per choice: on each test the mean of all in parts of the flat pose's error, and the seeds' in mm."""
    rows = []
    for choice, of_choice in table.groupby("choice", sort=False):
        row = {"different": choice}
        for test, title in TESTS.items():
            if len(found := of_choice[of_choice.test == test]):
                known = found.set_index("seed")
                alone, error = known.drop([ALL, "flat"]), known[blocks.FORBIDDEN]
                row[f"{title}: of flat"] = f"{error[ALL] / error['flat']:.2f}"
                row[f"{title}: seeds, mm"] = blocks.with_interval(alone[blocks.FORBIDDEN])
        row["mirrored, worst seed"] = f"{of_choice[~of_choice.seed.isin([ALL, 'flat'])].mirrored.max():.0%}"
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
