"""Joint positions in world coordinates from an npz file: motion capture that is already converted to our joints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from formats.clips import MotionClip
from formats.meaning import turned, up_axis

from liftkit.data.cameras import Motion
from liftkit.data.people import check_person
from liftkit.geometry import hip_midpoint
from liftkit.skeleton import H36M_17
from liftkit.system.files import read_arrays, reading, write_atomically

LABELS = ("subject", "action", "clip", "frame", "split")
FIELDS = ("joints_mm", *LABELS, "fps", "joint_names")


def read_positions(file: Path, up: str = "auto") -> Motion:
    """Read joint positions in world coordinates from an npz file.

    It holds ``joints_mm`` (F, 17, 3) in mm, y up; ``subject``, ``action``, ``clip``, ``frame`` and ``split`` (F,);
    ``fps``; and ``joint_names`` in Human3.6M's order. The pelvis is placed at the midpoint of the hips, and that at the
    origin.
    ``up``: the vertical axis, see :func:`meaning.turned`; "auto": y, and people must stand along it in the mean.
    """
    arrays = read_arrays(file)
    with reading(file):
        _check_meaning(arrays, up)
        motion = _motion(arrays)
        check_person(motion.joints, "joints_mm")
        joints = motion.joints if up == "auto" else turned(motion.joints, up)[0]
        return replace(motion, joints=joints.astype(motion.joints.dtype, copy=False))


def _check_meaning(arrays: dict[str, np.ndarray], up: str) -> None:
    """Refuse another axis and a wrong frame rate, which other files have beside missing fields."""
    joints, fps = arrays.get("joints_mm", np.zeros(0)), arrays.get("fps", np.ones(()))
    if up == "auto" and joints.ndim == 3 and joints.shape[1:] == (17, 3) and len(joints) and joints.dtype.kind == "f":
        if (found := _upwards(joints)) != "y":
            raise ValueError(
                f"joints_mm must have y up, found the head above the ankles along {found} in the mean. Give the axis "
                f"that is up (--up {found}; --up y if people lie or stand on their heads)"
            )
    if fps.size == 1 and fps.dtype.kind in "fiu" and not 0 < fps.item() < np.inf:
        raise ValueError(f"fps must be a positive number of frames per second, found {fps.item():g}")


def _upwards(joints: np.ndarray) -> str:
    try:
        return up_axis(joints)
    except ValueError:  # two axes are as near
        return "y"


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
    _check_clips(labels)
    return Motion(joints, fps=float(arrays["fps"]), name="cmu", **labels)


def _check_clips(labels: dict[str, np.ndarray]) -> None:
    """Refuse clips of several people, and clips whose frames are not in order."""
    clips, place = np.unique(labels["clip"], return_inverse=True)
    for field in ("subject", "action", "split"):
        pairs = np.unique(np.stack([place, np.unique(labels[field], return_inverse=True)[1]]), axis=1)[0]
        if len(double := clips[np.bincount(pairs) > 1]):
            raise ValueError(f"a clip must have one {field}, found several in clip {double[0]}")
    order = np.argsort(place, kind="stable")
    wrong = (np.diff(labels["frame"][order]) <= 0) & (np.diff(place[order]) == 0)
    if wrong.any():
        number = clips[place[order][:-1][wrong][0]]
        raise ValueError(f"the frames of a clip must be in order and each there once, found others in clip {number}")
