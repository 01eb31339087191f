"""Joint positions in world coordinates from an npz file: motion capture that is already converted to our joints."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from liftkit.data.cameras import Motion
from liftkit.geometry import hip_midpoint
from liftkit.skeleton import H36M_17
from liftkit.system.files import read_arrays, reading, write_atomically

LABELS = ("subject", "action", "clip", "frame", "split")
FIELDS = ("joints_mm", *LABELS, "fps", "joint_names")


def read_positions(file: Path) -> Motion:
    """Read joint positions in world coordinates from an npz file.

    It holds ``joints_mm`` (F, 17, 3) in mm, y up; ``subject``, ``action``, ``clip``, ``frame`` and ``split`` (F,);
    ``fps``; and ``joint_names`` in Human3.6M's order. The pelvis is placed at the midpoint of the hips, and that at the
    origin.

    Raises:
        ValueError: names the file and the field that is missing or does not fit.
    """
    arrays = read_arrays(file)
    with reading(file):
        return _motion(arrays)


def write_positions(motion: Motion, file: Path) -> None:
    """Write what :func:`read_positions` reads, whole or not at all."""
    labels = {field: getattr(motion, field) for field in LABELS}
    arrays = {"joints_mm": motion.joints, **labels, "fps": np.float32(motion.fps), "joint_names": motion.skeleton.names}
    write_atomically(file, lambda stream: np.savez_compressed(stream, **arrays))


def _motion(arrays: dict[str, np.ndarray]) -> Motion:
    if missing := [field for field in FIELDS if field not in arrays]:
        raise ValueError(f"expected the fields {', '.join(missing)}, found {', '.join(arrays)}")
    if (names := tuple(map(str, arrays["joint_names"].ravel()))) != H36M_17.names:
        raise ValueError(
            f"joint_names must be {', '.join(H36M_17.names)} in this order, found {', '.join(names)[:500]}"
        )
    labels = {field: arrays[field] for field in LABELS}
    frames = labels["clip"].size
    shapes = {"joints_mm": (frames, 17, 3), "fps": ()} | dict.fromkeys(labels, (frames,))
    for field, expected in shapes.items():
        if (found := arrays[field].shape) != expected or not frames:
            raise ValueError(f"{field} must have shape {expected} and hold something, found {found}")
    joints = arrays["joints_mm"]
    if joints.dtype.kind != "f":
        raise ValueError(f"joints_mm must hold floating-point numbers, found {joints.dtype}")
    with np.errstate(over="ignore", invalid="ignore"):
        joints = joints - hip_midpoint(joints)[:, None]
    if len(bad := np.flatnonzero(~np.isfinite(joints).all((1, 2)))):
        raise ValueError(f"joints_mm must be finite, found NaN, infinity or a huge number in frame {bad[0]}")
    joints[:, 0] = 0
    return Motion(joints, fps=float(arrays["fps"]), name="cmu", **labels)
