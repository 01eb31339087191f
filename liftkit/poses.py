"""PoseSet: 2D poses, the 3D truth where it is known, and who, what and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, replace

import numpy as np
import torch
from torch import Tensor

from liftkit.geometry import expect_poses
from liftkit.representations import Representation
from liftkit.skeleton import H36M_17, Skeleton

UNITS = ("mm", "px", "none")
LABELS = dict(subject=str, action=str, clip=np.int32, frame=np.int32, camera=np.int32, split=str)
PER_POSE = ("x2d", "x3d", "tilt", *LABELS)  # fields with one entry per pose; 3D and tilt may be None


@dataclass(frozen=True, eq=False)
class PoseSet:
    """N poses of one skeleton.

    Args:
        x2d: (N, J, 2) float32 in ``units``; without ``x3d`` a joint that was not seen may be NaN.
        x3d: (N, J, 3) float32 in mm, camera frame (x right, y down, z away), relative to the root; or None.
        subject, action, split: N strings each; default "". A clip belongs to one split.
        clip, frame, camera: N int32 each; default 0, ``frame`` counts from 0.
        tilt: (N,) float32, how far the camera of each pose looked down, in degrees; or None: not known.
        units: "px" pixels, "mm" orthographic millimetres, "none" normalised.
        copy: whether arrays are copied; if False, those of the right type are used as they are.

    Raises:
        ValueError: naming the field, what was found and what was expected.

    >>> PoseSet(np.zeros((2, 17, 2), "float32"), subject=["ann", "bob"]).select(subject="bob")
    PoseSet 'poses': 1 pose, 2D in px, no 3D
    """

    x2d: np.ndarray
    x3d: np.ndarray | None = None
    subject: np.ndarray | None = None
    action: np.ndarray | None = None
    clip: np.ndarray | None = None
    frame: np.ndarray | None = None
    camera: np.ndarray | None = None
    split: np.ndarray | None = None
    tilt: np.ndarray | None = None
    units: str = "px"
    name: str = "poses"
    skeleton: Skeleton = H36M_17
    copy: InitVar[bool] = True

    def __post_init__(self, copy: bool):
        joints = len(self.skeleton)
        put = lambda field, value: object.__setattr__(self, field, value)  # noqa: E731 - the class is frozen
        put("x2d", _coordinates("x2d", self.x2d, (None, joints, 2), copy, gaps=self.x3d is None))
        count = len(self.x2d)
        if self.x3d is not None:
            put("x3d", _coordinates("x3d", self.x3d, (count, joints, 3), copy))
            if np.abs(self.x3d[:, 0]).max(initial=0) > 1e-2:
                raise ValueError(
                    f"x3d must be relative to the {self.skeleton.names[0]} (its place is 0, 0, 0), "
                    f"found it up to {np.abs(self.x3d[:, 0]).max():.1f} mm away"
                )
        for field, kind in LABELS.items():
            put(field, _labels(field, getattr(self, field), kind, count, copy))
        if self.tilt is not None:
            put("tilt", _tilts(self.tilt, count))
        if self.units not in UNITS:
            raise ValueError(f"units must be one of {', '.join(UNITS)}, found {self.units!r}")
        _check_text("name", np.array([self.name]))
        self._check_splits()

    def _check_splits(self):
        splits, code = np.unique(self.split, return_inverse=True)
        clip_and_split = np.unique(self.clip.astype(np.int64) * len(splits) + code)
        clips, counts = np.unique(clip_and_split // max(len(splits), 1), return_counts=True)
        if (counts > 1).any():
            raise ValueError(f"a clip must lie in one split, found clip {clips[counts > 1][0]} in several")

    def __len__(self) -> int:
        return len(self.x2d)

    def __repr__(self) -> str:
        truth = "no 3D" if self.x3d is None else "3D in mm"
        poses = "1 pose" if len(self) == 1 else f"{len(self):,} poses"
        gaps = f" ({count:,} with joints missing)" if (count := int((~self.seen).any(1).sum())) else ""
        return f"PoseSet {self.name!r}: {poses}{gaps}, 2D in {self.units}, {truth}"

    @property
    def seen(self) -> np.ndarray:
        """(N, J) whether a joint was seen, that is, its 2D position is known."""
        return np.isfinite(self.x2d).all(-1)

    @property
    def missing(self) -> dict[str, int]:
        """In how many poses each joint was not seen, for joints that are missing somewhere."""
        counts = (~self.seen).sum(0).tolist()
        return {name: count for name, count in zip(self.skeleton.names, counts, strict=True) if count}

    def select(self, where: np.ndarray | None = None, **labels) -> PoseSet:
        """Select poses by index and by label.

        Args:
            where: a mask or indices; default: all poses.
            labels: the value of a label, or several allowed ones.

        Raises:
            ValueError: on an unknown label, and if no pose is left (listing the values that occur).

        >>> len(PoseSet(np.zeros((3, 17, 2), "float32"), clip=[4, 5, 6]).select(clip=[4, 6]))
        2
        """
        keep = np.ones(len(self), bool)
        for field, wanted in labels.items():
            if field not in LABELS:
                raise ValueError(f"cannot select by {field!r}; the labels are {', '.join(LABELS)}")
            found = np.isin(getattr(self, field), np.atleast_1d(np.asarray(wanted)))
            if not (keep & found).any():
                choices = ", ".join(map(repr, np.unique(getattr(self, field)).tolist()[:20]))
                raise ValueError(f"{self.name}: no pose with {field} {wanted!r}; there are {choices}")
            keep &= found
        chosen = np.flatnonzero(keep)
        if where is not None:
            try:
                at = np.arange(len(self))[where]
            except IndexError as error:
                raise ValueError(f"where must be a mask or indices of {len(self)} poses: {error}") from error
            chosen = at[np.isin(at, chosen)]
        if not len(chosen):
            raise ValueError(f"{self.name}: the selection is empty")
        kept = {field: getattr(self, field) for field in PER_POSE if getattr(self, field) is not None}
        return replace(self, **{field: values[chosen] for field, values in kept.items()}, copy=False)

    def part(self, split: str) -> PoseSet:
        """The poses of a split, or all if there are none in it: what a lifter is trained or evaluated on."""
        return self.select(split=split) if (self.split == split).any() else self

    @property
    def train(self) -> PoseSet:
        """The poses of the split "train"."""
        return self.select(split="train")

    @property
    def test(self) -> PoseSet:
        """The poses of the split "test"."""
        return self.select(split="test")


def _coordinates(field: str, values, shape: tuple, copy: bool, gaps: bool = False) -> np.ndarray:
    values = np.asarray(values)
    expected = str(tuple("N" if size is None else size for size in shape)).replace("'", "")
    if values.ndim != len(shape) or any(b not in (None, a) for a, b in zip(values.shape, shape, strict=True)):
        raise ValueError(f"{field} must have shape {expected}, found {values.shape}")
    if values.dtype.kind != "f":
        raise ValueError(f"{field} must hold floating-point numbers, found {values.dtype}")
    if not len(values):
        raise ValueError(f"{field} must hold at least one pose, found shape {values.shape}")
    with np.errstate(over="ignore"):
        values = values.astype(np.float32, copy=copy)
    bad = np.flatnonzero((np.isinf(values) if gaps else ~np.isfinite(values)).any((1, 2)))
    if len(bad):
        raise ValueError(f"{field} must be finite, found NaN or infinity in {len(bad)} poses, first {bad[0]}")
    return values


def _labels(field: str, values, kind, count: int, copy: bool) -> np.ndarray:
    if values is None:
        if field == "frame":
            return np.arange(count, dtype=kind)
        return np.zeros(count, "U1" if kind is str else kind)
    values = np.asarray(values)
    if values.shape != (count,):
        raise ValueError(f"{field} must have one entry a pose, shape ({count},), found {values.shape}")
    if values.dtype.kind not in ("U" if kind is str else "iu"):
        expected = "strings" if kind is str else "integers"
        raise ValueError(f"{field} must hold {expected}, found {values.dtype}")
    if kind is str:
        _check_text(field, values)
    elif (values != values.astype(kind)).any():
        raise ValueError(f"{field} must fit into {np.dtype(kind)}, found {values.min()} to {values.max()}")
    return values.astype(kind, copy=copy)


def _tilts(values, count: int) -> np.ndarray:
    values = np.asarray(values)
    if values.shape != (count,) or values.dtype.kind not in "fiu" or not (np.abs(values) <= 90).all():
        raise ValueError(f"tilt must have one number from -90 to 90 degrees a pose, shape ({count},), found {values!r}")
    return values.astype(np.float32)


def _check_text(field: str, texts: np.ndarray) -> None:
    """Raise ValueError if a text holds half of a character (a lone surrogate), which no file can be written with."""
    letters = np.ascontiguousarray(texts).view(np.uint32).reshape(len(texts), -1)
    if (bad := ((letters >= 0xD800) & (letters < 0xE000)).any(1)).any():
        raise ValueError(f"{field} must be Unicode text, found {texts[bad][0][:40]!r}")


def training_poses(poses: PoseSet | np.ndarray | Tensor, representation: Representation) -> Tensor:
    """The 2D poses to train on, checked, float32 (N, J, 2); of a PoseSet those of :meth:`PoseSet.part` "train"."""
    if isinstance(poses, PoseSet):
        poses = poses.part("train").x2d
    expect_poses(poses, 2, "poses")
    joints = len(representation.skeleton)
    if poses.ndim != 3 or poses.shape[1] != joints or not len(poses):
        raise ValueError(f"poses must have shape (N, {joints}, 2) with N at least 1, found {tuple(poses.shape)}")
    # A numpy array is copied: torch takes no negative strides, and warns about read-only arrays.
    x2d = poses.float() if isinstance(poses, Tensor) else torch.from_numpy(np.array(poses, np.float32))
    if bad := (~x2d.isfinite()).any(2).any(1).sum().item():
        raise ValueError(f"poses to train on must be complete, found NaN or infinity in {bad} of {len(x2d)}")
    return x2d


def training_tilts(poses: PoseSet | np.ndarray | Tensor) -> Tensor:
    """(N,) the camera's tilt of each of :func:`training_poses`, in degrees; ValueError if it is not known."""
    if not isinstance(poses, PoseSet) or poses.tilt is None:
        raise ValueError(
            "known_tilt needs a PoseSet with the tilt of each pose's camera, as `film` makes; this has none"
        )
    return torch.from_numpy(poses.part("train").tilt)


