"""The progress bar counts the steps, shows the losses and closes itself."""

import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from liftkit import callbacks, train
from liftkit.callbacks import ProgressBar


class FakeTrainer(SimpleNamespace):
    def __init__(self, steps: int = 10, record_every: int = 2, done: int = 0):
        weights = {"adversarial": 1.0, "reprojection": 10.0}
        config = SimpleNamespace(steps=steps, record_every=record_every, weights=weights)
        super().__init__(config=config, steps_done=done, losses={})

    def step(self, bar: ProgressBar):
        self.steps_done += 1
        losses = {"adversarial": 2.0, "reprojection": 0.5, "discriminator": 0.25}
        self.losses = {name: torch.tensor([0.0, 1.0]) * loss * self.steps_done for name, loss in losses.items()}
        bar(self)


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def bar(screen) -> ProgressBar:
    return ProgressBar(file=screen, ncols=100, mininterval=0)


def lines(screen: io.StringIO) -> list[str]:
    return [line for line in re.split(r"[\r\n]+", screen.getvalue()) if line.strip()]


def test_it_counts_to_the_configs_steps_and_closes(bar, screen):
    trainer = FakeTrainer()
    for _ in range(10):
        trainer.step(bar)
    assert bar.bar is None
    assert "100%" in lines(screen)[-1] and "10/10" in lines(screen)[-1]
    assert screen.getvalue().endswith("\n")


def test_it_shows_the_mean_loss_of_the_last_recorded_step(bar, screen):
    trainer = FakeTrainer()
    for _ in range(5):
        trainer.step(bar)
    assert bar.bar.n == 5
    assert "discriminator=0.50, lifter=14.00" in bar.bar.postfix  # the mean over members, of step 4
    trainer.step(bar)
    assert "discriminator=0.75, lifter=21.00" in bar.bar.postfix
    bar.close()


def test_it_starts_where_a_resumed_trainer_stands(bar, screen):
    trainer = FakeTrainer(done=6)
    trainer.step(bar)
    assert (bar.bar.n, bar.bar.total) == (7, 10)
    bar.close()
    assert "7/10" in lines(screen)[-1]


def test_closing_twice_or_before_the_first_step_is_allowed_and_the_next_step_opens_it_again(bar, screen):
    bar.close()
    trainer = FakeTrainer()
    trainer.step(bar)
    bar.close()
    bar.close()
    assert bar.bar is None
    trainer.step(bar)
    assert bar.bar.n == 2
    bar.close()


def test_options_go_to_tqdm(screen):
    bar = ProgressBar(file=screen, desc="legs and torso", unit=" leaps", mininterval=0)
    FakeTrainer().step(bar)
    bar.close()
    assert "legs and torso" in screen.getvalue() and " leaps/s" in screen.getvalue()


@pytest.fixture
def kernel(monkeypatch):
    """A shell that has a kernel, as in a notebook."""
    ipython = pytest.importorskip("IPython")
    monkeypatch.setattr(ipython, "get_ipython", lambda: SimpleNamespace(kernel=object()))


def short(**options):
    return train("full", np.random.default_rng(0).random((64, 17, 2)), width=16, batch=8, steps=3, **options)


@pytest.mark.slow
def test_in_a_notebook_a_training_gets_a_bar_when_it_takes_long(kernel, monkeypatch, capsys):
    for _ in range(3):
        short()  # each is far shorter than five seconds
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(callbacks, "QUIET_SECONDS", 1e-9)
    short()
    assert "3/3" in capsys.readouterr().err


def test_callbacks_of_the_callers_own_take_the_bars_place(kernel, monkeypatch, capsys):
    monkeypatch.setattr(callbacks, "QUIET_SECONDS", 0)
    steps = []
    short(callbacks=[lambda trainer: steps.append(trainer.steps_done)])
    short(callbacks=())
    assert capsys.readouterr() == ("", "") and steps == [1, 2, 3]


@pytest.mark.slow
def test_a_terminal_a_script_and_a_worker_process_get_none(kernel, monkeypatch, capsys):
    monkeypatch.setattr(callbacks, "QUIET_SECONDS", 0)
    with monkeypatch.context() as worker:
        worker.setattr(callbacks, "parent_process", lambda: SimpleNamespace(name="MainProcess"))
        short()
    for shell in (None, SimpleNamespace()):  # a script; IPython in a terminal has no kernel
        monkeypatch.setattr("IPython.get_ipython", lambda shell=shell: shell)
        short()
    assert capsys.readouterr() == ("", "")
