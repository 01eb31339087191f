"""Recorded games of LiftingConsole, one for each preset: a page plays them back, since it cannot train."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from liftkit.config import TrainConfig
from liftkit.losses import LOSSES
from liftkit.poses import PoseSet
from liftkit.recorded import FOLDER
from liftkit.training import Trainer
from liftkit.widgets.lifting_console.game import Game

GAMES = FOLDER / "games.npz"  # made by `python -m benchmarks.games`
TERMS = ("discriminator", *LOSSES, "error")  # the columns of a curve after its steps
ALIKE = 2e-3  # of metres and of scores: so much float16 and another computer change
Pictures = dict[str, np.ndarray]  # lifted (P, 2, J, 3) in mm, scores (P, 2, K) of real and turned poses, curve


class Playback(Game):
    """A game whose :meth:`run` shows the next recorded picture and trains nothing; half steps are real."""

    def __init__(self, trainer: Trainer, poses: PoseSet, pictures: Pictures):
        super().__init__(trainer, poses)
        self.pictures, self.at = pictures, 0

    def run(self, steps: int, seconds: float) -> None:
        self.at += 1
        done = self.trainer.config.steps * self.at // (len(self.pictures["lifted"]) - 1)
        lifted = self.evaluation.lifted.copy()
        lifted[self.shown] = self.pictures["lifted"][self.at]
        curve = [(int(step), dict(zip(TERMS, values, strict=True))) for step, *values in self.pictures["curve"]]
        self.trainer.steps_done, self.curve = done, [point for point in curve if point[0] <= done]
        real, turned = self.pictures["scores"][self.at].astype(np.float64)
        error = float(self.curve[-1][1]["error"])
        self.evaluation = replace(self.evaluation, lifted=lifted, error=error, real=real, turned=turned)


def recorded_games(game: Game, config: TrainConfig, preset: str) -> dict[str, Pictures]:
    """By preset what is recorded of its game; nothing unless ``game``, at its start, begins as the recorded one did."""
    with np.load(GAMES) as file:
        stored = dict(file)
    about, run = json.loads(str(stored.pop("about"))), game.copy
    games = {name: {key: each[i] for key, each in stored.items()} for i, name in enumerate(about["presets"])}
    made = (about["representation"], tuple(about["seeds"]), TrainConfig.from_stored(about["config"]))
    if preset not in games or made != (run.representation.name, run.seeds, config):
        return {}
    now, first = game.evaluation, {name: each[0] for name, each in games[preset].items()}
    begins = np.concatenate([now.lifted[game.shown].ravel() / 1000, now.real, now.turned])
    recorded = np.concatenate([first["lifted"].ravel() / 1000, first["scores"].ravel()])
    return games if begins.shape == recorded.shape and np.allclose(begins, recorded, atol=ALIKE) else {}
