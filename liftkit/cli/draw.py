"""liftkit draw: a picture of poses lifted by a trained run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from liftkit.cli import options
from liftkit.cli.common import friendly, say


@friendly
def draw(
    run: Annotated[Path, Argument(help="The folder of a trained run.")],
    out: Annotated[Path, Option(help="The picture to write (.svg).")],
    data: options.Data = "synthetic",
    count: Annotated[int, Option(help="How many poses, evenly spaced test poses.", min=1, max=50)] = 4,
    member: Annotated[int, Option(help="Which member lifts them.", min=0)] = 0,
) -> None:
    """Draw lifted poses, seen from the side, beside the truth.

    Example: `liftkit draw runs/full --data cmu.npz --out lifted.svg`
    """
    import numpy as np

    from liftkit import Run, load_poses
    from liftkit.system.files import check_new, write_atomically
    from liftkit.view.still import lifting_svg

    if out.suffix.lower() != ".svg":
        raise ValueError(f"--out {out}: expected a name that ends in .svg")
    check_new(out)
    loaded, poses = Run.load(run), load_poses(data)
    if member >= len(loaded.seeds):
        raise ValueError(
            f"--member {member}: expected 0 to {len(loaded.seeds) - 1}, the run has {len(loaded.seeds)} members"
        )
    poses = poses.part("test")
    poses = poses.select(np.linspace(0, len(poses) - 1, count + 2).astype(int)[1:-1])
    svg = lifting_svg(loaded.lift(poses.x2d)[member], poses.x3d)
    write_atomically(out, lambda file: file.write(svg.encode()))
    say(f"{len(poses)} poses of {poses.name}, drawn in {out}.")
