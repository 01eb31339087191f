"""Recorded games of LiftingConsole, one for each preset: a page plays them back, since it cannot train."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liftkit.config import TrainConfig
from liftkit.losses import LOSSES
from liftkit.poses import PoseSet
from liftkit.recorded import FOLDER
from liftkit.training import Trainer
from liftkit.view.stored import State, Step
from liftkit.widgets.lifting_console.game import Game

if TYPE_CHECKING:
    from liftkit.widgets.lifting_console.controller import LiftingConsoleController

GAMES = FOLDER / "games.npz"  # made by `python -m benchmarks.games`
PICTURES = 30  # of a recorded game
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


def recorded_steps(console: LiftingConsoleController) -> Iterator[Step]:
    """The game of each preset that is recorded, or else the present one; each state leads to every start."""
    starts = {console.values["preset"]: console.state()}
    for preset in console.games:
        if preset not in starts:
            console.set("preset", preset)
            starts[preset] = console.state()
    choices = [({"kind": "set", "name": "preset", "value": preset}, starts[preset]) for preset in console.games]
    for start in starts.values():
        console.values, out = dict(start["status"]["values"]), [*choices, (_press("reset"), start)]
        yield from ((start, *way) for way in [*out, (_press("pause"), start)])
        for step in _played(console, start):
            yield step
            yield from ((step[-1], *way) for way in out)


def _played(console: LiftingConsoleController, start: State) -> Iterator[Step]:
    """Some half steps, then the whole game in some ``PICTURES``."""
    console.press("reset")
    console.last, now = None, start
    for half in ("step_d", "step_g") * 3:
        console.press(half)
        before, now = now, console.state()
        yield before, _press(half), now
    console.press("reset")
    console.last = None
    console.press("run")
    now = console.state()
    yield start, _press("run"), now
    while console.running:
        console.stop()
        paused = now | {"status": now["status"] | {"message": console.message, "running": False}}
        yield now, _press("pause"), paused
        yield paused, _press("run"), now
        console.press("run")
        console.advance(max(1, console.config.steps // PICTURES), float("inf"))
        before, now = now, console.state()
        yield before, {"kind": "tick"}, now


def _press(name: str) -> dict[str, str]:
    return {"kind": "press", "name": name}
