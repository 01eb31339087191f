"""CorrelationExplorer: matrices of what goes with whose depth, linked with a skeleton, lifters and data compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from liftkit.correlation.dependence import owner_of
from liftkit.correlation.measures import LEAST_POSES, check_fit
from liftkit.data.body import standing_person
from liftkit.data.datasets import load_poses
from liftkit.poses import PoseSet
from liftkit.recorded import load_record
from liftkit.run import Run
from liftkit.view.alt_text import readable
from liftkit.view.charts import heat_map
from liftkit.view.controller import Controller
from liftkit.view.controls import Choice
from liftkit.view.panels import Chart, Panel, Pose
from liftkit.widgets.correlation_explorer.matrices import DATA, EXCESS, MATRICES, Matrices, cannot, in_words, kinds_for
from liftkit.widgets.widget import Widget

ALL = "all joints"
FROM, TO = "its 2D place, whose depth?", "its depth, whose 2D place?"
REMINDER = "A correlation is no proof of dependence: joints share the view. Choose intervention to see what moves what."


class CorrelationExplorerController(Controller):
    """The matrices of :mod:`liftkit.correlation` as heat maps, and a joint's row or column on a skeleton.

    ``runs``: title -> a :class:`~liftkit.Run`; by default the recorded runs of the full pose and of legs and torso.
    Two are compared at a time. ``poses``: default the test people of the embedded data; each kind of matrix is taken
    on evenly spaced ones, as many as the second allows. With 3D truth there is a map of the data themselves. Raises
    ValueError where there is no run, fewer than four poses, or where skeletons differ.
    """

    title = "Who goes with whose depth?"

    def __init__(self, runs: Mapping[str, Run] | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.runs = {name: load_record(name) for name in ("full", "legs_torso")} if runs is None else dict(runs)
        self.runs = {str(name): run for name, run in self.runs.items()}
        self.poses = load_poses("synthetic").test if poses is None else poses
        if not self.runs or DATA in self.runs or len(self.poses) < LEAST_POSES:
            found = f"{len(self.runs)} runs ({', '.join(self.runs)}) and {len(self.poses)} poses"
            raise ValueError(f"expected a run, none called {DATA!r}, and at least {LEAST_POSES} poses, found {found}")
        for run in self.runs.values():
            check_fit(run, self.poses)
        self.skeleton = self.poses.skeleton
        self.names = self.skeleton.names[1:]
        self.matrices = Matrices(self.runs, self.poses)
        self.standing = standing_person()[:, :2] * [1, -1]
        self.values = {"kind": "pearson", "joint": "left_ankle", "direction": FROM, "partner": ALL, "seed": "mean"}
        self.values |= dict(zip(("left", "right"), self.runs, strict=False))
        self._tell()

    @property
    def sides(self) -> list[str]:
        """The titles of the runs that are compared."""
        return [self.values[side] for side in ("left", "right") if side in self.values]

    @property
    def cell(self) -> tuple[int | None, int | None]:
        """The row and the column that are picked; one of them is None where it is all joints'."""
        named = (self.values["joint"], self.values["partner"])
        joint, partner = (None if name == ALL else self.names.index(name) for name in named)
        return (joint, partner) if self.values["direction"] == FROM else (partner, joint)

    def controls(self):
        seeds = sorted(set.intersection(*(set(run.seeds) for run in self.runs.values())))
        found = [Choice("kind", "Kind", "What a cell measures", kinds_for(self.poses))]
        if len(self.runs) > 2:
            found += [Choice(side, side.title(), "Which lifter", tuple(self.runs)) for side in ("left", "right")]
        found += [
            Choice("joint", "Joint", "The one that is looked at", self.names),
            Choice("direction", "Ask", "A row of the maps, or a column", (FROM, TO)),
            Choice("partner", "With", "One other joint, a cell of the maps, or all", (ALL, *self.names)),
            Choice("seed", "Seed", "One trained network, or the mean over all", ("mean", *map(str, seeds))),
        ]
        return found

    def on_kind(self, value: str) -> None:
        self._tell()

    on_left = on_right = on_direction = on_partner = on_seed = on_kind

    def on_joint(self, value: str) -> None:
        self.values["partner"] = ALL
        self._tell()

    def on_pick(self, panel: str, key: str) -> None:
        """A joint of a skeleton, or "ROW,COLUMN" of a map."""
        if panel.startswith("map"):
            row, column = (self.names[int(index)] for index in key.split(","))
            joint, partner = (row, column) if self.values["direction"] == FROM else (column, row)
            self.values |= {"joint": joint, "partner": partner}
            self._tell()
        elif key == self.skeleton.names[0]:
            self.message = f"The {key} is where depth and place are 0: it goes with nothing. Pick another joint."
        else:
            self.set("joint", key)

    def shown(self, name: str) -> np.ndarray:
        """(16, 16) the values of a run's map, or of the data's, as the seed is chosen."""
        found, seed = self.matrices.of(name, self.values["kind"]), self.values["seed"]
        alone = seed == "mean" or name == DATA
        return found.mean if alone else found.values[found.seeds.index(int(seed))]

    def limits(self, name: str) -> tuple[float, float]:
        """The range of a map's colours: one for all that measure the same."""
        alike = self.sides if name != DATA else [DATA]
        if self.poses.x3d is not None and self.values["kind"] in MATRICES and not MATRICES[self.values["kind"]].moves:
            alike = [*self.sides, DATA]
        values = np.concatenate([self.shown(one).ravel() for one in alike])
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0
        return (-largest if self._signed(name) else 0.0, largest)

    def _signed(self, name: str) -> bool:
        return name != DATA and self.values["kind"].startswith(EXCESS)

    def panels(self) -> list[Panel]:
        found: list[Panel] = [self._map(f"map_{i}", name) for i, name in enumerate(self.sides)]
        found += [self._pose(f"pose_{i}", name) for i, name in enumerate(self.sides)]
        return [*found, self._map("map_data", DATA)] if self.poses.x3d is not None else found

    def _map(self, key: str, name: str) -> Chart:
        found, values = self.matrices.of(name, self.values["kind"]), self.shown(name)
        low, high = self.limits(name)
        names = [readable(name) for name in self.names]
        svg = heat_map(
            values, names, names, unit=found.unit or self._measure(name), limits=(low, high),
            picked=self.cell, title="row: 2D place, column: depth",
        )  # fmt: skip
        of = "Data" if name == DATA else name.replace("_", " ")
        lost = int((~np.isfinite(values)).sum())
        crossed = f" {lost} cells without a value: nothing changes there." if lost else ""
        return Chart(key, f"{of}: {found.what}", self._strongest(values) + crossed, svg, wide=True)

    def _measure(self, name: str) -> str:
        base = self.values["kind"].removeprefix(EXCESS)
        of = MATRICES["pearson" if MATRICES[base].moves else base].bar
        return f"{of}, above the data's" if self._signed(name) else of

    def _strongest(self, values: np.ndarray) -> str:
        """Where the legs and the torso meet most."""
        part_of = owner_of("legs_torso", self.names)
        apart = np.array([[part_of[row] != part_of[column] for column in self.names] for row in self.names])
        size = np.where(apart & np.isfinite(values), values, -np.inf)
        row, column = np.unravel_index(size.argmax(), size.shape)
        if not size[row, column] > 0:
            return "Between legs and torso: nothing above 0."
        pair = f"{readable(self.names[row])} → {readable(self.names[column])}"
        return f"Most between legs and torso: {pair}, {size[row, column]:.2f}."

    def _pose(self, key: str, name: str) -> Pose:
        """The picked joint's row or column, as glow."""
        values, joint = self.shown(name), self.names.index(self.values["joint"])
        line = values[joint] if self.values["direction"] == FROM else values[:, joint]
        strength = np.append(0, np.nan_to_num(np.abs(line) / self.limits(name)[1])).clip(0, 1)
        pairs = [(joint, i) if self.values["direction"] == FROM else (i, joint) for i in range(len(self.names))]
        words = [in_words(self.values["kind"], self.names[r], self.names[c], values[r, c]) for r, c in pairs]
        tips = [f"{self.skeleton.names[0]}: its place and depth are 0", *map(_sentence, words)]
        other = max((i for i in range(len(line)) if i != joint), key=lambda i: strength[i + 1])
        most = f"most, beside itself: {readable(self.names[other])}"
        told = most if strength[other + 1] > 0 else "no other joint glows"
        asked = "whose depth goes with it" if self.values["direction"] == FROM else "what its depth goes with"
        if MATRICES[self.values["kind"].removeprefix(EXCESS)].moves:
            asked = "whose depth it moves" if self.values["direction"] == FROM else "who moves its depth"
        title = f"{name}, {self.values['joint']}: {asked}".replace("_", " ")
        alt = f"a standing person; {told}"
        return Pose(key, title, told, self.standing, alt, self.skeleton, strength=strength, tips=tips, pickable=True,
                    picked=self.values["joint"])  # fmt: skip

    def _tell(self) -> None:
        """Say what is picked. All that is shown is computed here, so that what cannot be is refused by the control."""
        row, column = self.cell
        kind = self.values["kind"]
        shown = {name: self.shown(name) for name in self.sides + [DATA] * (self.poses.x3d is not None)}
        moves = MATRICES[kind.removeprefix(EXCESS)].moves
        if row is None or column is None:
            joint = readable(self.values["joint"])
            part = "row" if row is not None else "column"
            told = [f"The {joint}'s {part} is outlined, and its joints glow. Pick a cell, or a joint of a skeleton."]
        else:
            pair = self.names[row], self.names[column]
            told = [
                f"{_sentence(name.replace('_', ' '))}: {in_words(kind, *pair, shown[name][row, column])}."
                for name in dict.fromkeys(self.sides)
            ]
            if DATA in shown and not moves:
                told.append(f"Data: {in_words(kind.removeprefix(EXCESS), *pair, shown[DATA][row, column])}.")
            told += [
                f"{_sentence(name.replace('_', ' '))} cannot depend here: the part that gives this depth "
                f"never sees the {readable(pair[0])}."
                for name in dict.fromkeys(self.sides)
                if cannot(self.runs[name], *pair)
            ]
        self.message = " ".join(told if moves else [*told, REMINDER])

    def __str__(self) -> str:
        return f"{', '.join(self.runs)} on {len(self.poses):,} poses of {self.poses.name!r}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


class CorrelationExplorer(Widget):
    """See :class:`CorrelationExplorerController` for what it takes."""

    Controller = CorrelationExplorerController
