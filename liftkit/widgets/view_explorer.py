"""ViewExplorer: turn a lifted pose, and see what the discriminator thinks of it from every side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from liftkit.correlation.swapping import millimetres
from liftkit.data.datasets import load_poses
from liftkit.geometry import attach_depth, normalise, project, rotation_x, turn
from liftkit.poses import PoseSet
from liftkit.priors import get_prior
from liftkit.recorded import load_record
from liftkit.run import Run
from liftkit.view.alt_text import describe
from liftkit.view.charts import line_chart
from liftkit.view.controller import Controller
from liftkit.view.controls import Choice, Slider
from liftkit.view.panels import Chart, Panel, Pose
from liftkit.widgets.widget import Widget

CIRCLE = np.linspace(-180.0, 180.0, 73)  # degrees of azimuth at which the curves are computed
MOST_POSES = 100  # to choose from, evenly out of all
MEAN_OVER = 32  # of these, evenly, in the mean curves
LIFTED, TRUE, FLAT = "lifted", "true depth", "flat"


class ViewExplorerController(Controller):
    """One pose, lifted by one run; its depth can be spoiled, and it can be looked at from everywhere.

    ``run``: default the recorded run of legs and torso; ``poses``: default the test people of the embedded data.

    A view is made as in training. The whole pose, not each segment by itself, is turned about its root by the
    rotation that the run's own prior gives for an azimuth (under "gravity" about the world's vertical at the config's
    tilt, under "paper" about the image's), and then by the elevation about the image's horizontal axis; it is
    projected and not scaled again. Training draws azimuths up to ``config.azimuth``, and elevations only under
    "paper". The discriminator is in eval mode: near 1 it takes a view for real, near 0 for a turned one. "all" seeds:
    the mean of every member's score for the pose that its own lifter made; the skeletons are then the first's.
    One pose's curve is its own matter; the mean over ``MEAN_OVER`` poses shows what a wrong depth has in common.

    Raises ValueError on anything but a Run and a PoseSet of the same skeleton.
    """

    title = "Look from the side: who finds out a wrong depth?"

    def __init__(self, run: Run | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.run = load_record("legs_torso") if run is None else run
        self.poses = load_poses("synthetic").test if poses is None else poses
        if not isinstance(self.run, Run) or not isinstance(self.poses, PoseSet):
            raise ValueError(f"expected a Run and a PoseSet, found {type(run).__name__} and {type(poses).__name__}")
        if self.run.representation.skeleton != self.poses.skeleton:
            raise ValueError(f"{self.poses.name}: its skeleton is not that of {self.run.representation.name}")
        self.chosen = np.unique(np.linspace(0, len(self.poses) - 1, MOST_POSES).astype(int))
        self.values = {"pose": 0, "azimuth": 90, "elevation": 0, "depth": 1.0, "seed": "all"}
        self.many = self._lift(self.chosen[np.unique(np.linspace(0, len(self.chosen) - 1, MEAN_OVER).astype(int))])
        self.known: dict[tuple[str, int], np.ndarray] = {}
        self.on_pose(0)

    def controls(self):
        return [
            Slider("azimuth", "Azimuth", "Walk round the person", -180, 180, 5, "°"),
            Slider("elevation", "Elevation", "Look from further up or down", -60, 60, 5, "°"),
            Slider("depth", "Depth times", "1: as lifted, 0: flat, -1: mirrored", -1, 2, 0.1),
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.chosen) - 1),
            Choice("seed", "Seed", "One trained pair of networks, or the mean over all",
                   ("all", *map(str, self.run.seeds))),
        ]  # fmt: skip

    def on_pose(self, value: int) -> None:
        """Lift the pose by every member, on the scale on which networks see it."""
        self.x2d, self.depths, self.truth = self._lift(self.chosen[[value]])
        self._judge()

    def on_azimuth(self, value: int) -> None:
        self._judge()

    on_elevation = on_depth = on_seed = on_azimuth

    @property
    def member(self) -> int:
        """Of the networks whose pose is shown."""
        return 0 if self.values["seed"] == "all" else self.run.seeds.index(int(self.values["seed"]))

    @property
    def shown(self) -> str:
        """The name of the depth that is shown: one of those always compared, or one of the student's own."""
        factor = round(self.values["depth"], 2)
        return {1.0: LIFTED, 0.0: FLAT}.get(factor, f"lifted x {factor:g}")

    def rotations(self, azimuths: np.ndarray) -> np.ndarray:
        """(A,) degrees -> (A, 3, 3) the turns of the run's prior by these, then the elevation that is set."""
        u = torch.tensor(np.stack([azimuths / 360 + 0.5, np.full(len(azimuths), 0.5)], -1))[None]
        turns = get_prior(self.run.config.prior)(u, replace(self.run.config, azimuth=180.0))[0, 0].numpy()
        return rotation_x(np.array(np.radians(self.values["elevation"]))) @ turns

    def _lift(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """(P, J, 2) poses, (M, P, J) their depths by each member, (P, J) the true ones, all on the lifter's scale."""
        few, lifter = self.poses.select(rows), self.run.lifter
        x2d = normalise(few.x2d).astype(np.float32)
        truth = None if few.x3d is None else (few.x3d[..., 2] - few.x3d[:, :1, 2]) / millimetres(few)[0][..., 0]
        with torch.no_grad():
            flat = torch.from_numpy(x2d).to(lifter.device).expand(len(self.run.seeds), *x2d.shape)
            return x2d, lifter(flat).cpu().numpy(), truth

    def _versions(self, x2d: np.ndarray, depths: np.ndarray, truth: np.ndarray | None) -> dict[str, np.ndarray]:
        """name -> (M, P, J, 3): the same 2D poses with the depths that are compared, each member's."""
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
        judge = self.run.discriminator
        flat = torch.from_numpy(views.reshape(len(views), -1, *views.shape[-2:])).to(judge.device)
        return judge(flat).cpu().numpy().reshape(views.shape[:-2])

    def _judge(self) -> None:
        self.versions = {name: x3d[:, 0] for name, x3d in self._versions(self.x2d, self.depths, self.truth).items()}
        # one pass for all versions, members and azimuths, the present azimuth last
        views = self._views(np.stack(list(self.versions.values()), 1), np.append(CIRCLE, self.values["azimuth"]))
        scores = dict(zip(self.versions, self._mean(self._scores(views)), strict=True))
        self.views = dict(zip(self.versions, views[self.member, :, -1], strict=True))
        self.curves = {name: score[:-1] for name, score in scores.items()}
        self.now = {name: float(score[-1]) for name, score in scores.items()}
        self.message = self._told()

    def means(self) -> dict[str, np.ndarray]:
        """name -> (73,) the score over the circle, mean over ``MEAN_OVER`` poses; computed once a setting."""
        found = {}
        for name, x3d in self._versions(*self.many).items():
            key = (name, self.values["elevation"])
            if key not in self.known:
                self.known[key] = self._scores(self._views(x3d, CIRCLE)).mean(1)
            found[name] = self._mean(self.known[key])
        return found

    def _mean(self, scores: np.ndarray) -> np.ndarray:
        return scores.mean(0) if self.values["seed"] == "all" else scores[self.member]

    def _told(self) -> str:
        azimuth, elevation = self.values["azimuth"], self.values["elevation"]
        where = f"Seen from {azimuth}°" + (f", {elevation}° off the level" if elevation else "")
        what = {LIFTED: "the lifted pose", FLAT: "the flat pose"}.get(self.shown, f"this pose ({self.shown})")
        others = ", ".join(f"{name}: {score:.2f}" for name, score in self.now.items() if name != self.shown)
        score = f"{self.now[self.shown]:.2f} (1 is real, 0 is turned)"
        told = f"{where}, the discriminator finds {what} real with score {score}; {others}."
        if elevation:
            return told
        if azimuth == 0:
            return f"{told} From the front all are the same picture: no wrong depth can be seen."
        if abs(azimuth) == 180:
            return f"{told} From behind, a flat pose is nearly its own picture in a mirror: little to find out."
        return told

    def panels(self) -> list[Panel]:
        azimuth, name, m = self.values["azimuth"], self.shown, self.member
        lifted, view, truth = self.versions[name][m], self.views[name], self.versions.get(TRUE)
        reach = 1.05 * float(np.linalg.norm(self.versions[LIFTED][m], axis=-1).max())
        fixed = {"skeleton": self.poses.skeleton, "reach": reach}
        found: list[Panel] = [
            Pose("x2d", "2D: the lifter's input", "", self.x2d[0], describe(self.x2d[0]), middle=(0, 0), **fixed),
            Pose("x3d", f"3D: {name}", "" if truth is None else "faint: the truth", lifted, describe(lifted),
                 middle=(0, 0, 0), ghost=None if truth is None else truth[m], **fixed),
            Pose("view", f"{name}, from {azimuth}°", f"score {self.now[name]:.2f}", view, describe(view),
                 middle=(0, 0), **fixed),
        ]  # fmt: skip
        if truth is not None:
            true = self.views[TRUE]
            told = f"score {self.now[TRUE]:.2f}"
            found.append(
                Pose("true_view", f"{TRUE}, from {azimuth}°", told, true, describe(true), middle=(0, 0), **fixed)
            )
        several = self.values["seed"] == "all" and len(self.run.seeds) > 1
        who = f"mean of {len(self.run.seeds)} seeds" if several else f"seed {self.run.seeds[m]}"
        count = self.many[0].shape[0]
        return [
            *found,
            Chart("circle", "Scores of this pose, all the way round", who, self._chart(self.curves), True),
            Chart("mean", f"Scores of {count} poses, their mean", who, self._chart(self.means()), True),
        ]

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


class ViewExplorer(Widget):
    """See :class:`ViewExplorerController` for what it takes."""

    Controller = ViewExplorerController
