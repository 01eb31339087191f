"""Which frame each person in a JSON file belongs to: the one that is named, or the place in a list.

If nothing names a frame, the outermost list (or dictionary with numbers in its keys) with several entries holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from liftkit.keypoints.labels import by_name, frames_by_label, of_people
from liftkit.keypoints.people import LARGEST_COORDINATE, Found, Row
from liftkit.keypoints.points import Points

UNTRACKED = repeat("")
NEAR = 0.25  # of a person's size: how far apart the points of one person in two neighbouring frames are at most
ONE_PICTURE = ("people", "persons", "bodies", "instances", "annots")  # lists of the people of one picture


class Detection(NamedTuple):
    """One person in one frame, and where it stands."""

    path: tuple  # indices of lists and keys of objects, outermost first
    frame: tuple[str, object, int] | None  # "frame" or "time", its label, and how deep this stands
    track: str
    film: str
    points: Points


def place(people: list[Detection], labels: list, images: list, follow: bool, one: bool) -> Found:
    """People with the numbers of their frames; ``labels`` and ``images`` name all frames, also those without a person.

    ``one``: they are of one picture. ``follow``: of one film. Raises ValueError if it is not clear.
    """
    if len(films := sorted({person.film for person in people if person.film})) > 1 and follow:
        raise ValueError(f"expected one film, found {len(films)}: {', '.join(films[:8])}; split the file")
    if one and len({person.frame for person in people}) < 2:
        return _found(people, repeat(0), 1)
    labelled = [person for person in people if person.frame is not None]
    if people and len(labelled) == len(people) and len({person.frame for person in people}) + len(images) > 1:
        return _by_label(people, labels, images, follow)
    if labelled and len(labelled) < len(people):
        raise ValueError(f"expected a frame for everybody, found {len(people) - len(labelled)} people without one")
    return _by_place(people, labelled)


def _found(
    people: list[Detection], frames: Iterable[int], count: int, tracks: Iterable[str] = UNTRACKED, **about
) -> Found:
    rows = [Row(frame, p.track or track, p.points) for p, frame, track in zip(people, frames, tracks, strict=False)]
    return Found(rows, None, count, **about)


def _by_label(people: list[Detection], labels: list, images: list, follow: bool) -> Found:
    kinds = {(person.frame[0], person.frame[2]) for person in people}
    times = {kind for kind, _ in kinds} == {"time"}
    labels = [*images, *(label for kind, label, depth in labels if (kind, depth) in kinds)]
    numbers, fps = frames_by_label(labels, times, follow and not images)
    return _found(people, (numbers[p.frame[1]] for p in people), len(numbers), fps=fps)


def _by_place(people: list[Detection], labelled: list[Detection]) -> Found:
    """Frames by where people stand: the outermost list or dictionary with several entries."""
    deepest = max((len(p.path) for p in people), default=0)
    level = next((k for k in range(deepest) if len({p.path[k : k + 1] for p in people}) > 1), None)
    if level is None or (labelled and labelled[0].frame[2] > level):  # each of them names the same frame
        placed = _found(people, repeat(0), 1)
    else:
        placed = _by_level(people, level)
    if placed.frames == 1 and labelled:
        number = next(iter(frames_by_label([labelled[0].frame[1]])[0].values()))
        return placed._replace(rows=[row._replace(frame=number) for row in placed.rows])
    return placed


def _by_level(people: list[Detection], level: int) -> Found:
    steps = [p.path[level] for p in people]
    if all(isinstance(step, str) for step in steps):
        return _by_key(people, steps, level)
    if any(step in ONE_PICTURE for step in people[0].path[:level][-1:]):
        for lists in steps, [0] * len(people):
            _check_inside(people, lists)
        return _found(people, repeat(0), 1)
    if len(set(steps)) < len(steps) or any(isinstance(step, int) for p in people for step in p.path[level + 1 :]):
        _check_inside(people, steps)
        return _found(people, steps, max(steps) + 1, (_key_below(p, level) for p in people))
    return _film_or_picture(people, steps)


def _key_below(person: Detection, level: int) -> str:
    """The number of the person, if people stand under numbers in each frame; else ""."""
    key = person.path[level + 1 : level + 2]
    return key[0] if key and isinstance(key[0], str) and (key[0].isdecimal() or of_people(key)) else ""


def _check_inside(people: list[Detection], steps: Sequence) -> None:
    """Raise ValueError if what should be the people of a frame are one person's frames."""
    first = [p.points for p, step in zip(people, steps, strict=True) if step == steps[0]]
    if len(first) > 2 and all(near(first)):
        raise ValueError(
            f"expected frames that list their people, found {len(set(steps))} lists of one person's frames: give each "
            "entry its frame_id and track_id"
        )


def _by_key(people: list[Detection], steps: list[str], level: int) -> Found:
    keys = list(dict.fromkeys(steps))
    if of_people(keys):
        inner = [next((step for step in p.path[level + 1 :] if isinstance(step, int)), 0) for p in people]
        return _found(people, inner, max(inner) + 1, steps)
    if not all(any(c.isdigit() for c in key) for key in keys):
        raise ValueError(f"expected frames whose keys are numbers, found {', '.join(keys[:6])[:200]}")
    _check_inside(people, steps)
    places, fps = by_name(keys)
    of_key = dict(zip(keys, places, strict=True))
    numbers, tracks = zip(*(of_key[step] for step in steps), strict=True)
    tracks = (track or _key_below(p, level) for p, track in zip(people, tracks, strict=True))
    return _found(people, numbers, len(set(numbers)), tracks, fps=fps)


def near(people: list[Points]) -> list[bool]:
    """Whether each person's points lie near those of the next one, as those of one person in two frames do."""
    found = []
    for a, b in zip(people, people[1:], strict=False):
        one, two = a.values[:, :2], b.values[:, :2]
        seen = one[(np.abs(one) < LARGEST_COORDINATE).all(1)]
        size = float(np.ptp(seen, axis=0).max()) if len(seen) else 0.0
        both = one.shape == two.shape and (np.abs(np.hstack([one, two])) < LARGEST_COORDINATE).all(1)
        apart = np.linalg.norm(one[both] - two[both], axis=1) if np.any(both) else np.array([np.inf])
        found.append(bool(np.median(apart) < NEAR * size))
    return found


def _film_or_picture(people: list[Detection], steps: list[int]) -> Found:
    """A list of people without frames: those of a film if each is near to the next, of one picture if none is."""
    points = [person.points for person in people]
    close = near(points)
    taken_in_turn = any(any(near(points[first::step])) for step in (2, 3, 4) for first in range(step))
    if all(close):
        note = f"no frame is named: the {max(steps) + 1} entries are taken as frames in their order"
        return _found(people, steps, max(steps) + 1, notes=(note,))
    if not any(close) and not taken_in_turn:
        note = f"no frame is named: the {len(people)} entries are taken as people of one picture"
        return _found(people, repeat(0), 1, notes=(note,))
    raise ValueError(
        f"it does not say which frame each of its {len(people)} people belongs to: expected frame_id (or image_id) "
        "beside the points"
    )
