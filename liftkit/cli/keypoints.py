"""liftkit data keypoints: a pose file from a person's own keypoints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from liftkit.cli import options
from liftkit.cli.common import friendly, say


@friendly
def keypoints(
    file: Annotated[Path, Argument(help="Keypoints: a file, or a folder with one file per frame.")],
    *,
    out: Annotated[Path, Option(help="The pose file to write (.npz).")] = Path("keypoints.npz"),
    reading: options.Reading,
    check: Annotated[bool, Option("--check", help="Check everything, write nothing.")] = False,
) -> None:
    """Turn a person's keypoints into a pose file without 3D, with a record of its origin beside it.

    Example: `liftkit data keypoints walk.json --out walk.npz`
    """
    from liftkit.data.pose_files import outputs, save_poses, save_with_record

    _, record = outputs(out)
    poses, usage = reading.read(file)
    say(usage)
    if check:
        say(f"{poses}. Nothing is written; it would go to {out}.")
        return
    about = {"poses": repr(poses), "options": vars(reading), "used": usage.to_dict()}
    save_with_record(lambda path: save_poses(poses, path), out, [file], about)
    say(f"{poses}, saved in {out}; its origin, in {record}.")
