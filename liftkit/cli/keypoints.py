"""Your own key points to a pose file: ``python data_scripts/keypoints.py walk.json --out walk.npz``.

COCO, OpenPose, MediaPipe, MMPose, Ultralytics or a table: :mod:`liftkit.keypoints.reading` tells what is read and how.
Beside the pose file a file of the same name that ends in .json tells where it comes from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from liftkit.cli.common import friendly
from liftkit.cli.lift import (
    AspectOption,
    FollowOption,
    FormatOption,
    GapOption,
    PersonOption,
    SizeOption,
    ThresholdOption,
    picture_size,
)

app = typer.Typer(help=__doc__)


@app.command()
@friendly
def main(
    file: Annotated[Path, typer.Argument(help="Key points: a file, or a folder with a file a frame.")],
    out: Annotated[Path, typer.Option(help="The pose file to write (.npz).")] = Path("keypoints.npz"),
    format: FormatOption = None,
    size: SizeOption = None,
    aspect: AspectOption = None,
    threshold: ThresholdOption = 0.3,
    max_gap: GapOption = 10,
    person: PersonOption = None,
    follow: FollowOption = True,
    check: Annotated[bool, typer.Option("--check", help="Look at everything, write nothing.")] = False,
) -> None:
    """Turn a person's key points into a pose file without 3D."""
    from liftkit.data.pose_files import outputs, save_with_record
    from liftkit.keypoints.reading import read_keypoints
    from liftkit.poses import save_poses

    _, beside = outputs(out)
    options = {"size": picture_size(size), "aspect": aspect, "threshold": threshold, "max_gap": max_gap}
    options |= {"person": person, "follow": follow}
    poses, usage = read_keypoints(file, format, **options)
    typer.echo(usage)
    if check:
        typer.echo(f"{poses}. Nothing is written; it would go to {out}.")
        return
    about = {"poses": repr(poses), "options": options, "used": usage.to_dict()}
    save_with_record(lambda path: save_poses(poses, path), out, [file], about)
    typer.echo(f"{poses}, saved in {out}; where it comes from, in {beside}.")
