"""Key points in JSON, format by format: each function turns parsed JSON into rows of people.

A row is (frame, track, K points of x, y, score). Where a format leaves the score out, the point counts as seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

import numpy as np

from liftkit.keypoints.names import People, names_of, tidy

Row = tuple[int, str, list]
FRAME_KEYS = ("frame", "frame_id", "frame_index", "frame_number", "image_id", "image")
TRACK_KEYS = ("track_id", "tracking_id", "track", "person", "person_id", "idx")
DEPTH, ENOUGH = 6, 20_000  # how deep and how many objects recognition looks at


def load_json(text: str):
    """Parse JSON, or one JSON value a line, which loggers write."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg != "Extra data" or len(lines) < 2:
            raise ValueError(f"it is not valid JSON: {error}") from error
        return [json.loads(line) for line in lines]


def recognise(data) -> str | None:
    """The name of the JSON format, by what its objects hold; None for another one.

    >>> recognise({"version": 1.3, "people": []})
    'openpose'
    """
    if isinstance(data, dict):
        for key, name in ("annotations", "coco"), ("people", "openpose"), ("instance_info", "mmpose"):
            if isinstance(data.get(key), list):
                return name
    for item in islice(_objects(data), ENOUGH):
        points = item.get("keypoints")
        if isinstance(points, dict) and {"x", "y"} <= set(points):
            return "ultralytics"
        if "keypoint_scores" in item and points is not None:
            return "mmpose"
        if "image_id" in item and isinstance(points, list):
            return "coco"
    return "mediapipe" if next(_landmark_lists(data), None) is not None else None


def parse(data, name: str) -> People:
    """Everybody in parsed JSON of the named format. Raises ValueError."""
    return gather(*rows_of(data, name))


def rows_of(data, name: str) -> tuple[list[Row], tuple[str, ...] | None, int]:
    """The rows of parsed JSON of the named format, the points' names where it tells them, and its frames' number."""
    try:
        return PARSERS[name](data)
    except KeyError as error:
        raise ValueError(f"it is not laid out as {name} files are: there is no {error}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError(f"it is not laid out as {name} files are: {error}") from error


def gather(rows: list[Row], names: tuple[str, ...] | None, frames: int) -> People:
    """Rows as arrays. ``names`` None: by the number of points. Raises ValueError where the numbers differ."""
    if not rows:
        raise ValueError(f"expected a person with key points in some frame, found none in {frames} frames")
    arrays = []
    for frame, _, points in rows:
        array = np.asarray(points, float)
        if array.ndim != 2 or array.shape[1] != 3 or not len(array):
            raise ValueError(f"frame {frame}: expected a list of points with x, y and a score, found {array.shape}")
        arrays.append(array)
    counts = sorted({len(array) for array in arrays})
    if len(counts) > 1:
        raise ValueError(f"expected the same number of key points for everybody, found {', '.join(map(str, counts))}")
    names = names or names_of(counts[0])
    if len(names) != counts[0]:
        raise ValueError(f"it names {len(names)} key points, but people have {counts[0]}")
    frame, track = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], str)
    if frame.max() >= 2**31:  # time stamps, or numbers that hold the film's too: a PoseSet counts to 2**31
        frame -= frame.min()
    return People(tuple(names), np.stack(arrays), frame, track, frames)


def frame_number(label: object) -> int | None:
    """A frame's number: of a whole number itself, of a name its last number, else None.

    >>> frame_number("walk_000000000012_keypoints.json"), frame_number("7.jpg"), frame_number("a")
    (12, 7, None)
    """
    if isinstance(label, (int, float)) and not isinstance(label, bool) and float(label).is_integer():
        return int(label)
    digits = re.findall(r"\d+", label) if isinstance(label, str) else []
    return int(digits[-1]) if digits else None


def frame_of(item, otherwise: int) -> int:
    """The frame that an object names under one of the usual keys, or else its place."""
    labels = [item[key] for key in FRAME_KEYS if key in item] if isinstance(item, dict) else []
    number = frame_number(labels[0]) if labels else None
    return otherwise if number is None else number


def track_of(item: dict) -> str:
    """The track or person that an object names; "" where it names none."""
    found = [item[key] for key in TRACK_KEYS if isinstance(item.get(key), (int, float, str))]
    return str(int(found[0]) if isinstance(found[0], float) and found[0].is_integer() else found[0]) if found else ""


def _objects(data, depth: int = DEPTH) -> Iterator[dict]:
    """The dictionaries nested in lists and dictionaries, outermost first."""
    if isinstance(data, str) and data[:1] in "[{" and depth == DEPTH - 1:
        data = json.loads(data)  # a list of texts that each are JSON
    if isinstance(data, dict):
        yield data
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for value in inner if depth else ():
        yield from _objects(value, depth - 1)


def _frames(data, keys: tuple[str, ...]) -> list[tuple[int, object]]:
    """(number, content) of the frames in a list, in a dictionary by number, or in the first of ``keys`` there is."""
    if isinstance(data, dict):
        if data and all(str(key).isdecimal() for key in data):
            return [(int(key), value) for key, value in data.items()]
        return next((_frames(data[key], keys) for key in keys if isinstance(data.get(key), (list, dict))), [(0, data)])
    return [(frame_of(item, i), item) for i, item in enumerate(data)]


def _triples(flat) -> list:
    values = np.asarray(flat, float)
    if values.ndim != 1 or values.size % 3:
        raise ValueError(f"expected key points as x, y, score, x, y, score, ..., found {values.size} numbers")
    return values.reshape(-1, 3).tolist()


