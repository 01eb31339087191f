"""What the commands for motion capture share: read clips, say what was assumed, film them and write a pose file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from conversion import writing

from liftkit.cli.common import say

if TYPE_CHECKING:
    from formats.clips import MotionClip

    from liftkit.data.cameras import Motion


def read_all(files: list[Path], read: Callable[[Path], MotionClip | list[MotionClip]], check: bool) -> list[MotionClip]:
    """Read clips with a progress bar; say what was assumed and warn of what looks wrong.

    With ``check`` every file is tried and every clip is described; what cannot be read is listed in one ValueError.
    """
    from formats.clips import told_apart
    from tqdm import tqdm

    clips, wrong, sources = [], [], []
    for file in tqdm(files, unit="file", disable=None):
        try:
            found = read(file)
            clips += found if isinstance(found, list) else [found]
            sources += [file] * (len(clips) - len(sources))
        except ValueError as error:
            if not check:
                raise
            wrong.append(str(error))
    if not wrong:
        clips = told_apart(clips, sources)
    if check:
        for clip in clips:
            say(clip.describe())
    tell(clips)
    if wrong:
        raise ValueError("\n  ".join([f"{len(wrong)} of {len(files)} files cannot be read:", *wrong]))
    return clips


def tell(clips: list[MotionClip]) -> None:
    """Print what was assumed, and as warnings what looks wrong."""
    from formats.clips import remarks

    notes, warnings = remarks(clips)
    for note in notes:
        say(f"Note: {note}")
    for warning in warnings:
        say(f"Warning: {warning}", err=True)


def write_clips(
    motions: list[Path], read: Callable, inputs: list[Path], out: Path, check: bool, test: str, index, **options
) -> None:
    """Read clips, film them, and write pose file and record."""
    from formats.clips import join_clips, labelled, listed, read_labels

    with writing(out):
        labels = read_labels(index) if index else {}
        options["test"] = [name.strip() for name in test.split(",") if name.strip()]
        clips, missing = labelled(read_all(motions, read, check), labels)
        motion = join_clips(clips, options["fps"], options["test"], out.stem)
        if index and missing:
            say(f"Not in the index: {listed(missing)}")
        about = {"options": options, "clips": [clip.describe() for clip in clips]}
        write_filmed(motion, options["rig"], options["seed"], out, [*inputs, *([index] if index else [])], check, about)


def write_mapped(
    files: list[Path], read: Callable, map_file: Path | None, own: dict, out: Path, check: bool, test: str, index, **how
) -> None:
    """Film files of any skeleton. ``read`` takes a file, a map of its joints or None, its rate, and ``own`` options."""
    from formats.joint_maps import load_joint_map

    joints = load_joint_map(map_file) if map_file else None
    one = lambda file: read(file, joints, fps=how["source_fps"], **own)  # noqa: E731
    write_clips(files, one, files, out, check, test, index, **how, joint_map=joints, **own)


def write_filmed(motion: Motion, rig: str, seed: int, out: Path, inputs: list[Path], check: bool, about: dict) -> None:
    """Film a motion and write pose file and record; with ``check`` print what would be written.

    Without a rig ("none") the file holds the motion's joint positions.
    """
    from formats.positions import write_positions

    from liftkit.data.cameras import film
    from liftkit.data.pose_files import outputs, save_poses, save_with_record

    _, record = outputs(out)
    if rig == "none":
        found, save, what = motion, write_positions, f"Joint positions in {len(motion.joints):,} frames"
    else:
        found, save = film(motion, rig, seed), save_poses
        what = repr(found)
    if check:
        sizes = ", ".join(f"{(found.split == split).sum():,} {split}" for split in ("train", "test"))
        say(f"Would write {what} ({sizes}) to {out} and {record}. Nothing is written.")
        return
    save_with_record(lambda path: save(found, path), out, inputs, {"poses": what, **about})
    say(f"{what}, saved in {out}; where they come from, in {record}.")
