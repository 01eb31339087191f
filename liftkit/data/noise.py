"""The errors of keypoint detectors, to train and to test with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liftkit.geometry import hip_midpoint
from liftkit.poses import PoseSet, require_complete
from liftkit.skeleton import H36M_17

# How far people who mark the same keypoint differ, as a share of the square root of the person's area: the constants
# of COCO's object keypoint similarity. Detectors learn from such marks and err alike (Ronchi & Perona 2017).
COCO_SPREAD = {"shoulder": 0.079, "elbow": 0.072, "wrist": 0.062, "hip": 0.107, "knee": 0.087, "ankle": 0.089}
FACE_SPREAD = 0.03  # mean of nose, eyes and ears


def keypoint_spread() -> np.ndarray:
    """(J,) the standard deviation of each joint's error in relation to the others; their mean square is 1.

    The pelvis has none of its own: it is the midpoint of the hips.
    """
    of_joint = [COCO_SPREAD.get(name.rpartition("_")[2]) for name in H36M_17.names]
    shoulders, hips = (COCO_SPREAD[joint] / np.sqrt(2) for joint in ("shoulder", "hip"))  # of a mean of two
    middle = {"thorax": shoulders, "spine": np.hypot(shoulders, hips) / 2, "head": FACE_SPREAD, "pelvis": 0.0}
    middle["neck"] = np.hypot(shoulders, FACE_SPREAD) / 2
    spread = np.array([middle.get(name, own) for name, own in zip(H36M_17.names, of_joint, strict=True)], float)
    return spread / np.sqrt((spread[1:] ** 2).mean())


def add_keypoint_noise(poses: PoseSet, error: float, seed: int = 0) -> PoseSet:
    """The same poses as a detector would have found them: every coordinate of every joint with a normal error.

    Args:
        poses: complete ones, whose 3D stays as it is.
        error: standard deviation of a coordinate in the unit of the 2D poses, root mean square over joints; by joint as
            in :func:`keypoint_spread`. Detectors trained on Human3.6M are off by about 5 of its 1,000 pixels, 12 mm
            per metre of a person's height.
        seed: of the errors.

    Raises:
        ValueError: if error is not a positive number, or joints are missing.

    >>> from liftkit import load_poses
    >>> poses = load_poses("synthetic").select(subject="S1")
    >>> round(float((add_keypoint_noise(poses, 20.0).x2d - poses.x2d)[:, 1:].std()))
    20
    """
    if not 0 < error < np.inf:
        raise ValueError(f"error must be a positive number in the unit of the 2D poses, found {error!r}")
    require_complete(poses, "noise")
    rng = np.random.default_rng([seed, 0x201])
    x2d = poses.x2d + rng.normal(size=poses.x2d.shape) * (error * keypoint_spread())[:, None]
    x2d[:, 0] = hip_midpoint(x2d)
    return replace(poses, x2d=x2d.astype(np.float32), copy=False)
