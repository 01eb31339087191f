"""Keypoints in JSON: where in its lists and objects people stand, and what the objects around them say.

There is one rule for all detectors. A person is whatever looks like the points of one body
(:mod:`liftkit.keypoints.points`); the frame, track and film are those that the nearest object names
(:mod:`liftkit.keypoints.frames` makes numbers of them).
"""

from __future__ import annotations

import json
import re
from contextlib import suppress

from liftkit.keypoints import labels
from liftkit.keypoints.frames import ONE_PICTURE, Detection, place
from liftkit.keypoints.labels import by_name, label_of, short, squeezed, whole
from liftkit.keypoints.names import LONGEST_NAME, tidy_all
from liftkit.keypoints.people import WORLD, Found
from liftkit.keypoints.points import FEWEST, IN_THE_PICTURE, MOST, OTHER, Points, holds_points, read_points
from liftkit.keypoints.tables import read_records
from liftkit.system.foreign import ENDINGS, FILM

KINDS = ("frame", labels.FRAME_KEYS), ("time", labels.TIME_KEYS)
DEPTH = 12  # how deep a person is looked for
ALWAYS_POINTS = "posekeypoints2d posekeypoints keypoints".split()  # even if they do not look like points
NAME_LISTS = "keypointid2name keypointnames jointnames bodyparts keypointsnames landmarknames pointnames".split()
LOOKED_FOR = (
    "COCO (annotations, or a list with image_id and keypoints), OpenPose and AlphaPose (people with "
    "pose_keypoints_2d), MMPose (keypoints with keypoint_scores), Ultralytics (keypoints with x and y, or YOLO "
    "labels), MediaPipe (33 landmarks), OpenPifPaf, MoveNet and PoseNet, VideoPose3D's npz"
)
MOST_OBJECTS = 150_000  # without a person; the largest part of COCO lists 118,287 pictures before its people
FORMATS = ("coco", "openpose", "mmpose", "ultralytics", "mediapipe", "other")


class Search:
    """Everything of interest in a JSON value."""

    def __init__(self, data):
        self.people: list[Detection] = []
        self.labels: list[tuple[str, object, int]] = []  # of all frames, also of those without a person
        self.names: tuple[str, ...] | None = None
        self.sizes, self.rates = set(), set()
        self.objects, self.solid = 0, ""  # the key of points in 3D
        self.format = "openpose" if isinstance(data, dict) and "people" in data else "other"
        self._look(data, (), None, "", "")

    def _look(self, value, path, frame, track, film) -> None:
        if len(path) > DEPTH:
            return
        if isinstance(value, str) and value[:1] in ("[", "{") and len(path) < 3:
            with suppress(ValueError):
                value = json.loads(value)  # a list of texts that each are JSON
        key = next((step for step in reversed(path) if isinstance(step, str)), "keypoints")
        if isinstance(value, dict):
            self._look_into(value, path, key, frame, track, film)
        elif holds_points(value, "keypoints" if path and isinstance(path[-1], int) else key):
            self._add(Detection(path, frame, track, film, read_points(value)), {}, key)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, (dict, list, str)):
                    self._look(item, (*path, index), frame, track, film)

    def _look_into(self, item: dict, path, name: str, frame, track, film) -> None:
        self.objects += 1
        if self.objects > MOST_OBJECTS + 10 * len(self.people):
            raise ValueError(f"expected people, found {len(self.people):,} in the first {self.objects:,} objects")
        self._note(item)
        for kind, keys in reversed(KINDS):
            if (label := label_of(item, keys)) is not None:
                frame = kind, label if whole(label) is not None else short(label), len(path)
        if frame is not None and frame[2] == len(path):
            self.labels.append(frame)
        own = label_of(item, labels.FILM_KEYS)
        track, film = _track_of(item) or track, film if own is None else short(own)
        kind, numbers = _listed_frames(item)
        bodies = _bodies(item)
        for key in bodies:
            self._add(Detection((*path, key), frame, track, film, read_points(item[key], item)), item, key)
        if not bodies and holds_points(item):
            self._add(Detection(path, frame, track, film, read_points(item)), {name: item}, name)
            return
        for key, value in item.items():
            if not bodies and isinstance(value, (list, dict)) and re.search("world|3d", key, re.I):
                self.solid = key[:LONGEST_NAME]
            if isinstance(value, dict) and key not in bodies and (bodies or OTHER.search(key)):
                self._note(value)
            elif isinstance(value, list) and value is not numbers and len(value) == len(numbers):
                for index, (label, entry) in enumerate(zip(numbers, value, strict=True)):
                    self.labels.append((kind, label, len(path)))
                    self._look(entry, (*path, key, index), self.labels[-1], track, film)
            elif isinstance(value, (dict, list, str)) and not bodies and not OTHER.search(key):
                named = ENDINGS.get(f".{key[-9:].rpartition('.')[2].lower()}") is FILM  # such as "walk.mp4"
                self._look(value, (*path, key), frame, track, short(key) if named else film)

    def _add(self, person: Detection, item: dict, key: str) -> None:
        self.format = self.format if self.people else _format(item, key, person.path, person.points)
        self.people.append(person)

    def _note(self, item: dict) -> None:
        """Names of points, the size of the picture and the rate, wherever they stand."""
        width, height = (whole(label_of(item, keys)) for keys in (labels.WIDTH_KEYS, labels.HEIGHT_KEYS))
        pairs = (v for k, v in item.items() if squeezed(k) in labels.SIZE_KEYS and isinstance(v, list) and len(v) == 2)
        width, height = (width, height) if width and height else map(whole, next(pairs, (None, None)))
        if width and height and min(width, height) > 16:
            self.sizes.add((width, height))
        if (rate := whole(label_of(item, labels.FPS_KEYS))) and 0 < rate < 10_000:
            self.rates.add(float(rate))
        for key, value in item.items():
            if squeezed(key) in NAME_LISTS and isinstance(value, (list, dict)) and FEWEST <= len(value) <= MOST:
                self.names = self.names or tidy_all(_in_order(value))


