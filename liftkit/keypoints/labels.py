"""What the labels of a detection mean: frame, time, person, film; and the numbers in the names of frames."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from liftkit.keypoints.names import LONGEST_NAME

# Keys and titles of columns, without case and separators. Of several, the first counts.
FRAME_KEYS = "frame frameid frameindex frameidx framenumber framenum frameno framenr imageid imgid".split()
FRAME_KEYS += "image img imagename imgname filename imagepath imageindex imageidx".split()
TIME_KEYS = "time times seconds sec timestamp timestampms timems ms milliseconds timestamps".split()
TRACK_KEYS = "trackid trackingid track personid person playerid player subjectid subject bodyid objectid".split()
TRACK_KEYS += "instanceid personname pid idx".split()
FILM_KEYS = "video videoid vidid videoname videofile film clip clipid sequence seqname cameraid camera cam view".split()
WIDTH_KEYS = "width imagewidth imgwidth canvaswidth framewidth videowidth w".split()
HEIGHT_KEYS = "height imageheight imgheight canvasheight frameheight videoheight h".split()
SIZE_KEYS = "imagesize imgsize framesize videosize canvassize resolution".split()  # width, then height
FPS_KEYS = "fps framerate framespersecond".split()
_OF_PEOPLE = re.compile(r"(?:^|[^a-z])(?:person|people|track|player|subject|body|pid|id|p)[^a-z0-9]*$", re.I)
UNEVEN = 0.25  # of a step: how far a time may lie from a whole number of steps


def squeezed(key: object) -> str:
    """A key without case and separators, as the lists above have it.

    >>> squeezed("Frame_Index"), squeezed("frameIndex")
    ('frameindex', 'frameindex')
    """
    return re.sub(r"[\W_]+", "", str(key)[:LONGEST_NAME].lower())


def label_of(item: Mapping, keys: Sequence[str]) -> object:
    """The first text or number that an object has under one of the keys; None if it has none."""
    by_key = {squeezed(key): value for key, value in item.items() if isinstance(value, (str, int, float))}
    return next((by_key[key] for key in keys if key in by_key), None)


def short(label: object) -> str:
    """A label as text; ValueError if it is longer than a name can be."""
    text = str(int(label)) if isinstance(label, float) and label.is_integer() else str(label).strip()
    if len(text) > 3 * LONGEST_NAME:
        raise ValueError(f"expected the name of a frame, person or film, found {len(text):,} characters")
    return text


def whole(label: object) -> int | float | None:
    """The number that a label is; None if it is not a number."""
    try:
        number = float(label)
    except (TypeError, ValueError):
        return None
    if isinstance(label, bool) or not np.isfinite(number) or abs(number) >= 2**53:
        return int(label) if isinstance(label, int) and abs(label) < 2**62 else None
    return int(number) if number.is_integer() else number


def frames_by_label(labels: Sequence[object], times: bool = False) -> tuple[dict[object, int], float | None]:
    """The number of the frame that each label names, and frames per second if the labels are times.

    Whole numbers are themselves; ``times`` (or numbers with a fraction) are counted in steps; of names such as
    "walk_12.jpg" it is the number that varies. Raises ValueError if that is not clear.
    """
    labels = list(dict.fromkeys(labels))
    numbers = [whole(label) for label in labels]
    if None not in numbers:
        if times or any(isinstance(number, float) for number in numbers):
            return _by_time(labels, np.array(numbers, float))
        return dict(zip(labels, numbers, strict=True)), None
    return {label: at[0] for label, at in zip(labels, by_name(labels), strict=True)}, None


def by_name(names: Sequence[object]) -> list[tuple[int, str]]:
    """(frame, person) of each name of a frame's file; the person is "" unless the names number people, too."""
    texts = [short(name) for name in names]
    kinds = list(dict.fromkeys(re.sub(r"\d+", "#", text) for text in texts))
    if len(kinds) > 1:
        raise ValueError(
            f"expected the frames of one film, whose names differ in their number only, found several films: "
            f"{', '.join(kinds[:5])}; give one at a time, or single pictures with --no-follow"
        )
    parts = re.split(r"\d+", texts[0])
    groups = np.array([[int(group) for group in re.findall(r"\d+", text)] for text in texts], object)
    varying = [k for k in range(groups.shape[1]) if len(set(groups[:, k])) > 1]
    if not varying:
        return [(int(row[-1]) if len(row) else 0, "") for row in groups]
    people = [k for k in varying if _OF_PEOPLE.search(parts[k])] if len(varying) > 1 else []
    frames = [k for k in varying if k not in people]
    if len(frames) > 1:  # a number and a time, say: both name the frame, and the one with the smaller steps counts it
        frames = sorted((k for k in frames if len(set(groups[:, k])) == len(texts)), key=lambda k: max(groups[:, k]))
    if not frames or len(people) > 1:
        raise ValueError(f"expected names in which one number, that of the frame, varies, found {', '.join(texts[:4])}")
    tracks = [str(row[people[0]]) for row in groups] if people else []
    return [(int(row[frames[0]]), track) for row, track in zip(groups, tracks or [""] * len(texts), strict=True)]


def _by_time(labels: list, times: np.ndarray) -> tuple[dict[object, int], float | None]:
    order = np.unique(times)
    if len(order) < 2:
        return dict.fromkeys(labels, 0), None
    step = np.diff(order).min()
    step = (order[-1] - order[0]) / np.round((order[-1] - order[0]) / step)
    places = (times - order[0]) / step
    if np.abs(places - np.round(places)).max() > UNEVEN:
        raise ValueError(
            f"expected a whole number for each frame, or times in even steps, found {order[0]:g}, {order[1]:g}, ... "
            f"up to {order[-1]:g}"
        )
    fps = 1 / step if step < 2 else 1000 / step  # seconds, or milliseconds
    return dict(zip(labels, np.round(places).astype(int).tolist(), strict=True)), float(fps)


def of_people(keys: Sequence[object]) -> bool:
    """Whether all keys name people, such as "person_1"."""
    return all(_OF_PEOPLE.search(re.split(r"\d", str(key)[:LONGEST_NAME])[0]) for key in keys)
