"""The adversarial game of LiftingConsole: a trainer that advances by half steps or slices, evaluated as it goes."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch

from liftkit.divergence import Diverged, DivergenceGuard
from liftkit.geometry import attach_depth, normalise
from liftkit.layers import uniform
from liftkit.losses import Cycle, adversarial, discriminator_loss
from liftkit.metrics import align_scale, pa_mpjpe
from liftkit.poses import PoseSet, evenly, require_complete
from liftkit.priors import DRAWS, get_prior
from liftkit.training import INTERRUPTED, Trainer

EVALUATE_EVERY = 10  # steps between two points of the curves; doubled whenever there are MOST_POINTS
MOST_POINTS = 400
SHOWN = (0.2, 0.6)  # places among the test poses, as shares, of those that are drawn
TEST_POSES, TRAIN_POSES = 96, 128  # at most: those whose error is measured; those that D scores
Series = tuple[np.ndarray, np.ndarray]  # steps and values


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Both networks on the same few poses."""

    lifted: np.ndarray  # (N, J, 3) test poses
    error: float  # their mean PA-MPJPE in mm; NaN without a truth
    real: np.ndarray  # (K,) the discriminator's scores of training poses
    turned: np.ndarray  # (K,) of the same poses, lifted and turned
    losses: dict[str, float]  # of both sides


class Game:
    """A trainer of one seed that advances by half steps or by slices, evaluated on always the same poses and turns."""

    def __init__(self, trainer: Trainer, poses: PoseSet):
        require_complete(poses, "the game")
        self.trainer, self.copy = trainer, trainer.to_run()
        self.cycle = self.guard = None  # of a step whose first half is done
        self.failure, self.evaluate_every = "", EVALUATE_EVERY  # failure: the reason if training diverged
        self.curve: list[tuple[int, dict[str, float]]] = []  # (step, losses and error) every few steps
        self.test, train = evenly(poses.part("test"), TEST_POSES), evenly(poses.part("train"), TRAIN_POSES)
        self.truth, self.shown = self.test.x3d, [int(share * len(self.test)) for share in SHOWN]
        self.x2d = torch.from_numpy(normalise(train.x2d).astype(np.float32))[None]  # (1, K, J, 2)
        self.u = uniform([torch.Generator().manual_seed(0)], len(train), DRAWS)
        # the error in mm of poses without any depth, about where training begins; NaN without a truth
        self.flat_error = self._error(attach_depth(self.test.x2d, np.zeros_like(self.test.x2d[..., 0])))
        self.evaluate()

    @property
    def finished(self) -> bool:
        return self.trainer.steps_done >= self.trainer.config.steps

    def _begin_step(self) -> None:
        self.guard, self.cycle = DivergenceGuard(self.trainer), self.trainer.begin_cycle()

    def step_discriminator(self) -> bool:
        """Do D's half of a step, on a fresh batch. Returns whether it was D's turn."""
        in_turn = self.cycle is None
        self._begin_step()
        self.trainer.step_discriminator(self.cycle)
        self.evaluate(record=False)
        return in_turn

    def step_lifter(self) -> bool:
        """Do G's half and end the step, on D's batch or else on a fresh one. Returns whether it was G's turn."""
        in_turn = self.cycle is not None
        if not in_turn:
            self._begin_step()
        cycle, self.cycle = self.cycle, None
        self.trainer.step_lifter(cycle)
        self.trainer.finish_step(cycle)
        self.guard.after_step()
        try:
            self.guard.check()
        except Diverged as error:
            self.failure = str(error)
        self.evaluate()
        return in_turn

    def run(self, steps: int, seconds: float) -> None:
        """Do at most so many steps, and start none after so many seconds; an open step is ended first."""
        end = perf_counter() + seconds
        if self.cycle is not None:
            self.step_lifter()
        steps = min(steps, self.trainer.config.steps - self.trainer.steps_done)
        if self.failure or steps <= 0:
            return
        self.trainer.run(steps, callbacks=[self._after_step, lambda t: perf_counter() > end and t.stop()])
        if self.trainer.message == INTERRUPTED.format(self.trainer.steps_done):
            raise KeyboardInterrupt  # the notebook's stop square, and no fault of the training
        self.failure = self.trainer.message
        self.evaluate(record=self.finished or self.failure != "")

    @torch.no_grad()
    def evaluate(self, record: bool = True) -> None:
        """Evaluate a copy of the networks, so that no random number is drawn and no running average moves."""
        run = self.copy
        for name in ("lifter", "discriminator"):
            getattr(run, name).load_state_dict(getattr(self.trainer, name).state_dict())
        lifted = run.lift(self.test.x2d)[0]
        lifted = lifted if self.truth is None else align_scale(lifted, self.truth)
        x2d = self.x2d.to(run.lifter.device)
        cycle = Cycle(run.lifter, x2d, get_prior(run.config.prior)(self.u, run.config).to(x2d))
        real, turned = run.discriminator(x2d).cpu(), run.discriminator(cycle.x2d_view).cpu()
        losses = {
            "discriminator": discriminator_loss(real, turned, torch.tensor([False], device="cpu")).item(),
            "adversarial": adversarial(cycle, run.discriminator).item(),
        }
        self.evaluation = Evaluation(lifted, self._error(lifted), real[0].numpy(), turned[0].numpy(), losses)
        if record:
            self._record()

    def _error(self, lifted: np.ndarray) -> float:
        return float("nan") if self.truth is None else float(pa_mpjpe(lifted, self.truth).mean())

    def _after_step(self, trainer: Trainer) -> None:
        if trainer.steps_done % self.evaluate_every == 0 and all(x.isfinite().all() for x in trainer.losses.values()):
            self.evaluate()

    def _record(self) -> None:
        step = self.trainer.steps_done
        losses = {name: loss.item() for name, loss in self.trainer.losses.items()} if step else {}
        self.curve = [point for point in self.curve if point[0] < step]
        self.curve.append((step, losses | {"error": self.evaluation.error}))
        if len(self.curve) > MOST_POINTS:
            self.curve, self.evaluate_every = self.curve[::2], 2 * self.evaluate_every

    def series(self, name: str) -> Series:
        """A loss term, "discriminator" or "error"; NaN for a missing value."""
        steps = np.array([step for step, _ in self.curve], float)
        return steps, np.array([values.get(name, np.nan) for _, values in self.curve], float)
