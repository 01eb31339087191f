"""DragExplorer: pull a 2D keypoint and see whose depth moves, under several lifters side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from liftkit.correlation.dependence import owner_of
from liftkit.correlation.swapping import depth_scale
from liftkit.geometry import attach_depth, pose_scale
from liftkit.poses import PoseSet, evenly
from liftkit.recorded import shrink
from liftkit.run import Run
from liftkit.view import Button, Choice, Controller, Drag, Pick, Pose, Press, Set, Slider, describe, readable
from liftkit.view.networks import lifter_data, packed
from liftkit.widgets.runs import ALL, MOST_NUMBERS, MOST_POSES, Runs, default_poses, seeds_that_fit

FULL_GLOW = 100.0  # mm of movement at which a joint glows most, unless one moves farther: that one then does
LEAST = 0.5  # mm: smaller movements count as none
# Every sentence, for Python and for js/drag.js.
TEXTS = {
    "hint": "Pull an ankle with the mouse, or choose a keypoint and use the arrow keys in the left panel.",
    "root": "The {joint} is the origin of the pose: it stays where it is. Pull another keypoint.",
    "pull": "pull a keypoint",
    "pulled": "pulled: {joints}",
    "moved": "{joint}: depth moved by {mm} mm",
    "most": "most: {what}",
    "none": "no depth has moved",
    "mostMean": "most in the mean: {what}",
    "legend": "{caption}; largest disc: {mm} mm",
    "mean": "{run}: all {count} seeds",
    "one": "{run}: seed {seed}",
    "far": "The {joint} was pulled by {mm} mm. Depths in the other half of the body: {runs}.",
    "crossed": "{run} moves the {joint} by {mm} mm",
    "apart": "{run} moves none",
}
# What a new one opens with: of the embedded people one whose wrist follows an ankle far, and where that is pulled.
STRONG = (43, "left_ankle", 0.06, 0.56)


def reachable(target: np.ndarray, centres: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The place (2,) at or near ``target`` that lies within ``lengths`` (K,) of the neighbours at ``centres`` (K, 2).

    Projected onto one disc after the other, which ends in their intersection (von Neumann's alternating projections).
    """
    for _ in range(60):
        for centre, length in zip(centres, lengths, strict=True):
            offset = target - centre
            target = centre + offset * min(1.0, length / max(float(np.hypot(*offset)), 1e-12))
    return target


