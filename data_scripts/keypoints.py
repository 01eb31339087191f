"""Your own key points to a pose file: ``python data_scripts/keypoints.py walk.json --out walk.npz``.

COCO, OpenPose, MediaPipe, MMPose, Ultralytics or a table: :mod:`liftkit.readers.keypoints` tells what is read and how.
Beside the pose file a file of the same name that ends in .json tells where it comes from.
"""

from __future__ import annotations

import hashlib
import json
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


def sha256_of(path: Path) -> dict[str, str]:
    """The SHA-256 of a file, or of every file of a folder, by name."""
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


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
    from liftkit.files import write_atomically
    from liftkit.poses import save_poses
    from liftkit.provenance import provenance
    from liftkit.readers.keypoints import read_keypoints

    beside = out.with_suffix(".json")
    for path in (out, beside):
        if path.exists():
            raise ValueError(f"{path} exists already; nothing is overwritten")
    if out.suffix != ".npz" or not out.parent.is_dir():
        raise ValueError(f"--out {out}: expected a name that ends in .npz, in a folder that exists")
    options = {"size": picture_size(size), "aspect": aspect, "threshold": threshold, "max_gap": max_gap}
    options |= {"person": person, "follow": follow}
    poses, usage = read_keypoints(file, format, **options)
    typer.echo(usage)
    if check:
        typer.echo(f"{poses}. Nothing is written; it would go to {out}.")
        return
    about = {"file": file.name, "sha256": sha256_of(file), "options": options, "used": usage.to_dict()}
    text = json.dumps(about | {"made_with": provenance()}, indent=1)
    save_poses(poses, out)
    try:
        write_atomically(beside, lambda stream: stream.write(text.encode()))
    except BaseException:
        out.unlink(missing_ok=True)  # a pose file goes with its origin, or not at all
        raise
    typer.echo(f"{poses}, saved in {out}; where it comes from, in {beside}.")


if __name__ == "__main__":
    app()
