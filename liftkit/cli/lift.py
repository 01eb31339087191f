"""liftkit lift: a person's own key points, lifted to 3D."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from liftkit.cli.common import friendly

FormatOption = Annotated[
    str | None, typer.Option(help='"coco", "openpose", "mediapipe", "mmpose", "ultralytics" or "csv"; else by content.')
]
SizeOption = Annotated[str | None, typer.Option(help="The picture, such as 1280x720: makes pixels of [0, 1].")]
AspectOption = Annotated[float | None, typer.Option(help="Width / height where the size is unknown; no unit then.")]
ThresholdOption = Annotated[float, typer.Option(help="A point with a lower score counts as missing.")]
GapOption = Annotated[int, typer.Option(help="Frames over which a missing point is interpolated.")]
PersonOption = Annotated[str | None, typer.Option(help="The track to take, where the file has several people.")]
FollowOption = Annotated[bool, typer.Option(help="Follow one person; else the largest in each picture.")]

READING = ("format", "size", "aspect", "threshold", "max_gap", "person", "follow")  # what is for key points alone


def picture_size(text: str | None) -> tuple[float, float] | None:
    """ "1280x720" as numbers; ValueError for another form."""
    if text is None:
        return None
    try:
        width, height = map(int, text.lower().split("x"))
    except ValueError as error:
        raise ValueError(f"--size {text}: expected WIDTHxHEIGHT in pixels, such as 1280x720") from error
    return width, height


@friendly
def lift(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Key points: a file, a folder with a file a frame, or a pose file.")],
    out: Annotated[Path | None, typer.Option(help="Ends in .npz, .csv, .bvh, .gltf, .glb or .html (a viewer).")] = None,
    record: Annotated[str, typer.Option(help="A recorded run, by its representation.")] = "legs_torso",
    run: Annotated[Path | None, typer.Option(help="The folder of a run of your own, instead of a record.")] = None,
    seed: Annotated[int | None, typer.Option(help="The member; else the first. The best is known by 3D alone.")] = None,
    format: FormatOption = None,
    size: SizeOption = None,
    aspect: AspectOption = None,
    threshold: ThresholdOption = 0.3,
    max_gap: GapOption = 10,
    person: PersonOption = None,
    follow: FollowOption = True,
    fps: Annotated[float, typer.Option(help="Frames a second, for animations.")] = 30.0,
    stature: Annotated[float, typer.Option(help="The person's, in mm; scales .bvh, .gltf and .glb.")] = 1700.0,
    check: Annotated[bool, typer.Option("--check", help="Look at everything, lift one pose, write nothing.")] = False,
) -> None:
    """Lift your own key points: COCO, OpenPose, MediaPipe, MMPose, Ultralytics, CSV, or a pose file.

    Example: `liftkit lift keypoints.json --out lifted.html`
    """
    from liftkit.export import LiftedMotion, write_motion
    from liftkit.export.motion import WRITERS, check_destination

    if out is not None:
        check_destination(out)
    loaded, chosen, what = _lifter(record, run, seed)
    if file.suffix.lower() == ".npz":
        _refuse_reading_options(context)
    options = {"size": picture_size(size), "aspect": aspect, "threshold": threshold, "max_gap": max_gap}
    poses, usage = _read(file, format, options | {"person": person, "follow": follow})
    typer.echo(f"{usage}\n{poses}; lifted by {what}.")
    if check:
        poses = poses.select([0])
    x3d = loaded.lift(poses.x2d)[loaded.seeds.index(chosen)]
    about = {"what": "a prediction, not a measurement", "from": file.name, "used": usage, "lifter": what}
    motion = LiftedMotion(poses, x3d, about | {"unit": poses.units}, fps, stature)
    if check or out is None:
        end = f"to {out}" if out else f"with --out NAME, which ends in one of {', '.join(WRITERS)}"
        typer.echo(f"Nothing is written. It would write 2D and predicted 3D {end}.")
        return
    write_motion(motion, out)
    typer.echo(f"2D and predicted 3D, in {out}.")


def _refuse_reading_options(context: typer.Context) -> None:
    given = [name for name in READING if context.get_parameter_source(name).name != "DEFAULT"]
    if given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ValueError(f"{options}: a pose file's poses are complete; such options are for files of key points")


def _lifter(record: str, folder: Path | None, seed: int | None):
    """The run, the seed of the member to use, and both in words."""
    from liftkit import Run, load_record

    if folder is not None:
        run, name = Run.load(folder), f"the run {folder.name}"
    else:
        run, name = load_record(record), f"the record of {record}"
    if seed is not None and seed not in run.seeds:
        raise ValueError(f"--seed {seed}: {name} has the seeds {', '.join(map(str, run.seeds))}")
    chosen = run.seeds[0] if seed is None else seed
    return run, chosen, f"{name}, seed {chosen}"


def _read(file: Path, format: str | None, options: dict):
    """A pose file, or key points; with what was used of it, in words."""
    from liftkit import load_poses
    from liftkit.keypoints.reading import read_keypoints

    if file.suffix.lower() == ".npz":
        return load_poses(file), "a pose file"
    poses, usage = read_keypoints(file, format, **options)
    return poses, str(usage)
