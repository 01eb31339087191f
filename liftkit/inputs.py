"""What a trainer is given, checked where it enters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from liftkit.geometry import expect_poses
from liftkit.poses import PoseSet
from liftkit.representations import Representation


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Seeds as a tuple of different integers from 0 to 2^63 - 1; else ValueError."""
    if not isinstance(seeds, Iterable):
        raise ValueError(f"seeds must be a sequence such as (0, 1, 2), found {seeds!r}")
    seeds = tuple(seeds)
    integers = (not isinstance(s, bool) and isinstance(s, int | np.integer) and 0 <= s < 2**63 for s in seeds)
    if bad := [s for s, good in zip(seeds, integers, strict=True) if not good]:
        raise ValueError(f"a seed must be an integer from 0 to 2^63 - 1, found {bad[0]!r}")
    if not seeds or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds must be one or more different integers, found {seeds}")
    return tuple(int(seed) for seed in seeds)


def training_poses(poses: PoseSet | np.ndarray | Tensor, representation: Representation) -> Tensor:
    """The 2D poses to train on, (N, J, 2): of a PoseSet its split "train", or all of it where it has none."""
    if isinstance(poses, PoseSet):
        poses = poses.part("train").x2d
    expect_poses(poses, 2, "poses")
    joints = len(representation.skeleton)
    if poses.ndim != 3 or poses.shape[1] != joints or not len(poses):
        raise ValueError(f"poses must have shape (N, {joints}, 2) with N at least 1, found {tuple(poses.shape)}")
    # A copy of numpy's: torch takes neither negative strides nor, without a warning, what is read-only.
    x2d = poses.float() if isinstance(poses, Tensor) else torch.from_numpy(np.array(poses, np.float32))
    if not x2d.isfinite().all():
        raise ValueError("poses must be finite, found NaN or infinity")
    return x2d
