"""Small lifting consoles, trainers that do the same alone, and hands on the controls."""

import numpy as np
import torch

from liftkit import load_poses
from liftkit.config import TrainConfig
from liftkit.training import Trainer
from liftkit.widgets.lifting_console.controller import LiftingConsoleController

EVERY = load_poses("synthetic")
POSES = EVERY.select(np.arange(0, len(EVERY), 300))
CONFIG = TrainConfig(width=16, batch=8, steps=24, knee_every=5, record_every=2, dropout=0.3, label_swap=0.5)


def console(poses=POSES, config=CONFIG, **options) -> LiftingConsoleController:
    return LiftingConsoleController(poses, config=config, device="cpu", **options)


def alone(poses=POSES, config=CONFIG, representation="legs_torso", seed=0) -> Trainer:
    return Trainer(representation, poses, (seed,), config, "cpu")


def equal(a, b) -> bool:
    """Whether two nested states are the same bit for bit."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def play(control: LiftingConsoleController) -> None:
    """Tick as a browser does, while it runs."""
    for _ in range(1000):
        if not control.running:
            return
        control.handle({"kind": "tick"})
    raise AssertionError("it runs on and on")


def press(control, *names: str) -> None:
    for name in names:
        control.press(name)
