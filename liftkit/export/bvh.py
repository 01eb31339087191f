"""Poses as a BVH file, for Blender and other programs, and to read back."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from liftkit.skeleton import H36M_17
from liftkit.system.files import check_new, write_atomically

CHANNELS = "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"


def write_bvh(joints: np.ndarray, fps: float, path: str | Path, scale: float = 10.0) -> Path:
    """Write joint positions (F, 17, 3) in mm, world coordinates (y up), as a BVH file; whole or not at all.

    Every joint has position channels, and rotations that are all zero: so any positions can be written, also those of
    a lifter, whose bone lengths vary, and read back the same to 0.01 mm. The rest pose is the first frame. Blender
    (File, Import, Motion Capture) shows the joints at their places. ``scale`` is mm a unit; the default writes cm. A
    pose in a camera's frame (``PoseSet.x3d``: y down, z away) is turned over first: ``x3d * [1, -1, -1]``.

    Raises ValueError on another shape, on NaN or infinity, on a frame rate or scale that is not positive, where the
    folder is missing and where the file exists: nothing is overwritten.

    >>> write_bvh(np.zeros((2, 17, 3)), 30, getfixture("tmp_path") / "still.bvh").name
    'still.bvh'
    """
    path = Path(path)
    content = bvh_bytes(joints, fps, scale)
    check_new(path)
    return write_atomically(path, lambda file: file.write(content))


def bvh_bytes(joints: np.ndarray, fps: float, scale: float = 10.0) -> bytes:
    """The content of the file that :func:`write_bvh` writes."""
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
    file = io.BytesIO("\n".join(lines).encode())
    file.seek(0, io.SEEK_END)
    rows = np.concatenate([local, np.zeros_like(local)], axis=-1).reshape(len(local), -1)
    np.savetxt(file, rows, fmt=_FORMAT)
    return file.getvalue()


_FORMAT = " ".join(["%.5f %.5f %.5f %d %d %d"] * len(H36M_17))


def _hierarchy(offsets: np.ndarray) -> list[str]:
    """The lines of the hierarchy. Joints stand in H36M_17 as in BVH: each one's descendants right behind it."""
    lines, depths = ["HIERARCHY"], []
    children = [H36M_17.parents.count(joint) for joint in range(17)]
    for joint, (name, parent) in enumerate(zip(H36M_17.names, H36M_17.parents, strict=True)):
        depth = depths[parent] + 1 if joint else 0
        lines += ["  " * level + "}" for level in range(depths[-1] if joint else -1, depth - 1, -1)]
        depths.append(depth)
        pad = "  " * depth
        lines += [f"{pad}{'JOINT' if joint else 'ROOT'} {name}", f"{pad}{{"]
        lines += [f"{pad}  OFFSET {' '.join(f'{v:.5f}' for v in offsets[joint])}", f"{pad}  {CHANNELS}"]
        if not children[joint]:
            lines += [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET 0 0 0", f"{pad}  }}"]
    return lines + ["  " * level + "}" for level in range(depths[-1], -1, -1)]