class DragExplorerController(Controller):
    """One pose whose 2D keypoints can be pulled, and the depths that lifters then give it.

    With all seeds each seed's skeleton is drawn, and the sizes of their movements are averaged. A keypoint goes as far
    as its bones allow: with 3D truth their lengths, else the largest in the 2D poses. The lifters' input keeps the
    scale of the untouched pose, so that all movement comes from the network.

    Args:
        runs: title -> a :class:`~liftkit.Run` (default: the recorded runs of the full pose and of legs and torso).
        poses: poses to choose from (default: the test people of the embedded data).

    Raises:
        ValueError: if there is no run, no pose or no seed common to all runs, or if skeletons differ.
    """

    title = "Pull a keypoint: whose depth moves?"
    browser = "drag"

    def __init__(self, runs: Mapping[str, Run] | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.poses = default_poses(poses)
        self.runs = Runs(runs, self.poses)
        self.choices, self.skeleton = evenly(self.poses, MOST_POSES), self.poses.skeleton
        self.root, *self.names = self.skeleton.names  # the root's place is 0 by definition
        self._measure()
        self.values = {"pose": 0, "joint": "left_ankle", "seed": ALL}
        # pulled: the keypoint that was pulled last; places: where pulled ones are, on the lifter's scale
        self.values |= {"pulled": None, "places": {}, "refused": False}
        self._derive()
        if runs is None and poses is None:
            pose, *pull = STRONG
            self.set("pose", pose)
            self.drag("x2d", *pull)

    def _measure(self) -> None:
        """What is known of each pose before anything is pulled."""
        poses, bones = self.choices, np.array(self.skeleton.bones)
        scale = pose_scale(poses.x2d)
        self.starts = (poses.x2d - poses.x2d[:, :1]) / scale  # (P, J, 2) in [-1, 1]: the lifter's input
        self.mms = depth_scale(poses)[0].reshape(len(poses)).astype(np.float32)  # (P,) mm per unit of that scale
        self.middles = (self.starts.min(1) + self.starts.max(1)) / 2  # (P, 2) of what the panels show
        self.reaches = 1.4 * np.abs(self.starts - self.middles[:, None]).max((1, 2))  # (P,)
        length = lambda x: np.linalg.norm(x[:, bones[:, 0]] - x[:, bones[:, 1]], axis=-1)  # noqa: E731
        seen = length(self.starts)
        solid = seen.max(0) if poses.x3d is None else length(poses.x3d) / self.mms[:, None]
        self.lengths = np.maximum(seen, solid).astype(np.float32)  # (P, bones) the longest that each may look

    def controls(self):
        return [
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.choices) - 1),
            Choice("joint", "Keypoint", "The one that arrow keys pull", tuple(self.names)),
            Choice("seed", "Seed", "One trained network, or the mean over all", (ALL, *self.runs.seeds)),
            Button("reset", "Reset", "Put every keypoint back"),
        ]

    def respond(self, event):
        self.values["refused"] = False
        match event:
            case Set("pose") | Press("reset"):
                self.values |= {"pulled": None, "places": {}}
            case Pick(_, joint) if joint != self.root:
                self.set("joint", joint)
            case Pick("x2d", _) | Drag("x2d", self.root):
                self.values["refused"] = True
            case Drag("x2d", joint, x, y):
                self._pull(joint, self._input().place(x, y))
        self._derive()

    def _pull(self, joint: str, target: np.ndarray) -> None:
        at, bones = self.skeleton.index(joint), np.array(self.skeleton.bones)
        near = (bones == at).any(1)
        others = bones[near].sum(1) - at  # the joints at the other ends of its bones
        place = reachable(target, self.x2d[others], self.lengths[self.values["pose"], near])
        places = self.values["places"] | {joint: place.tolist()}
        self.values |= {"joint": joint, "pulled": joint, "places": places}

    def _derive(self) -> None:
        """Everything that is shown, from the values and nothing else."""
        pose = self.values["pose"]
        self.start, self.mm = self.starts[pose], float(self.mms[pose])
        self.x2d = self.start.copy()
        for joint, place in self.values["places"].items():
            self.x2d[self.skeleton.index(joint)] = place
        depths = self.runs.depths(np.stack([self.start, self.x2d]))
        self.before, self.depths = ({name: z[:, i] for name, z in depths.items()} for i in range(2))  # (M, J) each
        self.message = self._sentence()

    def answers(self) -> dict[str, Any] | None:
        seeds = self.runs.seeds
        if sum(run.parameter_count for run in self.runs.values()) * len(seeds) > MOST_NUMBERS:
            return None
        names, part_of = self.skeleton.names, owner_of("legs_torso", self.skeleton.names[1:])
        arrays = {key: packed(getattr(self, key)) for key in ("starts", "mms", "middles", "reaches", "lengths")}
        runs = [
            {"title": name, "nets": {seed: lifter_data(run, run.seeds.index(int(seed))) for seed in seeds}}
            for name, run in self.runs.items()
        ]
        about = {"names": list(names), "bones": [list(bone) for bone in self.skeleton.bones], "runs": runs}
        about |= {"parts": [part_of.get(name) for name in names], "texts": TEXTS}
        return about | arrays | {"fullGlow": FULL_GLOW, "least": LEAST}

    def for_page(self, budget: int) -> tuple[Controller, str]:
        size = sum(len(lifter_data(shrink(run), 0)["content"]) for run in self.runs.values())
        kept, left = seeds_that_fit(self.runs.seeds, self.values["seed"], budget // size)
        if not kept:
            return self, f"Pulling needs a notebook: these networks take {size / 1e6:.0f} MB."
        page = type(self)({name: shrink(run.select(kept)) for name, run in self.runs.items()}, self.poses)
        page.values = self.values | ({"seed": str(kept[0])} if len(kept) == 1 else {})
        page._derive()
        return page, left

    def moved(self) -> dict[str, np.ndarray]:
        """title -> (J,) by how many mm each joint's depth differs from that of the untouched pose."""
        change = {name: np.abs(self.depths[name] - self.before[name]) * self.mm for name in self.runs}
        return {name: mm[self.runs.members(name, self.values["seed"])].mean(0) for name, mm in change.items()}

    def panels(self):
        moved = self.moved()
        full = max(FULL_GLOW, *(float(mm.max()) for mm in moved.values()))  # the same in every panel
        return [self._input(), *(self._lifted(i, name, mm, full) for i, (name, mm) in enumerate(moved.items()))]

    def _input(self) -> Pose:
        pose, places = self.values["pose"], ", ".join(map(readable, self.values["places"]))
        caption = TEXTS["pulled"].format(joints=places) if places else TEXTS["pull"]
        return Pose(
            "x2d", "2D: pull a keypoint", caption, self.x2d, self.skeleton,
            reach=self.reaches[pose], middle=self.middles[pose], ghost=self.start, draggable=True,
            picked=self.values["joint"],
        )  # fmt: skip

    def _lifted(self, i: int, name: str, moved: np.ndarray, full: float) -> Pose:
        members, most, pose = self.runs.members(name, self.values["seed"]), int(moved.argmax()), self.values["pose"]
        several = len(members) > 1
        lifted = attach_depth(np.broadcast_to(self.x2d, (len(members), *self.x2d.shape)), self.depths[name][members])
        texts = {"run": readable(name), "count": len(members), "seed": self.runs[name].seeds[members[0]]}
        named = zip(self.skeleton.names, moved, strict=True)
        tips = [TEXTS["moved"].format(joint=readable(joint), mm=f"{mm:.0f}") for joint, mm in named]
        most_text = TEXTS["mostMean" if several else "most"]
        caption = TEXTS["none"]
        if moved[most] >= LEAST:
            caption = TEXTS["legend"].format(caption=most_text.format(what=tips[most]), mm=f"{full:.0f}")
        drawn = lifted.mean(0)
        return Pose(
            f"run_{i}", TEXTS["mean" if several else "one"].format(**texts), caption, drawn,
            self.skeleton, f"{describe(drawn)}; {caption}", middle=np.append(self.middles[pose], 0),
            reach=self.reaches[pose], strength=moved / full, tips=tips,
            ghost=None if several else attach_depth(self.start, self.before[name][members[0]]),
            fan=lifted if several else None, pickable=True, picked=self.values["joint"],
        )  # fmt: skip

    def _sentence(self) -> str:
        """How far the keypoint was pulled, and what moved in the other half of the body."""
        pulled = self.values["pulled"]
        if self.values["refused"]:
            return TEXTS["root"].format(joint=readable(self.root))
        if pulled is None:
            return TEXTS["hint"]
        names, part_of = self.skeleton.names, owner_of("legs_torso", self.skeleton.names[1:])
        far = np.linalg.norm(self.x2d - self.start, axis=1)[self.skeleton.index(pulled)] * self.mm
        other = [i for i, name in enumerate(names) if i and part_of[name] != part_of[pulled]]
        runs = []
        for name, moved in self.moved().items():
            most = max(other, key=moved.__getitem__)
            texts = {"run": readable(name), "joint": readable(names[most]), "mm": f"{moved[most]:.0f}"}
            runs.append(TEXTS["crossed" if moved[most] >= LEAST else "apart"].format(**texts))
        return TEXTS["far"].format(joint=readable(pulled), mm=f"{far:.0f}", runs=", ".join(runs))

    def __str__(self) -> str:
        return f"{', '.join(self.runs)} on {len(self.poses):,} poses of {self.poses.name!r}"
