"""Watching a trainer: finds the member that diverged and takes the trainer back to its last good state."""

from __future__ import annotations

import torch
from torch import Tensor

CHECK_EVERY = 50  # steps between two looks: each one waits for the device


class Diverged(ArithmeticError):
    """A loss or a weight is no longer finite; the message says which member's, and from which step on."""


class Watch:
    """Keeps a trainer's losses since the last look, and its state as it was then."""

    def __init__(self, trainer):
        self.trainer, self.losses = trainer, []
        self.good = trainer.state_dict()

    def after_step(self) -> None:
        """Note the step's losses; every now and then, :meth:`look`."""
        self.losses.append(torch.stack(list(self.trainer.losses.values())))
        if len(self.losses) == CHECK_EVERY:
            self.look()

    def look(self) -> None:
        """Raises Diverged where anything is not finite; the trainer is then back at the state of the look before."""
        if not self.losses:
            return
        if trouble := self._in_losses(torch.stack(self.losses)) or self._in_weights():
            self.trainer.load_state_dict(self.good)
            raise Diverged(f"{trouble}; back to step {self.trainer.steps_done}, the last good one")
        self.good, self.losses = self.trainer.state_dict(), []

    def _in_losses(self, losses: Tensor) -> str:
        """``losses`` (steps, terms, M)"""
        bad = (~losses.isfinite()).nonzero()
        if not len(bad):
            return ""
        step, term, member = bad[0].tolist()
        step += self.trainer.steps_done - len(losses) + 1
        name = list(self.trainer.losses)[term]
        return f"the member with seed {self.trainer.seeds[member]} diverged at step {step} ({name} is not finite)"

    def _in_weights(self) -> str:
        seeds, step = self.trainer.seeds, self.trainer.steps_done
        for p in [*self.trainer.lifter.parameters(), *self.trainer.discriminator.parameters()]:
            bad = (~p.isfinite().view(len(seeds), -1).all(1)).nonzero()
            if len(bad):
                return f"the member with seed {seeds[bad[0].item()]} diverged at step {step} (a weight is not finite)"
        return ""
