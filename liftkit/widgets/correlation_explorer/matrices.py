"""The matrices of CorrelationExplorer: which there are, on how many poses each is taken, and what a cell says."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from liftkit.correlation import KINDS, Dependence, data_correlation, intervention, learned_correlation, sensitivity
from liftkit.poses import PoseSet, evenly
from liftkit.run import Run

DATA = "data"
EXCESS = "excess of "


@dataclass(frozen=True)
class Matrix:
    """A kind of matrix: taken on at most ``poses`` poses, so that a change of kind takes less than a second.

    ``says``: a cell in words, of {row}, {column}, {value} and, squared and in percent, {share}; ``moves``: whether
    the lifter was made to move, instead of only looked at; ``bar``: the name of the colours.
    """

    poses: int
    measure: Callable[[Run, PoseSet], Dependence]
    says: str
    bar: str
    moves: bool = False


def _correlation(kind: str) -> Callable[[Run, PoseSet], Dependence]:
    return lambda run, poses: learned_correlation(run, poses, kind)


MATRICES = {
    "pearson": Matrix(
        2000, _correlation("pearson"),
        "a straight line from the 2D place of the {row} foretells {share:.0f} % of how the depth of the {column} "
        "varies (correlation {value:.2f})", "correlation",
    ),
    "spearman": Matrix(
        2000, _correlation("spearman"),
        "in order of rank, the 2D place of the {row} foretells {share:.0f} % of how the depth of the {column} varies "
        "(rank correlation {value:.2f})", "rank correlation",
    ),
    "distance": Matrix(
        200, _correlation("distance"),
        "the distance correlation of the 2D place of the {row} and the depth of the {column} is {value:.2f} "
        "(near 0: no relation of any form; 1: the firmest)", "distance correlation",
    ),
    "sensitivity": Matrix(
        256, sensitivity,
        "pull the {row} by 1 mm in 2D and the depth of the {column} moves by {value:.2f} mm", "mm per mm", True,
    ),
    "intervention": Matrix(
        600, lambda run, poses: intervention(run, poses, "joints"),
        "give the {row} its 2D place of another clip and the depth of the {column} moves by {value:.1f} mm",
        "mm", True,
    ),
}  # fmt: skip


def kinds_for(poses: PoseSet) -> tuple[str, ...]:
    """The kinds to choose from; what lifters have beyond the data is known with 3D truth alone."""
    beyond = tuple(EXCESS + kind for kind in KINDS) if poses.x3d is not None else ()
    return (*KINDS, *beyond, *(kind for kind in MATRICES if kind not in KINDS))


class Matrices:
    """The dependences of runs on poses, each computed when it is first asked for and then kept."""

    def __init__(self, runs: Mapping[str, Run], poses: PoseSet):
        self.runs, self.poses, self.kept = runs, poses, {}

    def of(self, name: str, kind: str) -> Dependence:
        """The matrix of a run, or of ``DATA``: the correlation there that goes with the kind (Pearson's, if none).

        Cells where nothing changes are NaN, without a warning.
        """
        base = kind.removeprefix(EXCESS)
        if name == DATA and base not in KINDS:
            base = "pearson"
        if (name, base) not in self.kept:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=".*no correlation where nothing changes")
                few = evenly(self.poses, MATRICES[base].poses)
                self.kept[name, base] = self._measured(name, base, few)
        found = self.kept[name, base]
        return found.excess if kind.startswith(EXCESS) and name != DATA else found

    def _measured(self, name: str, kind: str, few: PoseSet) -> Dependence:
        if name == DATA:
            known = next((self.kept[run, kind] for run in self.runs if (run, kind) in self.kept), None)
            if known is None:
                return data_correlation(few, kind)
            what = f"{kind} correlation with the true depth"
            return Dependence(known.data[None], known.rows, known.columns, what, "")
        return MATRICES[kind].measure(self.runs[name], few)


def in_words(kind: str, row: str, column: str, value: float) -> str:
    """What a cell says.

    >>> in_words("intervention", "left_ankle", "left_wrist", 12.0)
    'give the left ankle its 2D place of another clip and the depth of the left wrist moves by 12.0 mm'
    """
    base = kind.removeprefix(EXCESS)
    row, column = row.replace("_", " "), column.replace("_", " ")
    if not np.isfinite(value):
        return (
            f"there is no value for the 2D place of the {row} and the depth of the {column}: one of them never changes"
        )
    if base != kind:
        way = "above" if value >= 0 else "below"
        return (
            f"the {MATRICES[base].bar} of the 2D place of the {row} and the depth of the {column} is "
            f"{abs(value):.2f} {way} the data's own"
        )
    return MATRICES[kind].says.format(row=row, column=column, value=value, share=100 * value**2)


def cannot(run: Run, row: str, column: str) -> bool:
    """Whether the network that gives the column's depth never sees the row: no dependence, whatever correlates."""
    representation = run.representation
    owner = next(segment for segment in representation.segments if column in segment.owns)
    return representation.independent and row not in owner.sees
