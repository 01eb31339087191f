"""What the detector missed, over time: points without a score, wild points, and their interpolation."""

from __future__ import annotations

import numpy as np

WINDOW = 7  # frames: a point that is wild in up to three in a row is seen to be
WILD = 0.2  # of a person's size in the picture: farther from the median over the window a point is wild


def good_points(points: np.ndarray, threshold: float) -> np.ndarray:
    """x and y (D, K, 2) of points (D, K, 3) with a score; NaN where a point is missing or its score is too low.

    Raises ValueError if all scores are 0, which is no score.
    """
    if threshold > 0 and (points[..., 2] == 0).all() and np.isfinite(points[..., :2]).any():
        raise ValueError(
            "the scores of all points are 0, so every point is missing; --threshold 0 takes them all the same"
        )
    xy, score = points[..., :2], points[..., 2]  # (0, 0) or (-1, -1) is where detectors put what they did not find
    found = np.isfinite(xy).all(-1) & (score >= threshold) & (xy != 0).any(-1) & (xy != -1).any(-1)
    return np.where(found[..., None], xy, np.nan)


def without_wild(points: np.ndarray) -> np.ndarray:
    """Points (F, K, 2) with NaN for those that lie far from the median of the same point in the frames around.

    Far is a fifth of the person's size, the median diagonal of the points' box over the film.
    """
    seen = np.isfinite(points).all(-1)
    if len(points) < 3 or not seen.any():
        return points
    filled = np.zeros_like(points)
    for k in np.flatnonzero(seen.any(0)):
        at = np.flatnonzero(seen[:, k])
        filled[:, k] = np.stack([np.interp(np.arange(len(points)), at, points[at, k, a]) for a in (0, 1)], axis=-1)
    around = np.pad(filled, [(WINDOW // 2, WINDOW // 2), (0, 0), (0, 0)], mode="edge")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(around, WINDOW, axis=0), axis=-1)
    boxes = [np.ptp(pose[good], axis=0) for pose, good in zip(points, seen, strict=True) if good.any()]
    size = np.median(np.linalg.norm(boxes, axis=-1))
    wild = np.linalg.norm(filled - usual, axis=-1) > WILD * size
    return np.where(wild[..., None], np.nan, points)


def fill_gaps(points: np.ndarray, frame: np.ndarray, max_gap: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (F, K, 2) with missing ones interpolated linearly in time, and a mask (F, K) of those that were filled.

    A gap of more than ``max_gap`` frames stays, and so does one at either end.

    >>> points, filled = fill_gaps(np.array([[[0.0, 8]], [[np.nan, np.nan]], [[4.0, 8]]]), np.arange(3), 10)
    >>> points[1].tolist(), int(filled.sum())
    ([[2.0, 8.0]], 1)
    """
    points, filled = points.copy(), np.zeros(points.shape[:2], bool)
    for k in range(points.shape[1]):
        good = np.flatnonzero(np.isfinite(points[:, k]).all(-1))
        for before, after in zip(good, good[1:], strict=False):
            filled[before + 1 : after, k] = frame[after] - frame[before] - 1 <= max_gap
        bad = filled[:, k]
        for axis in range(2 if bad.any() else 0):
            points[bad, k, axis] = np.interp(frame[bad], frame[good], points[good, k, axis])
    return points, filled
