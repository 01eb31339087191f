"""The trainer: 2D poses in, an ensemble of lifters out. It never sees a 3D label."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from liftkit.config import TrainConfig, check_seeds
from liftkit.divergence import Diverged, DivergenceGuard
from liftkit.geometry import flip, normalise
from liftkit.layers import uniform
from liftkit.losses import LOSSES, Cycle, discriminator_loss
from liftkit.networks import Discriminator, Lifter
from liftkit.poses import PoseSet, training_poses
from liftkit.priors import DRAWS, get_prior, knees_bend_backwards
from liftkit.representations import Representation, get_representation
from liftkit.run import Run
from liftkit.system.memory import keep_freed_memory

Callback = Callable[["Trainer"], object]


class Trainer:
    """Trains one lifter and one discriminator for each seed, all of them in one batched pass.

    ``poses``: 2D poses (N, J, 2), or a PoseSet: its split "train" (all of it where it has none), and of that the 2D
    alone. ``seeds``: one member each; a member's weights, batches, flips, views and labels come from its own
    generator, so it learns what it would learn alone. ``config``: a :class:`TrainConfig`. ``device``: default the
    GPU if there is one.

    Raises ValueError on an unknown representation, poses of another shape or not finite, no or equal seeds.

    >>> trainer = Trainer("full", np.random.rand(64, 17, 2), seeds=(0, 1), config=TrainConfig(width=16, batch=8))
    >>> trainer.step()
    >>> trainer.steps_done
    1
    """

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
        self.poses = normalise(training_poses(poses, self.representation)).to(self.device)
        self.prior = get_prior(config.prior)
        self.generators = [torch.Generator(self.device).manual_seed(seed) for seed in self.seeds]
        size = dict(width=config.width, members=len(self.seeds), dropout=config.dropout)
        cpu = [torch.Generator().manual_seed(seed) for seed in self.seeds]  # the same weights on every device
        self.lifter = Lifter(self.representation, **size, generators=cpu).to(self.device).train()
        self.discriminator = Discriminator(**size, generators=cpu).to(self.device).train()
        for network in (self.lifter, self.discriminator):
            network.use(self.generators)
        self.optimisers = [
            torch.optim.Adam(network.parameters(), lr=config.learning_rate, fused=True)
            for network in (self.lifter, self.discriminator)
        ]
        self.steps_done = 0
        self.message = ""
        self._stop = False
        self.losses: dict[str, Tensor] = {}
        self._records: list[tuple[int, dict[str, Tensor]]] = []

    # One training step, as METHOD.md tells it.

    def step(self) -> None:
        """One step of every member: draw and lift a batch, train (1) the discriminator, (2) the lifter."""
        cycle = self.begin_cycle()
        self.step_discriminator(cycle)
        self.step_lifter(cycle)
        self.finish_step(cycle)

    def finish_step(self, cycle: Cycle) -> None:
        """Count the step whose two halves are done; now and then test the knees, now and then note the losses."""
        self.steps_done += 1
        if self.prior.knees and self.steps_done % self.config.knee_every == 0:
            self._settle_knees(cycle)
        if self.steps_done % self.config.record_every == 0 or self.steps_done == self.config.steps:
            self._record(cycle)

    def begin_cycle(self) -> Cycle:
        """Draw a batch for every member, flip each pose or not, lift it and turn it to the prior's views."""
        size = self.config.batch
        chosen = torch.stack(
            [torch.randint(len(self.poses), (size,), generator=g, device=self.device) for g in self.generators]
        )
        x2d = self.poses[chosen]
        u = uniform(self.generators, size, 1 + DRAWS)
        x2d = torch.where(u[..., :1, None] < self.config.flip, flip(x2d), x2d)
        return Cycle(self.lifter, x2d, self.prior(u[..., 1:], self.config), self.prior.per_segment)

    def step_discriminator(self, cycle: Cycle | None = None) -> None:
        """(1) Real 2D poses should score 1, random views 0; in a share of the batches the other way round."""
        cycle = cycle or self.begin_cycle()
        swapped = uniform(self.generators) < self.config.label_swap
        both = torch.cat([cycle.x2d, cycle.x2d_view.detach()], dim=1)
        d_real, d_view = self.discriminator(both).split(self.config.batch, dim=1)
        loss = discriminator_loss(d_real, d_view, swapped)
        self._descend(self.discriminator, self.optimisers[1], loss)
        self.losses["discriminator"] = loss.detach()

    def step_lifter(self, cycle: Cycle | None = None) -> None:
        """(2) The lifter should fool the discriminator and be consistent: the weighted sum of the loss terms."""
        cycle = cycle or self.begin_cycle()
        weights = {name: weight for name, weight in self.config.weights.items() if weight > 0}
        losses = {name: LOSSES[name](cycle, self.discriminator) for name in weights}
        total = sum(weights[name] * loss for name, loss in losses.items())
        if weights:
            self._descend(self.lifter, self.optimisers[0], total)
        self.losses |= {name: loss.detach() for name, loss in losses.items()}

    def _descend(self, network, optimiser, loss: Tensor) -> None:
        parameters = list(network.parameters())
        # Members share no parameter, so the gradient of the sum is every member's own.
        for p, gradient in zip(parameters, torch.autograd.grad(loss.sum(), parameters), strict=True):
            p.grad = gradient
        done = min(self.steps_done / max(self.config.steps, 1), 1)
        decay = (1 + math.cos(math.pi * done)) / 2 if self.config.schedule == "cosine" else 1
        for group in optimiser.param_groups:
            group["lr"] = self.config.learning_rate * decay
        optimiser.step()

    def _settle_knees(self, cycle: Cycle) -> None:
        """Reverse the depth of members most of whose knees bend forwards: they sit in the mirrored solution."""
        state = self.optimisers[0].state
        self.lifter.reverse_depth(self._knees(cycle) < 0.5, {p: state[p]["exp_avg"] for p in state})

    def _record(self, cycle: Cycle) -> None:
        self._records.append((self.steps_done, {**self.losses, "knees": self._knees(cycle)}))

    def _knees(self, cycle: Cycle) -> Tensor:
        """(M,) the share of a batch's lifted poses whose knees bend backwards."""
        return knees_bend_backwards(cycle.x3d.detach(), self.representation.skeleton).float().mean(1)

    # The loop around it.

    def run(self, steps: int | None = None, callbacks: Iterable[Callback] = ()) -> Trainer:
        """Take ``steps`` steps (default: as many as the config has left), then call back after each.

        A callback gets the trainer, and is closed at the end if it has a ``close``; :meth:`stop` ends the loop. Ctrl-C
        ends it too and keeps what was learned. Where a loss is no longer finite the trainer goes back to the last good
        state. A warning and ``message`` then say what happened. Past the config's steps a cosine schedule's rate is 0.
        """
        steps = max(self.config.steps - self.steps_done, 0) if steps is None else steps
        end = self.steps_done + steps
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
            self.message = f"interrupted at step {self.steps_done}; what was learned until then is kept"

    def stop(self) -> None:
        """Let :meth:`run` end after this step."""
        self._stop = True

    # What it holds.

    @property
    def history(self) -> pd.DataFrame:
        """A row for each recorded step and seed: representation, step, seed, the loss terms, knees."""
        columns = ["representation", "step", "seed", *LOSSES, "discriminator", "knees"]
        rows = [
            dict(zip(["step", "seed", *values], [step, *row], strict=True))
            for step, values in self._records
            for row in zip(self.seeds, *(v.tolist() for v in values.values()), strict=True)
        ]
        return pd.DataFrame(rows, columns=columns).assign(representation=self.representation.name)

    def to_run(self) -> Run:
        """A copy of what was learned so far, ready to lift."""
        networks = copy.deepcopy(self.lifter), copy.deepcopy(self.discriminator)
        return Run(*networks, self.seeds, self.config, self.history, self.message)

    def state_dict(self) -> dict:
        """Everything that the next step depends on, copied: networks, optimisers, generators, counters."""
        state = {
            "steps_done": self.steps_done,
            "lifter": self.lifter.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "generators": [g.get_state() for g in self.generators],
        }
        return _copied(state) | {"records": list(self._records)}

    def load_state_dict(self, state: dict) -> None:
        """Continue from a :meth:`state_dict` of a trainer with the same arguments, exactly as that one would."""
        self.steps_done = state["steps_done"]
        self.lifter.load_state_dict(state["lifter"])
        self.discriminator.load_state_dict(state["discriminator"])
        for optimiser, saved in zip(self.optimisers, _copied(state["optimisers"]), strict=True):
            optimiser.load_state_dict(saved)
        for generator, saved in zip(self.generators, state["generators"], strict=True):
            generator.set_state(saved)
        self._records = list(state["records"])


def _copied(state):
    """Tensors in dicts, lists and tuples, copied: takes a quarter of deepcopy's time (the divergence guard copies often)."""
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
    callbacks: Iterable[Callback] = (),
    device: str | torch.device | None = None,
    **config,
) -> Run:
    """Train an ensemble of lifters on 2D poses: a :class:`Run` with a member for each seed.

    ``config``: the fields of :class:`TrainConfig`; the rest as for :class:`Trainer`. Raises ValueError on bad input;
    warns where training stopped early.

    >>> run = train("legs_torso", np.random.rand(64, 17, 2), seeds=(3, 5), width=16, batch=8, steps=2)
    >>> run.lift(np.random.rand(4, 17, 2)).shape
    (2, 4, 17, 3)
    """
    trainer = Trainer(representation, poses, seeds, TrainConfig.from_dict(config), device)
    return trainer.run(callbacks=callbacks).to_run()
