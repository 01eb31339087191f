"""When a lifter does not know: how far its members differ, and how far a pose lies from the training poses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from liftkit.geometry import flip, normalise
from liftkit.representations import RENAMED, Representation

RIDGE = 0.01  # of a pose's size: smaller deviations mean nothing, detectors are off by as much
USUAL = 0.99  # of the training poses lie within the distance 1
ENOUGH = 20_000  # training poses, evenly spaced: 0.2 s
ENOUGH_LIFTED = 2_000  # of them for the usual spread: 0.2 s for eight members of width 96


def consensus(x3d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the members of a run agree on.

    Args:
        x3d: (M, N, J, 3) as :meth:`liftkit.Run.lift` gives them.

    Returns:
        The mean over members (N, J, 3), whose error is smaller than that of most members, and the spread (N, J): the
        standard deviation of each joint's depth over members, in the unit of ``x3d``; NaN if there is one member.

    >>> mean, spread = consensus(np.array([1.0, 3.0]).reshape(2, 1, 1, 1) * [0.0, 0.0, 1.0])
    >>> mean.tolist(), spread.round(2).tolist()
    ([[[0.0, 0.0, 2.0]]], [[1.41]])
    """
    depth = x3d[..., 2]
    spread = depth.std(0, ddof=1) if len(depth) > 1 else np.full_like(depth[0], np.nan)
    return x3d.mean(0), spread


