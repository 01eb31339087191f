"""Dependence that is proven: put legs from another clip under a torso, and see whether the arms' depths move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from liftkit.correlation.dependence import Dependence, Parts, joints_of
from liftkit.correlation.measures import check_fit, groups
from liftkit.geometry import pose_scale
from liftkit.poses import PoseSet
from liftkit.run import CHUNK, Run

MATCHED = ("subject", "camera", "facing")


def donors(poses: PoseSet, within: Sequence[str] = MATCHED, seed: int = 0) -> np.ndarray:
    """(N,) for every pose the index of another one, of another clip, that agrees in the labels ``within``.

    -1 where there is none. "facing" is the direction of the hips in steps of 15 degrees, by the 3D truth. Every pose
    gives to at most one. Raises ValueError where no pose has a donor.
    """
    rng = np.random.default_rng(seed)
    group, chosen = groups(poses, within), np.full(len(poses), -1)
    _, clip = np.unique(poses.clip, return_inverse=True)
    clip = rng.permutation(clip.max() + 1)[clip]
    # Group by group, clips in random order: as far on as the largest clip is long, every pose is of another clip.
    order = np.lexsort((rng.random(len(poses)), clip, group))
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        shifted = np.roll(members, -np.unique(poses.clip[members], return_counts=True)[1].max())
        chosen[members] = np.where(poses.clip[shifted] != poses.clip[members], shifted, -1)
    if (chosen < 0).all():
        raise ValueError(f"{poses.name}: no pose has a donor, a pose of another clip of the same {', '.join(within)}")
    return chosen


def intervention(
    run: Run,
    poses: PoseSet,
    parts: Parts = "legs_torso",
    within: Sequence[str] | None = None,
    seed: int = 0,
) -> Dependence:
    """Swap one part of each pose for another's and measure how far each joint's lifted depth moves: (M, parts, 16).

    ``parts``: a representation, whose segments are swapped, names to joints, or "joints": each joint alone. The other
    pose is one of another clip that agrees in ``within`` (default: subject, camera and, where there is 3D truth, the
    direction that the person faces); it takes the scale of the pose that receives it, so that a lifter that sees the
    parts apart does not move at all. In mm (in the unit of the 2D poses where their size in mm is not known), the mean
    over poses.

    The true depth of what was not swapped stays as it was. So where parts move independently, as in synthetic poses
    of coupling 0, all that moves is dependence which a lifter has made up. Raises ValueError where no pose has a
    donor, on unknown joints, and where run and poses have different skeletons.
    """
    check_fit(run, poses)
    names = poses.skeleton.names
    swapped = {joint: (joint,) for joint in names[1:]} if parts == "joints" else joints_of(parts)
    where = {part: [poses.skeleton.index(joint) for joint in joints] for part, joints in swapped.items()}
    if empty := [part for part, joints in where.items() if not joints]:
        raise ValueError(f"the part {empty[0]!r} holds no joint")
    within = within if within is not None else [k for k in MATCHED if k != "facing" or poses.x3d is not None]
    giver = donors(poses, within, seed)
    taker = np.flatnonzero(giver >= 0)
    centred = poses.x2d - poses.x2d[:, :1]
    scale = pose_scale(poses.x2d)
    own, given = (torch.from_numpy(centred[i] / scale[taker]) for i in (taker, giver[taker]))
    size, unit = millimetres(poses)
    moved = _moved(run, own, given, list(where.values()), torch.from_numpy(size[taker, :, 0]))
    return Dependence(
        moved[..., 1:],
        tuple(where),
        names[1:],
        "movement of the lifted depth",
        unit,
        run.seeds,
        tuple(swapped.values()),
    )


@torch.no_grad()
def _moved(run: Run, own, given, parts: list[list[int]], size) -> np.ndarray:
    """(M, P, J): the mean movement of each depth, in the unit of ``size`` (N, 1), of poses (N, J, 2)."""
    device, members = run.lifter.device, len(run.seeds)
    total = torch.zeros(members, len(parts), own.shape[1], dtype=torch.float64, device=device)
    for chunk in torch.arange(len(own)).split(max(CHUNK // members, 1)):
        before, after, mm = (t[chunk].to(device) for t in (own, given, size))
        depths = run.lifter(before.expand(members, *before.shape))
        for p, joints in enumerate(parts):
            mixed = before.clone()
            mixed[:, joints] = after[:, joints]
            change = run.lifter(mixed.expand(members, *mixed.shape)) - depths
            total[:, p] += (change.abs() * mm).double().sum(1)
    return (total / len(own)).cpu().numpy()


def millimetres(poses: PoseSet) -> tuple[np.ndarray, str]:
    """(N, 1, 1) the size of a normalised depth of 1, in mm where that is known."""
    if poses.units == "mm" or poses.x3d is None:
        return pose_scale(poses.x2d), poses.units
    return pose_scale(poses.x3d[..., :2]), "mm"
