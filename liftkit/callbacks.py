"""Callbacks for ``Trainer.run``: called with the trainer after each step."""

from __future__ import annotations

import sys
from multiprocessing import parent_process
from typing import Any

from tqdm.auto import tqdm

QUIET_SECONDS = 5  # that a training may take in a notebook before its bar appears


class ProgressBar:
    """A progress bar in a terminal or a notebook, with both networks' losses (mean over members) beside it.

    It closes at the config's last step, or with :meth:`close`. ``options`` go to tqdm.
    """

    def __init__(self, **options: Any):
        self.options = {"unit": " steps", "mininterval": 0.2} | options
        self.bar: tqdm | None = None

    def __call__(self, trainer) -> None:
        if self.bar is None:
            self.bar = tqdm(total=trainer.config.steps, initial=trainer.steps_done - 1, **self.options)
        self.bar.update()
        if trainer.steps_done % trainer.config.record_every == 0:
            losses = {name: value.mean().item() for name, value in trainer.losses.items()}
            lifter = sum(weight * losses.get(name, 0.0) for name, weight in trainer.config.weights.items())
            shown = {"discriminator": losses["discriminator"], "lifter": lifter}
            self.bar.set_postfix({name: f"{value:.2f}" for name, value in shown.items()}, refresh=False)
        if trainer.steps_done >= trainer.config.steps:
            self.close()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None


class StudyBar:
    """A progress bar with the time left for ``run_study(progress=...)``. ``options`` go to tqdm."""

    def __init__(self, **options: Any):
        self.options = {"unit": " steps", "mininterval": 0.2, "smoothing": 0.05} | options
        self.bar: tqdm | None = None

    def __call__(self, done: int, total: int) -> None:
        if self.bar is None:
            self.bar = tqdm(total=total, initial=done, **self.options)
        self.bar.update(done - self.bar.n)
        if done >= total:
            self.bar.close()
            self.bar = None


def notebook_bar() -> list[ProgressBar]:
    """A progress bar for a training that takes long, in a notebook; none in a terminal, script or worker process."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    in_notebook = getattr(shell, "kernel", None) is not None and parent_process() is None
    return [ProgressBar(delay=QUIET_SECONDS)] if in_notebook else []
