"""Options that several commands share, each with its help."""

from __future__ import annotations

from typing import Annotated

import typer

DATA = '"synthetic", "synthetic-broad", "synthetic-random" or a pose file (.npz).'
Data = Annotated[str, typer.Option("--data", help=DATA)]

# A training, for `preset_config`.
Preset = Annotated[str, typer.Option(help='"lesson" or "paper": what the options below start from.')]
Steps = Annotated[int | None, typer.Option(help="Training steps.")]
Width = Annotated[int | None, typer.Option(help="Units of the residual blocks.")]
Batch = Annotated[int | None, typer.Option(help="Poses per step and member.")]
LearningRate = Annotated[float | None, typer.Option(help="Adam's, for both networks.")]
Prior = Annotated[str | None, typer.Option(help='"paper" or "gravity".')]
Tilt = Annotated[float | None, typer.Option(help="The camera's tilt in degrees (gravity).")]
TiltSpread = Annotated[float | None, typer.Option(help="Its standard deviation if it is not known exactly.")]

# Keypoints, for `read_keypoints`.
Format = Annotated[
    str | None, typer.Option(help='"coco", "openpose", "mediapipe", "mmpose", "ultralytics" or "csv"; else by content.')
]
Order = Annotated[
    str | None,
    typer.Option(help='"coco", "h36m", "body_25", "body_25b", "halpe26", "mediapipe", ... or names: nose,left_eye,...'),
]
Size = Annotated[str | None, typer.Option(help="The image, such as 1280x720: makes pixels of [0, 1].")]
Aspect = Annotated[float | None, typer.Option(help="Width / height if the size is unknown; no unit then.")]
Threshold = Annotated[float, typer.Option(help="A point with a lower score counts as missing.")]
Gap = Annotated[int, typer.Option(help="Frames over which a missing point is interpolated.")]
Frames = Annotated[str | None, typer.Option(help="Only these, by number: 100:500, or every second of them 100:500:2.")]
DropWild = Annotated[
    bool, typer.Option("--drop-wild", help="Take points far off those of the frames around for missing.")
]
AllPeople = Annotated[bool, typer.Option("--all-people", help="Take everybody, each as a subject and a clip.")]
Person = Annotated[str | None, typer.Option(help="The track to take if the file has several people.")]
Follow = Annotated[bool, typer.Option(help="Follow one person; else the largest in each image.")]


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