def _coco(data) -> tuple[list[Row], tuple[str, ...] | None, int]:
    """Annotations (visibility 0 missing, 1 hidden, 2 seen: both of these count as score 1), or a list of results."""
    annotations = data["annotations"] if isinstance(data, dict) else data
    images = {image["id"]: image for image in data.get("images", [])} if isinstance(data, dict) else {}
    if len({image.get("video_id", image.get("vid_id")) for image in images.values()}) > 1:
        raise ValueError("expected the images of one video, found several: split the file by video_id")
    ids = list(images) or list(dict.fromkeys(a["image_id"] for a in annotations))
    numbers = {i: frame_of(images.get(i, {}), frame_number(i)) for i in ids}
    if None in numbers.values() or len(set(numbers.values())) < len(ids):
        numbers = {label: place for place, label in enumerate(ids)}
    rows = []
    for annotation in annotations:
        if annotation.get("keypoints"):
            if annotation["image_id"] not in numbers:
                raise ValueError(f"an annotation names the image {annotation['image_id']!r}, which is not listed")
            points = [[x, y, min(seen, 1.0)] for x, y, seen in _triples(annotation["keypoints"])]
            rows.append((numbers[annotation["image_id"]], track_of(annotation), points))
    listed = [c["keypoints"] for c in data.get("categories", []) if c.get("keypoints")] if images else []
    return rows, tuple(map(tidy, listed[0])) if listed else None, len(ids)


def _openpose(data) -> tuple[list[Row], tuple[str, ...] | None, int]:
    """One frame: people with pose_keypoints_2d, flat; those without a body have an empty list."""
    people = [person for person in data["people"] if person.get("pose_keypoints_2d")]
    track = lambda person: str(i) if (i := np.ravel(person.get("person_id", [-1]))[0]) != -1 else ""  # noqa: E731
    return [(0, track(p), _triples(p["pose_keypoints_2d"])) for p in people], None, 1


def _mmpose(data) -> tuple[list[Row], tuple[str, ...] | None, int]:
    """Frames of instances with keypoints [[x, y], ...] and keypoint_scores; a bare list of instances is one frame."""
    named = data.get("meta_info", {}).get("keypoint_id2name") if isinstance(data, dict) else None
    names = tuple(tidy(named[key]) for key in sorted(named, key=int)) if isinstance(named, dict) else None
    if isinstance(data, list) and data and all(isinstance(d, dict) and "keypoints" in d for d in data):
        data = [data]
    frames = _frames(data, ("instance_info", "predictions", "frames"))
    rows = []
    for number, frame in frames:
        for instance in _objects(frame):
            if "keypoints" in instance:
                points, scores = np.asarray(instance["keypoints"], float), np.ravel(instance["keypoint_scores"])
                if points.ndim != 2 or points.shape[1] < 2 or len(points) != len(scores):
                    raise ValueError(
                        f"frame {number}: expected as many keypoint_scores as keypoints of x and y, found "
                        f"{len(scores)} and {points.shape}"
                    )
                rows.append((number, track_of(instance), np.column_stack([points[:, :2], scores]).tolist()))
    return rows, names, len(frames)


def _ultralytics(data) -> tuple[list[Row], tuple[str, ...] | None, int]:
    """Frames of detections with keypoints {x: [...], y: [...], visible: [...]}; a bare list of detections is one."""
    items = data if isinstance(data, list) else []
    if items and all(isinstance(d, dict) and "keypoints" in d for d in items):
        frames = [(frame_of(item, 0), item) for item in items]
    else:
        frames = _frames(data, ("frames", "results", "predictions"))
    rows = []
    for number, frame in frames:
        for found in _objects(json.loads(frame) if isinstance(frame, str) else frame):
            if isinstance(points := found.get("keypoints"), dict):
                x, y = points["x"], points["y"]
                seen = points.get("visible") or [1.0] * len(x)
                rows.append((number, track_of(found), [list(p) for p in zip(x, y, seen, strict=True)]))
    return rows, None, len({number for number, _ in frames})


def _is_landmark(point) -> bool:
    if isinstance(point, dict):
        return "x" in point and "y" in point
    return isinstance(point, list) and len(point) >= 2 and all(isinstance(v, (int, float)) for v in point)


def _landmark_lists(data, depth: int = DEPTH) -> Iterator[list]:
    """The lists of 33 points in an object; those in world coordinates are left out, for they have no place."""
    if isinstance(data, list) and len(data) == 33 and all(map(_is_landmark, data)):
        yield data
    elif depth and isinstance(data, (list, dict)):
        inner = [v for k, v in data.items() if "world" not in k.lower()] if isinstance(data, dict) else data
        for value in inner:
            yield from _landmark_lists(value, depth - 1)


def _landmark(point) -> list:
    """x, y and visibility of {x, y, visibility}, [x, y], [x, y, z] or [x, y, z, visibility]."""
    if isinstance(point, dict):
        seen = point.get("visibility", point.get("score"))
        return [point["x"], point["y"], 1.0 if seen is None else seen]
    return [*point[:2], point[3] if len(point) > 3 else 1.0]


def _mediapipe(data) -> tuple[list[Row], tuple[str, ...] | None, int]:
    """Frames that hold lists of 33 landmarks, wherever in them; a landmarker's single result is one frame."""
    single = isinstance(data, list) and len(data) == 33 and all(map(_is_landmark, data))
    frames = [(0, data)] if single else _frames(data, ("frames", "results"))
    rows = [
        (number, track_of(frame) if isinstance(frame, dict) else "", [_landmark(point) for point in points])
        for number, frame in frames
        for points in _landmark_lists(frame)
    ]
    return rows, None, len(frames)


PARSERS = {
    "coco": _coco,
    "openpose": _openpose,
    "mmpose": _mmpose,
    "ultralytics": _ultralytics,
    "mediapipe": _mediapipe,
}
