"""Forward kinematics for a tree of joints over many frames at once, and motion resampled in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.spatial.transform import Rotation

FRAMES = 2048  # at once: their matrices stay in the processor's cache, and memory does not grow with the clip
LARGEST_NUMBER = 1e7  # of a motion file; a larger one is damage, and products of it overflow
MOST_POINTS = 10**8  # joints times frames (2.4 GB); more is damage too
SMALL_POINTS, PER_VALUE = 10**6, 2  # always accepted, and beyond that for each number in the file: a joint has three


def euler(axes: str, angles: np.ndarray) -> np.ndarray:
    """Multiply rotations about ``axes``, the first one leftmost: angles (F, len(axes)) in radians -> (F, 3, 3).

    So the last axis of "zxy" turns a vector first. Axes are different, of a right-handed frame.

    >>> (euler("z", np.array([[np.pi / 2]])) @ [1.0, 0.0, 0.0]).round(6).tolist()
    [[0.0, 1.0, 0.0]]
    """
    return Rotation.from_euler(axes.upper(), angles).as_matrix()


def forward(
    parents: Sequence[int],
    rotation: Callable[[int, slice], np.ndarray | None],
    translation: Callable[[int, slice], np.ndarray],
    frames: int,
    along_own: bool = False,
    values: int | None = None,
) -> np.ndarray:
    """Positions (frames, K, 3) of K points of a tree, by forward kinematics.

    Args:
        parents: index of each point's parent, -1 for the root; parents come before their children.
        rotation: (k, slice of the frames) -> rotation of point k against its parent, (f, 3, 3) or None.
        translation: (k, slice) -> position of point k, (f, 3) or (3,), in its parent's frame; the root's in the room.
        along_own: translations are in the point's own frame (Acclaim: a point is the end of a bone; in BVH it is
            the joint where a bone begins).
        values: how many numbers the motion's file holds. Joints without any channel take memory that it does not show.
    """
    most = MOST_POINTS if values is None else min(MOST_POINTS, SMALL_POINTS + PER_VALUE * values)
    if frames * len(parents) > most:
        raise ValueError(f"{frames:,} frames of {len(parents):,} joints are too many: cut the file")
    positions = np.empty((frames, len(parents), 3))
    for start in range(0, frames, FRAMES):
        part = slice(start, min(start + FRAMES, frames))
        turns = []
        for k, parent in enumerate(parents):
            above = np.eye(3)[None] if parent < 0 else turns[parent]
            local = rotation(k, part)
            turns.append(above if local is None else above @ local)
            moved = (turns[k] if along_own and parent >= 0 else above) @ translation(k, part)[..., None]
            positions[part, k] = moved[..., 0] + (0 if parent < 0 else positions[part, parent])
    return positions


def resample(positions: np.ndarray, fps_from: float, fps_to: float) -> np.ndarray:
    """Resample motion (F, ...) from one frame rate to another; the first frame is kept, nothing is extrapolated.

    Every k-th frame if ``fps_from`` is a multiple of ``fps_to``; otherwise linear interpolation between neighbours.

    >>> resample(np.array([0.0, 1.0, 2.0, 3.0]), 30, 20).tolist()
    [0.0, 1.5, 3.0]
    """
    if not len(positions) or not (0 < fps_from < np.inf and 0 < fps_to < np.inf):
        raise ValueError(
            f"expected frames and two positive frame rates, found {len(positions)} frames, {fps_from} and {fps_to}"
        )
    step = fps_from / fps_to
    if abs(step - round(step)) < 1e-6 * step:
        return positions[:: round(step)]
    count = int((len(positions) - 1) / step + 1e-9) + 1
    if count > 100 * len(positions):
        raise ValueError(f"{fps_to} frames per second are too many to interpolate from {fps_from}")
    at = np.arange(count) * step
    before = np.minimum(at.astype(int), len(positions) - 1)
    after = np.minimum(before + 1, len(positions) - 1)
    weight = (at - before).reshape(-1, *[1] * (positions.ndim - 1)).astype(positions.dtype)
    return positions[before] * (1 - weight) + positions[after] * weight
