"""The points of one person, in any of the forms in which files have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liftkit.keypoints.labels import squeezed
from liftkit.keypoints.names import BY_COUNT, LIMBS, tidy

FEWEST, MOST = 12, 600  # points of a person
SCORE_KEYS = "score confidence conf likelihood probability prob visibility visible vis presence p v c s".split()
SCORE_LISTS = (
    "keypointscores keypointsscores keypointscore keypointsconf keypointsscore scores score visibility".split()
)
SCORE_LISTS += "visible confidence confidences conf likelihood vis".split()
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
            return True
        if not FEWEST <= len(value) <= MOST or not _is_point(next(iter(value.values()))):
            return False
        keys = list(map(str, value))
        return all(k.isdecimal() for k in keys) or len(set(LIMBS) & set(map(tidy, keys))) >= 8
    if not isinstance(value, (list, np.ndarray)) or not len(value):
        return False
    if isinstance(value, list) and not _is_number(value[0]):
        first = next((item for item in value if item is not None), None)
        return FEWEST <= len(value) <= MOST and _is_point(first)
    folds = any(len(value) % width == 0 and len(value) // width in BY_COUNT for width in (3, 2, 4))
    return len(value) >= 2 * FEWEST and folds and bool(HOLDS_POINTS.search(key) or re.search(r"\d", key))


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _is_point(value: object) -> bool:
    if isinstance(value, dict):
        return {"x", "y"} <= set(value) or isinstance(value.get("position"), dict)
    return isinstance(value, list) and 2 <= len(value) <= 5 and all(map(_is_number, value))


def read_points(value: object, beside: dict | None = None) -> Points:
    """The points that :func:`holds_points` found, with scores that stand ``beside`` them. Raises ValueError."""
    scores = _scores_beside(beside or {})
    if isinstance(value, dict):
        if isinstance(value.get("x"), list):
            apart = next(
                (value[key] for key in ("visible", "visibility", "score", "confidence") if value.get(key)), None
            )
            return Points(_columns([value["x"], value["y"]]), scores if apart is None else _column(apart))
        if all(str(key).isdecimal() for key in value):
            return read_points([value[key] for key in sorted(value, key=int)], beside)
        found = read_points(list(value.values()), beside)
        return found._replace(names=tuple(str(key)[:100] for key in value))
    if _is_number(value[0]):
        return Points(_folded(_column(value), None if scores is None else len(scores)), scores)
    first = next(item for item in value if item is not None)
    if isinstance(first, dict):
        return _of_objects(value)
    width = len(first)
    if any(item is not None and (not isinstance(item, list) or len(item) != width) for item in value):
        raise ValueError(f"expected {width} numbers for each point, as for the first one")
    rows = [[np.nan] * width if item is None else item for item in value]
    values = np.array(rows, float)
    if scores is not None and len(scores) != len(values):
        raise ValueError(f"expected as many scores as points, found {len(scores)} and {values.shape}")
    return Points(values, scores)


def _scores_beside(beside: dict) -> np.ndarray | None:
    lists = {squeezed(key): value for key, value in beside.items() if isinstance(value, list)}
    found = next((lists[key] for key in SCORE_LISTS if lists.get(key)), None)
    return None if found is None else np.array(found, float).ravel()


def _column(values: Sequence) -> np.ndarray:
    return np.array(values, float)


def _columns(columns: Sequence[Sequence]) -> np.ndarray:
    if len({len(column) for column in columns}) > 1:
        raise ValueError("expected as many y as x")
    return np.array(columns, float).T


def _folded(flat: np.ndarray, count: int | None) -> np.ndarray:
    """x, y, score, x, y, score, ...; or pairs; or four numbers for each point."""
    for width in (3, 2, 4):
        if (
            flat.ndim == 1
            and flat.size == width * (count or flat.size // width)
            and (count or flat.size // width in BY_COUNT)
        ):
            return flat.reshape(-1, width)
    if flat.ndim == 1 and flat.size and flat.size % 3 == 0:
        return flat.reshape(-1, 3)
    raise ValueError(f"expected keypoints as x, y, score, x, y, score, ..., found {flat.size} numbers")


def _of_objects(items: list) -> Points:
    """Points as {x, y, score} or {position: {x, y}, score, part}, with names if all have one."""
    values, scores, names = np.full((len(items), 2), np.nan), np.full(len(items), np.nan), []
    keys = {squeezed(key): key for item in items[:3] if item for key in item}
    score = next((keys[key] for key in SCORE_KEYS if key in keys), None)
    name = next((keys[key] for key in NAME_KEYS if key in keys), None)
    for k, item in enumerate(items):
        if item is None:
            continue
        at = item.get("position", item)
        values[k] = at["x"], at["y"]
        seen = item.get(score) if score else None
        scores[k] = 1.0 if seen is None else seen
        names.append(item.get(name) if name else None)
    named = len(names) == len(items) and all(isinstance(n, str) for n in names)
    return Points(values, scores if score else None, tuple(n[:100] for n in names) if named else None)
