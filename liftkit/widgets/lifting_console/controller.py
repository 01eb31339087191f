"""What LiftingConsole does: the trainer's own steps one half at a time or running, and what they change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import Any

from liftkit.config import TrainConfig
from liftkit.data.datasets import load_poses
from liftkit.losses import LOSSES
from liftkit.poses import PoseSet
from liftkit.priors import PRIORS
from liftkit.representations import REPRESENTATIONS, Representation, get_representation
from liftkit.training import Trainer
from liftkit.view import Button, Choice, Controller, Press, Set, Slider, Tick, Toggle, readable
from liftkit.view.stored import Step
from liftkit.widgets.lifting_console.game import Game, Series
from liftkit.widgets.lifting_console.pictures import UNSEEN, changes, game_panels
from liftkit.widgets.lifting_console.recorded import Pictures, Playback, recorded_games, recorded_steps

SLICE, LONGEST = 0.15, 0.4  # seconds of steps between two answers to the browser: as many as it takes to draw them
NEVER = 2**40  # steps
# What plays: the losses that count, the prior, and whether knees tell near from far.
PRESETS = {
    "the game alone": (("adversarial",), "paper", False),
    "+ reprojection": (("adversarial", "reprojection"), "paper", False),
    "+ quarter turns": (tuple(LOSSES), "paper", False),
    "+ gravity": (tuple(LOSSES), "gravity", False),
    "+ knees": (tuple(LOSSES), "gravity", True),
}
OWN = "your own"
BEGIN = "Press Run, or let the two take turns: Step D, then Step G."
OUT_OF_TURN = " That was out of turn, on a fresh batch: from here on this is not the run that Trainer.run makes."


class LiftingConsoleController(Controller):
    """One lifter G and its discriminator D in training.

    Step D and Step G are the two halves of :meth:`Trainer.step` on one batch; Run continues with :meth:`Trainer.run`.
    As long as they alternate, the trainer is, bit for bit, where ``Trainer(...).run()`` would be; out of turn a half
    takes a fresh batch, and the message says so. Another representation, prior, seed or weight restarts at step 0.
    There is neither loop nor thread, so that a second run of the cell leaves nothing behind.

    Args:
        poses: training poses, as for :class:`~liftkit.Trainer` (default: the embedded data). The truth of the split
            "test" (of all poses if there is none) is used for evaluation only.
        representation: a name or a Representation to begin with.
        config: everything that no control sets (default: a lesson of 600 steps).
        device: as for the Trainer.

    Raises:
        ValueError: as Trainer and TrainConfig do, and if ``poses`` is not a PoseSet.
    """

    title = "The adversarial game: lifter G against discriminator D"

    def __init__(
        self,
        poses: PoseSet | None = None,
        representation: str | Representation = "legs_torso",
        config: TrainConfig | None = None,
        device: str | None = None,
    ):
        super().__init__()
        self.poses = load_poses("synthetic") if poses is None else poses
        self.config, self.device = config or TrainConfig.lesson(steps=600), device
        if not isinstance(self.poses, PoseSet):
            raise ValueError(f"poses must be a PoseSet, found {type(poses).__name__}")
        self.first = get_representation(representation)
        self.weights = {f"weight_{name}": name for name in LOSSES}
        self.values = {"speed": 10, "representation": self.first.name, "prior": self.config.prior, "seed": 0}
        self.values |= {key: self.config.weights[name] for key, name in self.weights.items()} | {"knees": True}
        self.last: Series | None = None  # the errors of the game before this one
        self.games: dict[str, Pictures] = {}  # what is recorded of each preset's game, for a page
        self._start()
        self.message = BEGIN

    @property
    def representations(self) -> dict[str, Representation]:
        return REPRESENTATIONS | {self.first.name: self.first}

    @property
    def trainer(self) -> Trainer:
        return self.game.trainer

    def controls(self):
        found = [
            Choice("preset", "What plays", "What the lifter is told; restarts training", (*PRESETS, OWN)),
            Button("step_d", "Step D", "The discriminator's half of a step"),
            Button("step_g", "Step G", "The lifter's half of a step"),
            Button("run", "Run", "D and G take turns until the last step"),
            Button("pause", "Pause", "Stop at once; Run continues"),
            Button("reset", "Reset", "Back to step 0 and the same start"),
            Slider("speed", "Speed", "Steps between two pictures, as far as the computer keeps up", 1, 50, 1, "steps"),
            Choice("representation", "Representation", "Restarts training", tuple(self.representations), more=True),
            Choice("prior", "Prior", "From where poses are seen; restarts training", tuple(PRIORS), more=True),
            Toggle("knees", "Knees", "Under gravity: depths are reversed if most shins fold forwards", more=True),
            Slider("seed", "Seed", "Other weights, other batches; restarts training", 0, 20, more=True),
        ]
        for key, name in self.weights.items():
            usual, label = LOSSES[name].weight, f"Weight: {readable(name)}"
            top = max(4 * usual, self.config.weights[name])
            text = "0 leaves the loss out; restarts training"
            found.append(Slider(key, label, text, 0, top, usual / 10, more=True))
        return found

    def respond(self, event):
        match event:
            case Press("step_d" | "step_g" as half):
                self.running = False
                if not self._ended():
                    self._half_step(half)
            case Press("run"):
                self.running, self.answered_at = not self._ended(), None
                if self.running:
                    self.message = "D and G take turns. Pause stops at once."
            case Press("pause"):
                self.stop()
            case Press("reset"):
                self._start()
                self.message = f"Back at step 0 and the same start. {BEGIN}"
            case Set("preset", name) if name != OWN:
                losses, self.values["prior"], self.values["knees"] = PRESETS[name]
                usual = {term: self.config.weights[term] or LOSSES[term].weight for term in LOSSES}
                self.values |= {key: usual[term] * (term in losses) for key, term in self.weights.items()}
                self._restart("preset", name)
            case Set(name, value) if name not in ("speed", "preset"):
                self._restart(name, value)
            case Tick():
                drawing = perf_counter() - (self.answered_at or perf_counter())
                self.advance(self.values["speed"], max(SLICE, min(drawing, LONGEST)))

    def advance(self, steps: int, seconds: float) -> None:
        """Go on as :meth:`Game.run` does, until the end at most."""
        self.game.run(steps, seconds)
        self.answered_at = perf_counter()
        self._ended()

    def stop(self) -> None:
        self.running = False
        if not self._ended():
            self.message = f"Paused after step {self.trainer.steps_done}. Run continues from here."

    def _start(self) -> None:
        weights = {name: self.values[key] for key, name in self.weights.items()}
        every = self.config.knee_every if self.values["knees"] else NEVER
        config = replace(self.config, weights=weights, prior=self.values["prior"], knee_every=every)
        knees = self.values["knees"] and config.prior == "gravity"
        told = ({name for name, weight in weights.items() if weight}, config.prior, knees)
        same = (name for name, (losses, *rest) in PRESETS.items() if (set(losses), *rest) == told)
        self.values["preset"] = next(same, OWN)
        representation = self.representations[self.values["representation"]]
        trainer = Trainer(representation, self.poses, (self.values["seed"],), config, self.device)
        if hasattr(self, "game") and self.game.truth is not None and self.trainer.steps_done > 1:
            self.last = self.game.series("error")
        stored = self.games.get(self.values["preset"])
        self.game = Playback(trainer, self.poses, stored) if stored else Game(trainer, self.poses)
        self.running, self.answered_at = False, None  # when the last slice ended

    def _restart(self, name: str, value: str | float) -> None:
        done = self.trainer.steps_done
        self._start()
        label, value = self.control(name).label, readable(value) if isinstance(value, str) else f"{value:g}"
        lost = f", {done} trained {'step is' if done == 1 else 'steps are'} lost" if done else ""
        self.message = f"{label} is now {value}: training restarts at step 0{lost}. {BEGIN}"

    def _half_step(self, half: str) -> None:
        before, step = self.game.evaluation, self.game.step_discriminator if half == "step_d" else self.game.step_lifter
        in_turn = step()
        self.message = changes(half, before, self.game.evaluation) + ("" if in_turn else OUT_OF_TURN)
        self._ended()

    def _ended(self) -> bool:
        """Whether training is finished or has diverged; then it no longer runs, and the message gives the reason."""
        if not (self.game.failure or self.game.finished):
            return False
        self.running, errors = False, self.game.series("error")[1]
        change = "" if self.game.truth is None else f" PA-MPJPE: {errors[0]:.0f} → {errors[-1]:.0f} mm, {UNSEEN}."
        self.message = f"All {self.trainer.config.steps} steps are done.{change} Reset starts again."
        if self.game.failure:
            self.message = f"Training stopped: {self.game.failure}. Choose smaller weights, or press Reset."
        return True

    def state(self) -> dict[str, Any]:
        self.values |= {"step": self.trainer.steps_done, "half": self.game.cycle is not None}  # tell states apart
        return super().state()

    def for_page(self, budget: int) -> tuple[Controller, str]:
        page = type(self)(self.poses, self.first, self.config, self.device)
        page.values, page.title = dict(self.values), f"Recorded: {self.title}"
        page._start()
        page.games = recorded_games(page.game, self.config, self.values["preset"])
        page._start()
        kind = f"{page.trainer.representation.name}, seed {page.values['seed']}, {page.config.steps} steps"
        return page, f"A page cannot train: it plays back what was recorded ({kind} on {page.poses.name!r})."

    def recording(self) -> Iterator[Step]:
        return recorded_steps(self)

    def panels(self):
        return game_panels(self.game, self.last, self.values["knees"])

    def __str__(self) -> str:
        done = f"{self.trainer.steps_done} of {self.trainer.config.steps} steps"
        return f"{self.values['representation']}, seed {self.values['seed']}, {done} on {self.poses.name!r}"
