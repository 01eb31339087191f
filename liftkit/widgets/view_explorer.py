"""ViewExplorer: turn a lifted pose, and see how the discriminator scores it from every side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from liftkit.correlation.measures import check_fit
from liftkit.correlation.swapping import depth_scale
from liftkit.data.datasets import load_poses
from liftkit.geometry import attach_depth, normalise, project, rotation_x, turn
from liftkit.poses import PoseSet, evenly
from liftkit.priors import get_prior
from liftkit.recorded import load_record
from liftkit.run import Run
from liftkit.view.alt_text import describe
from liftkit.view.charts import line_chart
from liftkit.view.controller import Controller, Event, Set
from liftkit.view.controls import Choice, Slider
from liftkit.view.panels import Chart, Panel, Pose

CIRCLE = np.linspace(-180.0, 180.0, 73)  # degrees of azimuth at which the curves are computed
MOST_POSES = 100  # to choose from, evenly out of all
MEAN_OVER = 32  # of these, evenly, in the mean curves
LIFTED, TRUE, FLAT = "lifted", "true depth", "flat"


class ViewExplorerController(Controller):
    """One pose, lifted by one run, seen from any side; its depth can be scaled.

    As in training, the whole pose is turned about its root as the run's own prior does for an azimuth, then by the
    elevation about the image's horizontal axis; it is projected and not scaled again. (Training draws azimuths up to
    ``config.azimuth``, and elevations only under "paper".) A score of the discriminator is near 1 for a view that it
    takes for real, near 0 for a turned one. With "all" seeds scores are means over members, each for the pose of its
    own lifter; the skeletons are then the first member's.

    Args:
        run: default the recorded run of legs and torso.
        poses: poses to choose from (default: the test people of the embedded data).

    Raises:
        ValueError: if they are not a Run and a PoseSet of the same skeleton.
    """

    title = "Look from the side: who finds out a wrong depth?"

    def __init__(self, run: Run | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.run = load_record("legs_torso") if run is None else run
        self.poses = load_poses("synthetic").test if poses is None else poses
        if not isinstance(self.run, Run) or not isinstance(self.poses, PoseSet):
            raise ValueError(f"expected a Run and a PoseSet, found {type(run).__name__} and {type(poses).__name__}")
        check_fit(self.run, self.poses)
        self.choices = evenly(self.poses, MOST_POSES)
        self.several = self._lift(evenly(self.choices, MEAN_OVER))
        self.mean_scores: dict[tuple[str, int], np.ndarray] = {}  # (name, elevation) -> (M, 73), once computed
        self.values = {"pose": 0, "azimuth": 90, "elevation": 0, "depth": 1.0, "seed": "all"}
        self.respond(Set("pose", 0))

    def controls(self):
        seeds = ("all", *map(str, self.run.seeds))
        return [
            Slider("azimuth", "Azimuth", "Walk round the person", -180, 180, 5, "°"),
            Slider("elevation", "Elevation", "Look from further up or down", -60, 60, 5, "°"),
            Slider("depth", "Depth times", "1: as lifted, 0: flat, -1: mirrored", -1, 2, 0.1),
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.choices) - 1),
            Choice("seed", "Seed", "One trained pair of networks, or the mean over all", seeds),
        ]

    def respond(self, event: Event) -> None:
        match event:
            case Set("pose", index):
                self.x2d, self.depths, self.truth = self._lift(self.choices.select([index]))
        self._evaluate()

    @property
    def member(self) -> int:
        """The member whose pose is shown."""
        return 0 if self.values["seed"] == "all" else self.run.seeds.index(int(self.values["seed"]))

    @property
    def shown(self) -> str:
        """The name of the depth that is shown: one that is always compared, or the scaled one."""
        factor = round(self.values["depth"], 2)
        return {1.0: LIFTED, 0.0: FLAT}.get(factor, f"lifted x {factor:g}")

    def rotations(self, azimuths: np.ndarray) -> np.ndarray:
        """(A,) degrees -> (A, 3, 3): the rotation by the run's prior, then by the chosen elevation."""
        u = torch.from_numpy(np.stack([azimuths / 360 + 0.5, np.full(len(azimuths), 0.5)], -1))[None]
        turns = get_prior(self.run.config.prior)(u, replace(self.run.config, azimuth=180.0))[0, 0].numpy()
        return rotation_x(np.array(np.radians(self.values["elevation"]))) @ turns

    def _lift(self, poses: PoseSet) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """(P, J, 2) poses, (M, P, J) their depths by each member, (P, J) the true ones, all on the lifter's scale."""
        x2d = normalise(poses.x2d).astype(np.float32)
        truth = None if poses.x3d is None else (poses.x3d[..., 2] - poses.x3d[:, :1, 2]) / depth_scale(poses)[0][..., 0]
        return x2d, self.run.lift(x2d)[..., 2], truth

    def _versions(self, x2d: np.ndarray, depths: np.ndarray, truth: np.ndarray | None) -> dict[str, np.ndarray]:
        """name -> (M, P, J, 3): the same 2D poses with each of the depths that are compared."""
        found = {LIFTED: depths} | ({} if truth is None else {TRUE: truth}) | {FLAT: np.zeros(())}
        found |= {self.shown: depths * self.values["depth"]}
        flat = np.broadcast_to(x2d, (*depths.shape, 2))
        return {name: attach_depth(flat, np.broadcast_to(z, depths.shape)) for name, z in found.items()}

    def _views(self, x3d: np.ndarray, azimuths: np.ndarray) -> np.ndarray:
        """(..., J, 3) -> (..., A, J, 2) float32."""
        return project(turn(x3d[..., None, :, :], self.rotations(azimuths))).astype(np.float32)

    @torch.no_grad()
    def _scores(self, views: np.ndarray) -> np.ndarray:
        """(M, ..., J, 2) -> (M, ...) by every member's discriminator, in one pass."""
        discriminator = self.run.discriminator
        flat = torch.from_numpy(views.reshape(len(views), -1, *views.shape[-2:])).to(discriminator.device)
        return discriminator(flat).cpu().numpy().reshape(views.shape[:-2])

    def _evaluate(self) -> None:
        """Score the pose from all sides, in one pass for all versions, members and azimuths, the chosen one last."""
        self.versions = {name: x3d[:, 0] for name, x3d in self._versions(self.x2d, self.depths, self.truth).items()}
        views = self._views(np.stack(list(self.versions.values()), 1), np.append(CIRCLE, self.values["azimuth"]))
        scores = dict(zip(self.versions, self._mean(self._scores(views)), strict=True))
        self.views = dict(zip(self.versions, views[self.member, :, -1], strict=True))
        self.curves = {name: score[:-1] for name, score in scores.items()}
        self.now = {name: float(score[-1]) for name, score in scores.items()}
        self.message = self._sentence()

    def means(self) -> dict[str, np.ndarray]:
        """name -> (73,) the score over the circle, mean over ``MEAN_OVER`` poses."""
        found = {}
        for name, x3d in self._versions(*self.several).items():
            key = (name, self.values["elevation"])
            if key not in self.mean_scores:
                self.mean_scores[key] = self._scores(self._views(x3d, CIRCLE)).mean(1)
            found[name] = self._mean(self.mean_scores[key])
        return found

    def _mean(self, scores: np.ndarray) -> np.ndarray:
        return scores.mean(0) if self.values["seed"] == "all" else scores[self.member]

    def _sentence(self) -> str:
        azimuth, elevation = self.values["azimuth"], self.values["elevation"]
        where = f"Seen from {azimuth}°" + (f", {elevation}° off the level" if elevation else "")
        what = {LIFTED: "the lifted pose", FLAT: "the flat pose"}.get(self.shown, f"this pose ({self.shown})")
        others = ", ".join(f"{name}: {score:.2f}" for name, score in self.now.items() if name != self.shown)
        score = f"{self.now[self.shown]:.2f} (1 is real, 0 is turned)"
        text = f"{where}, the discriminator finds {what} real with score {score}; {others}."
        if azimuth == 0 and not elevation:
            return f"{text} From the front all are the same picture: no wrong depth can be seen."
        if abs(azimuth) == 180 and not elevation:
            return f"{text} From behind, a flat pose is nearly its own mirror image: little to find out."
        return text

    def panels(self) -> list[Panel]:
        azimuth, name, truth = self.values["azimuth"], self.shown, self.versions.get(TRUE)
        faint = {} if truth is None else {"caption": "faint: the truth", "ghost": truth[self.member]}
        found: list[Panel] = [
            self._pose("x2d", "2D: the lifter's input", self.x2d[0]),
            self._pose("x3d", f"3D: {name}", self.versions[name][self.member], **faint),
        ]
        for key, which in [("view", name), ("true_view", TRUE)][: 1 if truth is None else 2]:
            title, score = f"{which}, from {azimuth}°", f"score {self.now[which]:.2f}"
            found.append(self._pose(key, title, self.views[which], caption=score))
        several = self.values["seed"] == "all" and len(self.run.seeds) > 1
        who = f"mean of {len(self.run.seeds)} seeds" if several else f"seed {self.run.seeds[self.member]}"
        count = len(self.several[0])
        return [
            *found,
            Chart("circle", "Scores of this pose, all the way round", who, self._chart(self.curves), True),
            Chart("mean", f"Scores of {count} poses, their mean", who, self._chart(self.means()), True),
        ]

    def _pose(self, key: str, title: str, joints: np.ndarray, **more) -> Pose:
        """A skeleton with its root in the middle, on the scale of the lifted pose."""
        reach = 1.05 * float(np.linalg.norm(self.versions[LIFTED][self.member], axis=-1).max())
        size = {"skeleton": self.poses.skeleton, "middle": np.zeros(joints.shape[-1]), "reach": reach}
        return Pose(key, title, joints=joints, alt=describe(joints), **size, **more)

    def _chart(self, curves: dict[str, np.ndarray]) -> str:
        return line_chart(
            {name: (CIRCLE, scores) for name, scores in curves.items()},
            x_label="azimuth in degrees",
            y_label="score (1: real)",
            marks=[(self.values["azimuth"], f"{self.values['azimuth']}°")],
            x_ticks=(-180, -90, 0, 90, 180),
        )

    def __str__(self) -> str:
        run, poses = self.run, self.poses
        return f"{run.representation.name}, {len(run.seeds)} seeds, {len(poses):,} poses of {poses.name!r}"
