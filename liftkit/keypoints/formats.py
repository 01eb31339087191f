"""Keypoints in JSON: where in its lists and objects the people stand, and which frame each of them belongs to.

There is one rule for all detectors. A person is whatever looks like the points of one body
(:mod:`liftkit.keypoints.points`); the frame, track and film are those that the nearest object names; if none names a
frame, the outermost list (or dictionary with numbers in its keys) with several entries holds the frames.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

import numpy as np

from liftkit.keypoints.labels import (
    FILM_KEYS,
    FPS_KEYS,
    FRAME_KEYS,
    HEIGHT_KEYS,
    SIZE_KEYS,
    TIME_KEYS,
    TRACK_KEYS,
    WIDTH_KEYS,
    by_name,
    frames_by_label,
    label_of,
    of_people,
    short,
    squeezed,
    whole,
)
from liftkit.keypoints.names import tidy_all
from liftkit.keypoints.people import LARGEST_COORDINATE, Found, Row
from liftkit.keypoints.points import FEWEST, IN_THE_PICTURE, MOST, OTHER, Points, holds_points, read_points
from liftkit.keypoints.tables import read_records

DEPTH = 12  # how deep a person is looked for
NEAR = 0.25  # of a person's size: how far apart the points of one person in two neighbouring frames are at most
ALWAYS_POINTS = "posekeypoints2d posekeypoints keypoints".split()  # even if they do not look like points
ONE_PICTURE = ("people", "persons", "bodies", "instances", "annots")  # lists of the people of one picture
NAME_LISTS = "keypointid2name keypointnames jointnames bodyparts keypointsnames landmarknames pointnames".split()
LOOKED_FOR = (
    "COCO (annotations, or a list with image_id and keypoints), OpenPose and AlphaPose (people with "
    "pose_keypoints_2d), MMPose (keypoints with keypoint_scores), Ultralytics (keypoints with x and y, or YOLO "
    "labels), MediaPipe (33 landmarks), OpenPifPaf, MoveNet and PoseNet, VideoPose3D's npz"
)
FORMATS = ("coco", "openpose", "mmpose", "ultralytics", "mediapipe", "other")


class Detection(NamedTuple):
    """One person in one frame, and where it stands."""

    path: tuple  # indices of lists and keys of objects, outermost first
    key: str  # under which the points stand
    frame: tuple[str, object, int] | None  # "frame" or "time", its label, and how deep this stands
    track: str
    film: str
    points: Points


class Search:
    """Everything of interest in a JSON value."""

    def __init__(self, data):
        self.people: list[Detection] = []
        self.labels: list[tuple[str, object, int]] = []  # of all frames, also of those without a person
        self.names: tuple[str, ...] | None = None
        self.sizes, self.rates = set(), set()
        self._look(data, (), None, "", "")

    def _look(self, value, path, frame, track, film) -> None:
        if len(path) > DEPTH:
            return
        if isinstance(value, str) and value[:1] in ("[", "{") and len(path) < 3:
            value = json.loads(value)  # a list of texts that each are JSON
        key = next((step for step in reversed(path) if isinstance(step, str)), "keypoints")
        if holds_points(value, "keypoints" if path and isinstance(path[-1], int) else key):
            self.people.append(Detection(path, key, frame, track, film, read_points(value)))
        elif isinstance(value, dict):
            self._look_into(value, path, frame, track, film)
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, (dict, list, str)):
                    self._look(item, (*path, place), frame, track, film)

    def _look_into(self, item: dict, path, frame, track, film) -> None:
        self._note(item)
        for kind, keys in ("time", TIME_KEYS), ("frame", FRAME_KEYS):
            if (label := label_of(item, keys)) is not None:
                frame = kind, label if whole(label) is not None else short(label), len(path)
        if frame is not None and frame[2] == len(path):
            self.labels.append(frame)
        track, film = _track_of(item) or track, short(label_of(item, FILM_KEYS) or "") or film
        bodies = _bodies(item)
        for key in bodies:
            points = read_points(item[key], item)
            self.people.append(Detection((*path, key), key, frame, track, film, points))
        if not bodies:
            for key, value in item.items():
                if isinstance(value, (dict, list, str)) and not OTHER.search(key):
                    self._look(value, (*path, key), frame, track, film)

    def _note(self, item: dict) -> None:
        """Names of points, the size of the picture and the rate, wherever they stand."""
        width, height = (whole(label_of(item, keys)) for keys in (WIDTH_KEYS, HEIGHT_KEYS))
        pairs = (v for k, v in item.items() if squeezed(k) in SIZE_KEYS and isinstance(v, list) and len(v) == 2)
        width, height = (width, height) if width and height else map(whole, next(pairs, (None, None)))
        if width and height and min(width, height) > 16:
            self.sizes.add((width, height))
        if (rate := whole(label_of(item, FPS_KEYS))) and 0 < rate < 10_000:
            self.rates.add(float(rate))
        for key, value in item.items():
            if isinstance(value, dict) and OTHER.search(key) and not holds_points(value):
                self._note(value)
            if squeezed(key) in NAME_LISTS and isinstance(value, (list, dict)) and FEWEST <= len(value) <= MOST:
                listed = [value[k] for k in sorted(value, key=int)] if isinstance(value, dict) else value
                self.names = self.names or tidy_all(listed)


def _track_of(item: dict) -> str:
    lists = {k: v[0] for k, v in item.items() if isinstance(v, list) and len(v) == 1 and squeezed(k) in TRACK_KEYS}
    label = label_of({**item, **lists}, TRACK_KEYS)
    return "" if label in (None, -1, "-1") else short(label)


def _bodies(item: dict) -> list[str]:
    """The key under which a body's points in the picture stand; of several those that say so. Raises ValueError."""
    empty = [key for key in item if squeezed(key) in ALWAYS_POINTS and _flat(item[key])]
    found = [key for key, value in item.items() if not OTHER.search(key) and holds_points(value, key)]
    found = [key for key in found if key not in empty] + empty
    for word in IN_THE_PICTURE:
        if len(found) > 1:
            found = [key for key in found if word in key] or found
    if len(found) > 1 and len({re.sub(r"\d+", "", key) for key in found}) == 1:
        return []  # frames or people by number
    if len(found) > 1:
        raise ValueError(f"expected one list of points for each person, found {', '.join(found)[:200]}")
    return found


