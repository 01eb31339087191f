"""The trainer: 2D poses in, an ensemble of lifters out. No 3D label enters it."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from liftkit.callbacks import notebook_bar
from liftkit.config import TrainConfig, check_seeds
from liftkit.divergence import Diverged, DivergenceGuard
from liftkit.geometry import flip, normalise
from liftkit.layers import uniform, with_gradients
from liftkit.losses import LOSSES, Cycle, discriminator_loss
from liftkit.networks import Discriminator, Lifter
from liftkit.poses import PoseSet, training_labels, training_poses, training_tilts
from liftkit.priors import DRAWS, get_prior, knees_bend_backwards
from liftkit.representations import Representation, get_representation
from liftkit.run import Run
from liftkit.system.adam import Adam
from liftkit.system.memory import keep_freed_memory
from liftkit.uncertainty import PoseStatistics

INTERRUPTED = "interrupted at step {}; what was learned until then is kept"
Callback = Callable[["Trainer"], object]


class Trainer:
    """Trains one lifter and one discriminator per seed, all members in one batched pass.

    The weights, batches, flips, views and labels of a member come from its own generator, so that it learns what it
    would learn by itself.

    Args:
        representation: a name or a :class:`Representation`.
        poses: 2D poses (N, J, 2), or a :class:`PoseSet`: only the 2D poses of its split "train" are used (of all its
            poses if it has no such split).
        seeds: one per member.
        config: every other choice (default: that of a lesson).
        device: default: the GPU if there is one.

    Raises:
        ValueError: if the representation is unknown, if poses have the wrong shape or are not finite, or if seeds are
            missing or equal.

    >>> trainer = Trainer("full", np.random.rand(64, 17, 2), seeds=(0, 1), config=TrainConfig(width=16, batch=8))
    >>> trainer.step()
    >>> trainer.steps_done
    1
    """

    @with_gradients
    def __init__(
        self,
        representation: str | Representation,
        poses: PoseSet | np.ndarray | Tensor,
        seeds: Sequence[int] = (0,),
        config: TrainConfig | None = None,
        device: str | torch.device | None = None,
    ):
        keep_freed_memory()
        self.representation = get_representation(representation)
        self.config = config = config or TrainConfig()
        self.seeds = check_seeds(seeds)
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.poses = normalise(training_poses(poses, self.representation)).contiguous().to(self.device)
        self.tilts = training_tilts(poses).to(self.device) if config.known_tilt else None
        told = config.condition != "none"
        self.labels = training_labels(poses, config.condition).to(self.device) if told else None
        self.prior = get_prior(config.prior)
        self.generators = [torch.Generator(self.device).manual_seed(seed) for seed in self.seeds]
        cpu = [torch.Generator().manual_seed(seed) for seed in self.seeds]  # the same weights on every device
        size = dict(width=config.width, members=len(self.seeds), dropout=config.dropout)
        size |= dict(generators=cpu, initialisation=config.initialisation)
        self.lifter = Lifter(self.representation, **size, **config.network_options).to(self.device).train()
        classes = int(self.labels.max()) + 1 if told else 0
        self.discriminator = Discriminator(**size, classes=classes).to(self.device).train()
        self.optimisers = []
        for network in (self.lifter, self.discriminator):
            network.use(self.generators)
            self.optimisers.append(Adam(network.parameters(), lr=config.learning_rate, fused=True))
        self.steps_done = 0
        self._stop, self.message = False, ""
        self.losses: dict[str, Tensor] = {}
        self._records: list[tuple[int, dict[str, Tensor]]] = []

    # One training step.

    def step(self) -> None:
        """Draw and lift a batch, then train (1) the discriminator and (2) the lifter of every member."""
        cycle = self.begin_cycle()
        self.step_discriminator(cycle)
        if self.config.views == "batch":  # the lifter gets a view of its own
            cycle = self._look(cycle.x2d, labels=cycle.labels)
        self.step_lifter(cycle)
        self.finish_step(cycle)

    def finish_step(self, cycle: Cycle) -> None:
        """Count the step; every ``knee_every`` steps test the knees, every ``record_every`` steps record the losses."""
        self.steps_done += 1
        if self.prior.knees and self.steps_done % self.config.knee_every == 0:
            self._reverse_mirrored_members(cycle)
        if self.steps_done % self.config.record_every == 0 or self.steps_done == self.config.steps:
            self._records.append((self.steps_done, {**self.losses, "knees": self._knees(cycle)}))

    @with_gradients
    def begin_cycle(self) -> Cycle:
        """Draw a batch for every member, flip poses at random, lift them and turn them to the views of the prior."""
        chosen = self._choose()
        x2d = self.poses[chosen]
        u = uniform(self.generators, self.config.batch, 1 + DRAWS)
        x2d = torch.where(u[..., :1, None] < self.config.flip, flip(x2d), x2d)
        tilts, labels = (None if each is None else each[chosen] for each in (self.tilts, self.labels))
        return self._look(x2d, u[..., 1:], tilts, labels)

    def _choose(self) -> Tensor:
        """(M, B) indices of the poses of a step."""
        size = self.config.batch
        if self.config.order == "stored":
            follow = torch.arange(self.steps_done * size, (self.steps_done + 1) * size, device=self.device)
            return (follow % len(self.poses)).expand(len(self.seeds), size)
        drawn = [torch.randint(len(self.poses), (size,), generator=g, device=self.device) for g in self.generators]
        return torch.stack(drawn)

    @with_gradients
    def _look(
        self, x2d: Tensor, u: Tensor | None = None, tilts: Tensor | None = None, labels: Tensor | None = None
    ) -> Cycle:
        """Lift poses and turn them to the views that the prior makes of uniform numbers (M, B, DRAWS)."""
        u = uniform(self.generators, self.config.batch, DRAWS) if u is None else u
        if self.config.views == "batch":
            u = u[:, :1].expand_as(u)
        return Cycle(self.lifter, x2d, self.prior(u, self.config, tilts), self.prior.per_segment, labels)

    @with_gradients
    def step_discriminator(self, cycle: Cycle | None = None) -> None:
        """(1) Real 2D poses should score 1, random views 0; in ``label_swap`` of the batches the other way round."""
        cycle = cycle or self.begin_cycle()
        swapped = uniform(self.generators) < self.config.label_swap
        both = torch.cat([cycle.x2d, cycle.x2d_view.detach()], dim=1)
        labels = None if cycle.labels is None else cycle.labels.repeat(1, 2)
        d_real, d_view = self.discriminator(both, labels).split(self.config.batch, dim=1)
        loss = discriminator_loss(d_real, d_view, swapped)
        self._descend(self.discriminator, self.optimisers[1], loss)
        self.losses["discriminator"] = loss.detach()

    @with_gradients
    def step_lifter(self, cycle: Cycle | None = None) -> None:
        """(2) The lifter should deceive the discriminator and be consistent: the weighted sum of the loss terms."""
        cycle = cycle or self.begin_cycle()
        weights = {name: weight for name, weight in self.config.weights.items() if weight > 0}
        losses = {name: LOSSES[name](cycle, self.discriminator) for name in weights}
        if weights:
            self._descend(self.lifter, self.optimisers[0], sum(weights[name] * losses[name] for name in weights))
        self.losses |= {name: loss.detach() for name, loss in losses.items()}

    def _descend(self, network, optimiser, loss: Tensor) -> None:
        parameters = list(network.parameters())
        # Members share no parameter, so the gradient of the sum is that of each member's own loss.
        for p, gradient in zip(parameters, torch.autograd.grad(loss.sum(), parameters), strict=True):
            p.grad = gradient
        done = min(self.steps_done / max(self.config.steps, 1), 1)
        decay = (1 + math.cos(math.pi * done)) / 2 if self.config.schedule == "cosine" else 1
        for group in optimiser.param_groups:
            group["lr"] = self.config.learning_rate * decay
        optimiser.step()

    def _reverse_mirrored_members(self, cycle: Cycle) -> None:
        """Reverse the depth of members most of whose shins fold forwards: they are in the mirrored solution."""
        state = self.optimisers[0].state
        self.lifter.reverse_depth(self._knees(cycle) < 0.5, {p: state[p]["exp_avg"] for p in state})

    def _knees(self, cycle: Cycle) -> Tensor:
        """(M,) the share of lifted poses whose shins fold backwards at the knee."""
        return knees_bend_backwards(cycle.x3d.detach(), self.representation.skeleton).float().mean(1)

    # The loop around it.

    def run(self, steps: int | None = None, callbacks: Iterable[Callback] = ()) -> Trainer:
        """Run training steps and call every callback after each one.

        Ctrl-C ends the loop and keeps what was learned. If a loss or weight is not finite, the trainer returns to its
        last finite state. In both cases a warning and ``message`` say what happened.

        Args:
            steps: default: those left in the config; beyond those the learning rate of a cosine schedule is 0.
            callbacks: each is called with the trainer and may call :meth:`stop`; its ``close()``, if it has one, is
                called at the end.

        Returns:
            The trainer itself.
        """
        end = max(self.config.steps, self.steps_done) if steps is None else self.steps_done + steps
        callbacks, self._stop, self.message = list(callbacks), False, ""
        guard = DivergenceGuard(self)
        try:
            self._loop(end, callbacks, guard)
            guard.check()  # whatever ended the loop
        except Diverged as trouble:
            self.message = str(trouble)
        finally:
            for callback in callbacks:
                getattr(callback, "close", int)()
        if self.message:
            warnings.warn(self.message, RuntimeWarning, stacklevel=2)
        return self

    def _loop(self, end: int, callbacks: list[Callback], guard: DivergenceGuard) -> None:
        try:
            while self.steps_done < end and not self._stop:
                self.step()
                guard.after_step()
                for callback in callbacks:
                    callback(self)
        except KeyboardInterrupt:
            self.message = INTERRUPTED.format(self.steps_done)

    def stop(self) -> None:
        """Let :meth:`run` end after this step."""
        self._stop = True

    # Its state and results.

    @property
    def history(self) -> pd.DataFrame:
        """One row per recorded step and seed: representation, step, seed, the loss terms, knees."""
        columns = ["representation", "step", "seed", *LOSSES, "discriminator", "knees"]
        rows = [
            dict(zip(["step", "seed", *values], [step, *row], strict=True))
            for step, values in self._records
            for row in zip(self.seeds, *(v.tolist() for v in values.values()), strict=True)
        ]
        return pd.DataFrame(rows, columns=columns).assign(representation=self.representation.name)

    @with_gradients  # networks copied in inference mode could never be asked for a gradient
    def to_run(self) -> Run:
        """A copy of the networks as they are now, ready to lift."""
        networks = copy.deepcopy(self.lifter), copy.deepcopy(self.discriminator)
        run = Run(*networks, self.seeds, self.config, self.history, self.message, self.statistics)
        if len(self.seeds) > 1:
            run.statistics = self.statistics.with_spread(run.lift, self.poses.cpu().numpy())
        return run

    @cached_property
    def statistics(self) -> PoseStatistics:
        """Of the training poses, for poses that are unlike them."""
        return PoseStatistics.of(self.poses.cpu().numpy(), self.representation)

    def state_dict(self) -> dict[str, Any]:
        """A copy of everything that the next step depends on: networks, optimisers, generators, counters."""
        state = {
            "steps_done": self.steps_done,
            "lifter": self.lifter.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "generators": [g.get_state() for g in self.generators],
        }
        return _copied(state) | {"records": list(self._records)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly as the trainer whose :meth:`state_dict` this is; it must have had the same arguments."""
        self.steps_done = state["steps_done"]
        self.lifter.load_state_dict(state["lifter"])
        self.discriminator.load_state_dict(state["discriminator"])
        for optimiser, saved in zip(self.optimisers, _copied(state["optimisers"]), strict=True):
            optimiser.load_state_dict(saved)
        for generator, saved in zip(self.generators, state["generators"], strict=True):
            generator.set_state(saved)
        self._records = list(state["records"])


