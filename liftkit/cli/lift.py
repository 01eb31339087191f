"""liftkit lift: a person's own keypoints, lifted to 3D."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from liftkit.cli import options
from liftkit.cli.common import friendly, say

if TYPE_CHECKING:
    from liftkit import Run


@friendly
def lift(
    context: typer.Context,
    file: Annotated[Path, Argument(help="Keypoints: a file, a folder with one file per frame, or a pose file.")],
    *,
    out: Annotated[Path | None, Option(help="Ends in .npz, .csv, .bvh, .glb or .html (a page).")] = None,
    record: Annotated[
        str | None, Option(help="A recorded run of the lessons, by its representation, instead of the lifter.")
    ] = None,
    run: Annotated[Path | None, Option(help="The folder of a run of your own, instead of the lifter.")] = None,
    seed: Annotated[int | None, Option(help="One member of the run; else the mean of all.")] = None,
    reading: options.Reading,
    fps: Annotated[float | None, Option(help="Frames per second; else the file's, else 30.")] = None,
    stature: Annotated[float, Option(help="The person's, in mm; scales .bvh and .glb.")] = 1700.0,
    tilt: Annotated[float | None, Option(help="How far the camera looked down, in degrees; else estimated.")] = None,
    smooth: Annotated[bool, Option("--smooth", help="Of a film: take out jitter.")] = False,
    steady_bones: Annotated[bool, Option("--steady-bones", help="Of a film: keep each bone's length.")] = False,
    path: Annotated[bool, Option("--path", help="In .bvh and .glb the pelvis moves as in the picture.")] = False,
    ground: Annotated[bool, Option("--ground", help="In .bvh and .glb the feet stand at height 0.")] = False,
    check: Annotated[bool, Option("--check", help="Do everything but write.")] = False,
) -> None:
    """Lift your own keypoints: COCO, OpenPose, MediaPipe, MMPose, Ultralytics, CSV, or a pose file.

    Example: `liftkit lift keypoints.json --out lifted.html`
    """
    from liftkit import load_poses
    from liftkit.export import WRITERS, lift_motion, write_motion
    from liftkit.export.motion import UNLIKE, check_destination, content_of
    from liftkit.keypoints.arrays import is_pose_file
    from liftkit.keypoints.people import within

    if out is not None:
        check_destination(out)
    loaded, lifter = _lifter(record, run, seed)
    if file.suffix.lower() == ".npz" and is_pose_file(file):
        _refuse_reading_options(context)
        poses, usage, rate, marks = load_poses(file), "a pose file", None, {}
        if numbers := options.frame_range(reading.frames):
            poses = poses.select(within(poses.frame, numbers))
    else:
        poses, usage = reading.read(file, incomplete=True)
        rate, marks = usage.fps, usage.marks
    say(f"{usage}\n{poses}; lifted by {lifter}.")
    about = {"from": file.name, "used": str(usage), "lifter": lifter}
    fps = fps if fps is not None else rate or 30.0
    motion = lift_motion(loaded, poses, about, fps, stature, tilt, smooth, steady_bones, marks, path, ground)
    if unlike := motion.about.get(UNLIKE):
        say(f"{UNLIKE}, so do not rely on it: {unlike}.")
    lifted = {segment.name: motion.known(segment.owns) for segment in loaded.representation.segments}
    if not motion.known().all():
        counts = ", ".join(f"{name} in {known.sum()}" for name, known in lifted.items())
        say(f"Of {len(poses)} frames are lifted: {counts}.")
        motion = motion.select(sum(lifted.values()) > 0)
    if check or out is None:
        if out is not None:
            content_of(motion, out)
        end = f"to {out}" if out else f"with --out NAME, which ends in one of {', '.join(WRITERS)}"
        say(f"Nothing is written. It would write 2D and predicted 3D {end}.")
        return
    write_motion(motion, out)
    say(f"2D and predicted 3D, in {out}.")


def _refuse_reading_options(context: typer.Context) -> None:
    only = {field.name for field in fields(options.Reading)} - {"frames"}
    given = [name for name in context.params if name in only and context.get_parameter_source(name).name != "DEFAULT"]
    if given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ValueError(f"{names}: a pose file is taken as it is; such options are for files of keypoints")


def _lifter(record: str | None, folder: Path | None, seed: int | None) -> tuple[Run, str]:
    """The run, with the member of the seed or with all, and both in words."""
    from liftkit import Run, load_lifter, load_record

    if record and folder:
        raise ValueError(f"--record {record} and --run {folder}: each is a lifter; give one of them")
    if folder:
        run, name = Run.load(folder), f"the run {folder.name}"
    elif record:
        run, name = load_record(record), f"the record of {record}"
    else:
        run, name = load_lifter(), "the lifter of liftkit"
    if seed is None and len(run.seeds) > 1:
        return run, f"{name}, the mean of {len(run.seeds)} seeds"
    seed = run.seeds[0] if seed is None else seed
    if seed not in run.seeds:
        raise ValueError(f"--seed {seed}: {name} has the seeds {', '.join(map(str, run.seeds))}")
    return run.select([seed]), f"{name}, seed {seed}"
