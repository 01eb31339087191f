"""LiftedMotion: 2D poses with the 3D that a network predicted for them, and the files that it can be written to."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from liftkit.data.people import heights, person_height
from liftkit.export.bvh import bvh_bytes
from liftkit.export.glb import glb_bytes
from liftkit.export.page import page_bytes
from liftkit.export.steady import SECONDS, steady_bones
from liftkit.export.steady import smooth as smoothed
from liftkit.export.upright import estimate_tilt, upright
from liftkit.geometry import expect_poses
from liftkit.poses import LABELS, PoseSet
from liftkit.run import Run
from liftkit.skeleton import H36M_17
from liftkit.system.files import as_text, check_new, write_atomically
from liftkit.uncertainty import consensus

UNLIKE = "Unlike the training poses"  # what of the poses is: an entry of `about`


@dataclass(frozen=True, eq=False)
class LiftedMotion:
    """Poses and the 3D predicted for them.

    Args:
        poses: the F poses that were lifted.
        x3d: the prediction (F, 17, 3) in their unit, pelvis at the origin; NaN: not known.
        about: its origin, as texts and numbers that JSON can hold.
        fps: frames per second.
        spread: (F, 17) how far the lifters differ in a joint's depth, moderated, in the unit of the poses; None: there
            is one.
        distance: segment -> (F,) how far it lies from the training poses: :class:`liftkit.uncertainty.PoseStatistics`.
        tilt: how far the camera looked down, in degrees; exports in metres are turned upright by it.
        stature: the person's length in mm, from an ankle to the head along the bones. Exports in metres use it if the
            poses are not in mm, since a single camera does not show how tall a person is.
        marks: name -> (F, 17) what is known about each joint's 2D: its score, whether it was interpolated.
        steady: bones are steady: in metres the person has one size in all frames.
        path: in metres the pelvis moves as it does in the picture; else it stays at the origin.
        ground: in metres the lower ankle lies at height 0 in the median frame.

    Raises:
        ValueError: if the shape is wrong, or if a number is infinite or not positive.
    """

    poses: PoseSet
    x3d: np.ndarray
    about: dict
    fps: float = 30.0
    stature: float = 1700.0
    spread: np.ndarray | None = None
    distance: Mapping[str, np.ndarray] = field(default_factory=dict)
    tilt: float = 0.0
    marks: Mapping[str, np.ndarray] = field(default_factory=dict)
    steady: bool = False
    path: bool = False
    ground: bool = False

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
        spread = None if self.spread is None else self.spread[frames]
        distance = {name: values[frames] for name, values in self.distance.items()}
        marks = {name: values[frames] for name, values in self.marks.items()}
        poses, x3d = self.poses.select(frames), self.x3d[frames]
        return replace(self, poses=poses, x3d=x3d, spread=spread, distance=distance, marks=marks)

    @property
    def complete(self) -> LiftedMotion:
        """The frames in which every joint is known. Raises ValueError if there are none."""
        if not (known := self.known()).any():
            raise ValueError(f"{self.poses.name}: no frame has all joints, which .bvh and .glb need; .html does not")
        return self.select(known)

    @property
    def metres(self) -> np.ndarray:
        """The prediction (F, 17, 3) in metres, of a level camera: x right, y up, z towards the viewer, as in glTF."""
        x3d, height = self.x3d, person_height(self.x3d)
        mm = 1.0 if self.poses.units == "mm" else self.stature / (height or 1.0)  # of one unit
        if self.path:  # the pelvis is where it is in the picture, from where it is in the first frame of its film
            pelvis = self.poses.x2d[:, 0].astype(float)
            _, first, of = np.unique(_films(self.poses), return_index=True, return_inverse=True)
            x3d = x3d + np.pad(pelvis - pelvis[first[of]], ((0, 0), (0, 1)))[:, None]
        if self.steady:
            mm = mm * (height / np.maximum(heights(self.x3d), 1e-9))[:, None, None]
        joints = upright(x3d, self.tilt) * 1e-3 * mm * [1.0, -1.0, -1.0]
        if self.ground:
            ankles = joints[:, [H36M_17.index("left_ankle"), H36M_17.index("right_ankle")], 1]
            joints[..., 1] -= np.nanmedian(ankles.min(1))
        return joints.astype(np.float32)


def _films(poses: PoseSet) -> np.ndarray:
    """(F,) the number of each pose's film: several cameras may show one clip."""
    return np.unique(np.stack([poses.clip, poses.camera], axis=1), axis=0, return_inverse=True)[1].reshape(-1)


