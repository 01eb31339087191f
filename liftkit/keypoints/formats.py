"""Keypoints in JSON: what format it is, and one parser per format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

import numpy as np

from liftkit.keypoints.names import tidy
from liftkit.keypoints.people import FRAME_KEYS, TRACK_KEYS, Found, dictionary_points, frame_number

DEPTH, ENOUGH = 6, 20_000  # how deep and how many objects are searched for a format
LOOKED_FOR = (
    "COCO (annotations, or a list with image_id and keypoints), OpenPose (people with pose_keypoints_2d), MMPose "
    "(keypoints with keypoint_scores), Ultralytics (keypoints with x and y, or YOLO labels), MediaPipe (33 landmarks)"
)


def read_json(text: str, format: str | None = None, may_be_empty: bool = False) -> tuple[Found, str | None]:
    """The rows in a JSON text, and its format, given or recognised (None: empty, if that is allowed)."""
    data = _load(text)
    format = format or recognise(data)
    if format is None:
        if may_be_empty and data in ([], {}):
            return Found([], None, 1), None
        raise ValueError(f"not a format of keypoints that liftkit knows; it looked for {LOOKED_FOR}")
    try:
        return PARSERS[format](data), format
    except (KeyError, TypeError, AttributeError) as error:
        missing = "there is no " if isinstance(error, KeyError) else ""
        raise ValueError(f"it is not laid out as {format} files are: {missing}{error}") from error


def _load(text: str):
    """Parse JSON, or one JSON value per line, which loggers write."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg != "Extra data" or len(lines) < 2:
            raise ValueError(f"it is not valid JSON: {error}") from error
        return [json.loads(line) for line in lines]


def recognise(data) -> str | None:
    """The name of the JSON format, by what its objects hold; None if it is not a known one."""
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


def _objects(data, depth: int = DEPTH) -> Iterator[dict]:
    """The dictionaries nested in lists and dictionaries, outermost first."""
    if isinstance(data, str) and data[:1] in "[{" and depth == DEPTH - 1:
        data = json.loads(data)  # a list of texts that each are JSON
    if isinstance(data, dict):
        yield data
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for value in inner if depth else ():
        yield from _objects(value, depth - 1)


def _frame_of(item, otherwise: int) -> int:
    """The frame that an object names under one of the usual keys, or else its place."""
    labels = [item[key] for key in FRAME_KEYS if key in item] if isinstance(item, dict) else []
    number = frame_number(labels[0]) if labels else None
    return otherwise if number is None else number


def _track_of(item) -> str:
    """The track or person that an object names; "" if it names none."""
    found = [item[key] for key in TRACK_KEYS if isinstance(item.get(key), (int, float, str))]
    return str(int(found[0]) if isinstance(found[0], float) and found[0].is_integer() else found[0]) if found else ""


def _frames(data, keys: tuple[str, ...]) -> list[tuple[int, object]]:
    """(number, content) of the frames in a list, in a dictionary by number, or under the first of ``keys``."""
    if isinstance(data, dict):
        if data and all(str(key).isdecimal() for key in data):
            return [(int(key), value) for key, value in data.items()]
        return next((_frames(data[key], keys) for key in keys if isinstance(data.get(key), (list, dict))), [(0, data)])
    return [(_frame_of(item, i), item) for i, item in enumerate(data)]


def _triples(flat) -> list:
    values = np.asarray(flat, float)
    if values.ndim != 1 or values.size % 3:
        raise ValueError(f"expected keypoints as x, y, score, x, y, score, ..., found {values.size} numbers")
    return values.reshape(-1, 3).tolist()


def _are_people(data) -> bool:
    """Whether it is a list of people, not of frames."""
    return isinstance(data, list) and bool(data) and all(isinstance(d, dict) and "keypoints" in d for d in data)


