"""Does a lifter know when it does not know? ``python -m benchmarks.certainty cmu17_bodies.npz``.

On each test set of ``benchmarks.lifter``: the rank correlation (Spearman) of the error of a joint's depth with the
spread over the members, as it is written into files (moderated) and as it is found, and with the distance of its
segment from the training poses; and the mean error of the joints in each fifth of the spread. Beyond: the same, of the
poses whose segment lies beyond the training poses (distance above 1), against the others. One row per test set, and one
for all together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from scipy.stats import spearmanr

from benchmarks import blocks
from benchmarks.lifter import test_sets
from benchmarks.pages import markdown
from liftkit import PoseSet, Run
from liftkit.recorded import LIFTER
from liftkit.uncertainty import consensus

FIFTHS = [f"fifth_{number}" for number in range(1, 6)]
RANKED = ("spread", "spread_as_found", "distance")


def main(
    file: blocks.FILE = None,
    run: Annotated[Path, typer.Option(help="The folder of the run that lifts.")] = LIFTER,
    out: blocks.OUT = Path("results/certainty.csv"),
) -> None:
    """Measure, write the table and print it."""
    motion, lifter = None if file is None else blocks.read_motion(file), Run.load(run)
    joints = {name: of_joints(lifter, poses) for name, poses in test_sets(motion) if poses.units == "mm"}
    joints["all together"] = pd.concat(joints.values())
    table = pd.DataFrame([{"test": name} | scores(found) for name, found in joints.items()])
    blocks.write_table(table, out)
    typer.echo(markdown(summary(table)))


def of_joints(run: Run, poses: PoseSet) -> pd.DataFrame:
    """One row per joint (without the root) and pose: its depth's error and spread in mm, its segment's distance."""
    x3d, found = consensus(run.lift(poses.x2d).astype(float))
    columns = {
        "error": np.abs(x3d[..., 2] - poses.x3d[..., 2]),
        "spread": run.statistics.moderate(found, poses.x2d),
        "spread_as_found": found,
        "distance": run.statistics.distance(poses.x2d)[:, run.representation.segment_of],
    }
    return pd.DataFrame({name: values[:, 1:].ravel() for name, values in columns.items()})


def scores(joints: pd.DataFrame) -> dict[str, float]:
    """Rank correlations, and mean errors in mm by spread and by distance."""
    rank = pd.qcut(joints.spread.rank(method="first"), 5, labels=FIFTHS)
    far = joints.distance > 1
    return {
        **{f"rho_{name}": spearmanr(joints[name], joints.error).statistic for name in RANKED},
        **joints.error.groupby(rank, observed=True).mean().to_dict(),
        "beyond": joints.error[far].mean(),
        "within": joints.error[~far].mean(),
        "share_beyond": far.mean(),
    }


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """The table as text."""
    shown = {"test": table.test}
    shown |= {
        f"rank correlation with {name.replace('_', ' ')}": table[f"rho_{name}"].map("{:.2f}".format) for name in RANKED
    }
    shown["mm by fifths of the spread"] = table[FIFTHS].map("{:.0f}".format).agg(", ".join, axis=1)
    both = table[["beyond", "within"]].map("{:.0f}".format).agg(" / ".join, axis=1)
    shown["mm beyond / within the training poses"] = both + table.share_beyond.map(" ({:.0%} beyond)".format)
    return pd.DataFrame(shown)


if __name__ == "__main__":
    typer.run(main)
