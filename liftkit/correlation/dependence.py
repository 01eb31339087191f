"""Dependence: a matrix of what moves whose depth, for each member, with the names of its rows and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from liftkit.representations import Representation, get_representation

Parts = str | Representation | Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Dependence:
    """How strongly the depth of each joint (column) depends on each joint's, or part's, 2D position (row).

    ``values`` (M, R, C): a matrix for each member (data alone has one); ``rows`` (R names) and ``columns`` (C joints);
    ``seeds`` (M, or empty for data); ``what`` and ``unit`` say what a number means; ``owners`` tells which joints a
    row stands for. ``data`` (R, C) is the same measure of the data's own true depths, where they are known. The root
    is left out: its place and depth are 0.
    """

    values: np.ndarray
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    what: str
    unit: str
    seeds: tuple[int, ...] = ()
    owners: tuple[tuple[str, ...], ...] = ()
    data: np.ndarray | None = None

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
        """(R, C) the standard deviation over members; NaN for one."""
        if len(self.values) < 2:
            return np.full(self.values.shape[1:], np.nan)
        return self.values.std(0, ddof=1)

    @property
    def excess(self) -> Dependence:
        """What members have beyond the data: size minus the data's size. Raises ValueError without 3D truth.

        Sizes, because a lifter whose depth is reversed has every correlation with the sign turned.
        """
        if self.data is None:
            raise ValueError(f"{self.what}: the excess needs poses with 3D truth")
        return replace(self, values=np.abs(self.values) - np.abs(self.data), what=f"excess of {self.what}", data=None)

    def table(self, member: int | None = None) -> pd.DataFrame:
        """Rows x columns by name: the mean over members, or one member's."""
        values = self.mean if member is None else self.values[member]
        return pd.DataFrame(values, index=pd.Index(self.rows, name="2D"), columns=pd.Index(self.columns, name="depth"))

    def within(self, parts: Parts = "legs_torso") -> np.ndarray:
        """(M,) the mean size where the row's joints and the column's lie in one part; of joints, not of a joint itself.

        ``parts``: names to joints, or a representation: the joints that its segments own. Raises ValueError where
        parts do not hold each joint once.
        """
        return self._mean_over(self._same_part(parts) & ~self._itself())

    def between(self, parts: Parts = "legs_torso") -> np.ndarray:
        """(M,) the mean size where the row's joints and the column's lie in different parts."""
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

    def _itself(self) -> np.ndarray:
        return np.array([[joints == (column,) for column in self.columns] for joints in self.owners])


def joints_of(parts: Parts) -> dict[str, tuple[str, ...]]:
    """Parts of the body as names to joints; of a representation, the joints that its segments own."""
    if isinstance(parts, Mapping):
        return {name: tuple(joints) for name, joints in parts.items()}
    return {segment.name: segment.owns for segment in get_representation(parts).segments}


def owner_of(parts: Parts, joints: Sequence[str]) -> dict[str, str]:
    """The part of each joint. Raises ValueError where one has none or several, or a part holds other joints."""
    found = joints_of(parts)
    part_of = {joint: name for name, members in found.items() for joint in members}
    if unknown := sorted(set(part_of) - set(joints)):
        raise ValueError(f"parts hold joints that the matrix lacks: {', '.join(unknown)}; it has {', '.join(joints)}")
    if missing := [joint for joint in joints if joint not in part_of]:
        raise ValueError(f"no part holds {', '.join(missing)}")
    if sum(map(len, found.values())) != len(joints):
        raise ValueError(f"parts must hold every joint once, found {found}")
    return part_of
