"""What the labels of a detection mean: frame, time, person, film; and the numbers in the names of frames."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from os.path import commonprefix

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
FPS_KEYS = "fps framerate framespersecond videofps".split()
_OF_PEOPLE = re.compile(r"(?:^|[^a-z])(?:person|people|track|player|subject|body|pid|id|p)[^a-z0-9]*$", re.I)
UNEVEN = 0.22  # of a step: how far two times may lie from a whole number of steps apart
UNITS = ((2, 1), (2e3, 1e3), (2e6, 1e6), (np.inf, 1e9))  # a step below so much is one in so many parts of a second
UNIX_TIME, SHORTEST_STEP = 1e9, 5  # larger numbers in larger steps are times, not frames
_WHOLE, _NUMBER = re.compile(r"\d+"), re.compile(r"\d+(?:\.\d+)?")
_CLOCK = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ])?(\d{1,2}):(\d\d)(?::(\d\d(?:[.,]\d+)?))?Z?")


def squeezed(key: object) -> str:
    """A key without case and separators, as the lists above have it.

    >>> squeezed("Frame_Index"), squeezed("frameIndex")
    ('frameindex', 'frameindex')
    """
    return _squeezed(str(key)[:LONGEST_NAME])


@lru_cache(maxsize=1024)  # the same keys are asked for again and again: most of the time of a JSON file
def _squeezed(key: str) -> str:
    return re.sub(r"[\W_]+", "", key.lower())


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


def moment(label: object) -> float | None:
    """The seconds that a time of day or a date with a time is; None if it is neither.

    >>> moment("00:01:02.5"), moment("1970-01-02T00:00:01"), moment("walk_12")
    (62.5, 86401.0, None)
    """
    found = _CLOCK.fullmatch(str(label)[:LONGEST_NAME].strip())
    if not found:
        return None
    day = date.fromisoformat(found[1]).toordinal() - date(1970, 1, 1).toordinal() if found[1] else 0
    return 86400.0 * day + 3600 * int(found[2]) + 60 * int(found[3]) + float((found[4] or "0").replace(",", "."))


def frames_by_label(
    labels: Sequence[object], times: bool = False, follow: bool = True
) -> tuple[dict[object, int], float | None]:
    """The number of the frame that each label names, and frames per second if the labels are times.

    Whole numbers are themselves; times of day, ``times`` and numbers with a fraction are counted in steps; of names
    such as "walk_12.jpg" it is the number that varies. If that is not clear: ValueError, or without ``follow`` the
    labels' own order.
    """
    labels = list(dict.fromkeys(labels))
    try:
        numbers, fps = _numbers_of(labels, times)
        if len(set(numbers)) < len(numbers):
            raise ValueError(f"expected a number of its own for each frame, found {len(numbers)} names for fewer")
    except ValueError:
        if follow:
            raise
        numbers, fps = range(len(labels)), None
    return dict(zip(labels, numbers, strict=True)), fps


def _numbers_of(labels: list[object], times: bool) -> tuple[list[int], float | None]:
    numbers = [whole(label) for label in labels]
    if None in numbers and None not in (clock := [moment(label) for label in labels]):
        numbers, times = clock, True
    if None in numbers:
        places, fps = by_name(labels)
        return [frame for frame, _ in places], fps
    return _counted(numbers, times)


def by_name(names: Sequence[object]) -> tuple[list[tuple[int, str]], float | None]:
    """(frame, person) of each name of a frame's file, and the rate if the number that varies is a time.

    The person is "" unless the names number people, too. What follows the number may differ in any way (hashes).
    """
    texts = [short(name) for name in names]
    if None not in (numbers := [whole(text) for text in texts]):
        places, fps = _counted(numbers)
        return [(place, "") for place in places], fps
    numbers, kinds = _NUMBER, _kinds(texts, _NUMBER)
    if len(kinds) > 1 or not _decimals(texts):
        numbers, kinds = _WHOLE, _kinds(texts, _WHOLE)
    if len(kinds) > 1:
        return [(number, "") for number in _first_that_varies(texts, kinds)], None
    parts = numbers.split(texts[0])
    groups = np.array([list(map(float if numbers is _NUMBER else int, numbers.findall(t))) for t in texts], object)
    varying = [k for k in range(groups.shape[1]) if len(set(groups[:, k])) > 1]
    if not varying:
        return [(int(row[-1]) if len(row) else 0, "") for row in groups], None
    people = [k for k in varying if _OF_PEOPLE.search(parts[k])] if len(varying) > 1 else []
    frames = [k for k in varying if k not in people]
    if len(frames) > 1:  # a number and a time, say: both name the frame, and the one with the smaller steps counts it
        frames = sorted((k for k in frames if len(set(groups[:, k])) == len(texts)), key=lambda k: max(groups[:, k]))
    if not frames or len(people) > 1:
        raise ValueError(f"expected names in which one number, that of the frame, varies, found {', '.join(texts[:4])}")
    places, fps = _counted(list(groups[:, frames[0]]))
    tracks = [str(row[people[0]]) for row in groups] if people else [""] * len(texts)
    return list(zip(places, tracks, strict=True)), fps


def _kinds(texts: list[str], numbers: re.Pattern) -> list[str]:
    return list(dict.fromkeys(numbers.sub("#", text) for text in texts))


def _decimals(texts: list[str]) -> bool:
    """Whether names hold numbers with a fraction, such as "0.033": below 1, or the whole part varies as well."""
    found = [re.findall(r"(\d+)\.\d+", text) for text in texts]
    return bool(found[0]) and any(set(column) == {"0"} or len(set(column)) > 1 for column in zip(*found, strict=False))


def _first_that_varies(texts: list[str], kinds: list[str]) -> list[int]:
    """The numbers that follow what all names begin with; ValueError if they do not number the names."""
    start = re.sub(r"\d+$", "", commonprefix(texts))
    found = [_WHOLE.match(text, len(start)) for text in texts]
    numbers = [int(match[0]) for match in found if match]
    if not start or len(set(numbers)) < len(texts):
        raise ValueError(
            f"expected the frames of one film, whose names differ in their number only, found several films: "
            f"{', '.join(kinds[:5])}; give one at a time, or single pictures with --no-follow"
        )
    return numbers


def _counted(numbers: list, times: bool = False) -> tuple[list[int], float | None]:
    """Numbers of frames: whole ones are themselves, times are counted in their steps, which give the rate."""
    order = np.unique(np.array(numbers, float))
    gaps = np.diff(order)
    unix = order[-1] >= UNIX_TIME and gaps.min(initial=np.inf) >= SHORTEST_STEP
    if not (times or unix or any(isinstance(number, float) for number in numbers)):
        return numbers, None
    if not len(gaps):
        return [0] * len(numbers), None
    for step in gaps.min(), np.median(gaps):
        steps = np.maximum(np.round(gaps / step), 1)
        step = (order[-1] - order[0]) / steps.sum()
        if np.abs(gaps / step - steps).max() <= UNEVEN:
            places = dict(zip(order.tolist(), [0, *np.cumsum(steps).astype(int).tolist()], strict=True))
            unit = next(unit for longest, unit in UNITS if step < longest)
            return [places[float(number)] for number in numbers], float(unit / step)
    raise ValueError(
        f"expected a whole number for each frame, or times in even steps, found {order[0]:g}, {order[1]:g}, ... up to "
        f"{order[-1]:g}"
    )


def rate_of(frames: Sequence[int], times: Sequence[object]) -> float | None:
    """Frames per second, if every frame has a time beside its number; None if the times say nothing."""
    seconds = [moment(t) if (number := whole(t)) is None else number for t in times]
    if None in seconds or len(set(frames)) < 2:
        return None
    step = np.ptp(np.array(seconds, float)) / np.ptp(np.array(frames, float))
    return float(next(unit for longest, unit in UNITS if step < longest) / step) if step > 0 else None


def of_people(keys: Sequence[object]) -> bool:
    """Whether all keys number people, such as "person_1"; "people" by itself is the list of all."""
    parts = [re.split(r"\d", str(key)[:LONGEST_NAME]) for key in keys]
    return all(len(part) > 1 and _OF_PEOPLE.search(part[0]) for part in parts)
