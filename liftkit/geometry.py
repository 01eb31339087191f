"""Poses as arrays: the conventions, and the few pure functions that everything else is built from.

A 2D pose is ``(..., J, 2)``: x right, y down. A 3D pose is ``(..., J, 3)`` in the camera frame of OpenCV and
Human3.6M: x right, y down, z away from the camera. The root (joint 0, the pelvis) is the origin. Angles are
radians. Every function takes numpy arrays or torch tensors, any leading dimensions, gives the same kind back
and leaves its input alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch

Array = TypeVar("Array", np.ndarray, torch.Tensor)


def _namespace(x):
    return torch if isinstance(x, torch.Tensor) else np


def _like(value, x):
    """A number or array as the same kind (and dtype, device) as x."""
    if isinstance(x, torch.Tensor):
        return torch.as_tensor(value, dtype=x.dtype, device=x.device)
    return np.asarray(value, dtype=x.dtype)


def expect_poses(x, coordinates: int, name: str) -> None:
    """Raise ValueError unless x is ``(..., J, coordinates)`` of floating-point numbers."""
    if not isinstance(x, (np.ndarray, torch.Tensor)):
        raise ValueError(f"{name} must be a numpy array or a torch tensor, found {type(x).__name__}")
    if x.ndim < 2 or x.shape[-1] != coordinates:
        raise ValueError(f"{name} must have shape (..., joints, {coordinates}), found {tuple(x.shape)}")
    floating = x.is_floating_point() if isinstance(x, torch.Tensor) else np.issubdtype(x.dtype, np.floating)
    if not floating:
        raise ValueError(f"{name} must hold floating-point numbers, found {x.dtype}")


def pose_scale(x2d: Array) -> Array:
    """The largest absolute coordinate of each pose relative to its root: ``(..., J, 2) -> (..., 1, 1)``.

    A pose whose joints all coincide has no size; its scale is 1, so that dividing by it is harmless.

    >>> pose_scale(np.array([[10.0, 10.0], [12.0, 6.0]])).item()
    4.0
    """
    expect_poses(x2d, 2, "x2d")
    xp = _namespace(x2d)
    largest = xp.amax(xp.abs(x2d - x2d[..., :1, :]), axis=(-2, -1))[..., None, None]
    return xp.where(largest > 0, largest, xp.ones_like(largest))


def normalise(x2d: Array) -> Array:
    """Centre 2D poses on the root and divide each by its largest absolute coordinate, so it lies in [-1, 1].

    ``(..., J, 2) -> (..., J, 2)``, any unit in, none out. Raises ValueError on another shape or type.
    Source: the scale on which the lifter of arXiv 2209.00618 works.

    >>> normalise(np.array([[10.0, 10.0], [12.0, 6.0]])).tolist()
    [[0.0, 0.0], [0.5, -1.0]]
    """
    scale = pose_scale(x2d)  # first, because it checks x2d
    return (x2d - x2d[..., :1, :]) / scale


def _matrix(rows, xp):
    return xp.stack([xp.stack(row, axis=-1) for row in rows], axis=-2)


def rotation_y(angle: Array) -> Array:
    """Rotation about the vertical (y) axis: ``(...) -> (..., 3, 3)``; +90 degrees takes (x, y, z) to (z, y, -x).

    >>> (rotation_y(np.array(np.pi / 2)) @ [1.0, 2.0, 3.0]).round(6).tolist()
    [3.0, 2.0, -1.0]
    """
    xp = _namespace(angle)
    c, s = xp.cos(angle), xp.sin(angle)
    zero, one = xp.zeros_like(c), xp.ones_like(c)
    return _matrix([(c, zero, s), (zero, one, zero), (-s, zero, c)], xp)


def rotation_x(angle: Array) -> Array:
    """Rotation about the horizontal (x) axis: ``(...) -> (..., 3, 3)``; +90 degrees takes (x, y, z) to (x, -z, y).

    It takes the frame of a level camera to that of one that looks down by ``angle``.

    >>> (rotation_x(np.array(np.pi / 2)) @ [1.0, 2.0, 3.0]).round(6).tolist()
    [1.0, -3.0, 2.0]
    """
    xp = _namespace(angle)
    c, s = xp.cos(angle), xp.sin(angle)
    zero, one = xp.zeros_like(c), xp.ones_like(c)
    return _matrix([(one, zero, zero), (zero, c, -s), (zero, s, c)], xp)


def turn(x3d: Array, rotation: Array) -> Array:
    """Apply rotation matrices ``(..., 3, 3)`` to every joint of the poses ``(..., J, 3)``.

    >>> turn(np.array([[1.0, 2.0, 3.0]]), np.eye(3)).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return x3d @ rotation.swapaxes(-1, -2)


