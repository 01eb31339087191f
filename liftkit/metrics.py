"""Errors of predicted 3D poses, each defined once, one value per pose: ``(..., J, 3)`` in mm -> ``(...)``.

``pred`` and ``truth`` are relative to the root and both numpy arrays or both torch tensors, whose leading dimensions
broadcast; the result has the same kind and precision. A wrong shape and a value that is not finite are ValueErrors.
Every joint given counts, in PCK and AUC without the first, the root; :func:`liftkit.evaluate` chooses among 17, 16, 14.
"""

from __future__ import annotations

import numpy as np
import torch

from liftkit.geometry import Array, _namespace, expect_poses

PCK_THRESHOLD = 150.0  # mm


def _check(pred, truth):
    expect_poses(pred, 3, "pred")
    expect_poses(truth, 3, "truth")
    if isinstance(pred, torch.Tensor) != isinstance(truth, torch.Tensor):
        raise ValueError("pred and truth must both be numpy arrays or both be torch tensors")
    if pred.shape[-2] != truth.shape[-2]:
        raise ValueError(f"pred and truth must have the same joints, found {pred.shape[-2]} and {truth.shape[-2]}")
    try:
        np.broadcast_shapes(pred.shape, truth.shape)
    except ValueError as error:
        found = f"{tuple(pred.shape)} and {tuple(truth.shape)}"
        raise ValueError(f"pred and truth must have shapes that fit together, found {found}") from error
    for name, x in ("pred", pred), ("truth", truth):
        if not _namespace(x).isfinite(x).all():
            raise ValueError(f"{name} must be finite, found NaN or infinity")


def joint_errors(pred: Array, truth: Array) -> Array:
    """The distance of every joint from its true position: ``(..., J, 3) -> (..., J)``."""
    _check(pred, truth)
    squares = (pred - truth) ** 2
    return (squares[..., 0] + squares[..., 1] + squares[..., 2]) ** 0.5  # numpy's sum(-1) takes five times as long


def mpjpe(pred: Array, truth: Array) -> Array:
    """Mean per joint position error (protocol 1 of Human3.6M): the mean distance over all joints with the root, in mm.

    >>> mpjpe(np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 0.0]]), np.zeros((2, 3))).item()
    2.5
    """
    return joint_errors(pred, truth).mean(-1)


def align_scale(pred: Array, truth: Array) -> Array:
    """Each pose scaled by the factor of at least 0 that brings it nearest to the truth (least squares)."""
    _check(pred, truth)
    size = (pred * pred).sum((-2, -1))
    factor = (pred * truth).sum((-2, -1)) / _namespace(pred).where(size > 0, size, size + 1)
    return pred * factor.clip(0)[..., None, None]  # a negative one would reflect the pose through the root


def n_mpjpe(pred: Array, truth: Array) -> Array:
    """MPJPE after the best scaling of each pose, in mm, if the size of a person is unknown (Rhodin et al. 2018).

    >>> n_mpjpe(np.array([[1.0, 0.0, 0.0]]), np.array([[3.0, 0.0, 0.0]])).item()
    0.0
    """
    return mpjpe(align_scale(pred, truth), truth)


def align_both(pred: Array, truth: Array) -> tuple[Array, Array]:
    """:func:`align` without and with reflection, from one decomposition."""
    _check(pred, truth)
    xp = _namespace(pred)
    pred_mean, truth_mean = pred.mean(-2)[..., None, :], truth.mean(-2)[..., None, :]
    pred0, truth0 = pred - pred_mean, truth - truth_mean
    u, s, vh = xp.linalg.svd(pred0.swapaxes(-1, -2) @ truth0)  # pred0' truth0 = u s vh
    size = (pred0 * pred0).sum((-2, -1))
    size = xp.where(size > 0, size, size + 1)
    # If the best orthogonal matrix would mirror, the best rotation reverses its weakest axis.
    handed = xp.where(xp.linalg.det(u) * xp.linalg.det(vh) < 0, -xp.ones_like(size), xp.ones_like(size))

    def similarity(sign):
        signs = xp.stack([xp.ones_like(sign), xp.ones_like(sign), sign], axis=-1)
        factor = (s * signs).sum(-1) / size
        return factor[..., None, None] * (pred0 @ ((u * signs[..., None, :]) @ vh)) + truth_mean

    return similarity(handed), similarity(xp.ones_like(handed))


def align(pred: Array, truth: Array, reflection: bool = False) -> Array:
    """Each pose after the similarity (scale, rotation, translation) that brings it nearest to the truth.

    With ``reflection`` it may also be mirrored, which hides a lifter whose depth is reversed. Finite for any joints.
    Source: orthogonal Procrustes analysis (Schoenemann 1966; Umeyama 1991 for the sign).
    """
    return align_both(pred, truth)[reflection]


def pa_mpjpe(pred: Array, truth: Array, reflection: bool = False) -> Array:
    """MPJPE after Procrustes alignment (protocol 2 of Human3.6M), in mm; see :func:`align` for ``reflection``.

    All joints given are aligned and count, the root too; without it (``evaluate(joints=16)``), as in the authors' code,
    the error is about 4 % larger.

    >>> pa_mpjpe(np.eye(3) * 2.0 + 1.0, np.eye(3)).round(6).item()
    0.0
    """
    return mpjpe(align(pred, truth, reflection), truth)


def pck(pred: Array, truth: Array, threshold: float = PCK_THRESHOLD) -> Array:
    """Percentage of correct keypoints: the joints, without the root, nearer than ``threshold`` mm; 0 to 100.

    The root is left out because it is right by definition. Source: MPI-INF-3DHP (Mehta et al. 2017), whose official
    figure counts 14 joints: ``evaluate(joints=14)``.

    >>> pck(np.array([[0.0, 0, 0], [100.0, 0, 0], [200.0, 0, 0]]), np.zeros((3, 3))).item()
    50.0
    """
    near = joint_errors(pred, truth)[..., 1:] < threshold
    return near.mean(-1, dtype=pred.dtype) * 100


def auc(pred: Array, truth: Array) -> Array:
    """Area under the PCK curve: the mean of :func:`pck` over the thresholds 0, 5, ..., 150 mm; 0 to 100.

    The joints are those of :func:`pck`; the official figure counts 14: ``evaluate(joints=14)``.

    >>> auc(np.zeros((2, 3)), np.array([[0.0, 0, 0], [72.0, 0, 0]])).round(1).item()
    51.6
    """
    errors = joint_errors(pred, truth)[..., 1:]
    # A joint counts at the thresholds above its error: at 30 - floor(error / 5) of the 31, at none beyond 150 mm.
    passed = (30 - errors // 5).clip(0, 30)
    return passed.mean(-1) * (100 / 31)


def mirrored(pred: Array, truth: Array) -> Array:
    """Whether the depth of a pose is reversed, that is, nearer to the truth after z -> -z; booleans.

    >>> mirrored(np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 0.0, -2.0]])).item()
    True
    """
    _check(pred, truth)
    return (pred[..., 2] * truth[..., 2]).sum(-1) < 0
