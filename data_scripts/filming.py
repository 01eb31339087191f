"""What the commands for motion capture share: read clips, say what was assumed, film them and write a pose file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from conversion import CHECK, writing
from typer import Option

from liftkit.cli.common import say

if TYPE_CHECKING:
    from formats.clips import MotionClip

    from liftkit.data.cameras import Motion
    from liftkit.data.people import JointMap

UP = 'The vertical axis of the files: y, z, x, -y, -z, -x; "auto" finds it, from ankles to head.'
MAP = "A joint map (JSON or TOML); default: matched by name."
SCALE = 'Millimetres per unit; "auto": the file says it, or by the height.'
SOURCE_FPS = "Frames per second of the files, in place of their own (AMC: or of 120)."
RIG = """"orthographic" (mm), "perspective" (pixels), "wide" (mm, looking 10 degrees up to 40 down); or "none": joint
positions without cameras, which `positions` and the benchmarks read."""
SEED = "Of headings, jitter and positions."
TEST = 'Clips or subjects of the test split, or patterns ("*_s5"), by commas.'
INDEX = "CMU's index, or a table of clip, action, subject, split."


@dataclass
class Source:
    """What a file of a skeleton's motion may not say, or say wrongly."""

    map_file: Annotated[Path | None, Option("--map", help=MAP)] = None
    scale: Annotated[str, Option(help=SCALE)] = "auto"
    up: Annotated[str, Option(help=UP)] = "auto"
    source_fps: Annotated[float | None, Option(min=0.1, help=SOURCE_FPS)] = None


@dataclass
class Filming:
    """How clips are filmed."""

    fps: Annotated[float, Option(help="Frames per second of the poses; the motion is resampled.")] = 30.0
    rig: Annotated[str, Option(help=RIG)] = "orthographic"
    seed: Annotated[int, Option(help=SEED)] = 0
    test: Annotated[str, Option(help=TEST)] = ""
    skip: Annotated[int, Option(min=0, help="Frames to skip at the start of each file, such as a T-pose.")] = 0
    index: Annotated[Path | None, Option(help=INDEX)] = None
    check: Annotated[bool, CHECK] = False


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


def write_mapped(
    files: list[Path], read: Callable, inputs: list[Path], out: Path, source: Source, filming: Filming,
    joints: JointMap | None = None, **own,
) -> None:  # fmt: skip
    """Film files of any skeleton by ``read(file, joint map, fps=..., scale=..., up=..., skip=..., **own)``."""
    from formats.joint_maps import load_joint_map

    joints = load_joint_map(source.map_file) if source.map_file else joints
    own |= {"scale": source.scale, "up": source.up}
    one = lambda file: read(file, joints, fps=source.source_fps, skip=filming.skip, **own)  # noqa: E731
    write_clips(files, one, inputs, out, filming, {"source_fps": source.source_fps, "joint_map": joints, **own})


def write_clips(
    motions: list[Path], read: Callable, inputs: list[Path], out: Path, filming: Filming, options: dict
) -> None:
    """Read clips, film them, and write pose file and record; ``options`` are the reader's, for the record."""
    from formats.clips import join_clips, labelled, listed, read_labels

    with writing(out):
        labels = read_labels(filming.index) if filming.index else {}
        test = [name.strip() for name in filming.test.split(",") if name.strip()]
        clips, missing = labelled(read_all(motions, read, filming.check), labels)
        motion = join_clips(clips, filming.fps, test, out.stem)
        if filming.index and missing:
            say(f"Not in the index: {listed(missing)}")
        options |= {"fps": filming.fps, "rig": filming.rig, "seed": filming.seed, "skip": filming.skip, "test": test}
        about = {"options": options, "clips": [clip.describe() for clip in clips]}
        inputs = [*inputs, *([filming.index] if filming.index else [])]
        write_filmed(motion, filming.rig, filming.seed, out, inputs, filming.check, about)


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
