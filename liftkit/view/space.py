"""What makes a 3D panel read as space, in units from its middle to its edge: the same numbers as in ``js/space.js``."""

from __future__ import annotations

import numpy as np

FLOOR, CELLS, BELOW = 0.5, 4, 0.03  # half the floor's side, its cells along a side, how far below the lowest joint
RIM = 0.012  # the light edge on each side of a limb
FARTHEST, NEAREST = 0.98, 0.84  # the camera's centre and its picture, towards the reader of the camera's view
WIDE, TALL = 0.08, 0.06  # half the sides of that picture


def limb(z: float) -> tuple[float, float]:
    """The width and the opacity of a limb at depth ``z``: what is near is thick and dark."""
    return float(np.clip(0.03 - 0.04 * z, 0.014, 0.055)), float(np.clip(0.92 - 1.2 * z, 0.45, 1))


def floor(y: float) -> np.ndarray:
    """(K, 2, 3) the ends of the lines of a grid at height ``y``, which points down."""
    at = np.linspace(-FLOOR, FLOOR, CELLS + 1)
    along = [[[x, y, -FLOOR], [x, y, FLOOR]] for x in at]
    return np.array([*along, *([[-FLOOR, y, z], [FLOOR, y, z]] for z in at)])


def camera() -> np.ndarray:
    """(8, 2, 3) the ends of the edges of a pyramid where the camera stands: its centre, and the picture before it."""
    corners = [[x * WIDE, y * TALL, -NEAREST] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    edges = [[corners[i - 1], corners[i]] for i in range(4)]
    return np.array([*edges, *([[0, 0, -FARTHEST], corner] for corner in corners)])
