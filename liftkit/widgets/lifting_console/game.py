"""The adversarial game behind LiftingConsole: a trainer that takes turns, and what one sees who looks on."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch

from liftkit.config import TrainConfig
from liftkit.divergence import Diverged, Watch
from liftkit.geometry import attach_depth, normalise, project, turn
from liftkit.metrics import align_scale, pa_mpjpe
from liftkit.poses import PoseSet
from liftkit.priors import DRAWS, get_prior
from liftkit.representations import Representation
from liftkit.run import Run
from liftkit.training import Trainer

LOOK_EVERY = 10  # steps between two points of the curves; twice as many when there are MOST_POINTS
MOST_POINTS = 400
JUDGED, WATCHED = 96, 128  # poses whose error is measured; poses that D's verdicts are shown for


@dataclass(frozen=True, eq=False)
class Seen:
    """What a look at the networks shows: ``lifted`` (N, J, 3), the mean ``error`` in mm (None without a truth), and
    the discriminator's scores (K,) of ``real`` poses and of the same poses ``turned``."""

    lifted: np.ndarray
    error: float | None
    real: np.ndarray
    turned: np.ndarray

    @property
    def losses(self) -> dict[str, float]:
        """Both sides of the game on these poses: what D and what G would have small."""
        real, turned = ((self.real - 1) ** 2).mean(), (self.turned**2).mean()
        return {"discriminator": float(real + turned), "adversarial": float(((self.turned - 1) ** 2).mean())}


class Eyes:
    """The same few poses, looked at again and again, with random numbers of their own: training feels nothing.

    Errors are those of ``judged``, poses out of the split "test"; verdicts those of poses out of the split "train" and
    of the views that the prior draws of them. Both splits are the whole set where there are none. Raises ValueError
    where ``poses`` is none.
    """

    def __init__(self, poses: PoseSet):
        if not isinstance(poses, PoseSet):
            raise ValueError(f"poses must be a PoseSet, found {type(poses).__name__}")
        self.judged, watched = _few(poses.part("test"), JUDGED), _few(poses.part("train"), WATCHED)
        self.watched = torch.from_numpy(normalise(watched.x2d).astype(np.float32))
        self.u = torch.rand(1, len(watched), DRAWS, generator=torch.Generator().manual_seed(0))

    @property
    def truth(self) -> np.ndarray | None:
        return self.judged.x3d

    def flat_error(self) -> float | None:
        """The error of poses without any depth: where everybody begins."""
        if self.truth is None:
            return None
        return float(pa_mpjpe(attach_depth(self.judged.x2d, np.zeros_like(self.judged.x2d[..., 0])), self.truth).mean())

    @torch.no_grad()
    def look(self, run: Run) -> Seen:
        """Look at a run's first member."""
        lifted, error = run.lift(self.judged.x2d)[0], None
        if self.truth is not None:
            lifted, error = align_scale(lifted, self.truth), float(pa_mpjpe(lifted, self.truth).mean())
        flat = self.watched.to(run.lifter.device)[None]
        turns = get_prior(run.config.prior)(self.u, run.config)[:, 0].to(flat)
        views = project(turn(attach_depth(flat, run.lifter(flat)), turns))
        real, turned = run.discriminator(torch.cat([flat, views], dim=1))[0].cpu().split(flat.shape[1])
        return Seen(lifted, error, real.numpy(), turned.numpy())


def _few(poses: PoseSet, count: int) -> PoseSet:
    return poses.select(np.unique(np.linspace(0, len(poses) - 1, count).astype(int)))


class Game:
    """A trainer of one seed, taken on by halves of steps or by slices of :meth:`Trainer.run`, with curves.

    While D and G take turns it is, bit for bit, where ``Trainer(...).run()`` would be. ``curve``: (step, losses and
    error) at every few steps. ``trouble`` says why training went back, if it did. Raises ValueError as Trainer does.
    """

    def __init__(
        self,
        representation: str | Representation,
        poses: PoseSet,
        seed: int,
        config: TrainConfig,
        device: str | None,
        eyes: Eyes,
    ):
        self.trainer, self.eyes = Trainer(representation, poses, (seed,), config, device), eyes
        self.copy = self.trainer.to_run()
        self.cycle = None  # of a step whose first half is done
        self.watch = None  # over that step
        self.trouble, self.look_every = "", LOOK_EVERY
        self.curve: list[tuple[int, dict[str, float]]] = []
        self.look()
        self._note()

    @property
    def over(self) -> bool:
        return self.trainer.steps_done >= self.trainer.config.steps

    def step_discriminator(self) -> bool:
        """D's half of a step, on a fresh batch. Whether it was D's turn."""
        in_turn = self.cycle is None
        self.watch, self.cycle = Watch(self.trainer), self.trainer.begin_cycle()
        self.trainer.step_discriminator(self.cycle)
        self.look()
        return in_turn

    def step_lifter(self) -> bool:
        """G's half, on the batch that D just had or else on a fresh one, and the end of the step. Whether its turn."""
        in_turn = self.cycle is not None
        if not in_turn:
            self.watch, self.cycle = Watch(self.trainer), self.trainer.begin_cycle()
        cycle, self.cycle = self.cycle, None
        self.trainer.step_lifter(cycle)
        self.trainer.finish_step(cycle)
        self.watch.after_step()
        try:
            self.watch.look()
        except Diverged as trouble:
            self.trouble = str(trouble)
        self.look()
        self._note()
        return in_turn

    def run(self, steps: int, seconds: float) -> None:
        """At most so many steps, and no further one after so many seconds; an open step is ended first."""
        end = perf_counter() + seconds
        if self.cycle is not None:
            self.step_lifter()
        steps = min(steps, self.trainer.config.steps - self.trainer.steps_done)
        if self.trouble or steps <= 0:
            return
        self.trainer.run(steps, callbacks=[self._after_step, lambda t: perf_counter() > end and t.stop()])
        self.trouble = self.trainer.message
        self.look()
        if self.over or self.trouble:
            self._note()

    def look(self) -> None:
        """See the networks as they are now, in copies: looking draws no random number and moves no average."""
        for name in ("lifter", "discriminator"):
            getattr(self.copy, name).load_state_dict(getattr(self.trainer, name).state_dict())
        self.seen = self.eyes.look(self.copy)

    def _after_step(self, trainer: Trainer) -> None:
        if trainer.steps_done % self.look_every == 0 and all(x.isfinite().all() for x in trainer.losses.values()):
            self.look()
            self._note()

    def _note(self) -> None:
        now = self.trainer.steps_done
        losses = {name: self.trainer.losses[name].item() for name in self.trainer.losses} if now else {}
        self.curve = [(step, values) for step, values in self.curve if step < now]
        self.curve.append((now, losses | {"error": np.nan if self.seen.error is None else self.seen.error}))
        if len(self.curve) > MOST_POINTS:
            self.curve, self.look_every = self.curve[::2], 2 * self.look_every

    def series(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """(steps, values) of a loss term, of "discriminator" or of "error"; NaN where there is none."""
        steps = np.array([step for step, _ in self.curve], float)
        return steps, np.array([values.get(name, np.nan) for _, values in self.curve], float)
