"""What holds for every person: joints by name, height along the bones, which way is up, and checks in mm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from liftkit.geometry import hip_midpoint
from liftkit.skeleton import H36M_17

# Our joint's name -> the name in the source, or several names, whose mean is taken. The pelvis needs no entry; one
# that is given is not used: the pelvis is the midpoint of the hips, wherever the source has its root.
JointMap = Mapping[str, str | Sequence[str]]

SHORTEST, TALLEST = 900.0, 2400.0  # mm from ankle to head along the bones
# The bones whose lengths add up to a person's height: a leg, the trunk, the head.
CHAIN = ("right_ankle", "right_knee", "right_hip", "pelvis", "spine", "thorax", "neck", "head")


def pick_joints(points: np.ndarray, names: Sequence[str], mapping: JointMap) -> np.ndarray:
    """Our 17 joints (F, 17, d) from a source's named points (F, K, d), the pelvis at the midpoint of the hips.

    Raises:
        ValueError: names the joints that are missing.
    """
    place = {name: k for k, name in enumerate(names)}
    if len(place) != len(names) or points.shape[1] != len(names):
        raise ValueError(f"expected {points.shape[1]} different joint names, found {len(place)} in {len(names)}")
    if missing := [joint for joint in H36M_17.names[1:] if joint not in mapping]:
        raise ValueError(f"the joint map has no {', '.join(missing)}")
    if unknown := [joint for joint in mapping if joint not in H36M_17.names]:
        raise ValueError(f"the joint map names unknown joints: {', '.join(unknown)}")
    sources = [(m,) if isinstance(m := mapping[joint], str) else tuple(m) for joint in H36M_17.names[1:]]
    if absent := sorted({name for source in sources for name in source if name not in place}):
        raise ValueError(f"it has no joint {', '.join(absent)}; it has {', '.join(names)}")
    with np.errstate(over="ignore", invalid="ignore"):  # the mean of huge numbers or NaN
        found = [points[:, [place[name] for name in source]].mean(1) for source in sources]
        joints = np.stack([found[0], *found], axis=1)
        joints[:, 0] = hip_midpoint(joints)
    return joints


def heights(joints: np.ndarray) -> np.ndarray:
    """(F,) the length of the chain from ankle to head, in the unit of the joints (F, 17, 3)."""
    chain = [H36M_17.index(joint) for joint in CHAIN]
    with np.errstate(over="ignore", invalid="ignore"):  # huge numbers have a huge height
        return np.linalg.norm(np.diff(joints[:, chain], axis=1), axis=-1).sum(1)


def person_height(joints: np.ndarray) -> float:
    """The median over frames of the :func:`heights` of joints (F, 17, 3)."""
    return float(np.median(heights(joints)))


def upside_down(points: np.ndarray) -> np.ndarray:
    """Whether the head is below both ankles: points (F, 17, d) whose y points down -> (F,) bool."""
    y = {name: points[:, H36M_17.index(name), 1] for name in ("head", "left_ankle", "right_ankle")}
    return y["head"] > np.maximum(y["left_ankle"], y["right_ankle"])


def check_person(joints: np.ndarray, what: str = "joints") -> None:
    """Raise ValueError unless joints (F, 17, 3) are finite and their person is as tall as people are, in mm."""
    if not len(joints):
        raise ValueError(f"{what} must hold at least one frame, found none")
    bad = np.flatnonzero(~np.isfinite(joints).all((1, 2)))
    if len(bad):
        raise ValueError(f"{what} must be finite, found NaN or infinity in {len(bad)} frames, first {bad[0]}")
    height = person_height(joints)
    if not SHORTEST < height < TALLEST:
        raise ValueError(
            f"{what} must be in millimetres: expected {SHORTEST:.0f} to {TALLEST:.0f} from ankle to head along the "
            f"bones, found {height:.4g}"
        )


def check_agreement(x2d: np.ndarray, x3d: np.ndarray) -> None:
    """Raise ValueError unless 2D (F, 17, 2) and 3D (F, 17, 3), camera frame, have the same right and down."""
    for axis, towards in enumerate(("right", "down")):
        with np.errstate(over="ignore", invalid="ignore"):  # huge numbers agree in nothing, or a PoseSet refuses them
            flat, solid = ((x[..., axis] - x[:, :1, axis]).ravel().astype(float) for x in (x2d, x3d))
            agreement = flat @ solid
        if not agreement > 0:
            raise ValueError(f"2D and 3D must agree in what goes {towards}: one of them has other axes or joints")
