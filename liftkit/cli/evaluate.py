"""liftkit evaluate: the errors of a trained run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from liftkit.cli import options
from liftkit.cli.common import SHOWN, friendly, show_baselines, show_table, with_summary


@friendly
def evaluate_(
    run: Annotated[Path, Argument(help="The folder of a trained run.")],
    data: options.Data = "synthetic",
    split: Annotated[str, Option(help='The poses to evaluate on: "test", "train" or "all".')] = "test",
    by: Annotated[str | None, Option(help='One row per "action", "subject" or "joint".')] = None,
    joints: Annotated[int, Option(help="17: all count; 16: without the pelvis; 14: MPI-INF-3DHP's.")] = 17,
) -> None:
    """Evaluate a saved run on poses whose 3D is known.

    Example: `liftkit evaluate runs/full --data cmu.npz --by action`
    """
    from liftkit import Run, evaluate, load_poses

    loaded, poses = Run.load(run), load_poses(data)
    poses = poses if split == "all" else poses.select(split=split)
    table = evaluate(loaded, poses, by=by, joints=joints)
    title = f"{loaded.representation.name}: errors in mm on {len(poses):,} poses of {poses.name}"
    if by is None:
        show_table(with_summary(table), title)
        show_baselines(poses, joints)
    else:
        columns = [column for column in SHOWN if column in table]
        show_table(table.groupby(by, sort=False, as_index=False)[columns].mean(), f"{title}, mean over seeds")
