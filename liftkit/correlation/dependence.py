"""Dependence: how the depth of each joint depends on 2D positions, one matrix per member, with the joints' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from liftkit.representations import Representation, get_representation

Parts = str | Representation | Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Dependence:
    """How strongly the depth of each joint (column) depends on the 2D position of each joint or part (row).

    The root is left out: its position and depth are 0.

    >>> Dependence(np.ones((1, 1, 2)), ("legs",), ("head", "neck"), "sensitivity", "mm per mm").mean.tolist()
    [[1.0, 1.0]]
    """

    values: np.ndarray  # (M, R, C) one matrix per member; a single one for data
    rows: tuple[str, ...]  # R names of joints or parts
    columns: tuple[str, ...]  # C names of joints
    what: str  # the measure, in words
    unit: str
    seeds: tuple[int, ...] = ()  # M; empty for data
    owners: tuple[tuple[str, ...], ...] = ()  # for each row its joints (default: a row is a joint)
    data: np.ndarray | None = None  # (R, C) the same measure with the true depths, if they are known

    def __post_init__(self):
        if self.values.shape[1:] != (len(self.rows), len(self.columns)) or self.values.ndim != 3:
            expected = f"(members, {len(self.rows)}, {len(self.columns)})"
            raise ValueError(f"values must have shape {expected}, found {self.values.shape}")
        if not self.owners:
            object.__setattr__(self, "owners", tuple((row,) for row in self.rows))

    @property
    def mean(self) -> np.ndarray:
        """(R, C) the mean over members."""
        return self.values.mean(0)

    @property
    def sd(self) -> np.ndarray:
        """(R, C) the standard deviation over members; 0 for a single one."""
        return self.values.std(0, ddof=min(len(self.values) - 1, 1))

    @property
    def excess(self) -> Dependence:
        """What members have beyond the data: the difference of absolute values; ValueError without ``data``."""
        # Absolute, because a lifter whose depth is reversed has every correlation with the opposite sign.
        if self.data is None:
            raise ValueError(f"{self.what}: the excess needs poses with 3D truth")
        return replace(self, values=np.abs(self.values) - np.abs(self.data), what=f"excess of {self.what}", data=None)

    def table(self, member: int | None = None) -> pd.DataFrame:
        """Rows x columns by name: the mean over members, or one member (by its place)."""
        values = self.mean if member is None else self.values[member]
        return pd.DataFrame(values, index=pd.Index(self.rows, name="2D"), columns=pd.Index(self.columns, name="depth"))

    def within(self, parts: Parts = "legs_torso") -> np.ndarray:
        """(M,) the mean absolute value where row and column belong to the same part, without a joint on itself.

        Args:
            parts: a mapping of names to joints, or a representation: the joints that its segments own. They must hold
                each joint exactly once.
        """
        itself = np.array([[joints == (column,) for column in self.columns] for joints in self.owners])
        return self._mean_over(self._same_part(parts) & ~itself)

    def between(self, parts: Parts = "legs_torso") -> np.ndarray:
        """(M,) the mean absolute value where row and column belong to different parts, given as in :meth:`within`."""
        return self._mean_over(~self._same_part(parts))

    def _mean_over(self, where: np.ndarray) -> np.ndarray:
        if not where.any():
            return np.full(len(self.values), np.nan)
        return np.nanmean(np.abs(self.values)[:, where], axis=1)

    def _same_part(self, parts: Parts) -> np.ndarray:
        part_of = owner_of(parts, self.columns)
        rows = [{part_of[joint] for joint in joints} for joints in self.owners]
        if mixed := [row for row, found in zip(self.rows, rows, strict=True) if len(found) > 1]:
            raise ValueError(f"{mixed[0]!r} has joints of several of these parts; choose parts that hold it whole")
        return np.array([[part_of[column] in row for column in self.columns] for row in rows])


def joints_of(parts: Parts) -> dict[str, tuple[str, ...]]:
    """Parts as a mapping of names to joints; for a representation the joints that its segments own."""
    if isinstance(parts, Mapping):
        return {name: tuple(joints) for name, joints in parts.items()}
    return {segment.name: segment.owns for segment in get_representation(parts).segments}


def owner_of(parts: Parts, joints: Sequence[str]) -> dict[str, str]:
    """The part of each joint; ValueError if one has none or several, or if a part holds other joints."""
    found = joints_of(parts)
    part_of = {joint: name for name, members in found.items() for joint in members}
    if unknown := sorted(set(part_of) - set(joints)):
        raise ValueError(f"parts hold joints that the matrix lacks: {', '.join(unknown)}; it has {', '.join(joints)}")
    if missing := [joint for joint in joints if joint not in part_of]:
        raise ValueError(f"no part holds {', '.join(missing)}")
    if sum(map(len, found.values())) != len(joints):
        raise ValueError(f"parts must hold every joint once, found {found}")
    return part_of