def rotate(x3d: Array, azimuth: Any, elevation: Any = 0.0) -> Array:
    """Turn poses about the vertical axis by ``azimuth``, then about the horizontal axis by ``elevation``.

    ``(..., J, 3)`` and angles in radians that broadcast against ``(...)``; gives ``(..., J, 3)``. Raises
    ValueError on another shape or type. Source: the paper's random views.

    >>> rotate(np.array([[1.0, 2.0, 3.0]]), np.pi).round(6).tolist()
    [[-1.0, 2.0, -3.0]]
    """
    expect_poses(x3d, 3, "x3d")
    return turn(x3d, rotation_x(_like(elevation, x3d)) @ rotation_y(_like(azimuth, x3d)))


@dataclass(frozen=True)
class Camera:
    """A pinhole camera: ``focal`` and ``centre`` in pixels (each a number or a pair), ``root`` ``(..., 3)`` the
    position of the pelvis in its frame, in mm."""

    focal: Any
    centre: Any
    root: Any


def project(x3d: Array, camera: Camera | None = None) -> Array:
    """Project poses: ``(..., J, 3) -> (..., J, 2)``. Without a camera orthographically, which drops z.

    With a :class:`Camera` in perspective: millimetres in, pixels out. Raises ValueError on another shape or
    type, or where a joint is not in front of the camera.

    >>> project(np.array([[1.0, 2.0, 3.0]])).tolist()
    [[1.0, 2.0]]
    >>> project(np.zeros((1, 3)), Camera(focal=1000.0, centre=500.0, root=[0.0, 100.0, 4000.0])).tolist()
    [[500.0, 525.0]]
    """
    expect_poses(x3d, 3, "x3d")
    if camera is None:
        return x3d[..., :2] + 0  # a copy: a view would let a caller edit the pose behind it
    seen = x3d + _like(camera.root, x3d)[..., None, :]
    if (seen[..., 2] <= 0).any():
        raise ValueError("every joint must be in front of the camera (z > 0): move the root further away")
    return seen[..., :2] / seen[..., 2:] * _like(camera.focal, x3d) + _like(camera.centre, x3d)


def attach_depth(x2d: Array, z: Array) -> Array:
    """Join 2D key points ``(..., J, 2)`` and their depths ``(..., J)`` into 3D poses ``(..., J, 3)``.

    >>> attach_depth(np.array([[1.0, 2.0]]), np.array([3.0])).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return _namespace(x2d).concatenate([x2d, z[..., None]], axis=-1)


def flip(x: Array) -> Array:
    """Flip 2D or 3D poses left-right in the image, x -> -x, joints keeping their names.

    >>> flip(np.array([[1.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """
    return x * _like([-1.0] + [1.0] * (x.shape[-1] - 1), x)


def mirror(x3d: Array) -> Array:
    """Reverse depth, z -> -z: the other 3D pose with the same orthographic image (the mirror ambiguity).

    >>> mirror(np.array([[1.0, 2.0, 3.0]])).tolist()
    [[1.0, 2.0, -3.0]]
    """
    return x3d * _like([1.0, 1.0, -1.0], x3d)