def _copied(state):
    """Copy tensors in dicts, lists and tuples, in a quarter of deepcopy's time: the divergence guard copies often."""
    if isinstance(state, dict):
        return {name: _copied(value) for name, value in state.items()}
    if isinstance(state, (list, tuple)):
        return [_copied(value) for value in state]
    return state.clone() if isinstance(state, Tensor) else state


def train(
    representation: str | Representation,
    poses: PoseSet | np.ndarray | Tensor,
    seeds: Sequence[int] = (0,),
    *,
    callbacks: Iterable[Callback] | None = None,
    device: str | torch.device | None = None,
    **config: Any,
) -> Run:
    """Train an ensemble of lifters on 2D poses.

    Args:
        representation, poses, seeds, device: as for :class:`Trainer`.
        callbacks: called with the trainer after each step; default: in a notebook a progress bar, after five seconds.
        config: fields of :class:`TrainConfig`.

    Returns:
        A :class:`Run` with one member per seed. A RuntimeWarning says if training stopped early.

    >>> run = train("legs_torso", np.random.rand(64, 17, 2), seeds=(3, 5), width=16, batch=8, steps=2)
    >>> run.lift(np.random.rand(4, 17, 2)).shape
    (2, 4, 17, 3)
    """
    trainer = Trainer(representation, poses, seeds, TrainConfig.from_dict(config), device)
    return trainer.run(callbacks=notebook_bar() if callbacks is None else callbacks).to_run()
