"""Joint positions in world coordinates from an npz file: motion capture that is already converted to our joints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from formats.clips import MotionClip
from formats.meaning import turned

from liftkit.data.cameras import Motion
from liftkit.data.people import upside_down
from liftkit.geometry import hip_midpoint
from liftkit.skeleton import H36M_17
from liftkit.system.files import read_arrays, reading, write_atomically

LABELS = ("subject", "action", "clip", "frame", "split")
FIELDS = ("joints_mm", *LABELS, "fps", "joint_names")
ON_THE_HEAD = 0.9  # of the frames of a file: more are no handstands


def read_positions(file: Path, up: str = "y") -> Motion:
    """Read joint positions in world coordinates from an npz file.

    It holds ``joints_mm`` (F, 17, 3) in mm, y up; ``subject``, ``action``, ``clip``, ``frame`` and ``split`` (F,);
    ``fps``; and ``joint_names`` in Human3.6M's order. The pelvis is placed at the midpoint of the hips, and that at the
    origin.

    Args:
        up: the file's vertical axis, if it is not y, see :func:`meaning.turned`.

    Raises:
        ValueError: names the file and the field that is missing or does not fit.
    """
    arrays = read_arrays(file)
    with reading(file):
        _check_meaning(arrays, up)
        motion = _motion(arrays)
        return replace(motion, joints=turned(motion.joints, up)[0].astype(motion.joints.dtype, copy=False))


def _check_meaning(arrays: dict[str, np.ndarray], up: str) -> None:
    """Refuse people on their heads and a wrong frame rate, which other files have beside missing fields."""
    joints, fps = arrays.get("joints_mm", np.zeros(0)), arrays.get("fps", np.ones(()))
    if joints.ndim == 3 and joints.shape[1:] == (17, 3) and len(joints) and joints.dtype.kind == "f":
        upside = upside_down(-turned(joints, up)[0]).mean()
        if upside > ON_THE_HEAD:
            raise ValueError(
                f"joints_mm must have y up, found the head below both ankles in {upside:.0%} of the frames. Give "
                "the axis that is up (--up -y)"
            )
    if fps.size == 1 and fps.dtype.kind in "fiu" and not 0 < fps.item() < np.inf:
        raise ValueError(f"fps must be a positive number of frames per second, found {fps.item():g}")


def clips_of(motion: Motion) -> list[MotionClip]:
    """The clips of a motion, for what is to be said about them."""
    numbers, first = np.unique(motion.clip, return_index=True)
    return [
        MotionClip(motion.joints[motion.clip == number], motion.fps, f"clip {number}", str(motion.subject[k]))
        for number, k in zip(numbers.tolist(), first, strict=True)
    ]


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