def _flat(value: object) -> bool:
    """Whether this is a list of numbers, or of pairs and triples of them, of whatever length."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, (int, float)) or (
        isinstance(first, list) and bool(first) and not isinstance(first[0], list)
    )


def read_json(text: str, format: str | None = None, follow: bool = True, one: bool = False) -> Found:
    """The people in a JSON text; ``one``: of one picture, which is a frame among many. Raises ValueError."""
    data = _load(text)
    table = _lines(data)
    if table:
        return read_records(table, follow)
    films, names = None, None
    if isinstance(data, dict) and isinstance(data.get("annotations"), list):
        films, names, data = _joined(data)
    try:
        search = Search(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not laid out as files of keypoints are: {error!r}") from error
    if not search.people and not one and not _known(data):
        raise ValueError(f"not a format of keypoints that liftkit knows; it looked for {LOOKED_FOR}")
    kind = _format(search.people, data)
    if format not in (None, kind) and search.people:
        raise ValueError(f"it is not laid out as {format} files are, but as {kind}")
    rows, frames, fps, notes = _rows(search, films or [], follow, one)
    size = next(iter(search.sizes)) if len(search.sizes) == 1 else None
    fps = fps or (next(iter(search.rates)) if len(search.rates) == 1 else None)
    return Found(rows, names or search.names, frames, format or kind, size, fps, notes)


def _lines(data) -> list[dict] | None:
    """The lines of a table, written as a list of objects, or as an object of columns; None if it is no table."""
    if isinstance(data, dict) and len(data) >= 2 * FEWEST and all(isinstance(v, (list, dict)) for v in data.values()):
        columns = [v if isinstance(v, list) else list(v.values()) for v in data.values()]
        if len({len(column) for column in columns}) == 1 and _is_record(dict.fromkeys(data)):
            data = [dict(zip(data, line, strict=True)) for line in zip(*columns, strict=True)]
    return data if isinstance(data, list) and data and all(map(_is_record, data)) else None


def _is_record(item) -> bool:
    """Whether this is a line of a table: NAME_x and NAME_y, or x and y, and no lists."""
    if not isinstance(item, dict) or any(isinstance(value, (list, dict)) for value in item.values()):
        return False
    keys = [squeezed(key) for key in item]
    return {"x", "y"} <= set(keys) or sum(key.endswith("x") for key in keys) >= FEWEST


def _load(text: str):
    """Parse JSON, or one JSON value per line, which loggers write."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg != "Extra data" or len(lines) < 2:
            raise ValueError(f"it is not valid JSON: {error}") from error
        return [json.loads(line) for line in lines]


