"""Poses as a BVH file, for Blender and other programs, with rotations that a character can follow."""

from __future__ import annotations

import io

import numpy as np

from liftkit.skeleton import H36M_17

CHANNELS = "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
FORMAT = " ".join(["%.5f"] * 6 * len(H36M_17))  # of one frame
SHORTEST = 1.0  # mm: no bone of the rest pose is shorter
END = 0.3  # of the last bone: what is drawn beyond head, wrists and ankles
CHILDREN = [[j for j, parent in enumerate(H36M_17.parents) if parent == joint] for joint in range(len(H36M_17))]


def bvh_bytes(joints: np.ndarray, fps: float, scale: float = 10.0) -> bytes:
    """The content of a BVH file whose rest pose stands with its arms spread, facing the viewer.

    A joint's rotation turns the bone below it from the rest pose; in the pelvis and the thorax, which have three, it
    fits them best. Rest bones have their median lengths. Every joint's position channels hold its place in its parent's
    frame (they replace the offset, as in Blender), so that any positions are read back equal to 0.01 mm, also those
    of a lifter whose bone lengths vary; a character that takes rotations only gets every limb's direction.

    Args:
        joints: (F, 17, 3) in mm, world coordinates (y up); from the camera frame: ``x3d * [1, -1, -1]``.
        fps: frames per second.
        scale: mm per unit; the default writes cm.

    Raises:
        ValueError: if joints have another shape or are not finite floats, or if fps or scale is not positive.

    >>> bvh_bytes(np.zeros((2, 17, 3)), 30).splitlines()[:2]
    [b'HIERARCHY', b'ROOT pelvis']
    """
    joints = np.asarray(joints)
    if joints.ndim != 3 or joints.shape[1:] != (17, 3) or not len(joints) or joints.dtype.kind != "f":
        raise ValueError(f"joints must be floating-point numbers of shape (F, 17, 3), found {joints.shape}")
    if not np.isfinite(joints).all():
        raise ValueError("joints must be finite, found NaN or infinity")
    if not (0 < fps < np.inf and 0 < scale < np.inf):
        raise ValueError(f"fps and scale must be positive, found {fps} and {scale}")
    joints = joints.astype(float)
    offsets = _rest(joints)
    turned = _rotations(joints, offsets)
    positions, local = joints.copy(), turned.copy()
    for joint, parent in enumerate(H36M_17.parents[1:], start=1):
        back = turned[:, parent].swapaxes(1, 2)
        positions[:, joint] = (back @ (joints[:, joint] - joints[:, parent])[..., None])[..., 0]
        local[:, joint] = back @ turned[:, joint]
    lines = [*_hierarchy(offsets / scale), "MOTION", f"Frames: {len(joints)}", f"Frame Time: {1 / fps:.9f}", ""]
    file = io.BytesIO()
    file.write("\n".join(lines).encode())
    channels = np.concatenate([positions / scale, _euler(local)], axis=-1)
    np.savetxt(file, _rounded(channels.reshape(len(joints), -1)), fmt=FORMAT)
    return file.getvalue()


def _rest(joints: np.ndarray) -> np.ndarray:
    """The rest pose as offsets (17, 3) from the parents: legs down, trunk and head up, arms to the sides."""
    offsets = np.zeros((len(H36M_17), 3))
    for joint, (name, parent) in enumerate(zip(H36M_17.names, H36M_17.parents, strict=True)):
        if parent >= 0:
            length = max(np.median(np.linalg.norm(joints[:, joint] - joints[:, parent], axis=-1)), SHORTEST)
            sideways = name.endswith(("hip", "shoulder", "elbow", "wrist"))
            axis, sign = (0, 1 if name.startswith("left") else -1) if sideways else (1, -1 if "_" in name else 1)
            offsets[joint, axis] = sign * length
    return offsets


def _rotations(joints: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How far each joint is turned from the rest pose, in the world: (F, 17, 3, 3)."""
    turned = np.tile(np.eye(3), (*joints.shape[:2], 1, 1))
    for joint, children in enumerate(CHILDREN):
        above = turned[:, H36M_17.parents[joint]] if joint else turned[:, 0]
        bones = np.stack([joints[:, child] - joints[:, joint] for child in children], axis=1) if children else None
        if len(children) == 1:
            turned[:, joint] = _shortest(above @ offsets[children[0]], bones[:, 0]) @ above
        else:
            turned[:, joint] = _best_fit(offsets[children], bones) if children else above
    return turned


def _shortest(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The shortest rotations (F, 3, 3) that turn vectors (F, 3) into the direction of others; none for length 0."""
    a, b = _unit(start), _unit(end)
    across = np.cross(a, np.eye(3)[np.abs(a).argmin(-1)])  # any axis across turns a vector round
    opposite = np.linalg.norm(a + b, axis=-1, keepdims=True) <= 1e-9
    half = _unit(np.where(opposite, across, a + b))
    flip = lambda v: 2 * v[:, :, None] * v[:, None] - np.eye(3)  # noqa: E731 (half a turn about v)
    return np.where((np.linalg.norm(end, axis=-1) > 0)[:, None, None], flip(half) @ flip(a), np.eye(3))


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) of length 1; of length 0 if they are."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def _best_fit(offsets: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """The rotations (F, 3, 3) that turn offsets (C, 3) nearest to bones (F, C, 3), by least squares (Kabsch, 1976)."""
    left, _, right = np.linalg.svd(bones.swapaxes(1, 2) @ offsets)
    sign = np.ones((len(bones), 3))
    sign[:, 2] = np.linalg.det(left @ right)
    return (left * sign[:, None]) @ right


def _euler(turned: np.ndarray) -> np.ndarray:
    """The angles (..., 3) in degrees about z, x and y, applied as Z X Y, of rotations (..., 3, 3)."""
    sine = np.clip(turned[..., 2, 1], -1, 1)
    locked = np.abs(sine) > 1 - 1e-9  # then z and y turn about one axis
    z = np.where(
        locked, np.arctan2(turned[..., 1, 0], turned[..., 0, 0]), np.arctan2(-turned[..., 0, 1], turned[..., 1, 1])
    )
    y = np.where(locked, 0.0, np.arctan2(-turned[..., 2, 0], turned[..., 2, 2]))
    return np.degrees(np.stack([z, np.arcsin(sine), y], axis=-1))


def _hierarchy(offsets: np.ndarray) -> list[str]:
    """The lines of the hierarchy. In H36M_17 as in BVH, each joint's descendants follow it directly."""
    lines, depths = ["HIERARCHY"], []
    for joint, (name, parent) in enumerate(zip(H36M_17.names, H36M_17.parents, strict=True)):
        depth = depths[parent] + 1 if joint else 0
        lines += ["  " * level + "}" for level in range(depths[-1] if joint else -1, depth - 1, -1)]
        depths.append(depth)
        pad = "  " * depth
        lines += [f"{pad}{'JOINT' if joint else 'ROOT'} {name}", f"{pad}{{"]
        lines += [f"{pad}  OFFSET {_numbers(offsets[joint])}", f"{pad}  {CHANNELS}"]
        if not CHILDREN[joint]:
            end = _numbers(END * offsets[joint])
            lines += [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {end}", f"{pad}  }}"]
    return lines + ["  " * level + "}" for level in range(depths[-1], -1, -1)]


def _numbers(vector: np.ndarray) -> str:
    return " ".join(f"{value:.5f}" for value in _rounded(vector))


def _rounded(numbers: np.ndarray) -> np.ndarray:
    """To the digits that are written, without minus zero."""
    return np.round(numbers, 5) + 0.0
