"""DragExplorer: pull a 2D key point, and see whose depth moves, under several lifters side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from liftkit.correlation.dependence import owner_of
from liftkit.correlation.swapping import millimetres
from liftkit.data.datasets import load_poses
from liftkit.geometry import attach_depth, pose_scale
from liftkit.poses import PoseSet
from liftkit.recorded import load_record
from liftkit.run import Run
from liftkit.view.alt_text import describe
from liftkit.view.controller import Controller
from liftkit.view.controls import Button, Choice, Slider
from liftkit.view.panels import Panel, Pose
from liftkit.widgets.widget import Widget

FULL_GLOW = 100.0  # mm of movement at which a joint glows its most
LEAST = 0.5  # mm: what moved less is said not to have moved
MOST_POSES = 100  # to choose from, evenly out of all


class DragExplorerController(Controller):
    """One pose, whose 2D key points can be pulled, and the depths that lifters then give it.

    ``runs``: title -> a :class:`~liftkit.Run`; by default the recorded runs of the full pose and of legs and torso.
    ``poses``: default the test people of the embedded data. Depths are those of one seed, or the mean size of all
    seeds' movements. The size of the pose by which networks scale their input stays that of the untouched pose, so
    that what moves is what the network made move. Raises ValueError where there is no run or no pose, or where
    skeletons differ.
    """

    title = "Pull a key point: whose depth moves?"

    def __init__(self, runs: Mapping[str, Run] | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.runs = {name: load_record(name) for name in ("full", "legs_torso")} if runs is None else dict(runs)
        self.poses = load_poses("synthetic").test if poses is None else poses
        if not self.runs or not len(self.poses):
            raise ValueError(f"expected a run and a pose at least, found {len(self.runs)} and {len(self.poses)}")
        for name, run in self.runs.items():
            if run.representation.skeleton != self.poses.skeleton:
                raise ValueError(f"{name}: its skeleton is not that of {self.poses.name}")
        self.skeleton = self.poses.skeleton
        self.chosen = np.unique(np.linspace(0, len(self.poses) - 1, MOST_POSES).astype(int))
        self.values = {"pose": 0, "joint": "left_ankle", "seed": "all"}
        self.on_pose(0)

    def controls(self):
        seeds = sorted(set.intersection(*(set(run.seeds) for run in self.runs.values())))
        return [
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.chosen) - 1),
            Choice("joint", "Key point", "The one that arrow keys pull", self.skeleton.names[1:]),
            Choice("seed", "Seed", "One trained network, or the mean over all", ("all", *map(str, seeds))),
            Button("reset", "Reset", "Put every key point back"),
        ]

    def on_pose(self, value: int) -> None:
        few = self.poses.select([self.chosen[value]])
        self.scale = pose_scale(few.x2d)[0]  # (1, 1)
        self.mm = millimetres(few)[0].item()
        self.start = (few.x2d[0] - few.x2d[0, :1]) / self.scale  # (J, 2) in [-1, 1], as the lifter gets it
        self.middle = np.append((self.start.min(0) + self.start.max(0)) / 2, 0)  # of what the panels show
        self.reach = 1.4 * float(np.abs(self.start - self.middle[:2]).max())
        self.before = self._depths(self.start)
        self.on_reset()

    def on_reset(self) -> None:
        self.x2d, self.depths = self.start, self.before
        self.message = "Pull an ankle with the mouse, or choose a key point and use the arrow keys in the left panel."

    def on_pick(self, panel: str, key: str) -> None:
        if key != self.skeleton.names[0]:  # the root's place is 0 by definition
            self.set("joint", key)

    def on_drag(self, panel: str, joint: str, x: float, y: float) -> None:
        """Put a key point of the 2D pose at a place of its panel."""
        if panel != "x2d" or joint == self.skeleton.names[0]:
            return
        self.values["joint"] = joint
        self.x2d = self.x2d.copy()
        self.x2d[self.skeleton.index(joint)] = self._flat().place(x, y)
        self.depths = self._depths(self.x2d)
        self.message = self._told()

    def moved(self) -> dict[str, np.ndarray]:
        """title -> (J,) how far each joint's depth has moved since the pose was untouched, in mm."""
        change = {name: np.abs(self.depths[name] - self.before[name]) * self.mm for name in self.runs}
        return {name: mm[self._members(name)].mean(0) for name, mm in change.items()}

    def panels(self) -> list[Panel]:
        found: list[Panel] = [self._flat()]
        for i, (name, moved) in enumerate(self.moved().items()):
            first = self._members(name)[0]
            lifted, before = (
                attach_depth(self.x2d, self.depths[name][first]),
                attach_depth(self.start, self.before[name][first]),
            )
            tips = [
                f"{j.replace('_', ' ')}: depth moved by {moved[k]:.0f} mm" for k, j in enumerate(self.skeleton.names)
            ]
            most = int(moved.argmax())
            told = f"most: {tips[most]}" if moved[most] >= LEAST else "no depth has moved"
            glow = np.minimum(moved / FULL_GLOW, 1)
            found.append(
                Pose(f"run_{i}", name.replace("_", " "), told, lifted, f"{describe(lifted)}; {told}", self.skeleton,
                     middle=self.middle, reach=self.reach, strength=glow, tips=tips, ghost=before,
                     pickable=True, picked=self.values["joint"])
            )  # fmt: skip
        return found

    def _flat(self) -> Pose:
        return Pose(
            "x2d", "2D: pull a key point", f"pulled: {self.values['joint'].replace('_', ' ')}", self.x2d,
            describe(self.x2d), self.skeleton, middle=self.middle[:2], reach=self.reach, ghost=self.start,
            draggable=True, picked=self.values["joint"],
        )  # fmt: skip

    def _told(self) -> str:
        """Who moved, in the pulled joint's own part of the body and in the other."""
        joint = self.values["joint"]
        part_of = owner_of("legs_torso", self.skeleton.names[1:])
        far = np.linalg.norm(self.x2d - self.start, axis=1)[self.skeleton.index(joint)] * self.mm
        other = [i for i, name in enumerate(self.skeleton.names) if i and part_of[name] != part_of[joint]]
        told = [f"{joint.replace('_', ' ')} pulled by {far:.0f} mm."]
        for name, moved in self.moved().items():
            most = max(other, key=lambda i, m=moved: m[i])
            where = self.skeleton.names[most].replace("_", " ")
            does = f"moves the {where} by {moved[most]:.0f} mm" if moved[most] >= LEAST else "moves no depth there"
            told.append(f"In the other half of the body, {name.replace('_', ' ')} {does}.")
        return " ".join(told)

    def _members(self, name: str) -> list[int]:
        seeds, seed = self.runs[name].seeds, self.values["seed"]
        return list(range(len(seeds))) if seed == "all" else [seeds.index(int(seed))]

    @torch.no_grad()
    def _depths(self, x2d: np.ndarray) -> dict[str, np.ndarray]:
        """title -> (M, J) every member's depths of one pose (J, 2), all on the lifter's scale."""
        flat = torch.from_numpy(x2d.astype(np.float32))
        return {
            name: run.lifter(flat.to(run.lifter.device).expand(len(run.seeds), 1, *flat.shape))[:, 0].cpu().numpy()
            for name, run in self.runs.items()
        }

    def __str__(self) -> str:
        return f"{', '.join(self.runs)} on {len(self.poses):,} poses of {self.poses.name!r}"


class DragExplorer(Widget):
    """See :class:`DragExplorerController` for what it takes."""

    Controller = DragExplorerController
