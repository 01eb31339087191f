"""The camera's tilt, seen in the people that it films: on the whole they stand upright."""

from __future__ import annotations

import numpy as np

from liftkit.geometry import rotation_x, turn
from liftkit.skeleton import H36M_17


def estimate_tilt(x3d: np.ndarray) -> float:
    """How far the camera looked down, in degrees, if the people's trunks are vertical in the mean over frames.

    The direction from the pelvis to the thorax, as a unit vector, is averaged over frames; the tilt is its angle to the
    image's vertical, towards the camera. Of one pose this is only how far the person bends; of a film of people who
    walk, play and work it is off by about 4 degrees (benchmarks/films.py).

    Args:
        x3d: (F, 17, 3) in the camera frame, any unit; frames without pelvis and thorax do not count.

    Raises:
        ValueError: if no frame has both, or if they coincide.

    >>> from liftkit import load_poses
    >>> round(estimate_tilt(load_poses("synthetic").x3d))
    10
    """
    trunk = x3d[:, H36M_17.index("thorax")].astype(float) - x3d[:, 0]
    length = np.linalg.norm(trunk, axis=-1)
    trunk, length = trunk[length > 0], length[length > 0]
    if not len(trunk):
        raise ValueError("expected a frame in which pelvis and thorax are known, found none; give the tilt instead")
    _, y, z = (trunk / length[:, None]).mean(0)
    return float(np.degrees(np.arctan2(-z, -y)))


def upright(x3d: np.ndarray, tilt: float) -> np.ndarray:
    """Poses (F, J, 3) of a camera that looks down by ``tilt`` degrees as a level camera would have seen them."""
    return turn(x3d, rotation_x(np.array(np.radians(-tilt), x3d.dtype)))