def lift_motion(
    run: Run,
    poses: PoseSet,
    about: Mapping = MappingProxyType({}),
    fps: float = 30.0,
    stature: float = 1700.0,
    tilt: float | None = None,
    smooth: bool = False,
    steady: bool = False,
    marks: Mapping[str, np.ndarray] = MappingProxyType({}),
    path: bool = False,
    ground: bool = False,
) -> LiftedMotion:
    """Lift poses by the mean of a run's members, with how far these differ and how far the poses are from its own.

    Args:
        run, poses: M members, and the poses of a film.
        about, fps, stature: as for :class:`LiftedMotion`; ``about`` gets more entries.
        tilt: the camera's, in degrees, downwards positive; None: :func:`liftkit.export.upright.estimate_tilt`.
        smooth: whether jitter is taken out, see :func:`liftkit.export.steady.smooth`.
        steady: whether bones get steady lengths, see :func:`liftkit.export.steady.steady_bones`.
        marks, path, ground: as for :class:`LiftedMotion`.
    """
    x3d, spread = consensus(run.lift(poses.x2d))
    about, distance = {"what": "a prediction, not a measurement", **about, "unit": poses.units}, {}
    if smooth:
        x3d, about["smoothed"] = smoothed(x3d, _films(poses), poses.frame, fps), f"over {SECONDS:g} s"
    if steady:
        x3d, about["bones"] = steady_bones(x3d, _films(poses)), "of steady lengths"
    given = tilt is not None or not np.isfinite(x3d[:, H36M_17.index("thorax")]).any()
    tilt = (tilt or 0.0) if given else estimate_tilt(x3d)
    about["the camera's tilt"] = f"{tilt:.0f} degrees, {'given' if given else 'estimated'}"
    if run.statistics is not None:
        names = [segment.name for segment in run.representation.segments]
        distance = dict(zip(names, run.statistics.distance(poses.x2d).T, strict=True))
        about |= {UNLIKE: unlike} if (unlike := run.statistics.unlike(poses.x2d)) else {}
        spread = run.statistics.moderate(spread, poses.x2d)
    spread = spread if len(run.seeds) > 1 else None
    return LiftedMotion(poses, x3d, about, fps, stature, spread, distance, tilt, marks, steady, path, ground)


def npz_bytes(motion: LiftedMotion) -> bytes:
    """Arrays ``x2d`` (F, 17, 2), ``x3d_pred`` (F, 17, 3), a PoseSet's labels, joint_names, units, fps and about.

    Where they are known also ``spread``, ``score`` and ``interpolated`` (F, 17), and ``distance_SEGMENT`` (F,). NaN:
    not seen, or its depth is unknown.

    A prediction is not the truth: so this is not a pose file, and liftkit's commands refuse it as one.
    """
    poses, buffer = motion.poses, io.BytesIO()
    labels = {field: getattr(poses, field) for field in LABELS}
    about = {"about": json.dumps(motion.about), "units": poses.units, "fps": motion.fps}
    doubt = {f"distance_{name}": values for name, values in motion.distance.items()}
    doubt |= motion.marks | ({} if motion.spread is None else {"spread": motion.spread})
    names = np.array(H36M_17.names)
    np.savez_compressed(buffer, x2d=poses.x2d, x3d_pred=motion.x3d, joint_names=names, **labels, **doubt, **about)
    return buffer.getvalue()


def csv_bytes(motion: LiftedMotion) -> bytes:
    """One line per frame: labels, then for each joint NAME_x2d, NAME_y2d as given and NAME_x, _y, _z as predicted.

    Where they are known also NAME_spread, NAME_score and NAME_interpolated (0 or 1), and last distance_SEGMENT. The
    prediction has the unit of the 2D poses; camera frame: x right, y down, z away; relative to the pelvis. An empty
    cell: not known.
    """
    poses, axes, numbers = motion.poses, ["x2d", "y2d", "x", "y", "z"], [motion.poses.x2d, motion.x3d]
    if motion.spread is not None:
        axes, numbers = [*axes, "spread"], [*numbers, motion.spread[..., None]]
    axes, numbers = [*axes, *motion.marks], [*numbers, *(values[..., None] for values in motion.marks.values())]
    table = pd.DataFrame({name: getattr(poses, name) for name in ("subject", "action", "clip", "frame")})
    table[["subject", "action"]] = table[["subject", "action"]].map(as_text)
    columns = [f"{name}_{axis}" for name in H36M_17.names for axis in axes]
    both = pd.DataFrame(np.concatenate(numbers, axis=-1).reshape(len(poses), -1), columns=columns)
    distances = pd.DataFrame({f"distance_{name}": values for name, values in motion.distance.items()})
    table = pd.concat([table, both, distances], axis=1)
    return table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()


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


def content_of(motion: LiftedMotion, path: str | Path) -> bytes:
    """What :func:`write_motion` writes. Raises ValueError if it cannot."""
    return WRITERS[check_destination(path).suffix.lower()](motion)


def write_motion(motion: LiftedMotion, path: str | Path) -> Path:
    """Write lifted motion in the format of the path's ending, one of ``WRITERS``. Raises ValueError if it cannot."""
    content = content_of(motion, path)
    return write_atomically(path, lambda file: file.write(content))
