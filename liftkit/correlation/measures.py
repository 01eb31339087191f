"""Dependence that is observed: correlations with true and with predicted depths, and the derivative of the network."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import torch

from liftkit.correlation.coefficients import KINDS, TINY, WRITTEN
from liftkit.correlation.dependence import Dependence
from liftkit.geometry import normalise
from liftkit.layers import with_gradients
from liftkit.poses import LABELS, PoseSet, require_complete, require_truth
from liftkit.run import Run

COORDINATES = {"x": [0], "y": [1], "xy": [0, 1]}
FACINGS = 24  # directions of 15 degrees
HARMONICS = 4  # of the curve by which facing explains places and depths
CHUNK = 1024  # poses differentiated at a time
LEAST_POSES = 4


def data_correlation(
    poses: PoseSet, kind: str = "pearson", coordinates: str = "xy", within: Sequence[str] = ()
) -> Dependence:
    """Correlation of the 2D places of joints with the true depths of joints, both relative to the root.

    Args:
        poses: at least four, with 3D truth.
        kind: "pearson", "spearman", or "distance", which also finds relations that are not monotone.
        coordinates: "x", "y", or "xy", both together.
        within: labels of poses, or "facing", the direction of the hips: what these explain does not count. Otherwise
            a view common to legs and arms appears as a correlation between them.

    Returns:
        (1, J - 1, J - 1); NaN, with a warning, for a coordinate that never changes.

    Raises:
        ValueError: if poses are too few or have no 3D truth, or if a name is unknown.
    """
    x3d, names = require_truth(poses, "the data's correlation"), poses.skeleton.names[1:]
    values = _correlate(poses, x3d[None, ..., 2], kind, coordinates, within)
    return Dependence(values, names, names, f"{WRITTEN[kind]} correlation with the true depth", "")


def learned_correlation(
    run: Run, poses: PoseSet, kind: str = "pearson", coordinates: str = "xy", within: Sequence[str] = ()
) -> Dependence:
    """Correlation of 2D places with *predicted* depths, the paper's analysis: (M, J - 1, J - 1).

    Arguments and errors as for :func:`data_correlation`. If the poses have 3D truth, the result has an ``excess``.
    """
    check_fit(run, poses)
    names = poses.skeleton.names[1:]
    values = _correlate(poses, run.lift(poses.x2d)[..., 2], kind, coordinates, within)
    data = None if poses.x3d is None else _correlate(poses, poses.x3d[None, ..., 2], kind, coordinates, within)[0]
    return Dependence(
        values, names, names, f"{WRITTEN[kind]} correlation with the lifted depth", "", run.seeds, data=data
    )


@with_gradients
def sensitivity(run: Run, poses: PoseSet, coordinates: str = "xy", signed: bool = False) -> Dependence:
    """The exact derivative of each joint's depth by each joint's 2D place, the mean over poses.

    Args:
        run, poses: M members, and the poses whose 2D they lift.
        coordinates: "xy" for the length of the gradient, "x" or "y" for one component.
        signed: whether the component keeps its sign, pose by pose.

    Returns:
        (M, J - 1, J - 1) in mm per mm; exactly 0 between independent segments.

    Raises:
        ValueError: if ``coordinates`` is unknown, or "xy" with ``signed``, or if run and poses have different joints.
    """
    check_fit(run, poses)
    chosen, names = _coordinates(coordinates), poses.skeleton.names[1:]
    if signed and len(chosen) > 1:
        raise ValueError("the derivative along x and y together has no sign: choose coordinates 'x' or 'y'")
    joints = len(poses.skeleton)
    total = torch.zeros(len(run.seeds), joints, joints, dtype=torch.float64, device=run.lifter.device)
    for x2d in normalise(torch.from_numpy(poses.x2d).to(run.lifter.device)).split(CHUNK):
        x2d = x2d.expand(len(run.seeds), *x2d.shape).clone().requires_grad_()
        depths = run.lifter(x2d)
        for joint in range(1, joints):
            # A trained lifter treats each pose by itself, so one pass serves them all. torch.func would give the same,
            # but imports torch's compiler first: 2 s.
            (gradient,) = torch.autograd.grad(depths[..., joint].sum(), x2d, retain_graph=True)
            gradient = gradient[..., chosen]
            total[:, :, joint] += (gradient[..., 0] if signed else gradient.norm(dim=-1)).double().sum(1)
    values = (total / len(poses))[:, 1:, 1:].cpu().numpy()
    return Dependence(values, names, names, "sensitivity of the lifted depth", "mm per mm", run.seeds)


def places(poses: PoseSet) -> np.ndarray:
    """(N, J, 2) 2D places relative to the root, in their own unit."""
    # Not on the lifter's scale: dividing by the largest coordinate of the pose would tie all joints to each other.
    return poses.x2d - poses.x2d[:, :1]


def facing(poses: PoseSet) -> np.ndarray:
    """(N,) where the person faces, by the hips, in radians: 0 to the camera, pi / 2 to the image's right, +-pi away."""
    x3d, index = require_truth(poses, "the facing of a person"), poses.skeleton.index
    # a person who faces the camera (-z) has the left side towards +x
    left = x3d[:, index("left_hip")] - x3d[:, index("right_hip")]
    return np.arctan2(left[:, 2], left[:, 0])


