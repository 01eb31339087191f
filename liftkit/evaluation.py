"""Judging lifters against the 3D truth: tables of every metric, and two baselines that learn nothing."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from liftkit import metrics
from liftkit.geometry import attach_depth
from liftkit.poses import PoseSet

GROUPINGS = ("action", "subject", "joint")


class Lifts(Protocol):
    """What can be evaluated: it lifts (N, J, 2) to (M, N, J, 3), one member for each of its seeds."""

    seeds: tuple[int, ...]

    def lift(self, x2d: np.ndarray, /) -> np.ndarray: ...


def _alignments(pred: np.ndarray, truth: np.ndarray):
    """The prediction as each metric family sees it: as it is, scaled, rigidly aligned, aligned with reflection."""
    return pred, metrics.align_scale(pred, truth), *metrics.align_both(pred, truth)


def _unit_scale(poses: PoseSet) -> float:
    """1 where a lifter knows a person's size, because the 2D poses are in millimetres; else NaN."""
    return 1.0 if poses.units == "mm" else np.nan


def pose_errors(pred: np.ndarray, poses: PoseSet) -> pd.DataFrame:
    """Every metric of predictions (N, J, 3) for N poses, a row a pose.

    Columns: ``mpjpe`` (NaN unless the 2D poses are in mm: without a scale it means nothing), ``n_mpjpe``,
    ``pa_mpjpe`` (reflection forbidden) and ``pa_mpjpe_reflection`` (allowed), in mm; ``pck`` and ``auc`` in percent,
    after the best scaling; ``mirrored``, 0 or 1. Raises ValueError where the poses have no 3D or shapes differ.
    """
    truth = _truth(poses, pred)
    raw, scaled, proper, reflected = _alignments(pred, truth)
    columns = {
        "mpjpe": metrics.mpjpe(raw, truth) * _unit_scale(poses),
        "n_mpjpe": metrics.mpjpe(scaled, truth),
        "pa_mpjpe": metrics.mpjpe(proper, truth),
        "pa_mpjpe_reflection": metrics.mpjpe(reflected, truth),
        "pck": metrics.pck(scaled, truth),
        "auc": metrics.auc(scaled, truth),
        "mirrored": metrics.mirrored(pred, truth).astype(float),
    }
    return pd.DataFrame(columns).astype(float)


def joint_table(pred: np.ndarray, poses: PoseSet) -> pd.DataFrame:
    """The errors of predictions (N, J, 3) by joint, a row a joint but the root: the mean over poses.

    Columns ``joint`` and, as in :func:`pose_errors`, ``mpjpe``, ``n_mpjpe``, ``pa_mpjpe``, ``pa_mpjpe_reflection``;
    ``pck`` after the best scaling.
    """
    truth = _truth(poses, pred)
    errors = [metrics.joint_errors(x, truth)[:, 1:] for x in _alignments(pred, truth)]
    columns = dict(zip(["mpjpe", "n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection"], errors, strict=True))
    columns["mpjpe"] = errors[0] * _unit_scale(poses)
    columns["pck"] = (errors[1] < metrics.PCK_THRESHOLD) * 100.0
    return pd.DataFrame({"joint": poses.skeleton.names[1:]} | {k: v.mean(0, dtype=float) for k, v in columns.items()})


def evaluate(run: Lifts, poses: PoseSet, by: str | None = None) -> pd.DataFrame:
    """Evaluate every member of a run on poses whose 3D is known: a row a member, the mean over poses.

    Columns: ``seed``, then those of :func:`pose_errors`, where ``mirrored`` is now the share of poses whose depth is
    reversed. ``by="action"``, ``"subject"`` or ``"joint"`` gives a row for each of these and member.

    Raises ValueError where the poses have no 3D and on another ``by``.

    >>> from liftkit import load_poses, train
    >>> poses = load_poses("synthetic").select(subject="S1", camera=0)
    >>> len(evaluate(train("full", poses, seeds=(0, 1), width=16, batch=8, steps=1), poses, by="joint"))
    32
    """
    if by is not None and by not in GROUPINGS:
        raise ValueError(f"by must be one of {', '.join(GROUPINGS)} or None, found {by!r}")
    _truth(poses)
    tables = []
    for seed, pred in zip(run.seeds, run.lift(poses.x2d), strict=True):
        if by == "joint":
            table = joint_table(pred, poses)
        else:
            groups = {by: getattr(poses, by)} if by else {"seed": np.full(len(poses), seed)}
            table = pose_errors(pred, poses).assign(**groups).groupby(by or "seed", as_index=False).mean()
        tables.append(table.assign(seed=seed))
    result = pd.concat(tables, ignore_index=True)
    return result[
        [
            "seed",
            *(c for c in result.columns if c == by),
            *(c for c in result.columns if c not in ("seed", by)),
        ]
    ]


def baselines(poses: PoseSet, seed: int = 0) -> pd.DataFrame:
    """The errors of two ways to lift without learning, a row each, columns as in :func:`pose_errors`.

    ``flat``: all depths 0. ``chance``: each pose gets the true depths of another one, drawn at random and scaled with
    the 2D pose: what is known of people in general, and nothing of this one.
    """
    truth = _truth(poses)
    x2d = poses.x2d - poses.x2d[:, :1]
    if poses.units != "mm":  # bring pixels near millimetres, so that borrowed depths have a fitting size
        x2d = x2d * (np.abs(truth[..., :2]).max() / np.abs(x2d).max())
    other = np.random.default_rng(seed).permutation(len(poses))
    depths = {"flat": np.zeros_like(truth[..., 2]), "chance": truth[other, :, 2]}
    rows = {name: pose_errors(attach_depth(x2d, z), poses).mean() for name, z in depths.items()}
    return pd.DataFrame(rows).T.rename_axis("lifter").reset_index()


def _truth(poses: PoseSet, pred: np.ndarray | None = None) -> np.ndarray:
    if poses.x3d is None:
        raise ValueError(f"{poses.name}: evaluation needs the true 3D poses; this PoseSet has none")
    if pred is not None and pred.shape != poses.x3d.shape:
        raise ValueError(f"predictions must have the truth's shape {poses.x3d.shape}, found {pred.shape}")
    return poses.x3d
