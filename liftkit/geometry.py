"""Poses as arrays: the conventions, and the few pure functions that everything else is built from.

A 2D pose is ``(..., J, 2)``: x right, y down. A 3D pose is ``(..., J, 3)`` in the camera frame of OpenCV and
Human3.6M: x right, y down, z away from the camera. The root (joint 0, the pelvis) is the origin. Angles are
in radians. Every function takes numpy arrays or torch tensors with any leading dimensions, returns the same kind
(and dtype and device), and does not change its input. A wrong shape or type is a ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike

from liftkit.skeleton import H36M_17

Array = TypeVar("Array", np.ndarray, torch.Tensor)
Numbers = ArrayLike | torch.Tensor


def _namespace(x):
    return torch if isinstance(x, torch.Tensor) else np


def _like(value, x):
    """A number or array as the kind, dtype and device of x."""
    if isinstance(x, torch.Tensor):
        return torch.as_tensor(value, dtype=x.dtype, device=x.device)
    return np.asarray(value, dtype=x.dtype)


def expect_poses(x, coordinates: int, name: str) -> None:
    """Raise ValueError unless x is an array or tensor ``(..., J, coordinates)`` of floating-point numbers."""
    if not isinstance(x, (np.ndarray, torch.Tensor)):
        raise ValueError(f"{name} must be a numpy array or a torch tensor, found {type(x).__name__}")
    if x.ndim < 2 or x.shape[-1] != coordinates:
        raise ValueError(f"{name} must have shape (..., joints, {coordinates}), found {tuple(x.shape)}")
    floating = x.is_floating_point() if isinstance(x, torch.Tensor) else np.issubdtype(x.dtype, np.floating)
    if not floating:
        raise ValueError(f"{name} must hold floating-point numbers, found {x.dtype}")


def pose_scale(x2d: Array) -> Array:
    """The largest absolute coordinate of each 2D pose relative to its root: ``(..., J, 2) -> (..., 1, 1)``.

    1 for a pose whose joints all coincide, so that dividing by it is harmless.
    """
    expect_poses(x2d, 2, "x2d")
    xp = _namespace(x2d)
    largest = xp.amax(xp.abs(x2d - x2d[..., :1, :]), axis=(-2, -1))[..., None, None]
    return xp.where(largest > 0, largest, xp.ones_like(largest))


def normalise(x2d: Array) -> Array:
    """Centre 2D poses on the root and divide each one by its largest absolute coordinate, as in arXiv 2209.00618.

    Args:
        x2d: ``(..., J, 2)``, in any unit.

    Returns:
        ``(..., J, 2)``, without unit, in [-1, 1].

    >>> normalise(np.array([[10.0, 10.0], [12.0, 6.0]])).tolist()
    [[0.0, 0.0], [0.5, -1.0]]
    """
    scale = pose_scale(x2d)  # first, because it checks x2d
    return (x2d - x2d[..., :1, :]) / scale


def _matrix(rows, xp):
    return xp.stack([xp.stack(row, axis=-1) for row in rows], axis=-2)


def rotation_y(angle: Array) -> Array:
    """Rotation about the vertical (y) axis: ``(...) -> (..., 3, 3)``; +90 degrees takes (x, y, z) to (z, y, -x)."""
    xp = _namespace(angle)
    c, s = xp.cos(angle), xp.sin(angle)
    zero, one = xp.zeros_like(c), xp.ones_like(c)
    return _matrix([(c, zero, s), (zero, one, zero), (-s, zero, c)], xp)


def rotation_x(angle: Array) -> Array:
    """Rotation about the horizontal (x) axis: ``(...) -> (..., 3, 3)``; +90 degrees takes (x, y, z) to (x, -z, y).

    It takes the frame of a level camera to that of a camera which looks down by ``angle``.
    """
    xp = _namespace(angle)
    c, s = xp.cos(angle), xp.sin(angle)
    zero, one = xp.zeros_like(c), xp.ones_like(c)
    return _matrix([(one, zero, zero), (zero, c, -s), (zero, s, c)], xp)


def turn(x3d: Array, rotation: Array) -> Array:
    """Apply rotation matrices ``(..., 3, 3)`` to every joint of the poses ``(..., J, 3)``."""
    return x3d @ rotation.swapaxes(-1, -2)


def rotate(x3d: Array, azimuth: Numbers, elevation: Numbers = 0.0) -> Array:
    """Rotate poses about the vertical axis, then about the horizontal axis, as for the paper's random views.

    Args:
        x3d: ``(..., J, 3)``.
        azimuth, elevation: about the vertical and the horizontal axis in radians; each broadcasts against ``(...)``.

    Returns:
        ``(..., J, 3)``.

    >>> rotate(np.array([[1.0, 2.0, 3.0]]), np.pi).round(6).tolist()
    [[-1.0, 2.0, -3.0]]
    """
    expect_poses(x3d, 3, "x3d")
    return turn(x3d, rotation_x(_like(elevation, x3d)) @ rotation_y(_like(azimuth, x3d)))


@dataclass(frozen=True)
class Camera:
    """A pinhole camera and where the person stands before it."""

    focal: Numbers  # focal length in pixels, a number or an (x, y) pair
    centre: Numbers  # principal point in pixels, a number or an (x, y) pair
    root: Numbers  # (..., 3), the position of the pelvis in the camera frame, in mm


def project(x3d: Array, camera: Camera | None = None) -> Array:
    """Project 3D poses to 2D: orthographically, which drops z, or in perspective by a :class:`Camera`.

    Args:
        x3d: ``(..., J, 3)``; with a camera in mm.
        camera: None for the orthographic projection.

    Returns:
        ``(..., J, 2)``, in the unit of ``x3d``; with a camera in pixels.

    Raises:
        ValueError: if a joint is not in front of the camera.

    >>> project(np.array([[1.0, 2.0, 3.0]])).tolist()
    [[1.0, 2.0]]
    >>> project(np.zeros((1, 3)), Camera(focal=1000.0, centre=500.0, root=[0.0, 100.0, 4000.0])).tolist()
    [[500.0, 525.0]]
    """
    expect_poses(x3d, 3, "x3d")
    if camera is None:
        return x3d[..., :2] + 0  # a copy: a view would let a caller edit the pose behind it
    placed = x3d + _like(camera.root, x3d)[..., None, :]
    if (placed[..., 2] <= 0).any():
        raise ValueError("every joint must be in front of the camera (z > 0): move the root further away")
    return placed[..., :2] / placed[..., 2:] * _like(camera.focal, x3d) + _like(camera.centre, x3d)


def hip_midpoint(points: Array) -> Array:
    """The midpoint of the hips of 17 joints, where the pelvis lies by definition: ``(..., 17, d) -> (..., d)``."""
    return sum(points[..., H36M_17.index(name), :] for name in ("left_hip", "right_hip")) / 2


def attach_depth(x2d: Array, z: Array) -> Array:
    """Join 2D poses ``(..., J, 2)`` and depths ``(..., J)`` on the same scale into 3D poses ``(..., J, 3)``.

    >>> attach_depth(np.array([[1.0, 2.0]]), np.array([3.0])).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return _namespace(x2d).concatenate([x2d, z[..., None]], axis=-1)


def flip(x: Array) -> Array:
    """Flip 2D or 3D poses left-right in the image: x -> -x. Joints keep their names.

    >>> flip(np.array([[1.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """
    return x * _like([-1.0] + [1.0] * (x.shape[-1] - 1), x)


def mirror(x3d: Array) -> Array:
    """Reverse the depth of 3D poses: z -> -z. The orthographic image stays the same (the mirror ambiguity).

    >>> mirror(np.array([[1.0, 2.0, 3.0]])).tolist()
    [[1.0, 2.0, -3.0]]
    """
    return x3d * _like([1.0, 1.0, -1.0], x3d)
