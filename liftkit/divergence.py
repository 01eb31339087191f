"""Divergence guard: detects members whose loss or weights are not finite and restores the last finite state."""

from __future__ import annotations

import torch
from torch import Tensor

CHECK_EVERY = 50  # steps between two checks: each one waits for the device


class Diverged(ArithmeticError):
    """A loss or a weight is not finite; the message names the member's seed and the step."""


class DivergenceGuard:
    """Keeps a trainer's losses since the last check, and its state at that check."""

    def __init__(self, trainer):
        self.trainer, self.losses = trainer, []
        self.good = trainer.state_dict()

    def after_step(self) -> None:
        """Record the step's losses; every ``CHECK_EVERY`` steps, :meth:`check`."""
        self.losses.append(torch.stack(list(self.trainer.losses.values())))
        if len(self.losses) == CHECK_EVERY:
            self.check()

    def check(self) -> None:
        """Check the losses since the last check, and all weights.

        Raises:
            Diverged: if any of them is not finite; the trainer is then back at the state of the last check.
        """
        if not self.losses:
            return
        if trouble := self._in_losses(torch.stack(self.losses)) or self._in_weights():
            self.trainer.load_state_dict(self.good)
            raise Diverged(f"{trouble}; back to step {self.trainer.steps_done}, the last good one")
        self.good, self.losses = self.trainer.state_dict(), []

    def _in_losses(self, losses: Tensor) -> str:
        """The first loss that is not finite; ``losses`` (steps, terms, M)."""
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
