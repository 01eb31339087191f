"""Evaluation of lifters against the 3D truth: tables of every metric, and two baselines that learn nothing."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from liftkit import metrics
from liftkit.geometry import attach_depth
from liftkit.poses import PoseSet, require_truth
from liftkit.skeleton import H36M_17, Skeleton

GROUPINGS = ("action", "subject", "joint")
_LIMB_JOINTS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
# The joints that count, by their number: all; without the pelvis, as in the authors' code; those of MPI-INF-3DHP's
# official evaluation (Mehta et al. 2017), whose "head top" is our head and whose "neck" is our thorax.
COUNTED = {
    17: H36M_17.names,
    16: H36M_17.names[1:],
    14: ("head", "thorax", *(f"{side}_{joint}" for side in ("left", "right") for joint in _LIMB_JOINTS)),
}


class Lifts(Protocol):
    """What can be evaluated: it lifts (N, J, 2) to (M, N, J, 3), one member for each of its seeds."""

    seeds: tuple[int, ...]

    def lift(self, x2d: np.ndarray, /) -> np.ndarray: ...


def _counted(skeleton: Skeleton, joints: int) -> list[int]:
    """The indices of the joints that count; ValueError if there is no such number of them."""
    if joints not in COUNTED:
        raise ValueError(f"joints must be one of {', '.join(map(str, COUNTED))}, found {joints!r}")
    return sorted(map(skeleton.index, COUNTED[joints]))


def _alignments(pred: np.ndarray, truth: np.ndarray):
    """The prediction for each family of metrics: as it is, scaled, aligned without and with reflection."""
    return pred, metrics.align_scale(pred, truth), *metrics.align_both(pred, truth)


def _unit_scale(poses: PoseSet) -> float:
    """1 if a lifter knows the size of a person, because the 2D poses are in millimetres; else NaN."""
    return 1.0 if poses.units == "mm" else np.nan


def pose_errors(pred: np.ndarray, poses: PoseSet, joints: int = 17) -> pd.DataFrame:
    """Every metric of predictions (N, J, 3) in mm, relative to the root; one row per pose.

    In mm: ``mpjpe`` (NaN unless the 2D poses are in mm: without a scale it means nothing), ``n_mpjpe``, ``pa_mpjpe``
    (reflection forbidden), ``pa_mpjpe_reflection`` (allowed); in percent, after the best scaling: ``pck``, ``auc``;
    ``mirrored``: 0 or 1, always by all joints. ``joints``: as for :func:`evaluate`.
    """
    truth = _truth(poses, pred)
    mirrored = metrics.mirrored(pred, truth).astype(float)
    counted = _counted(poses.skeleton, joints)
    pred, truth = pred[:, counted], truth[:, counted]
    raw, scaled, proper, reflected = _alignments(pred, truth)
    rooted = [x if counted[0] == 0 else np.insert(x, 0, 0, axis=1) for x in (scaled, truth)]  # PCK leaves the root out
    columns = {
        "mpjpe": metrics.mpjpe(raw, truth) * _unit_scale(poses),
        "n_mpjpe": metrics.mpjpe(scaled, truth),
        "pa_mpjpe": metrics.mpjpe(proper, truth),
        "pa_mpjpe_reflection": metrics.mpjpe(reflected, truth),
        "pck": metrics.pck(*rooted),
        "auc": metrics.auc(*rooted),
        "mirrored": mirrored,
    }
    return pd.DataFrame(columns).astype(float)


def joint_table(pred: np.ndarray, poses: PoseSet, joints: int = 17) -> pd.DataFrame:
    """The errors of :func:`pose_errors` without ``auc`` and ``mirrored``, one row per joint without the root."""
    truth = _truth(poses, pred)
    counted = _counted(poses.skeleton, joints)
    shown = [i for i, joint in enumerate(counted) if joint]
    truth = truth[:, counted]
    errors = [metrics.joint_errors(x, truth)[:, shown] for x in _alignments(pred[:, counted], truth)]
    columns = dict(zip(["mpjpe", "n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection"], errors, strict=True))
    columns["mpjpe"] = errors[0] * _unit_scale(poses)
    columns["pck"] = (errors[1] < metrics.PCK_THRESHOLD) * 100.0
    names = [poses.skeleton.names[counted[i]] for i in shown]
    return pd.DataFrame({"joint": names} | {k: v.mean(0, dtype=float) for k, v in columns.items()})


def evaluate(run: Lifts, poses: PoseSet, by: str | None = None, joints: int = 17) -> pd.DataFrame:
    """Evaluate every member of a run on poses with 3D truth.

    Args:
        run: a :class:`Run`, or anything with ``seeds`` and ``lift``.
        poses: with 3D truth.
        by: "action", "subject" or "joint" for one row per member and each of these; None for one row per member.
        joints: that are aligned and count. 17: all of them (PCK and AUC without the root, which is right by
            definition). 16: without the root, as in the authors' code: N-MPJPE is 17 / 16 of that of 17 joints. 14:
            those of MPI-INF-3DHP's official evaluation: top of the head, neck (our thorax), shoulders, elbows, wrists,
            hips, knees, ankles. Its published PCK and AUC compare only with these.

    Returns:
        The mean over poses. Columns: ``seed``, then ``by``, then those of :func:`pose_errors`, where ``mirrored`` is
        the share of poses whose depth is reversed; of joints those of :func:`joint_table`.

    Raises:
        ValueError: if the poses have no 3D truth, or ``by`` or ``joints`` is none of these.

    >>> from liftkit import load_poses, train
    >>> poses = load_poses("synthetic").select(subject="S1", camera=0)
    >>> len(evaluate(train("full", poses, seeds=(0, 1), width=16, batch=8, steps=1), poses, by="joint"))
    32
    """
    if by is not None and by not in GROUPINGS:
        raise ValueError(f"by must be one of {', '.join(GROUPINGS)} or None, found {by!r}")
    _truth(poses)
    _counted(poses.skeleton, joints)
    tables = []
    for seed, pred in zip(run.seeds, run.lift(poses.x2d), strict=True):
        if by == "joint":
            table = joint_table(pred, poses, joints)
        else:
            groups = {by: getattr(poses, by)} if by else {"seed": np.full(len(poses), seed)}
            table = pose_errors(pred, poses, joints).assign(**groups).groupby(by or "seed", as_index=False).mean()
        tables.append(table.assign(seed=seed))
    result = pd.concat(tables, ignore_index=True)
    first = ["seed", by] if by else ["seed"]
    return result[first + [column for column in result if column not in first]]


def baselines(poses: PoseSet, seed: int = 0, joints: int = 17) -> pd.DataFrame:
    """The errors of two ways to lift without learning.

    Args:
        poses, seed: with 3D truth; of the draw for "chance".
        joints: as for :func:`evaluate`.

    Returns:
        Two rows, columns ``lifter`` and those of :func:`pose_errors`. "flat": all depths are 0. "chance": each pose has
        the true depths of another one, drawn at random: what is known about people in general, nothing about this one.

    Raises:
        ValueError: if the poses have no 3D truth.

    >>> from liftkit import load_poses
    >>> baselines(load_poses("synthetic").select(subject="S1", camera=0))["mirrored"].tolist()[0]
    0.0
    """
    truth = _truth(poses)
    x2d = poses.x2d - poses.x2d[:, :1]
    if poses.units != "mm":  # about the size of millimetres, so that the depths of another pose fit
        x2d = x2d * (np.abs(truth[..., :2]).max() / np.abs(x2d).max())
    other = np.random.default_rng(seed).permutation(len(poses))
    depths = {"flat": np.zeros_like(truth[..., 2]), "chance": truth[other, :, 2]}
    rows = {name: pose_errors(attach_depth(x2d, z), poses, joints).mean() for name, z in depths.items()}
    return pd.DataFrame(rows).T.rename_axis("lifter").reset_index()


def _truth(poses: PoseSet, pred: np.ndarray | None = None) -> np.ndarray:
    truth = require_truth(poses, "evaluation")
    if pred is not None and pred.shape != truth.shape:
        raise ValueError(f"predictions must have the truth's shape {truth.shape}, found {pred.shape}")
    return truth