def _joined(data: dict) -> tuple[list, tuple[str, ...] | None, object]:
    """COCO's annotations with the names of their images' frames; all of these; the names of the points."""
    images = {image["id"]: image for image in data.get("images", []) if isinstance(image, dict) and "id" in image}
    if len({image.get("video_id", image.get("vid_id")) for image in images.values()}) > 1:
        raise ValueError("expected the images of one video, found several: split the file by video_id")
    own = {i: label_of({k: v for k, v in image.items() if squeezed(k).startswith("frame")}, FRAME_KEYS)
           for i, image in images.items()}  # fmt: skip
    if None in own.values() or len(set(own.values())) < len(own):
        own = {i: i for i in images}
    annotations = []
    for annotation in data["annotations"]:
        if images and annotation.get("image_id") not in images:
            raise ValueError(f"an annotation names the image {annotation.get('image_id')!r}, which is not listed")
        label = {"frame": own[annotation["image_id"]]} if images else {}
        annotations.append({**annotation, **label})
    listed = [c["keypoints"] for c in data.get("categories", []) if isinstance(c, dict) and c.get("keypoints")]
    rest = {key: value for key, value in data.items() if key not in ("annotations", "categories", "images")}
    if len({(image.get("width"), image.get("height")) for image in images.values()}) == 1:
        rest |= {"image meta": next(iter(images.values()))}
    return list(own.values()), tidy_all(listed[0]) if listed else None, {**rest, "annotations": annotations}


def _known(data) -> bool:
    return isinstance(data, dict) and any(isinstance(data.get(key), list) for key in (*ONE_PICTURE, "annotations"))


def _format(people: list[Detection], data) -> str:
    """The detector whose form it is, for the line that says what was read."""
    if not people:
        return "openpose" if isinstance(data, dict) and "people" in data else "other"
    first, root = people[0], data
    owner = root
    for step in first.path[:-1]:
        owner = json.loads(owner)[step] if isinstance(owner, str) else owner[step]
    owner = owner if isinstance(owner, dict) else {}
    keys = set(map(squeezed, owner))
    if isinstance(owner.get(first.key), dict) and "x" in owner[first.key]:
        return "ultralytics"
    if "keypointscores" in keys:
        return "mmpose"
    if "pose_keypoints" in first.key or "people" in first.path:
        return "openpose"
    if "imageid" in keys or "annotations" in first.path:
        return "coco"
    return "mediapipe" if len(first.points.values) == 33 else "other"


def _rows(
    search: Search, images: list, follow: bool, one: bool
) -> tuple[list[Row], int, float | None, tuple[str, ...]]:
    """Rows with the number of their frame, how many frames there are, frames per second, and what is to be said."""
    people = search.people
    if len(films := sorted({person.film for person in people if person.film})) > 1 and follow:
        raise ValueError(f"expected one film, found {len(films)}: {', '.join(films[:8])}; split the file")
    if one and len({person.frame for person in people}) < 2:
        return [_row(person, 0) for person in people], 1, None, ()
    labelled = [person for person in people if person.frame is not None]
    if people and len(labelled) == len(people) and len({person.frame for person in people}) + len(images) > 1:
        return _by_label(search, images, follow)
    if labelled and len(labelled) < len(people):
        raise ValueError(f"expected a frame for everybody, found {len(people) - len(labelled)} people without one")
    return _by_place(people, labelled)


def _row(person: Detection, frame: int, track: str | None = None) -> Row:
    return Row(frame, person.track if track is None else track, person.points)