def training_labels(poses: PoseSet | np.ndarray | Tensor, label: str) -> Tensor:
    """(N,) the number, from 0, of the ``label`` of each of :func:`training_poses`; ValueError without labels."""
    if not isinstance(poses, PoseSet):
        raise ValueError(f"the condition {label!r} needs a PoseSet, of which each pose has that label; found an array")
    return torch.from_numpy(np.unique(getattr(poses.part("train"), label), return_inverse=True)[1])


def require_truth(poses: PoseSet, purpose: str) -> np.ndarray:
    """(N, J, 3) the true 3D poses; ValueError, naming the purpose, if there are none."""
    if poses.x3d is None:
        raise ValueError(f"{poses.name}: {purpose} needs the true 3D poses; this PoseSet has none")
    return poses.x3d


def require_complete(poses: PoseSet, purpose: str) -> None:
    """Raise ValueError, naming the purpose, if a joint was not seen in some pose."""
    if lacking := ", ".join(poses.missing):
        count = (~poses.seen).any(1).sum()
        raise ValueError(
            f"{poses.name}: {purpose} needs complete poses; {count} of {len(poses)} lack joints ({lacking}); "
            "`poses.select(poses.seen.all(1))` are the complete ones"
        )


def evenly(poses: PoseSet, count: int | None) -> PoseSet:
    """At most ``count`` poses of a set, evenly spaced (None: all)."""
    if count is None or count >= len(poses):
        return poses
    return poses.select(np.linspace(0, len(poses) - 1, count).astype(int))


def concatenate(sets: Sequence[PoseSet], name: str) -> PoseSet:
    """Several sets as one, in order; clips are numbered anew, so that those of two sets stay apart.

    Raises:
        ValueError: if there is no set, if units or skeletons differ, or if some have 3D truth and others have none.

    >>> one = PoseSet(np.zeros((2, 17, 2), "float32"), clip=[4, 5])
    >>> concatenate([one, one], "two").clip.tolist()
    [0, 1, 2, 3]
    """
    kinds = {(poses.units, poses.skeleton.names, poses.x3d is None) for poses in sets}
    if len(kinds) != 1:
        raise ValueError(f"expected sets of one unit and skeleton, all with or all without 3D, found {list(sets)}")
    fields = [field for field in PER_POSE if all(getattr(poses, field) is not None for poses in sets)]
    joined = {field: np.concatenate([getattr(poses, field) for poses in sets]) for field in fields}
    each = [np.unique(poses.clip, return_inverse=True)[1] for poses in sets]
    starts = np.cumsum([0, *(clip.max() + 1 for clip in each)])
    joined["clip"] = np.concatenate([clip + start for clip, start in zip(each, starts, strict=False)])
    return replace(sets[0], **({"tilt": None} | joined), name=name, copy=False)