def _coco(data) -> Found:
    """Annotations (visibility 0 missing, 1 hidden, 2 seen: both of these count as score 1), or a list of results."""
    annotations = data["annotations"] if isinstance(data, dict) else data
    images = {image["id"]: image for image in data.get("images", [])} if isinstance(data, dict) else {}
    if len({image.get("video_id", image.get("vid_id")) for image in images.values()}) > 1:
        raise ValueError("expected the images of one video, found several: split the file by video_id")
    ids = list(images) or list(dict.fromkeys(a["image_id"] for a in annotations))
    numbers = {i: _frame_of(images.get(i, {}), frame_number(i)) for i in ids}
    if None in numbers.values() or len(set(numbers.values())) < len(ids):
        numbers = {label: place for place, label in enumerate(ids)}
    rows = []
    for annotation in annotations:
        if annotation.get("keypoints"):
            if annotation["image_id"] not in numbers:
                raise ValueError(f"an annotation names the image {annotation['image_id']!r}, which is not listed")
            points = [[x, y, min(seen, 1.0)] for x, y, seen in _triples(annotation["keypoints"])]
            rows.append((numbers[annotation["image_id"]], _track_of(annotation), points))
    listed = [c["keypoints"] for c in data.get("categories", []) if c.get("keypoints")] if images else []
    return Found(rows, tuple(map(tidy, listed[0])) if listed else None, len(ids))


def _openpose(data) -> Found:
    """One frame: people with pose_keypoints_2d, flat; those without a body have an empty list."""
    people = [person for person in data["people"] if person.get("pose_keypoints_2d")]
    tracks = [np.ravel(person.get("person_id", [-1]))[0] for person in people]
    tracks = ["" if track == -1 else str(track) for track in tracks]
    return Found([(0, t, _triples(p["pose_keypoints_2d"])) for p, t in zip(people, tracks, strict=True)], None, 1)


def _mmpose(data) -> Found:
    """Frames of instances with keypoints [[x, y], ...] and keypoint_scores; a bare list of instances is one frame."""
    named = data.get("meta_info", {}).get("keypoint_id2name") if isinstance(data, dict) else None
    names = tuple(tidy(named[key]) for key in sorted(named, key=int)) if isinstance(named, dict) else None
    frames = _frames([data] if _are_people(data) else data, ("instance_info", "predictions", "frames"))
    rows = []
    for number, frame in frames:
        for instance in _objects(frame):
            if "keypoints" in instance:
                points, scores = np.asarray(instance["keypoints"], float), np.ravel(instance["keypoint_scores"])
                if points.ndim != 2 or points.shape[1] < 2 or len(points) != len(scores):
                    expected = "as many keypoint_scores as keypoints of x and y"
                    raise ValueError(f"frame {number}: expected {expected}, found {len(scores)} and {points.shape}")
                rows.append((number, _track_of(instance), np.column_stack([points[:, :2], scores]).tolist()))
    return Found(rows, names, len(frames))


def _ultralytics(data) -> Found:
    """Frames of detections with keypoints {x: [...], y: [...], visible: [...]}; a bare list of detections is one."""
    of_people = [(_frame_of(item, 0), item) for item in data] if _are_people(data) else None
    frames = of_people or _frames(data, ("frames", "results", "predictions"))
    rows = [
        (number, _track_of(found), dictionary_points(found["keypoints"]))
        for number, frame in frames
        for found in _objects(json.loads(frame) if isinstance(frame, str) else frame)
        if isinstance(found.get("keypoints"), dict)
    ]
    return Found(rows, None, len({number for number, _ in frames}))


def _is_landmark(point) -> bool:
    if isinstance(point, dict):
        return {"x", "y"} <= set(point)
    return isinstance(point, list) and len(point) >= 2 and all(isinstance(v, (int, float)) for v in point)


def _landmark_lists(data, depth: int = DEPTH) -> Iterator[list]:
    """The lists of 33 points in an object; those in world coordinates are left out: they have no place in the image."""
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


def _mediapipe(data) -> Found:
    """Frames that contain lists of 33 landmarks at any depth; a landmarker's single result is one frame."""
    whole = next(_landmark_lists(data), None) is data  # one list of landmarks: one frame
    frames = [(0, data)] if whole else _frames(data, ("frames", "results"))
    rows = [
        (number, _track_of(frame) if isinstance(frame, dict) else "", [_landmark(point) for point in points])
        for number, frame in frames
        for points in _landmark_lists(frame)
    ]
    return Found(rows, None, len(frames))


PARSERS = dict(coco=_coco, openpose=_openpose, mmpose=_mmpose, ultralytics=_ultralytics, mediapipe=_mediapipe)
