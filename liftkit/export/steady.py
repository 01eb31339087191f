"""Lifted motion without jitter: every frame is lifted by itself, so what is steady in a film must be put back."""

from __future__ import annotations

import numpy as np

from liftkit.skeleton import H36M_17

SECONDS = 0.06  # on CMU's test clips the error grows above 0.07; jitter is down to a sixteenth (benchmarks/films.py)
LONGEST_GAP = 1.0  # s; what lies further apart does not go together
BONES = np.array(H36M_17.bones)  # (16, 2) parent and joint


def smooth(x3d: np.ndarray, clip: np.ndarray, frame: np.ndarray, fps: float, seconds: float = SECONDS) -> np.ndarray:
    """Lifted motion without jitter: every coordinate becomes the mean over the frames near it, by a normal curve.

    What is not known (NaN) stays so and counts for nothing.

    Args:
        x3d: (F, J, 3), relative to the root, in any unit.
        clip, frame: (F,) integers; frames of different clips, or more than a second apart, do not go together.
        fps, seconds: frames per second; the standard deviation of the normal curve.

    Returns:
        (F, J, 3). x and y differ from the 2D poses.

    Raises:
        ValueError: if fps or seconds is not positive.
    """
    if not (0 < fps < np.inf and 0 < seconds < np.inf):
        raise ValueError(f"fps and seconds must be positive, found {fps} and {seconds}")
    found = np.array(x3d, dtype=float)
    for one in np.unique(clip):
        rows = np.flatnonzero(clip == one)
        rows = rows[np.argsort(frame[rows], kind="stable")]
        apart = np.flatnonzero(np.diff(frame[rows].astype(float)) > LONGEST_GAP * fps) + 1
        for stretch in np.split(rows, apart):
            found[stretch] = _smooth(found[stretch], frame[stretch] - frame[stretch[0]], seconds * fps)
    return found.astype(x3d.dtype)


def steady_bones(x3d: np.ndarray, clip: np.ndarray) -> np.ndarray:
    """Lifted motion (F, J, 3) in which every bone keeps its direction and gets its median length in its clip (F,).

    Lengths are in relation to the person's size in each frame, because people come nearer and move away.
    """
    found = np.array(x3d, dtype=float)
    for one in np.unique(clip):
        film = found[clip == one]
        vectors = film[:, BONES[:, 1]] - film[:, BONES[:, 0]]
        lengths = np.linalg.norm(vectors, axis=-1)  # (F, 16)
        count = np.isfinite(lengths).sum(0)
        size = lengths[:, count == count.max()].sum(1, keepdims=True)  # of the bones that are known in most frames
        known = size[:, 0] > 0
        if not known.any():
            continue
        relative = lengths[known] / size[known]
        usual = np.array([np.median(r[np.isfinite(r)]) if np.isfinite(r).any() else np.nan for r in relative.T])
        vectors *= (np.where(size > 0, usual * size, lengths) / np.where(lengths > 0, lengths, 1))[..., None]
        for (parent, joint), vector in zip(BONES, vectors.swapaxes(0, 1), strict=True):
            film[:, joint] = film[:, parent] + vector
        found[clip == one] = film
    return found.astype(x3d.dtype)


def _smooth(x3d: np.ndarray, at: np.ndarray, sigma: float) -> np.ndarray:
    """x3d (F, J, 3) at the places ``at`` (F,) of a film, each averaged with those within a few ``sigma`` frames."""
    values, known = np.zeros((at[-1] + 1, *x3d.shape[1:])), np.zeros((at[-1] + 1, *x3d.shape[1:]))
    known[at] = np.isfinite(x3d)
    values[at] = np.where(known[at] > 0, x3d, 0)
    reach = int(4 * sigma + 0.5)
    curve = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    around = (np.pad(x, [(reach, reach), (0, 0), (0, 0)]) for x in (values, known))  # beyond the ends there is 0
    total, weight = (sum(w * x[k : k + len(values)] for k, w in enumerate(curve))[at] for x in around)
    return np.where(known[at] > 0, total / np.where(known[at] > 0, weight, 1), np.nan)
