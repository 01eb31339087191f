"""The matrices of CorrelationExplorer: which kinds there are, on how many poses each is taken, a cell as a sentence."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from liftkit.correlation import KINDS, Dependence, data_correlation, intervention, learned_correlation, sensitivity
from liftkit.poses import PoseSet, evenly
from liftkit.run import Run
from liftkit.system.numbers import Rounded
from liftkit.view import readable

DATA = "data"
EXCESS = "excess of "


@dataclass(frozen=True)
class Kind:
    """A kind of matrix."""

    max_poses: int  # so many that a change of kind takes less than a second
    measure: Callable[[Run, PoseSet], Dependence]
    bar: str  # the label of the colours
    sentence: str  # a cell, with {row}, {column}, {value} and {share}, the squared value in percent
    causal: bool = False  # whether inputs of the lifter are changed, instead of only observed


PLACE, DEPTH = "the 2D place of the {row}", "the depth of the {column}"
EXPLAINED = f"{{share:.0f}} % of how {DEPTH} varies"
MATRICES = {
    "pearson": Kind(
        2000, partial(learned_correlation, kind="pearson"), "correlation",
        f"{PLACE} explains, by a straight line, {EXPLAINED} (correlation {{value:.2f}})",
    ),
    "spearman": Kind(
        2000, partial(learned_correlation, kind="spearman"), "rank correlation",
        f"in order of rank, {PLACE} explains {EXPLAINED} (rank correlation {{value:.2f}})",
    ),
    "distance": Kind(
        200, partial(learned_correlation, kind="distance"), "distance correlation",
        f"the distance correlation of {PLACE} and {DEPTH} is {{value:.2f}} "
        "(near 0: no relation of any form; 1: the strongest)",
    ),
    "sensitivity": Kind(
        256, sensitivity, "mm per mm",
        f"pull the {{row}} by 1 mm in 2D and {DEPTH} moves by {{value:.2f}} mm", causal=True,
    ),
    "intervention": Kind(
        600, partial(intervention, parts="joints"), "mm",
        f"replace {PLACE} by that of another clip and {DEPTH} moves by {{value:.1f}} mm", causal=True,
    ),
}  # fmt: skip


def base_of(kind: str) -> Kind:
    """The kind itself, or the one whose excess it is."""
    return MATRICES[kind.removeprefix(EXCESS)]


class Matrices:
    """The dependences of runs on poses, each computed when first asked for and then kept."""

    def __init__(self, runs: Mapping[str, Run], poses: PoseSet):
        self.runs, self.poses = runs, poses
        self.kept: dict[tuple[str, str], Dependence] = {}
        excess = [EXCESS + kind for kind in KINDS if poses.x3d is not None]  # over the data, where those are known
        self.kinds = tuple(dict.fromkeys((*KINDS, *excess, *MATRICES)))

    def get(self, name: str, kind: str) -> Dependence:
        """The matrix of a run, or of ``DATA``: the correlation of the same kind there (if there is none, Pearson's)."""
        base = kind.removeprefix(EXCESS)
        if name == DATA and base not in KINDS:
            base = "pearson"
        if (name, base) not in self.kept:
            with warnings.catch_warnings():  # cells where nothing changes are NaN
                warnings.filterwarnings("ignore", message=".*no correlation where nothing changes")
                few = evenly(self.poses, MATRICES[base].max_poses)
                found = data_correlation(few, base) if name == DATA else MATRICES[base].measure(self.runs[name], few)
                self.kept[name, base] = found
        found = self.kept[name, base]
        return found.excess if kind.startswith(EXCESS) and name != DATA else found

    def cannot_depend(self, name: str, row: str, column: str) -> bool:
        """Whether the network of the column's depth never sees the row: no dependence, whatever the correlation."""
        representation = self.runs[name].representation
        owner = next(segment for segment in representation.segments if column in segment.owns)
        return representation.independent and row not in owner.sees


def describe_cell(kind: str, row: str, column: str, value: float) -> str:
    """What a cell means."""
    places = {"row": readable(row), "column": readable(column)}
    pair = f"{PLACE} and {DEPTH}".format(**places)
    if not np.isfinite(value):
        return f"there is no value for {pair}: one of them never changes"
    if kind.startswith(EXCESS):
        way = "above" if value >= 0 else "below"
        return f"the {base_of(kind).bar} of {pair} is {abs(value):.2f} {way} the data's own"
    return MATRICES[kind].sentence.format(**places, value=Rounded(value), share=100 * value**2)