def _in_order(names: list | dict) -> list:
    """The names of points, which are listed, stand under their numbers, or have them beside them."""
    if isinstance(names, list):
        return names
    if all(map(str.isdecimal, names)):
        return [names[number] for number in sorted(names, key=int)]
    return sorted(names, key=lambda name: int(names[name]))


def _listed_frames(item: dict) -> tuple[str, list]:
    """The frames or times of all entries of another list, if they are listed beside it; else an empty list."""
    for kind, keys in KINDS:
        for key, value in item.items():
            listed = isinstance(value, list) and len(value) > 1 and squeezed(key).removesuffix("s") in keys
            if listed and all(isinstance(label, (int, float, str)) for label in value):
                return kind, value
    return "", []


def _track_of(item: dict) -> str:
    more = item.get("attributes")  # CVAT's
    ones = {key: value for key, value in item.items() if squeezed(key) in labels.TRACK_KEYS}
    lists = {key: value[0] for key, value in ones.items() if isinstance(value, list) and len(value) == 1}
    label = label_of({**(more if isinstance(more, dict) else {}), **item, **lists}, labels.TRACK_KEYS)
    return "" if label in (None, -1, "-1") else short(label)


def _bodies(item: dict) -> list[str]:
    """The key under which a body's points in the picture stand; of several those that say so. Raises ValueError."""
    empty = [key for key in item if squeezed(key) in ALWAYS_POINTS and _flat(item[key])]
    found = [key for key, value in item.items() if not OTHER.search(key) and holds_points(value, key)]
    found = [key for key in found if key not in empty] + empty
    for word in IN_THE_PICTURE:
        if len(found) > 1:
            found = [key for key in found if word in key] or found
    if len(found) > 1 and len({re.sub(r"\d+(\.\d+)?", "", key) for key in found}) == 1:
        return []  # frames or people by number
    if len(found) > 1:
        raise ValueError(f"expected one list of points for each person, found {', '.join(found)[:200]}")
    return found