def labels_of(within: str | Sequence[str]) -> tuple[str, ...]:
    """The labels of an argument ``within``, which may be a single one."""
    return (within,) if isinstance(within, str) else tuple(within)


def groups(poses: PoseSet, within: Sequence[str]) -> np.ndarray:
    """(N,) the same number for poses whose labels are all equal; ValueError if a label is unknown."""
    keys = []
    for label in labels_of(within):
        if label not in (*LABELS, "facing"):
            raise ValueError(f"unknown label {label!r}; there are {', '.join([*LABELS, 'facing'])}")
        values = np.floor(facing(poses) / (2 * np.pi) * FACINGS) if label == "facing" else getattr(poses, label)
        keys.append(np.unique(values, return_inverse=True)[1])
    if not keys:
        return np.zeros(len(poses), int)
    return np.unique(np.stack(keys), axis=1, return_inverse=True)[1].ravel()


def check_fit(run: Run, poses: PoseSet) -> None:
    """Raise ValueError unless run and poses have the same joints and no joint is missing."""
    if run.representation.skeleton != poses.skeleton:
        raise ValueError(
            f"run and poses must have the same joints, found {', '.join(run.representation.skeleton.names)} and "
            f"{', '.join(poses.skeleton.names)}"
        )
    require_complete(poses, "the analysis of what a lifter has learned")


def _coordinates(name: str) -> list[int]:
    if name not in COORDINATES:
        raise ValueError(f"coordinates must be one of {', '.join(COORDINATES)}, found {name!r}")
    return COORDINATES[name]


def _correlate(poses: PoseSet, depths: np.ndarray, kind: str, coordinates: str, within) -> np.ndarray:
    """Depths (M, N, J) of members -> coefficients (M, J - 1, J - 1)."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of correlation {kind!r}; there are {', '.join(KINDS)}")
    chosen = _coordinates(coordinates)
    if len(poses) < LEAST_POSES:
        raise ValueError(f"a correlation needs at least {LEAST_POSES} poses, found {len(poses)}")
    seen = residuals(places(poses)[:, 1:, chosen], poses, within)
    depths = [residuals(of_member[:, 1:], poses, within) for of_member in depths]
    values = np.stack([KINDS[kind](seen, of_member) for of_member in depths])
    if np.isnan(values).any():
        rows, columns = (np.isnan(values).all(axis).any(0) for axis in (2, 1))
        names = [n for n, r, c in zip(poses.skeleton.names[1:], rows, columns, strict=True) if r or c]
        message = f"{poses.name}: no correlation where nothing changes: {', '.join(names)} ({coordinates})"
        warnings.warn(message, RuntimeWarning, stacklevel=3)
    return values


def residuals(values: np.ndarray, poses: PoseSet, within: Sequence[str]) -> np.ndarray:
    """Values (N, ...) minus what ``within`` explains: the group's mean and, for facing, a smooth curve of the angle."""
    flat = values.reshape(len(values), -1).astype(np.float64)
    size = np.abs(flat - flat.mean(0)).max(0)
    labels = labels_of(within)
    group = groups(poses, [label for label in labels if label != "facing"])
    flat = _less_group_means(flat, group)
    if "facing" in labels:
        angles = facing(poses)[:, None] * np.arange(1, HARMONICS + 1)
        curve = _less_group_means(np.concatenate([np.sin(angles), np.cos(angles)], 1), group)
        flat -= curve @ np.linalg.lstsq(curve, flat, rcond=None)[0]
    flat[:, np.abs(flat).max(0) <= TINY * np.maximum(size, 1)] = 0  # only rounding
    return flat.reshape(values.shape)


def _less_group_means(flat: np.ndarray, group: np.ndarray) -> np.ndarray:
    counts = np.bincount(group)
    return flat - np.stack([np.bincount(group, column) / counts for column in flat.T], 1)[group]