@dataclass(frozen=True, eq=False)
class PoseStatistics:
    """The 2D poses that a lifter was trained on, as the mean and the covariance of what each segment sees.

    The distance of a pose is that of Mahalanobis (1936): how many standard deviations it is away from the mean, in
    every direction by the standard deviation of the training poses in that direction. It is divided by the distance
    within which 99 % of the training poses lie: above 1 a segment is unlike the training poses.

    The spread of few members is a noisy number. It is moderated as the variances of small samples are (Smyth 2004), by
    what is usual: the root of the mean of both squares.
    """

    representation: Representation
    means: Mapping[str, np.ndarray]  # segment -> (2 k,)
    precisions: Mapping[str, np.ndarray]  # segment -> (2 k, 2 k), the inverse of the covariance
    limits: Mapping[str, float]  # segment -> the distance of 99 % of the training poses
    usual: np.ndarray | None = None  # (J,) each joint's mean spread, in parts of its segment's largest coordinate

    @classmethod
    def of(cls, x2d: np.ndarray, representation: Representation) -> PoseStatistics:
        """The statistics of training poses (N, J, 2), each also flipped left to right, as in training."""
        poses = normalise(np.asarray(x2d[:: math.ceil(len(x2d) / ENOUGH)], float))
        poses = np.concatenate([poses, flip(poses)])
        means, precisions, limits = {}, {}, {}
        for name, seen in _inputs(poses, representation).items():
            means[name], offset = (mean := seen.mean(0)), seen - mean
            covariance = offset.T @ offset / len(offset)
            precisions[name] = np.linalg.inv(covariance + RIDGE**2 * np.eye(len(covariance)))
            limits[name] = float(np.quantile(_mahalanobis(offset, precisions[name]), USUAL))
        return cls(representation, means, precisions, limits)

    def arrays(self) -> dict[str, np.ndarray]:
        """The numbers by name, to be stored."""
        return {
            f"{kind}.{name}": np.asarray(value, np.float32)
            for kind in ("means", "precisions", "limits")
            for name, value in getattr(self, kind).items()
        } | ({} if self.usual is None else {"usual": self.usual.astype(np.float32)})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], representation: Representation) -> PoseStatistics:
        """The statistics whose :meth:`arrays` are given; ValueError if they are of another representation."""
        names, renamed = [segment.name for segment in representation.segments], RENAMED.get(representation.name, {})
        parts = ((key.partition("."), value) for key, value in arrays.items())
        usual = arrays.get("usual")
        arrays = {f"{kind}.{renamed.get(name, name)}": value for (kind, _, name), value in parts}
        try:
            fields = [
                {name: np.asarray(arrays[f"{kind}.{name}"], float) for name in names}
                for kind in ("means", "precisions", "limits")
            ]
        except KeyError as error:
            raise ValueError(
                f"statistics of {representation.name} must have {error}, found {sorted(arrays)}"
            ) from error
        return cls(representation, *fields, usual)

    def with_spread(self, lift: Callable[[np.ndarray], np.ndarray], x2d: np.ndarray) -> PoseStatistics:
        """The same with the usual spread of the members that ``lift`` training poses (N, J, 2), as a run does."""
        x2d = x2d[:: math.ceil(len(x2d) / ENOUGH_LIFTED)]
        spread = consensus(lift(x2d))[1] / self._sizes(x2d)
        return replace(self, usual=None if np.isnan(spread).any() else spread.mean(0))

    def moderate(self, spread: np.ndarray, x2d: np.ndarray) -> np.ndarray:
        """The spread (N, J) of poses (N, J, 2) in their unit, moderated; as it is if nothing usual is known."""
        return spread if self.usual is None else np.sqrt((spread**2 + (self.usual * self._sizes(x2d)) ** 2) / 2)

    def distance(self, x2d: np.ndarray) -> np.ndarray:
        """Poses (N, J, 2), in any unit -> (N, S): the distance of each segment; NaN if one of its joints is missing."""
        offsets = self._offsets(x2d)
        return np.stack([_mahalanobis(o, self.precisions[name]) / self.limits[name] for name, o in offsets.items()], 1)

    def oddest(self, x2d: np.ndarray) -> np.ndarray:
        """Poses (N, J, 2) -> (N, S): the index of the joint that adds most to the distance of each segment."""
        found = []
        for segment, (name, offset) in zip(self.representation.segments, self._offsets(x2d).items(), strict=True):
            added = (offset * (offset @ self.precisions[name])).reshape(len(offset), -1, 2).sum(-1)  # (N, k)
            joints = np.array([self.representation.skeleton.index(joint) for joint in segment.sees])
            found.append(joints[np.nan_to_num(added, nan=-np.inf).argmax(1)])
        return np.stack(found, 1)

    def unlike(self, x2d: np.ndarray) -> str:
        """Which segments of poses (N, J, 2) are unlike the training poses, in words; empty if none is.

        For example "legs in 12 of 60 poses (mostly left ankle)".
        """
        texts = []
        for segment, far, odd in zip(
            self.representation.segments, self.distance(x2d).T > 1, self.oddest(x2d).T, strict=True
        ):
            if far.any():
                joint = self.representation.skeleton.names[np.bincount(odd[far]).argmax()].replace("_", " ")
                texts.append(f"{segment.name} in {far.sum()} of {len(far)} poses (mostly {joint})")
        return ", ".join(texts).replace("_", " ")

    def _offsets(self, x2d: np.ndarray) -> dict[str, np.ndarray]:
        x2d = np.asarray(x2d, float)
        seen = _inputs(x2d - x2d[:, :1], self.representation)
        return {name: values - self.means[name] for name, values in seen.items()}

    def _sizes(self, x2d: np.ndarray) -> np.ndarray:
        """(N, J) the largest coordinate of what each joint's segment sees; 1 for the root, which none owns (-1)."""
        sizes = [largest for _, _, largest in _seen(x2d - x2d[:, :1], self.representation)]
        return np.concatenate([*sizes, np.ones((len(x2d), 1))], axis=1)[:, self.representation.segment_of]


def _seen(rooted: np.ndarray, representation: Representation) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Of poses relative to their root: each segment's name, what it sees (N, 2 k), and its largest coordinate (N, 1).

    NaN if a joint is missing; 1 if all of them lie at the root.
    """
    for segment in representation.segments:
        joints = [representation.skeleton.index(joint) for joint in segment.sees]
        values = rooted[:, joints].reshape(len(rooted), -1)
        largest = np.abs(values).max(1, keepdims=True)
        yield segment.name, values, np.where(largest == 0, 1, largest)


def _inputs(rooted: np.ndarray, representation: Representation) -> dict[str, np.ndarray]:
    """Segment -> (N, 2 k) what it sees of poses relative to their root, divided by its largest coordinate."""
    return {name: values / largest for name, values, largest in _seen(rooted, representation)}


def _mahalanobis(offset: np.ndarray, precision: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum((offset @ precision * offset).sum(1), 0))
