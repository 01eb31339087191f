"""DragExplorer: pull a 2D keypoint and see whose depth moves, under several lifters side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from liftkit.correlation.dependence import owner_of
from liftkit.correlation.measures import check_fit
from liftkit.correlation.swapping import depth_scale
from liftkit.data.datasets import load_poses
from liftkit.geometry import attach_depth, pose_scale
from liftkit.poses import PoseSet, evenly
from liftkit.recorded import load_record
from liftkit.run import Run
from liftkit.view.alt_text import describe, readable
from liftkit.view.controller import Controller, Drag, Event, Pick, Press, Set
from liftkit.view.controls import Button, Choice, Slider
from liftkit.view.panels import Panel, Pose

FULL_GLOW = 100.0  # mm of movement at which a joint glows most
LEAST = 0.5  # mm: smaller movements count as none
MOST_POSES = 100  # to choose from, evenly out of all
HINT = "Pull an ankle with the mouse, or choose a keypoint and use the arrow keys in the left panel."


class DragExplorerController(Controller):
    """One pose whose 2D keypoints can be pulled, and the depths that lifters then give it.

    Depths are those of one seed; with all seeds the sizes of their movements are averaged. The lifters' input keeps
    the scale of the untouched pose, so that all movement comes from the network.

    Args:
        runs: title -> a :class:`~liftkit.Run` (default: the recorded runs of the full pose and of legs and torso).
        poses: poses to choose from (default: the test people of the embedded data).

    Raises:
        ValueError: if there is no run or no pose, or if skeletons differ.
    """

    title = "Pull a keypoint: whose depth moves?"

    def __init__(self, runs: Mapping[str, Run] | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.runs = {name: load_record(name) for name in ("full", "legs_torso")} if runs is None else dict(runs)
        self.poses = load_poses("synthetic").test if poses is None else poses
        if not self.runs or not len(self.poses):
            raise ValueError(f"expected a run and a pose at least, found {len(self.runs)} and {len(self.poses)}")
        for run in self.runs.values():
            check_fit(run, self.poses)
        self.choices, self.skeleton = evenly(self.poses, MOST_POSES), self.poses.skeleton
        self.root, *self.names = self.skeleton.names  # the root's place is 0 by definition
        self.values = {"pose": 0, "joint": "left_ankle", "seed": "all"}
        self.respond(Set("pose", 0))

    def controls(self):
        seeds = sorted(set.intersection(*(set(run.seeds) for run in self.runs.values())))
        return [
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.choices) - 1),
            Choice("joint", "Keypoint", "The one that arrow keys pull", tuple(self.names)),
            Choice("seed", "Seed", "One trained network, or the mean over all", ("all", *map(str, seeds))),
            Button("reset", "Reset", "Put every keypoint back"),
        ]

    def respond(self, event: Event) -> None:
        match event:
            case Set("pose", index):
                self._choose_pose(index)
            case Press("reset"):
                self._put(None, self.start)
            case Pick(_, joint) if joint != self.root:
                self.set("joint", joint)
            case Drag("x2d", joint, x, y) if joint != self.root:
                x2d = self.x2d.copy()
                x2d[self.skeleton.index(joint)] = self._input().place(x, y)
                self._put(joint, x2d)
                self.values["joint"] = joint
        self.message = self._sentence()

    def _choose_pose(self, index: int) -> None:
        pose = self.choices.select([index])
        self.mm = depth_scale(pose)[0].item()  # per unit of the lifter's scale
        self.start = (pose.x2d[0] - pose.x2d[0, :1]) / pose_scale(pose.x2d)[0]  # (J, 2) in [-1, 1]: the lifter's input
        self.middle = np.append((self.start.min(0) + self.start.max(0)) / 2, 0)  # of what the panels show
        self.reach = 1.4 * float(np.abs(self.start - self.middle[:2]).max())
        self.before = self._depths(self.start)
        self._put(None, self.start)

    def _put(self, pulled: str | None, x2d: np.ndarray) -> None:
        """Show keypoints (J, 2) on the lifter's scale; ``pulled``: the one that was pulled last, if any."""
        self.pulled, self.x2d, self.depths = pulled, x2d, self._depths(x2d)

    def moved(self) -> dict[str, np.ndarray]:
        """title -> (J,) by how many mm each joint's depth differs from that of the untouched pose."""
        change = {name: np.abs(self.depths[name] - self.before[name]) * self.mm for name in self.runs}
        return {name: mm[self._members(name)].mean(0) for name, mm in change.items()}

    def panels(self) -> list[Panel]:
        return [self._input(), *(self._lifted(i, name, mm) for i, (name, mm) in enumerate(self.moved().items()))]

    def _input(self) -> Pose:
        caption = "pull a keypoint" if self.pulled is None else f"pulled: {readable(self.pulled)}"
        return Pose(
            "x2d", "2D: pull a keypoint", caption, self.x2d, describe(self.x2d), self.skeleton, reach=self.reach,
            middle=self.middle[:2], ghost=self.start, draggable=True, picked=self.values["joint"],
        )  # fmt: skip

    def _lifted(self, i: int, name: str, moved: np.ndarray) -> Pose:
        first, most = self._members(name)[0], int(moved.argmax())
        lifted = attach_depth(self.x2d, self.depths[name][first])
        named = zip(self.skeleton.names, moved, strict=True)
        tips = [f"{readable(joint)}: depth moved by {mm:.0f} mm" for joint, mm in named]
        caption = f"most: {tips[most]}" if moved[most] >= LEAST else "no depth has moved"
        return Pose(
            f"run_{i}", readable(name), caption, lifted, f"{describe(lifted)}; {caption}", self.skeleton,
            middle=self.middle, reach=self.reach, strength=np.minimum(moved / FULL_GLOW, 1), tips=tips,
            ghost=attach_depth(self.start, self.before[name][first]), pickable=True, picked=self.values["joint"],
        )  # fmt: skip

    def _sentence(self) -> str:
        """How far the keypoint was pulled, and what moved in the other half of the body."""
        if self.pulled is None:
            return HINT
        names, part_of = self.skeleton.names, owner_of("legs_torso", self.skeleton.names[1:])
        far = np.linalg.norm(self.x2d - self.start, axis=1)[self.skeleton.index(self.pulled)] * self.mm
        other = [i for i, name in enumerate(names) if i and part_of[name] != part_of[self.pulled]]
        sentences = [f"{readable(self.pulled)} pulled by {far:.0f} mm."]
        for name, moved in self.moved().items():
            most = max(other, key=moved.__getitem__)
            seen = moved[most] >= LEAST
            effect = f"moves the {readable(names[most])} by {moved[most]:.0f} mm" if seen else "moves no depth there"
            sentences.append(f"In the other half of the body, {readable(name)} {effect}.")
        return " ".join(sentences)

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
