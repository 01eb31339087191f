"""The points of one person, in any of the forms in which files have them."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from liftkit.keypoints.labels import squeezed
from liftkit.keypoints.names import BY_COUNT, LIMBS, LONGEST_NAME, tidy

FEWEST, MOST = 12, 600  # points of a person
SCORE_KEYS = "score confidence conf likelihood probability prob visibility visible vis presence p v c s".split()
LONG_SCORES = tuple(key for key in SCORE_KEYS if len(key) > 4)  # also with words before them: inFrameLikelihood
SCORE_LISTS = "keypointscores keypointsscores keypointscore keypointsconf keypointsscore keypointsvisible".split()
SCORE_LISTS += ["scores", "confidences", *SCORE_KEYS]
NUMBER_KEYS = "id index idx landmarktype keypointid landmarkid type".split()
NAME_KEYS = "name part keypoint label bodypart joint landmark".split()
HOLDS_POINTS = re.compile(r"key_?points?|kpts?|pose|joint|landmark|points|skeleton|preds?$", re.I)
# Keys under which lists of numbers are not a body's points in the picture.
OTHER = re.compile(
    r"box|meta|categor|colou?r|palette|link|edge|connect|segment|mask|world|3d|face|hand|score|conf|sigma|symmetr|"
    r"camera|matrix|skeleton_|time|visib|limb_",
    re.I,
)
IN_THE_PICTURE = ("2d", "body", "pose_", "poseL", "keypoints", "landmark", "joints")


class Points(NamedTuple):
    """K points of d numbers, scores if they stand apart, and names if the points carry them."""

    values: np.ndarray  # (K, d): x, y, and perhaps a depth or a score
    scores: np.ndarray | None = None
    names: tuple[str, ...] | None = None


def holds_points(value: object, key: str = "") -> bool:
    """Whether this is one person's points (by a look at its first entries)."""
    if isinstance(value, dict):
        if isinstance(value.get("x"), list) and isinstance(value.get("y"), list):
            return len(value["x"]) >= FEWEST
        named = _points_in(value) if FEWEST <= len(value) <= MOST else []
        numbered = len(named) == len(value) and all(key.isdecimal() for key in named)
        return bool(named) and (numbered or len(set(LIMBS) & set(map(tidy, named))) >= 8)
    if not isinstance(value, (list, np.ndarray)) or not len(value):
        return False
    if isinstance(value, list) and not _is_number(value[0]):
        first = next((item for item in value if item is not None), None)
        return FEWEST <= len(value) <= MOST and _is_point(first)
    fits = len(value) >= 2 * FEWEST and width_of(len(value)) is not None
    return fits and bool(HOLDS_POINTS.search(key) or re.search(r"\d", key))


def width_of(count: int) -> int | None:
    """How many of so many numbers belong to each point, if that makes a usual number of points; else None."""
    return next((width for width in (3, 2, 4) if count % width == 0 and count // width in BY_COUNT), None)


def score_of(keys: dict[str, object]) -> object:
    """What belongs to the key of a score, of keys without case and separators; None if there is none."""
    found = next((keys[key] for key in SCORE_KEYS if key in keys), None)
    return found if found is not None else next((keys[key] for key in keys if key.endswith(LONG_SCORES)), None)


def _points_in(value: dict) -> list[str]:
    """The keys under which an object has points."""
    return [key for key in map(str, value) if _is_point(value.get(key))]


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _is_point(value: object) -> bool:
    if isinstance(value, dict):
        return {"x", "y"} <= set(value) or isinstance(value.get("position"), dict)
    return isinstance(value, list) and 2 <= len(value) <= 5 and all(map(_is_number, value))


def read_points(value: object, beside: dict | None = None) -> Points:
    """The points that :func:`holds_points` found, with scores that stand ``beside`` them. Raises ValueError."""
    lists = {squeezed(key): scores for key, scores in (beside or {}).items() if isinstance(scores, list)}
    scores = next((np.array(lists[key], float).ravel() for key in SCORE_LISTS if lists.get(key)), None)
    if isinstance(value, dict):
        if isinstance(value.get("x"), list):
            if len(value["x"]) != len(value["y"]):
                raise ValueError("expected as many y as x")
            apart = score_of({squeezed(key): v for key, v in value.items() if isinstance(v, list) and v})
            xy = np.array([value["x"], value["y"]], float).T
            return Points(xy, scores if apart is None else np.array(apart, float))
        names = _points_in(value)
        if all(name.isdecimal() for name in names):
            return read_points([value[name] for name in sorted(names, key=int)], beside)
        found = read_points([value[name] for name in names], beside)
        return found._replace(names=tuple(name[:LONGEST_NAME] for name in names))
    if _is_number(value[0]):
        return Points(_folded(np.array(value, float), None if scores is None else len(scores)), scores)
    first = next(item for item in value if item is not None)
    if isinstance(first, dict):
        return _of_objects(value)
    width = len(first)
    if any(item is not None and (not isinstance(item, list) or len(item) != width) for item in value):
        raise ValueError(f"expected {width} numbers for each point, as for the first one")
    return Points(np.array([[np.nan] * width if item is None else item for item in value], float), scores)


def _folded(flat: np.ndarray, count: int | None) -> np.ndarray:
    """x, y, score, x, y, score, ...; or pairs; or four numbers for each point."""
    if flat.ndim == 1 and flat.size and count and flat.size in (2 * count, 3 * count, 4 * count):
        return flat.reshape(count, -1)
    width = width_of(flat.size) if not count else None
    if flat.ndim == 1 and flat.size and (width or flat.size % 3 == 0):
        return flat.reshape(-1, width or 3)
    raise ValueError(f"expected keypoints as x, y, score, x, y, score, ..., found {flat.size} numbers")


def _of_objects(items: list) -> Points:
    """Points as {x, y, score} or {position: {x, y}, score, part}, with names if all have one."""
    values, scores, names = np.full((len(items), 2), np.nan), np.full(len(items), np.nan), []
    keys = {squeezed(key): key for item in items[:3] if item for key in item}
    score = score_of(keys)
    name, number = (next((keys[key] for key in among if key in keys), None) for among in (NAME_KEYS, NUMBER_KEYS))
    for k, item in enumerate(items):
        if item is None:
            continue
        at = item.get("position", item)
        values[k] = at["x"], at["y"]
        seen = item.get(score) if score else None
        scores[k] = 1.0 if seen is None else seen
        names.append(item.get(name) if name else None)
    named = len(names) == len(items) and all(isinstance(n, str) for n in names)
    numbers = [item.get(number) for item in items if item] if number and not named else []
    if numbers and all(isinstance(n, int) for n in numbers) and len(set(numbers)) == len(items) == np.ptp(numbers) + 1:
        values, scores = values[np.argsort(numbers)], scores[np.argsort(numbers)]
    return Points(values, scores if score else None, tuple(n[:LONGEST_NAME] for n in names) if named else None)
