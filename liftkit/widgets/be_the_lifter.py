"""BeTheLifter: give a picture its depths by hand, and be judged by what people look like from the side."""

from __future__ import annotations

import numpy as np

from liftkit.data.datasets import load_poses
from liftkit.geometry import attach_depth, mirror, normalise, pose_scale, project, rotate
from liftkit.poses import PoseSet, evenly, require_truth
from liftkit.view import Button, Choice, Controller, Drag, Pick, Pose, Press, Set, Slider, Toggle, readable
from liftkit.widgets.runs import MOST_POSES
from liftkit.widgets.shadow_explorer import flip_steps

MOST_REAL = 4000  # poses to compare with, evenly out of all
TRIED = 12  # poses, of which the one opens whose flat person is found out most clearly
FULL_GLOW = 400.0  # mm from the nearest real pose at which a joint glows most
NEAREST = ("Nearest real pose", "Second nearest")


def nearest_real(view: np.ndarray, real: np.ndarray, count: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """The real 2D poses that are nearest to a view, by the mean distance of their joints after `normalise`.

    Args:
        view: (J, 2), relative to the root, in any unit.
        real: (N, J, 2), normalised.

    Returns:
        (count,) their indices, nearest first, and (count, J) the distances of their joints in the unit of ``view``.
    """
    apart = np.linalg.norm(real - normalise(view), axis=-1)
    order = np.argsort(apart.mean(-1), kind="stable")[:count]
    return order, apart[order] * pose_scale(view).item()


def from_the_side(x3d: np.ndarray) -> np.ndarray:
    """(..., J, 3) -> (..., J, 2): x is the depth, so that the camera is on the left."""
    return project(rotate(x3d, np.pi / 2))


class BeTheLifterController(Controller):
    """One picture whose depths a student chooses; beside it real 2D poses that look like the result from the side.

    A joint that is pulled takes along what hangs on it. Only depths change: the picture says the rest. The score is the
    mean distance of the joints from those of the nearest real pose, in mm at the size of the person. It finds out most
    people whose bones lead the wrong way, but few flat ones, who look like somebody slim; a pose where it does opens.

    Args:
        poses: with 3D truth (default: the embedded data). Those of the split "test" are lifted, the 2D of the split
            "train" are the real ones; without splits all are both.

    Raises:
        ValueError: if the poses have no 3D truth.
    """

    title = "Be the lifter: which depths look real from the side?"

    def __init__(self, poses: PoseSet | None = None):
        super().__init__()
        self.poses = load_poses("synthetic") if poses is None else poses
        require_truth(self.poses, "lifting by hand")
        self.choices, self.skeleton = evenly(self.poses.part("test"), MOST_POSES), self.poses.skeleton
        self.real = normalise(evenly(self.poses.part("train"), MOST_REAL).x2d)
        self.root, *self.names = self.skeleton.names
        tried = np.linspace(0, len(self.choices) - 1, TRIED).astype(int).tolist()
        first = max(tried, key=lambda i: -np.subtract(*self._known_scores(self.choices.x3d[i])))
        self.values = {"pose": first, "joint": self.names[-1], "depth": 0, "truth": False}
        self.respond(Set("pose", first))

    def controls(self):
        return [
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.choices) - 1),
            Choice("joint", "Joint", "The one that arrow keys pull", tuple(self.names)),
            Slider("depth", "Its depth", "Below 0: nearer than the root", -self.limit, self.limit, 10, "mm"),
            Button("flat", "Flat", "Begin again: every depth is 0"),
            Button("wrong", "A wrong person", "Every bone has its length, but is flipped at random"),
            Toggle("truth", "Show the truth", "The true person, drawn faintly"),
        ]  # fmt: skip

    def respond(self, event):
        self.refused = False
        match event:
            case Set("pose", index):
                self._choose(index)
            case Set("depth", mm):
                self._pull(self.values["joint"], mm)
            case Press("flat"):
                self.depths = np.zeros(len(self.skeleton))
            case Press("wrong"):
                flipped = {name for name in self.names if self.rng.integers(2)}
                self.depths = flip_steps(self.truth, flipped, self.skeleton)[:, 2].clip(-self.limit, self.limit)
            case Drag("side", self.root) | Pick("side", self.root):
                self.refused = True
            case Drag("side", joint, x, _):
                self.values["joint"] = joint
                self._pull(joint, self.reach * x)
            case Pick("side", joint):
                self.set("joint", joint)
        self.values["depth"] = round(self.depths[self.skeleton.index(self.values["joint"])])
        self.message = self._sentence()

    def _choose(self, index: int) -> None:
        self.truth, self.rng = self.choices.x3d[index].astype(float), np.random.default_rng(index)
        low, high = self.truth.min(0), self.truth.max(0)
        self.middle = np.array([0, (low[1] + high[1]) / 2])
        self.reach = 1.2 * max(float(np.abs(self.truth - [*self.middle, 0]).max()), 10.0)
        self.limit = int(self.reach // 10 * 10)
        self.values["truth"], self.depths = False, np.zeros(len(self.skeleton))

    def _pull(self, joint: str, mm: float) -> None:
        """Bring a joint to a depth, and what hangs on it along."""
        moving = {at := self.skeleton.index(joint)}
        for parent, child in self.skeleton.bones:
            if parent in moving:
                moving.add(child)
        depths = self.depths.copy()
        depths[list(moving)] += mm - depths[at]
        self.depths = depths.clip(-self.limit, self.limit)

    @property
    def x3d(self) -> np.ndarray:
        """(J, 3) the person with the depths that were chosen, in mm."""
        return attach_depth(self.truth[:, :2], self.depths)

    def score(self, x3d: np.ndarray) -> float:
        """How far a person (J, 3) is from the nearest real pose, seen from the side: mean over joints in mm."""
        return float(nearest_real(from_the_side(x3d), self.real)[1].mean())

    def _known_scores(self, truth: np.ndarray) -> tuple[float, float]:
        """The scores of the true and of the flat person."""
        return self.score(truth), self.score(truth * [1, 1, 0])

    def panels(self):
        view, skeleton = from_the_side(self.x3d), self.skeleton
        size = {"skeleton": skeleton, "middle": self.middle, "reach": self.reach}
        found, apart = nearest_real(view, self.real, len(NEAREST))
        named = zip(skeleton.names, apart[0], strict=True)
        tips = [f"{readable(name)}: {mm:.0f} mm from the nearest real pose" for name, mm in named]
        x2d, faint = self.truth[:, :2], self.values["truth"]
        side = Pose(
            "side", "From the side: pull joints in depth", "faint: the truth" if faint else "the camera is on the left",
            view, strength=np.minimum(apart[0] / FULL_GLOW, 1), tips=tips, draggable=True,
            picked=self.values["joint"], ghost=from_the_side(self.truth) if faint else None, **size,
        )  # fmt: skip
        beside = []
        for i, (title, mm, pose) in enumerate(zip(NEAREST, apart, self.real[found] * pose_scale(view), strict=False)):
            caption = f"{mm.mean():.0f} mm per joint; faint: yours"
            beside.append(Pose(f"near_{i}", title, caption, pose, ghost=view, **size))
        given = Pose("x2d", "The picture that you lift", "it says nothing about depth", x2d, **size)
        return [given, side, *beside]

    def _sentence(self) -> str:
        if self.refused:
            return f"The {readable(self.root)} is the origin: its depth is 0. Pull another joint."
        (truth, flat), (_, (apart,)) = self._known_scores(self.truth), nearest_real(from_the_side(self.x3d), self.real)
        worst = int(apart.argmax())
        text = (
            f"From the side your person is {apart.mean():.0f} mm per joint from the nearest of {len(self.real):,} real "
            f"poses; the flat person: {flat:.0f} mm. Most amiss: the {readable(self.skeleton.names[worst])}, "
            f"{apart[worst]:.0f} mm."
        )
        if not self.values["truth"]:
            return text
        off, mirrored = (np.abs(self.depths - z)[1:].mean() for z in (self.truth[:, 2], mirror(self.truth)[:, 2]))
        text += f" The true person: {truth:.0f} mm, the mirror: {self.score(mirror(self.truth)):.0f} mm."
        text += f" Your depths are {off:.0f} mm per joint off the truth and {mirrored:.0f} mm off its mirror."
        more = " Here flat looks more real than true: one view of one pose is no safe judge."
        return text + more if flat < truth else text

    def __str__(self) -> str:
        return f"{len(self.choices)} poses to lift, {len(self.real):,} real ones, of {self.poses.name!r}"
