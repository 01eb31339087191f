"""ViewExplorer: turn a lifted pose, and see how the discriminator scores it from every side."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from liftkit.correlation.measures import check_fit
from liftkit.correlation.swapping import depth_scale
from liftkit.geometry import attach_depth, normalise, project, rotation_x, turn
from liftkit.poses import PoseSet, evenly
from liftkit.priors import get_prior
from liftkit.recorded import load_judge, shrink
from liftkit.run import Run
from liftkit.system.numbers import Rounded
from liftkit.view import Chart, Choice, Controller, Pose, Set, Slider
from liftkit.view.charts import line_chart
from liftkit.view.networks import discriminator_data, packed
from liftkit.widgets.runs import ALL, MOST_NUMBERS, MOST_POSES, default_poses, seeds_that_fit

LIMITS = (-0.5, 1.5)  # of the charts' scores: always the same, so that poses and depths can be compared
CIRCLE = np.linspace(-180.0, 180.0, 73)  # degrees of azimuth at which the curves are computed
MEAN_OVER = 32  # of these, evenly, in the mean curves
LIFTED, TRUE, FLAT = "lifted", "true depth", "flat"
# Every sentence, for Python and for js/view.js.
TEXTS = {
    "input": "2D: the lifter's input",
    "solid": "3D: {name}",
    "faint": "faint: the truth",
    "from": "{name}, from {azimuth}°",
    "score": "score {score}",
    "scores": "score {score}, mean of {count} seeds",
    "mean": "mean of {count} seeds, each drawn above",
    "one": "seed {seed}",
    "circle": "Scores of this pose, all the way round",
    "several": "Scores of {count} poses, their mean",
    "waiting": "the mean is being computed",
    "where": "Seen from {azimuth}°",
    "above": "Seen from {azimuth}°, {elevation}° off the level",
    "lifted": "the lifted pose",
    "flat": "the flat pose",
    "scaled": "this pose ({name})",
    "found": "{where}, the discriminator gives {what} a score of {score} (1: real, 0: turned); {others}.",
    "front": "From the front all are the same picture: no wrong depth can be seen.",
    "back": "From behind, a flat pose is nearly its own mirror image: little to find out.",
}


class ViewExplorerController(Controller):
    """One pose, lifted by one run, seen from any side; its depth can be scaled.

    As in training, the whole pose is turned about its root as the run's own prior does for an azimuth, then by the
    elevation about the image's horizontal axis; it is projected and not scaled again. (Training draws azimuths up to
    ``config.azimuth``, and elevations only under "paper".) A score of the discriminator is near 1 for a view that it
    takes for real, near 0 for a turned one. With "all" seeds scores are means over members, each for the pose of its
    own lifter, and all members' skeletons are drawn.

    Args:
        run: default a recorded lifter beside a discriminator that tells true from wrong depths: the recorded runs' own
            ones, of their last step, no longer do (:func:`liftkit.recorded.load_judge`).
        poses: poses to choose from (default: the test people of the embedded data).

    Raises:
        ValueError: if they are not a Run and a PoseSet of the same skeleton.
    """

    browser = "view"
    title = "Look from the side: who finds out a wrong depth?"

    def __init__(self, run: Run | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.run = load_judge() if run is None else run
        self.poses = default_poses(poses)
        if not isinstance(self.run, Run) or not isinstance(self.poses, PoseSet):
            raise ValueError(f"expected a Run and a PoseSet, found {type(run).__name__} and {type(poses).__name__}")
        check_fit(self.run, self.poses)
        self.choices = evenly(self.poses, MOST_POSES)
        self.several = self._lift(evenly(self.choices, MEAN_OVER))
        self.mean_scores: dict[tuple[str, int], np.ndarray] = {}  # (name, elevation) -> (M, 73), once computed
        self.values = {"pose": 0, "azimuth": 90, "elevation": 0, "depth": 1.0, "seed": ALL}
        self.respond(Set("pose", 0))

    def controls(self):
        seeds = (ALL, *map(str, self.run.seeds))
        return [
            Slider("azimuth", "Azimuth", "Walk round the person", -180, 180, 5, "°"),
            Slider("elevation", "Elevation", "Look from further up or down", -60, 60, 5, "°"),
            Slider("depth", "Depth times", "1: as lifted, 0: flat, -1: mirrored", -1, 2, 0.1),
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.choices) - 1),
            Choice("seed", "Seed", "One trained pair of networks, or the mean over all", seeds),
        ]

    def respond(self, event):
        match event:
            case Set("pose", index):
                self.x2d, self.depths, self.truth = self._lift(self.choices.select([index]))
        self._evaluate()

    @property
    def members(self) -> list[int]:
        """The members whose poses are shown."""
        seed = self.values["seed"]
        return list(range(len(self.run.seeds))) if seed == ALL else [self.run.seeds.index(int(seed))]

    @property
    def shown(self) -> str:
        """The name of the depth that is shown: one that is always compared, or the scaled one."""
        factor = round(self.values["depth"], 2)
        return {1.0: LIFTED, 0.0: FLAT}.get(factor, f"lifted x {factor:g}")

    def rotations(self, azimuths: np.ndarray) -> np.ndarray:
        """(A,) degrees -> (A, 3, 3): the rotation by the run's prior, then by the chosen elevation."""
        return rotation_x(np.array(np.radians(self.values["elevation"]))) @ self._turns(azimuths)

    def _turns(self, azimuths: np.ndarray) -> np.ndarray:
        """(A,) degrees -> (A, 3, 3): the rotation by the run's prior."""
        u = torch.from_numpy(np.stack([azimuths / 360 + 0.5, np.full(len(azimuths), 0.5)], -1))[None]
        return get_prior(self.run.config.prior)(u, replace(self.run.config, azimuth=180.0))[0, 0].numpy()

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
        every = self._scores(views)  # (M, versions, 74)
        self.each = dict(zip(self.versions, every[..., :-1].swapaxes(0, 1), strict=True))  # name -> (M, 73)
        scores = dict(zip(self.versions, self._mean(every), strict=True))
        self.views = dict(zip(self.versions, views[self.members, :, -1].swapaxes(0, 1), strict=True))  # (K, J, 2) each
        self.curves = {name: score[:-1] for name, score in scores.items()}
        self.now = {name: Rounded(score[-1]) for name, score in scores.items()}
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
        return scores[self.members].mean(0)

    def _sentence(self) -> str:
        azimuth, elevation = self.values["azimuth"], self.values["elevation"]
        where = TEXTS["above" if elevation else "where"].format(azimuth=azimuth, elevation=elevation)
        what = {LIFTED: TEXTS["lifted"], FLAT: TEXTS["flat"]}.get(self.shown, TEXTS["scaled"].format(name=self.shown))
        others = ", ".join(f"{name}: {score:.2f}" for name, score in self.now.items() if name != self.shown)
        text = TEXTS["found"].format(where=where, what=what, score=f"{self.now[self.shown]:.2f}", others=others)
        level = {0: TEXTS["front"], 180: TEXTS["back"]}.get(abs(azimuth), "") if not elevation else ""
        return f"{text} {level}".rstrip()

    def panels(self):
        name, truth, members = self.shown, self.versions.get(TRUE), self.members
        faint = {} if truth is None else {"caption": TEXTS["faint"], "ghost": truth[0]}
        found = [
            self._pose("x2d", TEXTS["input"], self.x2d[:1]),
            self._pose("x3d", TEXTS["solid"].format(name=name), self.versions[name][members], **faint),
        ]
        for key, which in [("view", name), ("true_view", TRUE)][: 1 if truth is None else 2]:
            score = {"score": f"{self.now[which]:.2f}", "count": len(members)}
            caption = TEXTS["scores" if len(members) > 1 else "score"].format(**score)
            title = TEXTS["from"].format(name=which, azimuth=self.values["azimuth"])
            drawn = self.views[which] if which != TRUE else self.views[which][:1]
            found.append(self._pose(key, title, drawn, caption=caption))
        texts = {"count": len(members), "seed": self.run.seeds[members[0]]}
        who = TEXTS["mean" if len(members) > 1 else "one"].format(**texts)
        several = TEXTS["several"].format(count=len(self.several[0]))
        return [
            *found,
            Chart("circle", TEXTS["circle"], who, self._chart(self.curves), span=6),
            Chart("mean", several, who, self._chart(self.means()), span=6),
        ]

    def _pose(self, key: str, title: str, each: np.ndarray, **more) -> Pose:
        """Skeletons (K, J, d) with their root in the middle, on the scale of the lifted poses."""
        reach = 1.05 * float(np.linalg.norm(self.versions[LIFTED][self.members], axis=-1).max())
        joints, fan = each.mean(0), each if len(each) > 1 else None
        size = {"skeleton": self.poses.skeleton, "middle": np.zeros(joints.shape[-1]), "reach": reach}
        return Pose(key, title, joints=joints, fan=fan, **size, **more)

    def _chart(self, curves: dict[str, np.ndarray]) -> str:
        return line_chart(
            {name: (CIRCLE, scores) for name, scores in curves.items()},
            x_label="azimuth in degrees",
            y_label="score (1: real)",
            marks=[(self.values["azimuth"], f"{self.values['azimuth']}°")],
            x_ticks=(-180, -90, 0, 90, 180),
            limits=LIMITS,
            height=190,
        )

    def answers(self) -> dict[str, Any] | None:
        seeds = self.run.seeds
        if self.run.discriminator.parameter_count * len(seeds) > MOST_NUMBERS or (turns := self._axis()) is None:
            return None
        x2d, depths, truth = self._lift(self.choices)
        nets = {str(seed): discriminator_data(self.run, member) for member, seed in enumerate(seeds)}
        self.means()
        means = [{"key": f"{name} {level}", "scores": packed(s)} for (name, level), s in self.mean_scores.items()]
        here = f"{self.values['elevation']} {self.values['pose']}"
        curves = [{"key": f"{name} {here}", "scores": packed(s)} for name, s in self.each.items()]
        frames = []
        usual = [LIFTED, *[TRUE][: truth is not None], FLAT]
        for names in (usual, [*usual, "?"]):
            svg = self._chart({name: self.curves.get(name, self.curves[FLAT]) for name in names})
            frames.append({"names": names, "svg": svg, "low": LIMITS[0], "high": LIMITS[1]})
        several = np.linspace(0, len(self.choices) - 1, len(self.several[0])).astype(int).tolist()
        about = {"names": list(self.poses.skeleton.names), "seeds": list(nets), "nets": nets, "means": means}
        about |= {"x2d": packed(x2d), "depths": packed(depths), "truth": None if truth is None else packed(truth)}
        about |= {"curves": curves, "frames": frames, "turns": packed(turns), "circle": CIRCLE.tolist()}
        return about | {"several": several, "texts": TEXTS}

    def _axis(self) -> np.ndarray | None:
        """(3, 3, 3) C, so that the prior turns by C[0] + cos(azimuth) C[1] + sin(azimuth) C[2]; None if it does not."""
        turned = self._turns(np.array([0.0, 180.0, 90.0, 37.0]))
        fixed, aside = (turned[0] + turned[1]) / 2, (turned[0] - turned[1]) / 2
        axis = np.stack([fixed, aside, turned[2] - fixed])
        tested = np.einsum("k,kij->ij", [1, np.cos(np.radians(37)), np.sin(np.radians(37))], axis)
        return axis if np.allclose(tested, turned[3], atol=1e-5) else None

    def for_page(self, budget: int) -> tuple[Controller, str]:
        size = len(discriminator_data(shrink(self.run), 0)["content"]) + 4 * 2 * self.choices.x2d[..., 0].size
        rest = len(json.dumps({"frames": 2 * [self._chart(self.curves)], "x2d": packed(self.choices.x2d)}))
        kept, left = seeds_that_fit(map(str, self.run.seeds), self.values["seed"], (budget - rest) // size)
        if not kept:
            return self, f"Controls need a notebook: one discriminator takes {size / 1e6:.1f} MB."
        page = type(self)(shrink(self.run.select(kept)), self.poses)
        page.values = self.values | ({"seed": str(kept[0])} if len(kept) == 1 else {})
        page.respond(Set("pose", page.values["pose"]))
        return page, left

    def __str__(self) -> str:
        run, poses = self.run, self.poses
        count = f"{len(run.seeds)} seed{'s' * (len(run.seeds) > 1)}"
        return f"{run.representation.name}, {count}, {len(poses):,} poses of {poses.name!r}"
