"""What a hidden limb costs the rest of the body: ``python -m benchmarks.hidden``.

The recorded runs lift test poses of which a limb was not seen, and the same poses complete. OUT gets one row per
representation, hidden limb and seed: which share of the joints that were seen is lifted, and how far those lie from
where the complete pose has them, in mm. A lifter of the whole pose lifts nothing; in the rows "guessed" it is given the
hidden joints at their mean places in the training poses instead, which is what one does in practice, and what this
moves is measured too.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import typer

from benchmarks import blocks
from benchmarks.pages import markdown
from liftkit import H36M_17, PoseSet, Run, load_poses, load_record
from liftkit.poses import evenly
from liftkit.recorded import record_names

LIMBS = {
    "left shin": ("left_knee", "left_ankle"),
    "both legs": tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("knee", "ankle")),
    "right forearm": ("right_elbow", "right_wrist"),
}


def main(out: blocks.OUT = Path("results/hidden.csv")) -> None:
    """Hide limbs, lift and compare; write the table and print the means."""
    poses = load_poses("synthetic")
    test, mean = evenly(poses.test, blocks.TEST_POSES), mean_places(poses.train)
    rows = [row for name in record_names() for row in compare(load_record(name), test, mean)]
    table = pd.DataFrame(rows)
    blocks.write_table(table, out)
    typer.echo(markdown(summary(table)))


def mean_places(poses: PoseSet) -> np.ndarray:
    """(J, 2) the mean place of each joint relative to the root, in the unit of the poses."""
    return (poses.x2d - poses.x2d[:, :1]).mean(0)


def compare(run: Run, poses: PoseSet, mean: np.ndarray) -> list[dict]:
    """Rows for every limb and seed."""
    complete, rows = run.lift(poses.x2d), []
    for limb, joints in LIMBS.items():
        hidden = [H36M_17.index(joint) for joint in joints]
        seen = np.setdiff1d(np.arange(1, 17), hidden)
        x2d = poses.x2d.copy()
        for given, places in {"not seen": np.nan, "guessed": x2d[:, :1] + mean[hidden]}.items():
            x2d[:, hidden] = places
            lifted = lift(run, x2d)
            off = np.abs(lifted - complete)[:, :, seen, 2]
            for seed, of_member in zip(run.seeds, off, strict=True):
                known = np.isfinite(of_member)
                moved = of_member[known].mean() if known.any() else np.nan
                about = {"representation": run.representation.name, "hidden": limb, "given": given, "seed": seed}
                rows.append(about | {"lifted": known.mean(), "moved_mm": moved})
    return rows


def lift(run: Run, x2d: np.ndarray) -> np.ndarray:
    """Lift what can be lifted: NaN everywhere if that is nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return run.lift(x2d)
        except ValueError:  # no pose has all that this lifter needs
            return np.full((len(run.seeds), *x2d.shape[:2], 3), np.nan)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per representation: for each limb the share lifted if it is not seen, and what a guess moves."""
    rows = []
    for name, of_name in table.groupby("representation", sort=False):
        row = {"representation": name}
        for limb in LIMBS:
            unseen, guessed = (
                of_name[(of_name.hidden == limb) & (of_name.given == g)] for g in ("not seen", "guessed")
            )
            share = f"{unseen.lifted.mean():.0%} lifted"
            off = f", off by {unseen.moved_mm.mean():.2f} mm" if unseen.moved_mm.notna().any() else ""
            row[limb] = f"{share}{off}; guessed: off by {blocks.with_interval(guessed.moved_mm)} mm"
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
