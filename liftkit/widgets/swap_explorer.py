"""SwapExplorer: give person A the legs of person B, step by step, and see which lifted depths move."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from liftkit.correlation.dependence import Dependence, joints_of
from liftkit.correlation.measures import places
from liftkit.correlation.swapping import depth_scale, donors, intervention, swapped
from liftkit.geometry import attach_depth, pose_scale
from liftkit.poses import PoseSet, evenly
from liftkit.run import Run
from liftkit.view import Button, Choice, Controller, Note, Pose, Press, Set, Slider, describe, readable
from liftkit.widgets.runs import MOST_POSES, Runs, default_poses

A, B, SWAP, DIFFERENCE = STEPS = ("person A", "person B", "A with B's legs", "the difference")
MANY = 600  # poses of which the mean movement is taken, evenly out of all
FULL_GLOW = 100.0  # mm of movement at which a joint glows most
PARTS, LEGS = "legs_torso", "legs"
SENTENCES = {
    A: "Person A, and A's depths by each lifter. Next: person B.",
    B: "Person B faces the same way in another clip. Next: B gives A the legs.",
    SWAP: "A's head, trunk and arms stay in the picture as they were; the legs are B's. Which depths will move?",
}


class SwapExplorerController(Controller):
    """The experiment of :func:`~liftkit.correlation.intervention` for one pair of persons, in four steps.

    B is drawn from the other clips, seen by the same camera and facing the same way, and brought to the scale of A.
    Everything shown is by the one seed that is chosen.

    Args:
        runs: title -> a :class:`~liftkit.Run` (default: the recorded runs of the full pose and of legs and torso).
        poses: poses to choose from (default: the test people of the embedded data).

    Raises:
        ValueError: if there is no run or no seed common to all, if skeletons differ, or if no pose has a donor.
    """

    title = "The swap: whose depth do B's legs move?"

    def __init__(self, runs: Mapping[str, Run] | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.poses = default_poses(poses)
        self.runs = Runs(runs, self.poses)
        self.within = ["camera"] + ["facing"] * (self.poses.x3d is not None)
        donor = donors(self.poses, self.within)
        recipients = np.flatnonzero(donor >= 0)
        recipients = recipients[np.linspace(0, len(recipients) - 1, min(MOST_POSES, len(recipients))).astype(int)]
        self.pairs = np.stack([recipients, donor[recipients]], 1)  # (P, 2) indices of A and B
        names = self.poses.skeleton.names
        self.legs = [names.index(joint) for joint in joints_of(PARTS)[LEGS]]
        self.torso = [i for i in range(1, len(names)) if i not in self.legs]
        self.many: dict[str, Dependence] = {}  # title -> the movements over many pairs, once computed
        self.values = {"step": A, "pose": 0, "seed": self.runs.seeds[0]}
        self.respond(Set("step", A))

    def controls(self):
        return [
            Button("next", "Next step", "A, B, the swap, the difference, and A again"),
            Choice("step", "Step", "What is shown", STEPS),
            Slider("pose", "Persons", "Another A and another B", 0, len(self.pairs) - 1),
            Choice("seed", "Seed", "Which trained network", self.runs.seeds),
        ]

    def respond(self, event):
        if event == Press("next"):
            self.values["step"] = STEPS[(STEPS.index(self.values["step"]) + 1) % len(STEPS)]
        pair = self.poses.select(self.pairs[self.values["pose"]])
        self.mm = depth_scale(pair)[0][0].item()  # per unit of the lifter's scale
        own, donated = (places(pair) / pose_scale(pair.x2d)[:1]).astype(np.float32)
        self.x2d = {A: own, B: donated, SWAP: swapped(own, donated, self.legs)}  # each (J, 2), on the lifter's scale
        self.depths = {}  # title -> step -> (J,) the depths by the chosen seed, on the lifter's scale
        for name, depths in self.runs.depths(np.stack(list(self.x2d.values()))).items():
            [member] = self.runs.members(name, self.values["seed"])
            self.depths[name] = dict(zip(self.x2d, depths[member], strict=True))
        self.message = self._sentence()

    def moved(self) -> dict[str, np.ndarray]:
        """title -> (J,) by how many mm the swap moves each depth of A."""
        return {name: np.abs(depths[SWAP] - depths[A]) * self.mm for name, depths in self.depths.items()}

    def mean_moved(self, name: str) -> float:
        """The mean movement of the torso's depths over many pairs, in mm, by the chosen seed."""
        run, names = self.runs[name], self.poses.skeleton.names
        if name not in self.many:
            self.many[name] = intervention(run, evenly(self.poses, MANY), PARTS, self.within)
        table = self.many[name].table(run.seeds.index(int(self.values["seed"])))
        return float(table.loc[LEGS, [names[i] for i in self.torso]].mean())

    def panels(self):
        step, moved, text = self.values["step"], self.moved(), "Go on to the difference."
        title, joints, caption, ghost = "Person A", self.x2d[A], "", None
        if step in (SWAP, DIFFERENCE):
            title, joints, caption, ghost = "A with B's legs", self.x2d[SWAP], "faint: A", self.x2d[A]
        if step == DIFFERENCE:
            text = "\n".join(self._listed(name, mm) for name, mm in moved.items())
        return [
            self._pose("x2d", title, joints, caption, ghost=ghost),
            self._pose("donor", "Person B", self.x2d[B], "gives the legs, at the size of A"),
            *(self._lifted(i, name, mm) for i, (name, mm) in enumerate(moved.items())),
            Note("moved", "Depths of A's own joints: by how many mm they moved", text=text, span=6),
        ]

    def _lifted(self, i: int, name: str, moved: np.ndarray) -> Pose:
        step, depths, caption, more = self.values["step"], self.depths[name], "", {}
        shown = SWAP if step == DIFFERENCE else step
        title = f"{readable(name)}, seed {self.values['seed']}: lift of {shown}"
        if shown == SWAP:
            caption, more = "faint: the lift of A", {"ghost": attach_depth(self.x2d[A], depths[A])}
        if step == DIFFERENCE:
            caption = "discs: A's own joints that moved; faint: before"
            more["strength"] = np.minimum(moved / FULL_GLOW, 1) * np.isin(np.arange(len(moved)), self.torso)
            named = zip(self.poses.skeleton.names, moved, strict=True)
            more["tips"] = [f"{readable(joint)}: depth moved by {mm:.0f} mm" for joint, mm in named]
        return self._pose(f"run_{i}", title, attach_depth(self.x2d[shown], depths[shown]), caption, **more)

    def _pose(self, key: str, title: str, joints: np.ndarray, caption: str, **more) -> Pose:
        every = np.stack(list(self.x2d.values()))
        low, high = every.min((0, 1)), every.max((0, 1))
        middle = np.append((low + high) / 2, [0] * (joints.shape[-1] - 2))
        size = {"middle": middle, "reach": 1.2 * float((high - low).max() / 2), "skeleton": self.poses.skeleton}
        return Pose(key, title, caption, joints, alt=f"{describe(joints)}; {caption}", **size, **more)

    def _listed(self, name: str, moved: np.ndarray) -> str:
        names = self.poses.skeleton.names
        ranked = sorted(self.torso, key=lambda i: -moved[i])
        return f"{readable(name)}: {', '.join(f'{readable(names[i])} {moved[i]:.0f}' for i in ranked)}"

    def _sentence(self) -> str:
        if self.values["step"] in SENTENCES:
            return SENTENCES[self.values["step"]]
        return " ".join(self._told(name, mm) for name, mm in self.moved().items())

    def _told(self, name: str, moved: np.ndarray) -> str:
        most = max(self.torso, key=moved.__getitem__)
        text = f"With {readable(name)}, B's legs move A's own joints by {moved[self.torso].mean():.0f} mm on average"
        if moved[most] > 0:
            text += f", most the {readable(self.poses.skeleton.names[most])}, {moved[most]:.0f} mm"
        return f"{text} (mean over many such swaps: {self.mean_moved(name):.0f} mm)."

    def __str__(self) -> str:
        return f"{', '.join(self.runs)} on {len(self.poses):,} poses of {self.poses.name!r}"
