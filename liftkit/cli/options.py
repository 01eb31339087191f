"""Options that several commands share, each with its help."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from liftkit import PoseSet, TrainConfig
    from liftkit.keypoints.reading import Usage

DATA = '"synthetic", "synthetic-broad", "synthetic-random" or a pose file (.npz).'
FORMATS = '"coco", "openpose", "mediapipe", "mmpose", "ultralytics" or "csv"; else by content.'
ORDERS = '"coco", "h36m", "body_25", "body_25b", "halpe26", "mediapipe", ... or names: nose,left_eye,...'
WILD = "Take points far off those of the frames around for missing."
RANGE = "Only these, by number: 100:500, or every second of them 100:500:2."
Data = Annotated[str, Option("--data", help=DATA)]
Source = Annotated[Path | None, Option("--folder", help="The lessons; by default this clone's or package's.")]


@dataclass
class Training:
    """What is chosen about a training."""

    preset: Annotated[str, Option(help='"lesson", "paper" or "as_run": what the options below start from.')] = "lesson"
    steps: Annotated[int | None, Option(help="Training steps.")] = None
    width: Annotated[int | None, Option(help="Units of the residual blocks.")] = None
    batch: Annotated[int | None, Option(help="Poses per step and member.")] = None
    learning_rate: Annotated[float | None, Option(help="Adam's, for both networks.")] = None
    prior: Annotated[str | None, Option(help='"paper" or "gravity".')] = None
    tilt: Annotated[float | None, Option(help="The camera's tilt in degrees (gravity).")] = None
    tilt_spread: Annotated[float | None, Option(help="Its standard deviation if it is not known exactly.")] = None

    def config(self) -> TrainConfig:
        from liftkit import preset_config

        changes = vars(self).copy()
        return preset_config(changes.pop("preset"), **changes)


@dataclass
class Reading:
    """How a file of keypoints is read, for ``read_keypoints``."""

    format: Annotated[str | None, Option(help=FORMATS)] = None
    order: Annotated[str | None, Option(help=ORDERS)] = None
    size: Annotated[str | None, Option(help="The image, such as 1280x720: makes pixels of [0, 1].")] = None
    aspect: Annotated[float | None, Option(help="Width / height if the size is unknown; no unit then.")] = None
    threshold: Annotated[float, Option(help="A point with a lower score counts as missing.")] = 0.3
    max_gap: Annotated[int, Option(help="Frames over which a missing point is interpolated.")] = 10
    person: Annotated[str | None, Option(help="The track to take if the file has several people.")] = None
    follow: Annotated[bool, Option(help="Follow one person; else the largest in each image.")] = True
    all_people: Annotated[bool, Option("--all-people", help="Take everybody, each as a subject and a clip.")] = False
    frames: Annotated[str | None, Option(help=RANGE)] = None
    drop_wild: Annotated[bool, Option("--drop-wild", help=WILD)] = False

    def read(self, file: Path, **more) -> tuple[PoseSet, Usage]:
        from liftkit.keypoints.reading import read_keypoints

        options = vars(self) | {"size": picture_size(self.size), "frames": frame_range(self.frames)} | more
        return read_keypoints(file, options.pop("format"), **options)


def unfolded(command):
    """The command with an option for each field of those of its parameters that are dataclasses, as above."""
    signature, parameters = inspect.signature(command, eval_str=True), []
    groups = {name: one.annotation for name, one in signature.parameters.items() if is_dataclass(one.annotation)}
    for name, one in signature.parameters.items():
        parameters += inspect.signature(groups[name], eval_str=True).parameters.values() if name in groups else [one]

    @wraps(command)
    def wrapped(**given):
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        return command(**given)

    wrapped.__signature__ = signature.replace(parameters=[p.replace(kind=p.KEYWORD_ONLY) for p in parameters])
    return wrapped


def picture_size(text: str | None) -> tuple[int, int] | None:
    """Width and height of a text such as "1280x720". Raises ValueError for another form."""
    if text is None:
        return None
    try:
        width, height = map(int, text.lower().split("x"))
    except ValueError as error:
        raise ValueError(f"--size {text}: expected WIDTHxHEIGHT in pixels, such as 1280x720") from error
    return width, height


def frame_range(text: str | None) -> slice | None:
    """The numbers that a text such as "100:500:2" means, as Python slices them. Raises ValueError for another form."""
    if text is None:
        return None
    try:
        first, last, step = ([int(part) if part.strip() else None for part in text.split(":")] + [None])[:3]
        if step is not None and step < 1 or text.count(":") > 2:
            raise ValueError
    except ValueError as error:
        raise ValueError(f"--frames {text}: expected FIRST:END or FIRST:END:STEP, such as 100:500:2") from error
    return slice(first, last, step)
