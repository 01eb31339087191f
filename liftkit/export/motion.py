"""LiftedMotion: 2D poses with the 3D that a network predicted for them, and the files that it can be written to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from liftkit.data.people import person_height
from liftkit.export.bvh import bvh_bytes
from liftkit.export.glb import glb_bytes
from liftkit.export.page import page_bytes
from liftkit.geometry import expect_poses
from liftkit.poses import LABELS, PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_new, write_atomically


@dataclass(frozen=True, eq=False)
class LiftedMotion:
    """Poses and the 3D predicted for them.

    Args:
        poses: the F poses that were lifted.
        x3d: the prediction (F, 17, 3) in their unit, pelvis at the origin; NaN: not known.
        about: its origin, as texts and numbers that JSON can hold.
        fps: frames per second.
        stature: the person's length in mm, from an ankle to the head along the bones. Exports in metres use it if the
            poses are not in mm, since a single camera does not show how tall a person is.

    Raises:
        ValueError: if the shape is wrong, or if a number is infinite or not positive.
    """

    poses: PoseSet
    x3d: np.ndarray
    about: dict
    fps: float = 30.0
    stature: float = 1700.0

    def __post_init__(self):
        expect_poses(self.x3d, 3, "x3d")
        if self.x3d.shape != (*self.poses.x2d.shape[:2], 3) or np.isinf(self.x3d).any():
            raise ValueError(f"x3d must be finite, of shape {(*self.poses.x2d.shape[:2], 3)}, found {self.x3d.shape}")
        for name in "fps", "stature":
            if not 0 < getattr(self, name) < 1e5:
                raise ValueError(f"{name} must be a positive number, found {getattr(self, name)!r}")

    @property
    def seconds(self) -> np.ndarray:
        """(F,) when each pose is shown: by the frames' numbers, clip after clip; no pause is longer than 1 s."""
        steps = np.diff(self.poses.frame.astype(float))
        steps = np.minimum(np.where(steps > 0, steps, 1), max(self.fps, 1))
        return np.concatenate([[0.0], np.cumsum(steps)]) / self.fps

    def known(self, joints: Sequence[str] = H36M_17.names) -> np.ndarray:
        """(F,) whether the depths of all these joints are known."""
        return np.isfinite(self.x3d[:, [H36M_17.index(joint) for joint in joints]]).all((1, 2))

    def select(self, frames: np.ndarray) -> LiftedMotion:
        """The frames of a mask (F,). Raises ValueError if there are none."""
        return replace(self, poses=self.poses.select(frames), x3d=self.x3d[frames])

    @property
    def complete(self) -> LiftedMotion:
        """The frames in which every joint is known. Raises ValueError if there are none."""
        if not (known := self.known()).any():
            raise ValueError(f"{self.poses.name}: no frame has all joints, which .bvh and .glb need; .html does not")
        return self.select(known)

    @property
    def metres(self) -> np.ndarray:
        """The prediction (F, 17, 3) in metres: x right, y up, z towards the viewer, as in glTF."""
        height = person_height(self.x3d) or 1.0
        scale = 1e-3 if self.poses.units == "mm" else 1e-3 * self.stature / height
        return (self.x3d * scale * [1.0, -1.0, -1.0]).astype(np.float32)


def npz_bytes(motion: LiftedMotion) -> bytes:
    """Arrays ``x2d`` (F, 17, 2), ``x3d_pred`` (F, 17, 3), a PoseSet's labels, joint_names, units, fps and about.

    NaN: not seen, or its depth is not known.

    A prediction is not the truth: so this is not a pose file, and liftkit's commands refuse it as one.
    """
    poses, buffer = motion.poses, io.BytesIO()
    labels = {field: getattr(poses, field) for field in LABELS}
    about = {"about": json.dumps(motion.about), "units": poses.units, "fps": motion.fps}
    names = np.array(H36M_17.names)
    np.savez_compressed(buffer, x2d=poses.x2d, x3d_pred=motion.x3d, joint_names=names, **labels, **about)
    return buffer.getvalue()


def csv_bytes(motion: LiftedMotion) -> bytes:
    """One line per frame: labels, then for each joint NAME_x2d, NAME_y2d as given and NAME_x, _y, _z as predicted.

    The prediction has the unit of the 2D poses; camera frame: x right, y down, z away; relative to the pelvis. An
    empty cell: not known.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    axes = ("x2d", "y2d", "x", "y", "z")
    writer.writerow(["subject", "action", "clip", "frame", *(f"{n}_{axis}" for n in H36M_17.names for axis in axes)])
    poses = motion.poses
    both = np.concatenate([poses.x2d, motion.x3d], axis=-1).reshape(len(poses), -1)
    for i, values in enumerate(both):
        label = [_as_text(poses.subject[i]), _as_text(poses.action[i]), poses.clip[i], poses.frame[i]]
        writer.writerow([*label, *("" if np.isnan(value) else f"{value:.6g}" for value in values)])
    return text.getvalue().encode()


def _as_text(label: str) -> str:
    """A label that a spreadsheet takes for text, not for a formula.

    >>> _as_text("=1+1"), _as_text("ann")
    ("'=1+1", 'ann')
    """
    return f"'{label}" if str(label)[:1] in ("=", "+", "-", "@", "\t", "\r") else str(label)


def _glb(motion: LiftedMotion) -> bytes:
    motion = motion.complete
    return glb_bytes(motion.metres, motion.seconds, motion.poses.name)


def _bvh(motion: LiftedMotion) -> bytes:
    motion = motion.complete
    seconds = motion.seconds
    grid = np.arange(0, seconds[-1] + 0.5 / motion.fps, 1 / motion.fps)  # BVH has one rate: gaps keep the pose
    shown = np.searchsorted(seconds, grid + 1e-9, side="right") - 1
    return bvh_bytes(1000 * motion.metres[shown], motion.fps)


WRITERS: dict[str, Callable[[LiftedMotion], bytes]] = {
    ".npz": npz_bytes,
    ".csv": csv_bytes,
    ".bvh": _bvh,
    ".glb": _glb,
    ".html": page_bytes,
}


def check_destination(path: str | Path) -> Path:
    """The path. Raises ValueError if the ending is unknown, if there is no folder, or if the file exists."""
    path = Path(path)
    if path.suffix.lower() not in WRITERS:
        raise ValueError(f"{path}: expected a name that ends in {', '.join(WRITERS)}, found {path.name!r}")
    check_new(path)
    return path


def write_motion(motion: LiftedMotion, path: str | Path) -> Path:
    """Write lifted motion in the format of the path's ending, one of ``WRITERS``. Raises ValueError if it cannot."""
    content = WRITERS[check_destination(path).suffix.lower()](motion)
    return write_atomically(path, lambda file: file.write(content))