def _flat(value: object) -> bool:
    """Whether this is a list of numbers, or of pairs and triples of them, of whatever length."""
    first = value[0] if isinstance(value, list) and value else None
    pair = isinstance(first, list) and 0 < len(first) <= 5 and not isinstance(first[0], list)
    return pair or isinstance(first, (int, float))


def _format(item: dict, key: str, path: tuple, points: Points) -> str:
    """The detector whose form it is, for the line that says what was read."""
    keys = set(map(squeezed, item))
    kinds = {
        "ultralytics": isinstance(item.get(key), dict) and "x" in item[key],
        "mmpose": "keypointscores" in keys,
        "openpose": "pose_keypoints" in key or "people" in path,
        "coco": "imageid" in keys or "annotations" in path,
        "mediapipe": len(points.values) == 33,
    }
    return next((kind for kind, is_it in kinds.items() if is_it), "other")


def read_json(text: str, format: str | None = None, follow: bool = True, one: bool = False) -> Found:
    """The people in a JSON text; ``one``: of one picture, which is a frame among many. Raises ValueError."""
    data = _load(text)
    if table := _lines(data):
        return read_records(table, follow)
    images, names, notes = [], None, ()
    listed = data.get("annotations") if isinstance(data, dict) else None
    if isinstance(listed, list) and all(isinstance(item, dict) for item in listed):
        images, names, data, notes = _joined(data)
    try:
        search = Search(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not laid out as files of keypoints are: {error!r}") from error
    empty = isinstance(data, dict) and any(isinstance(data.get(key), list) for key in (*ONE_PICTURE, "annotations"))
    if search.solid and not search.people:
        raise ValueError(f"found {search.solid}: {WORLD}")
    if not (search.people or one or empty):
        raise ValueError(f"not a format of keypoints that liftkit knows; it looked for {LOOKED_FOR}")
    if format not in (None, search.format) and search.people:
        raise ValueError(f"it is not laid out as {format} files are, but as {search.format}")
    found = place(search.people, search.labels, images, follow, one)
    (size, rate) = (next(iter(values)) if len(values) == 1 else None for values in (search.sizes, search.rates))
    about = {"names": names or search.names, "format": format or search.format, "size": size}
    return found._replace(**about, fps=found.fps or rate, notes=(*notes, *found.notes))


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
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if error.msg != "Extra data" or len(lines) < 2:
            raise ValueError(f"it is not valid JSON: {error}") from error
    values = []
    for number, line in lines:
        try:
            values.append(json.loads(line))
        except json.JSONDecodeError as error:
            found = f"{error.msg}: line {number} column {error.colno}"  # of the file, in json's form
            raise ValueError(f"it is not valid JSON: {found}") from error
    return values


def _joined(data: dict) -> tuple[list, tuple[str, ...] | None, object, tuple[str, ...]]:
    """COCO's frames, the names of the points, its annotations with their frames, and what is to be said."""
    images = {image["id"]: image for image in data.get("images", []) if isinstance(image, dict) and "id" in image}
    if len({image.get("video_id", image.get("vid_id")) for image in images.values()}) > 1:
        raise ValueError("expected the images of one video, found several: split the file by video_id")
    own, notes = _frames_of_images(images)
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
    names = tidy_all(listed[0]) if listed else None
    return list(own.values()), names, {**rest, "annotations": annotations}, notes


def _frames_of_images(images: dict) -> tuple[dict, tuple[str, ...]]:
    """Image -> its frame: the one that it names; else the number in its file's name; else its id."""
    own = {i: label_of({k: v for k, v in image.items() if squeezed(k).startswith("frame")}, labels.FRAME_KEYS)
           for i, image in images.items()}  # fmt: skip
    if None not in own.values() and len(set(own.values())) == len(own):
        return own, ()
    names = [image.get("file_name") for image in images.values()]
    if not all(isinstance(name, str) for name in names):
        return {i: i for i in images}, ()
    with suppress(ValueError):
        places = [number for number, _ in by_name(names)[0]]
        if len(set(places)) == len(places):
            return dict(zip(images, places, strict=True)), ()
    said = ("the names of the images number no frames: their ids are taken",) if len(images) > 1 else ()
    return {i: i for i in images}, said
