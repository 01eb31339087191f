"""One person out of many, frame by frame, and the interpolation of keypoints that the detector missed."""

from __future__ import annotations

import numpy as np

from liftkit.keypoints.people import People

FARTHEST_STEP = 0.5  # of the box's diagonal: how far its centre may move between two sightings


def good_points(points: np.ndarray, threshold: float) -> np.ndarray:
    """x and y (D, K, 2) of points (D, K, 3) with a score; NaN where a point is missing or its score is too low."""
    xy, score = points[..., :2], points[..., 2]  # (0, 0) is where OpenPose and YOLO put what they did not find
    found = np.isfinite(xy).all(-1) & (score >= threshold) & (xy != 0).any(-1)
    return np.where(found[..., None], xy, np.nan)


def choose_person(people: People, points: np.ndarray, person: str | int | None, follow: bool) -> np.ndarray:
    """The indices (F,) of one person's detections, at most one per frame, in the order of frames.

    Without ``person`` and with tracks: the track with the largest summed area of its boxes. Without tracks: the
    largest box of all is followed forwards and backwards by the nearest centre, as long as the centre moved by at most
    half the box's diagonal since it was last seen. Without ``follow``: the largest person of each frame.
    """
    centre, size = _boxes(points)
    area = np.nan_to_num(size.prod(1), nan=-1.0)  # below that of a box without extent
    tracked, among = np.flatnonzero(people.track != ""), np.arange(len(area))
    if person is not None:
        among = np.flatnonzero(people.track == str(person))  # 2 and "2" are one track
        if not len(among):
            tracks = ", ".join(np.unique(people.track[tracked]).tolist()[:20]) or "none"
            raise ValueError(f"there is no person {person!r}; its tracks are {tracks}")
    elif follow and len(tracked):
        tracks, code = np.unique(people.track[tracked], return_inverse=True)
        largest = tracks[np.bincount(code, np.maximum(area[tracked], 0)).argmax()]
        among = np.flatnonzero(people.track == largest)
    elif follow and (area >= 0).any():
        return _follow(people.frame, centre, np.linalg.norm(size, axis=1), int(area.argmax()))
    order = among[np.lexsort((-area[among], people.frame[among]))]
    return order[np.unique(people.frame[order], return_index=True)[1]]


def _boxes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centres and sizes, each (D, 2), of the boxes around the points (D, K, 2); NaN if all points are missing."""
    found = np.isfinite(points)
    low, high = np.where(found, points, np.inf).min(1), np.where(found, points, -np.inf).max(1)
    with np.errstate(invalid="ignore"):
        return np.where(found.any(1), (low + high) / 2, np.nan), np.where(found.any(1), high - low, np.nan)


def _follow(frame: np.ndarray, centre: np.ndarray, diagonal: np.ndarray, start: int) -> np.ndarray:
    seen = np.flatnonzero(np.isfinite(diagonal))
    seen = seen[np.argsort(frame[seen], kind="stable")]
    numbers, first = np.unique(frame[seen], return_index=True)
    groups = np.split(seen, first[1:])
    middle = int(np.searchsorted(numbers, frame[start]))
    chosen = [start]
    for direction in (groups[middle + 1 :], groups[:middle][::-1]):
        last = start
        for group in direction:
            steps = np.linalg.norm(centre[group] - centre[last], axis=1)
            if steps.min() <= FARTHEST_STEP * diagonal[last]:
                last = int(group[steps.argmin()])
                chosen.append(last)
    return np.array(sorted(chosen, key=lambda i: frame[i]))


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
