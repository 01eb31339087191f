"""Poses as a BVH file, for Blender and other programs."""

from __future__ import annotations

import io

import numpy as np

from liftkit.skeleton import H36M_17

CHANNELS = "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
FORMAT = " ".join(["%.5f %.5f %.5f %d %d %d"] * len(H36M_17))  # of one frame


def bvh_bytes(joints: np.ndarray, fps: float, scale: float = 10.0) -> bytes:
    """The content of a BVH file whose rest pose is the first frame.

    Every joint has position channels, and rotations that are all zero. So any positions can be written, even a
    lifter's, whose bone lengths vary, and are read back equal to 0.01 mm.

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
    local = joints.astype(float) / scale
    for joint in range(16, 0, -1):
        local[:, joint] -= local[:, H36M_17.parents[joint]]
    lines = [*_hierarchy(local[0]), "MOTION", f"Frames: {len(local)}", f"Frame Time: {1 / fps:.9f}", ""]
    file = io.BytesIO()
    file.write("\n".join(lines).encode())
    np.savetxt(file, np.concatenate([local, np.zeros_like(local)], axis=-1).reshape(len(local), -1), fmt=FORMAT)
    return file.getvalue()


def _hierarchy(offsets: np.ndarray) -> list[str]:
    """The lines of the hierarchy. In H36M_17 as in BVH, each joint's descendants follow it directly."""
    lines, depths = ["HIERARCHY"], []
    for joint, (name, parent) in enumerate(zip(H36M_17.names, H36M_17.parents, strict=True)):
        depth = depths[parent] + 1 if joint else 0
        lines += ["  " * level + "}" for level in range(depths[-1] if joint else -1, depth - 1, -1)]
        depths.append(depth)
        pad = "  " * depth
        lines += [f"{pad}{'JOINT' if joint else 'ROOT'} {name}", f"{pad}{{"]
        lines += [f"{pad}  OFFSET {' '.join(f'{v:.5f}' for v in offsets[joint])}", f"{pad}  {CHANNELS}"]
        if joint not in H36M_17.parents:
            lines += [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET 0 0 0", f"{pad}  }}"]
    return lines + ["  " * level + "}" for level in range(depths[-1], -1, -1)]
