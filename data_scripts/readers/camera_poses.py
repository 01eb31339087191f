"""What a camera of a data set saw, as a PoseSet."""

from __future__ import annotations

import numpy as np

from liftkit.poses import PoseSet


def camera_poses(x2d: np.ndarray, x3d: np.ndarray, frames: np.ndarray, name: str, **labels) -> PoseSet:
    """A PoseSet in pixels of what one camera saw.

    Args:
        x2d, x3d: (F, 17, 2) in pixels; (F, 17, 3) in the camera's frame in mm, made relative to the pelvis here.
        frames, labels: (F,) their numbers; other fields of the PoseSet, one value each or F.
    """
    labels = {field: np.broadcast_to(value, len(frames)) for field, value in labels.items()}
    with np.errstate(over="ignore", invalid="ignore"):  # a PoseSet refuses what is not finite
        x2d, x3d = np.asarray(x2d, np.float32), (x3d - x3d[:, :1]).astype(np.float32)
    return PoseSet(x2d, x3d, frame=frames, **labels, units="px", name=name)
