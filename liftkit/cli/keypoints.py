"""liftkit data keypoints: a pose file from a person's own keypoints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from liftkit.cli import options
from liftkit.cli.common import friendly, say


@friendly
def keypoints(
    file: Annotated[Path, typer.Argument(help="Keypoints: a file, or a folder with one file per frame.")],
    out: Annotated[Path, typer.Option(help="The pose file to write (.npz).")] = Path("keypoints.npz"),
    format: options.Format = None,
    order: options.Order = None,
    size: options.Size = None,
    aspect: options.Aspect = None,
    threshold: options.Threshold = 0.3,
    max_gap: options.Gap = 10,
    person: options.Person = None,
    follow: options.Follow = True,
    all_people: options.AllPeople = False,
    frames: options.Frames = None,
    drop_wild: options.DropWild = False,
    check: Annotated[bool, typer.Option("--check", help="Check everything, write nothing.")] = False,
) -> None:
    """Turn a person's keypoints into a pose file without 3D, with a record of its origin beside it.

    Example: `liftkit data keypoints walk.json --out walk.npz`
    """
    from liftkit.data.pose_files import outputs, save_poses, save_with_record
    from liftkit.keypoints.reading import read_keypoints

    _, record = outputs(out)
    given = {"size": options.picture_size(size), "aspect": aspect, "threshold": threshold, "max_gap": max_gap}
    given |= {"order": order, "person": person, "follow": follow, "all_people": all_people}
    given |= {"drop_wild": drop_wild}
    poses, usage = read_keypoints(file, format, **given, frames=options.frame_range(frames))
    say(usage)
    if check:
        say(f"{poses}. Nothing is written; it would go to {out}.")
        return
    about = {"poses": repr(poses), "options": given | {"frames": frames}, "used": usage.to_dict()}
    save_with_record(lambda path: save_poses(poses, path), out, [file], about)
    say(f"{poses}, saved in {out}; its origin, in {record}.")
