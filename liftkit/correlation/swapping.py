"""Dependence that is proven: exchange the legs of a pose for those of another clip; which lifted depths move?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from liftkit.correlation.dependence import Dependence, Parts, joints_of
from liftkit.correlation.measures import check_fit, groups, labels_of, places
from liftkit.geometry import Array, pose_scale
from liftkit.poses import PoseSet
from liftkit.run import CHUNK, Run

MATCHED = ("subject", "camera", "facing")


def donors(poses: PoseSet, within: Sequence[str] = MATCHED, seed: int = 0) -> np.ndarray:
    """(N,) for every pose a donor, drawn at random from the other clips that agree in labels; -1 if there is none.

    A pose is the donor of at most one other. "facing", the direction of the hips in steps of 15 degrees, needs 3D.
    """
    rng = np.random.default_rng(seed)
    group, chosen = groups(poses, within), np.full(len(poses), -1)
    _, clip = np.unique(poses.clip, return_inverse=True)
    clip = rng.permutation(clip.max() + 1)[clip]
    # In each group, clips in random order: shifted by the size of the largest clip, every pose is of another clip.
    order = np.lexsort((rng.random(len(poses)), clip, group))
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        shifted = np.roll(members, -np.unique(poses.clip[members], return_counts=True)[1].max())
        chosen[members] = np.where(poses.clip[shifted] != poses.clip[members], shifted, -1)
    if (chosen < 0).all():
        labels = ", ".join(labels_of(within))
        raise ValueError(f"{poses.name}: no pose has a donor, a pose of another clip of the same {labels}")
    return chosen


def intervention(
    run: Run, poses: PoseSet, parts: Parts = "legs_torso", within: Sequence[str] | None = None, seed: int = 0
) -> Dependence:
    """Swap one part of each pose for that of a donor and measure how far the lifted depth of each joint moves.

    The donor's part is brought to the scale of the recipient, so that independent segments do not move at all. The true
    depth of what was not swapped stays as it was: if parts move independently, as in synthetic poses of coupling 0,
    then all movement is a dependence that the lifter has made up.

    Args:
        run, poses: M members, and the poses whose 2D they lift.
        parts: a representation, whose segments are swapped, a mapping of names to joints, or "joints", one by one.
        within: labels in which a donor agrees, also "facing" (default: subject, camera, with 3D facing).
        seed: of the choice of donors.

    Returns:
        (M, parts, J - 1), the mean over poses, in mm (in the unit of the 2D poses if their size in mm is unknown).

    Raises:
        ValueError: if no pose has a donor, a joint is unknown, or run and poses have different joints.

    >>> from liftkit import load_poses, load_record
    >>> few = load_poses("synthetic").test.select(slice(None, None, 60))
    >>> intervention(load_record("legs_torso"), few).between().max().item()  # independent segments
    0.0
    """
    check_fit(run, poses)
    names = poses.skeleton.names
    swapped = {joint: (joint,) for joint in names[1:]} if parts == "joints" else joints_of(parts)
    where = {part: [poses.skeleton.index(joint) for joint in joints] for part, joints in swapped.items()}
    if empty := [part for part, joints in where.items() if not joints]:
        raise ValueError(f"the part {empty[0]!r} holds no joint")
    within = within if within is not None else [k for k in MATCHED if k != "facing" or poses.x3d is not None]
    donor = donors(poses, within, seed)
    recipient = np.flatnonzero(donor >= 0)
    scale = pose_scale(poses.x2d)[recipient]
    own, donated = (torch.from_numpy(places(poses)[i] / scale) for i in (recipient, donor[recipient]))
    size, unit = depth_scale(poses)
    moved = _moved(run, own, donated, list(where.values()), torch.from_numpy(size[recipient, :, 0]))[..., 1:]
    what, owners = "movement of the lifted depth", tuple(swapped.values())
    return Dependence(moved, tuple(where), names[1:], what, unit, run.seeds, owners)


@torch.no_grad()
def _moved(run: Run, own: Tensor, donated: Tensor, parts: list[list[int]], size: Tensor) -> np.ndarray:
    """(M, P, J): the mean movement of each depth, in the unit of ``size`` (N, 1), of poses (N, J, 2)."""
    device, members = run.lifter.device, len(run.seeds)
    total = torch.zeros(members, len(parts), own.shape[1], dtype=torch.float64, device=device)
    for chunk in torch.arange(len(own), device="cpu").split(max(CHUNK // members, 1)):
        before, after, mm = (t[chunk].to(device) for t in (own, donated, size))
        depths = run.lifter(before.expand(members, *before.shape))
        for p, joints in enumerate(parts):
            mixed = swapped(before, after, joints)
            change = run.lifter(mixed.expand(members, *mixed.shape)) - depths
            total[:, p] += (change.abs() * mm).double().sum(1)
    return (total / len(own)).cpu().numpy()


def swapped(own: Array, donated: Array, joints: Sequence[int]) -> Array:
    """2D poses ``(..., J, 2)`` with some joints taken from donors: both relative to the root and on one scale.

    >>> swapped(np.zeros((3, 2)), np.ones((3, 2)), [1]).tolist()
    [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]
    """
    mixed = own + 0  # a copy
    mixed[..., joints, :] = donated[..., joints, :]
    return mixed


def depth_scale(poses: PoseSet) -> tuple[np.ndarray, str]:
    """(N, 1, 1) how much a normalised depth of 1 is, and its unit: mm if the size of the person is known."""
    if poses.units == "mm" or poses.x3d is None:
        return pose_scale(poses.x2d), poses.units
    return pose_scale(poses.x3d[..., :2]), "mm"