def _by_label(search: Search, images: list, follow: bool):
    people = search.people
    kinds = {(person.frame[0], person.frame[2]) for person in people}
    times = {kind for kind, _ in kinds} == {"time"}
    labels = [label for kind, label, depth in search.labels if (kind, depth) in kinds]
    if images:
        labels = [*images, *labels]
    try:
        numbers, fps = frames_by_label(labels, times)
        if len(set(numbers.values())) < len(numbers):
            raise ValueError(f"expected a number of its own for each frame, found {len(numbers)} names for fewer")
    except ValueError:
        if follow and not images:
            raise
        numbers, fps = {label: place for place, label in enumerate(dict.fromkeys(labels))}, None
    return [_row(p, numbers[p.frame[1]]) for p in people], len(numbers), fps, ()


def _by_place(people: list[Detection], labelled: list[Detection]):
    """Frames by where people stand: the outermost list or dictionary with several entries."""
    level = next((k for k in range(DEPTH) if len({p.path[k : k + 1] for p in people}) > 1), None)
    if level is None or (labelled and labelled[0].frame[2] > level):  # each of them names the same frame
        rows, count, notes = [_row(p, 0) for p in people], 1, ()
    else:
        rows, count, notes = _by_level(people, level)
    if count == 1 and labelled:
        number = next(iter(frames_by_label([labelled[0].frame[1]])[0].values()))
        rows = [row._replace(frame=number) for row in rows]
    return rows, count, None, notes


def _by_level(people: list[Detection], level: int):
    steps = [p.path[level] for p in people]
    if all(isinstance(step, str) for step in steps):
        return _by_key(people, steps, level)
    if any(step in ONE_PICTURE for step in people[0].path[:level][-1:]):
        return [_row(p, 0) for p in people], 1, ()
    if any(isinstance(step, int) for p in people for step in p.path[level + 1 :]):
        _check_inside(people, steps)
        return [_row(p, p.path[level]) for p in people], max(steps) + 1, ()
    return _film_or_picture(people)


def _check_inside(people: list[Detection], steps: list) -> None:
    """Raise ValueError if what should be the people of a frame are one person's frames."""
    first = [p for p, step in zip(people, steps, strict=True) if step == steps[0]]
    if len(first) > 2 and all(_near(first)):
        raise ValueError(
            f"expected frames that list their people, found {len(set(steps))} lists of one person's frames: give each "
            "entry its frame_id and track_id"
        )


def _by_key(people: list[Detection], steps: list[str], level: int):
    keys = list(dict.fromkeys(steps))
    if of_people(keys):
        inner = [next((step for step in p.path[level + 1 :] if isinstance(step, int)), 0) for p in people]
        return [_row(p, i, step) for p, i, step in zip(people, inner, steps, strict=True)], max(inner) + 1, ()
    if not all(any(c.isdigit() for c in key) for key in keys):
        raise ValueError(f"expected frames whose keys are numbers, found {', '.join(keys[:6])[:200]}")
    _check_inside(people, steps)
    numbers = dict(zip(keys, by_name(keys), strict=True))
    rows = [_row(p, numbers[step][0], numbers[step][1] or None) for p, step in zip(people, steps, strict=True)]
    return rows, len({number for number, _ in numbers.values()}), ()


def _near(people: list[Detection]) -> list[bool]:
    """Whether each person's points lie near those of the next one, as those of one person in two frames do."""
    near = []
    for a, b in zip(people, people[1:], strict=False):
        one, two = a.points.values[:, :2], b.points.values[:, :2]
        seen = one[(np.abs(one) < LARGEST_COORDINATE).all(1)]
        size = float(np.ptp(seen, axis=0).max()) if len(seen) else 0.0
        both = one.shape == two.shape and (np.abs(np.hstack([one, two])) < LARGEST_COORDINATE).all(1)
        apart = np.linalg.norm(one[both] - two[both], axis=1) if np.any(both) else np.array([np.inf])
        near.append(bool(np.median(apart) < NEAR * size))
    return near


def _film_or_picture(people: list[Detection]):
    """A list of people without frames: those of a film if each is near to the next, of one picture if none is."""
    near = _near(people)
    if all(near):
        note = f"no frame is named: the {len(people)} entries are taken as frames in their order"
        return [_row(p, k) for k, p in enumerate(people)], len(people), (note,)
    if not any(near):
        note = f"no frame is named: the {len(people)} entries are taken as people of one picture"
        return [_row(p, 0) for p in people], 1, (note,)
    raise ValueError(
        f"it does not say which frame each of its {len(people)} people belongs to: expected frame_id (or image_id) "
        "beside the points"
    )
