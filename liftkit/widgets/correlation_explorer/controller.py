"""What CorrelationExplorer does: heat maps of two lifters and of the data, and one joint's row or column on a body."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from liftkit.correlation.dependence import owner_of
from liftkit.correlation.measures import LEAST_POSES
from liftkit.data.body import standing_person
from liftkit.poses import PoseSet
from liftkit.representations import get_representation
from liftkit.run import Run
from liftkit.view import Chart, Choice, Controller, Pick, Pose, Set, capital, readable
from liftkit.view.charts import heat_map
from liftkit.view.charts.heat import brief
from liftkit.widgets.correlation_explorer.matrices import DATA, EXCESS, Matrices, base_of, describe_cell
from liftkit.widgets.runs import Runs, common_seeds, default_poses

ALL, PARTS = "all joints", "legs_torso"
FROM, TO = "its 2D place, whose depth?", "its depth, whose 2D place?"
REMINDER = "A correlation does not prove dependence: joints share the view. Choose intervention to see what moves what."


class CorrelationExplorerController(Controller):
    """The matrices of :mod:`liftkit.correlation` as heat maps, and a joint's row or column on a skeleton.

    Two runs are compared at a time; with 3D truth there is a map of the data too. Each kind of matrix is taken on
    evenly spaced poses, as many as take less than a second.

    Args:
        runs: title -> a :class:`~liftkit.Run` (default: the recorded runs of the full pose and of legs and torso).
        poses: default the test people of the embedded data.

    Raises:
        ValueError: if there is no run, if there are fewer than four poses, or if skeletons differ.
    """

    title = "Who goes with whose depth?"

    def __init__(self, runs: Mapping[str, Run] | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.poses = default_poses(poses)
        self.runs = Runs(runs, self.poses)
        if DATA in self.runs or len(self.poses) < LEAST_POSES:
            found = f"{', '.join(self.runs)} and {len(self.poses)} poses"
            raise ValueError(f"expected runs, none called {DATA!r}, and at least {LEAST_POSES} poses, found {found}")
        self.root, *self.names = self.poses.skeleton.names
        self.matrices, self.standing = Matrices(self.runs, self.poses), standing_person()[:, :2] * [1, -1]
        part = np.array(list(owner_of(PARTS, self.names).values()))
        self.apart = part[:, None] != part  # (16, 16) pairs of a leg's and a torso's joint
        self.values = {"kind": "pearson", "joint": "left_ankle", "direction": FROM, "partner": ALL, "seed": "mean"}
        self.values |= dict(zip(("left", "right"), self.runs, strict=False))
        self.message = self._sentence()

    @property
    def sides(self) -> list[str]:
        """The titles of the runs that are compared."""
        return [self.values[side] for side in ("left", "right") if side in self.values]

    @property
    def cell(self) -> tuple[int | None, int | None]:
        """The row and the column that are picked; None stands for all joints."""
        named = (self.values["joint"], self.values["partner"])
        joint, partner = (None if name == ALL else self.names.index(name) for name in named)
        return (joint, partner) if self.values["direction"] == FROM else (partner, joint)

    def controls(self):
        found = [Choice("kind", "Kind", "What a cell measures", self.matrices.kinds)]
        if len(self.runs) > 2:
            found += [Choice(side, side.title(), "Which lifter", tuple(self.runs)) for side in ("left", "right")]
        seeds = common_seeds(self.runs.values())
        return [
            *found,
            Choice("joint", "Joint", "The one that is asked about", tuple(self.names)),
            Choice("direction", "Ask", "A row of the maps, or a column", (FROM, TO)),
            Choice("partner", "With", "One other joint, a cell of the maps, or all", (ALL, *self.names)),
            Choice("seed", "Seed", "One trained network, or the mean over all", ("mean", *seeds)),
        ]

    def respond(self, event):
        match event:
            case Set("joint"):
                self.values["partner"] = ALL
            case Pick(panel, key) if panel.startswith("map"):
                row, column = (self.names[int(index)] for index in key.split(","))
                joint, partner = (row, column) if self.values["direction"] == FROM else (column, row)
                self.values |= {"joint": joint, "partner": partner}
            case Pick(_, self.root):
                self.message = f"The {self.root}'s place and depth are 0: it goes with nothing. Pick another joint."
                return
            case Pick(_, joint):
                self.set("joint", joint)
        self.message = self._sentence()

    def shown(self, name: str) -> np.ndarray:
        """(16, 16) the values of a run's map, or of the data's, of the chosen seed."""
        found, seed = self.matrices.get(name, self.values["kind"]), self.values["seed"]
        return found.mean if seed == "mean" or name == DATA else found.values[found.seeds.index(int(seed))]

    def limits(self, name: str) -> tuple[float, float]:
        """The range of a map's colours: the same for all maps of the same measure."""
        kind, alike = self.values["kind"], self.sides if name != DATA else [DATA]
        if self.poses.x3d is not None and not kind.startswith(EXCESS) and not base_of(kind).causal:
            alike = [*self.sides, DATA]
        values = np.concatenate([self.shown(one).ravel() for one in alike])
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0
        signed = kind.startswith(EXCESS) and name != DATA
        return (-largest if signed else 0.0, largest)

    def panels(self):
        maps = [self._map(f"map_{i}", name) for i, name in enumerate(self.sides)]
        maps += [self._map("map_data", DATA)] if self.poses.x3d is not None else []
        return [*maps, *(self._pose(f"pose_{i}", name) for i, name in enumerate(self.sides))]

    def _map(self, key: str, name: str) -> Chart:
        kind, values, limits = self.values["kind"], self.shown(name), self.limits(name)
        found, base = self.matrices.get(name, kind), base_of(kind)
        bar = (base_of("pearson") if base.causal else base).bar + (", above the data's" if limits[0] else "")
        names, title = [readable(joint) for joint in self.names], "rows: 2D place, columns: depth"
        look = {"limits": limits, "picked": self.cell, "title": title, "boxes": self._boxes(name), "width": 370}
        svg = heat_map(values, names, names, unit=found.unit or bar, **look)
        lost = int((~np.isfinite(values)).sum())
        crossed = f" {lost} cells without a value: nothing changes there." if lost else ""
        title = f"{'Data' if name == DATA else readable(name)}: {found.what}"
        return Chart(key, title, self._strongest(values) + crossed, svg, span=4)

    def _boxes(self, name: str) -> list[tuple[int, int, int, int]]:
        """What each segment sees and owns, as rows and columns that follow one another: the parts of the sentences.

        Those of legs and torso in the data, and of a lifter that is not divided.
        """
        own = self.runs[name].representation if name in self.runs else None
        segments = (own if own and len(own.segments) > 1 else get_representation(PARTS)).segments
        blocks = lambda joints: np.split(  # noqa: E731
            at := np.sort([self.names.index(joint) for joint in joints]), np.flatnonzero(np.diff(at) > 1) + 1
        )
        every = [(rows, columns) for one in segments for rows in blocks(one.sees) for columns in blocks(one.owns)]
        return [(int(rows[0]), int(columns[0]), len(rows), len(columns)) for rows, columns in every]

    def _strongest(self, values: np.ndarray) -> str:
        """The largest value between a leg's and a torso's joint."""
        size = np.where(self.apart & np.isfinite(values), values, -np.inf)
        row, column = np.unravel_index(size.argmax(), size.shape)
        if not size[row, column] > 0:
            return "Between legs and torso: nothing above 0."
        pair = f"{brief(readable(self.names[row]))} → {brief(readable(self.names[column]))}"
        return f"Most between legs and torso: {pair}, {size[row, column]:.2f}."

    def _pose(self, key: str, name: str) -> Pose:
        """A body whose joints glow by the chosen joint's row or column."""
        kind, values, forward = self.values["kind"], self.shown(name), self.values["direction"] == FROM
        joint, count = self.names.index(self.values["joint"]), range(len(self.names))
        cells = [(joint, i) if forward else (i, joint) for i in count]
        line = np.array([values[cell] for cell in cells])
        strength = np.append(0, np.nan_to_num(np.abs(line) / self.limits(name)[1])).clip(0, 1)
        tips = [capital(describe_cell(kind, self.names[r], self.names[c], values[r, c])) for r, c in cells]
        other = max((i for i in count if i != joint), key=lambda i: strength[i + 1])
        glows = strength[other + 1] > 0
        caption = f"most, beside itself: {readable(self.names[other])}" if glows else "no other joint glows"
        asked = ("what its depth goes with", "whose depth goes with it")
        asked = (("what moves its depth", "whose depth it moves") if base_of(kind).causal else asked)[forward]
        return Pose(
            key, readable(f"{name}, {self.values['joint']}: {asked}"), caption, self.standing,
            self.poses.skeleton, f"a standing person; {caption}", strength=strength,
            tips=[f"{self.root}: its place and depth are 0", *tips], pickable=True, picked=self.values["joint"], span=4,
        )  # fmt: skip

    def _sentence(self) -> str:
        """What is picked. All maps are computed here, so that a control refuses what cannot be shown."""
        (row, column), kind = self.cell, self.values["kind"]
        shown = {name: self.shown(name) for name in self.sides + [DATA] * (self.poses.x3d is not None)}
        causal = base_of(kind).causal
        if row is None or column is None:
            joint, part = readable(self.values["joint"]), "row" if column is None else "column"
            text = f"The {joint}'s {part} is outlined, and its joints glow. Pick a cell, or a joint of a skeleton."
            return text if causal else f"{text} {REMINDER}"
        pair, titles = (self.names[row], self.names[column]), {n: capital(readable(n)) for n in self.sides}
        found = [f"{title}: {describe_cell(kind, *pair, shown[name][row, column])}." for name, title in titles.items()]
        if DATA in shown and not causal:
            found.append(f"Data: {describe_cell(kind.removeprefix(EXCESS), *pair, shown[DATA][row, column])}.")
        found += [
            f"{title} cannot depend here: the part that gives this depth never sees the {readable(pair[0])}."
            for name, title in titles.items()
            if self.matrices.cannot_depend(name, *pair)
        ]
        return " ".join(found if causal else [*found, REMINDER])

    def __str__(self) -> str:
        return f"{', '.join(self.runs)} on {len(self.poses):,} poses of {self.poses.name!r}"
