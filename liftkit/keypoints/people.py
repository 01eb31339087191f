"""The people that a detector found in all frames: as the rows of a file, and as arrays at one scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liftkit.keypoints.names import BY_COUNT

FRAME_KEYS = ("frame", "frame_id", "frame_index", "frame_number", "image_id", "image")
TRACK_KEYS = ("track_id", "tracking_id", "track", "person", "person_id", "idx")
LARGEST_COORDINATE = 1e6  # pixels
NORMALISED_BELOW = 2.0  # an image is larger than this many pixels


class Found(NamedTuple):
    """What a file holds, in the form that every parser returns."""

    rows: list[tuple[int, str, list]]  # per detection: frame; track or ""; K points of x, y, score (1: seen)
    names: tuple[str, ...] | None  # of the K keypoints
    frames: int  # how many, empty ones included


@dataclass(frozen=True, eq=False)
class People:
    """All detections of a source as arrays: D detections of K keypoints."""

    names: tuple[str, ...]
    points: np.ndarray  # (D, K, 3): x, y (down) in pixels or in [0, 1] of width and height, and a score in [0, 1]
    frame: np.ndarray  # (D,) integers
    track: np.ndarray  # (D,) strings, "" without tracks
    frames: int  # how many, empty ones included

    def scaled(self, size: tuple[float, float] | None, aspect: float | None) -> tuple[np.ndarray, str]:
        """The points with x and y at one scale, and their unit: pixels stay, [0, 1] is scaled. Raises ValueError."""
        xy, score = self.points[..., :2], self.points[..., 2]
        seen = np.abs(xy[np.isfinite(xy).all(-1) & (score > 0) & (xy != 0).any(-1)])
        largest = seen.max(initial=0)
        if largest > LARGEST_COORDINATE:
            raise ValueError(f"expected coordinates in pixels, found {largest:.3g}")
        if seen.size and np.median(seen) > NORMALISED_BELOW:  # single points may lie outside the image
            if size is not None or aspect is not None:
                raise ValueError(f"its coordinates are in pixels (up to {largest:.0f}): leave size and aspect out")
            return self.points, "px"
        if size is None and aspect is None:
            raise ValueError(
                "its coordinates lie in [0, 1]: give the image's size in pixels (--size 1280x720; in Python "
                "size=(1280, 720)), or its aspect (--aspect 1.78)"
            )
        factor, unit = ((aspect, 1.0), "none") if size is None else (size, "px")
        return self.points * (*factor, 1.0), unit


def gather(found: Found) -> People:
    """Turn rows into arrays; keypoints without names are named by their number. Raises ValueError if rows differ."""
    rows, names, frames = found
    if not rows:
        raise ValueError(f"expected a person with keypoints in some frame, found none in {frames} frames")
    arrays = []
    for frame, _, points in rows:
        array = np.asarray(points, float)
        if array.ndim != 2 or array.shape[1] != 3 or not len(array):
            raise ValueError(f"frame {frame}: expected a list of points with x, y and a score, found {array.shape}")
        arrays.append(array)
    counts = sorted({len(array) for array in arrays})
    if len(counts) > 1:
        raise ValueError(f"expected the same number of keypoints for everybody, found {', '.join(map(str, counts))}")
    count = counts[0]
    if not names and count not in BY_COUNT:
        raise ValueError(f"expected {', '.join(map(str, BY_COUNT))} keypoints per person, found {count}")
    names = names or BY_COUNT[count]
    if len(names) != count:
        raise ValueError(f"it names {len(names)} keypoints, but people have {count}")
    frame, track = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], str)
    if frame.max() >= 2**31:  # time stamps, or numbers that contain the film's: a PoseSet counts to 2**31
        frame -= frame.min()
    return People(tuple(names), np.stack(arrays), frame, track, frames)


def frame_number(label: object) -> int | None:
    """The number of a frame: a whole number itself, of a file name its last number, else None.

    >>> frame_number("walk_000000000012_keypoints.json"), frame_number("7.jpg"), frame_number("a")
    (12, 7, None)
    """
    if isinstance(label, (int, float)) and not isinstance(label, bool) and float(label).is_integer():
        return int(label)
    digits = re.findall(r"\d+", label) if isinstance(label, str) else []
    return int(digits[-1]) if digits else None


def dictionary_points(points: dict) -> list:
    """Ultralytics' {x: [...], y: [...], visible: [...]} as a list of x, y, score."""
    x, y = points["x"], points["y"]
    return [list(point) for point in zip(x, y, points.get("visible") or [1.0] * len(x), strict=True)]
