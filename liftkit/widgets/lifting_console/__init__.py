"""LiftingConsole: the adversarial game live, half a step at a time or running, by the trainer's own steps."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from time import perf_counter

import numpy as np

from liftkit.config import TrainConfig
from liftkit.data.datasets import load_poses
from liftkit.losses import LOSSES
from liftkit.poses import PoseSet
from liftkit.priors import PRIORS
from liftkit.representations import REPRESENTATIONS, Representation, get_representation
from liftkit.view.alt_text import describe
from liftkit.view.charts import line_chart
from liftkit.view.controller import Controller
from liftkit.view.controls import Button, Choice, Slider
from liftkit.view.panels import Chart, Panel, Pose
from liftkit.widgets.lifting_console.game import Eyes, Game, Seen
from liftkit.widgets.widget import Widget

SLICE, LONGEST = 0.15, 0.4  # seconds of steps between two answers to the browser: as many as it takes to draw them
SHOWN = (0.2, 0.6)  # where among the judged poses those stand that are drawn
BINS = np.linspace(-0.6, 1.6, 23)  # of the verdicts' histograms
BEGIN = "Press Run, or let the two take turns: Step D, then Step G."
SECRET = "for your eyes only: the trainer never sees it"
OUT_OF_TURN = " That was out of turn, on a fresh batch: from here on this is not the run that Trainer.run makes."


class LiftingConsoleController(Controller):
    """One lifter G and its discriminator D, trained before one's eyes.

    ``poses``: what is learned from, as for :class:`~liftkit.Trainer`; the truth of the split "test" (of all where
    there is none) is for the student's eyes only. Default: the embedded data. ``representation``: a name or a
    Representation to begin with; ``config``: all that no control sets, by default a lesson of 600 steps; ``device``
    as for the Trainer.

    Step D and Step G are the two halves of :meth:`Trainer.step` on one batch; Run goes on by :meth:`Trainer.run`.
    As long as they take turns the trainer is, bit for bit, where ``Trainer(...).run()`` would be; out of turn a half
    takes a fresh batch, and the message says so. A config is frozen: another representation, prior, seed or weight
    starts again from step 0. The browser asks for one slice after another and there is neither loop nor thread: a
    second run of the cell leaves nothing behind.

    Raises ValueError as Trainer and TrainConfig do, and where ``poses`` is no PoseSet.
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
        self.eyes, self.first = Eyes(self.poses), get_representation(representation)
        self.shown = [int(share * len(self.eyes.judged)) for share in SHOWN]
        self.flat_error = self.eyes.flat_error()
        self.weights = {f"weight_{name}": name for name in LOSSES}
        self.values = {"speed": 10, "representation": self.first.name, "prior": self.config.prior, "seed": 0}
        self.values |= {key: self.config.weights[name] for key, name in self.weights.items()}
        for name in ("representation", "prior", "seed", *self.weights):
            setattr(self, f"on_{name}", partial(self._changed, name))
        self._start()
        self.message = BEGIN

    @property
    def representations(self) -> dict[str, Representation]:
        """Those of the table, and the one given."""
        return REPRESENTATIONS | {self.first.name: self.first}

    def controls(self):
        found = [
            Button("step_d", "Step D", "The discriminator's half of a step"),
            Button("step_g", "Step G", "The lifter's half of a step"),
            Button("run", "Run", "D and G take turns until the last step"),
            Button("pause", "Pause", "Stop at once; Run goes on"),
            Button("reset", "Reset", "Back to step 0 and the same start"),
            Slider("speed", "Speed", "Steps between two pictures, as far as the computer keeps up", 1, 50, 1, "steps"),
            Choice("representation", "Representation", "Starts again", tuple(self.representations)),
            Choice("prior", "Prior", "From where poses are looked at; starts again", tuple(PRIORS)),
            Slider("seed", "Seed", "Other weights, other batches; starts again", 0, 20),
        ]
        for key, name in self.weights.items():
            usual, label = LOSSES[name].weight, f"Weight: {name.replace('_', ' ')}"
            top = max(4 * usual, self.config.weights[name])
            found.append(Slider(key, label, "0 leaves the loss out; starts again", 0, top, usual / 10))
        return found

    def _start(self) -> None:
        weights = {name: self.values[key] for key, name in self.weights.items()}
        config = replace(self.config, weights=weights, prior=self.values["prior"])
        representation = self.representations[self.values["representation"]]
        self.game = Game(representation, self.poses, self.values["seed"], config, self.device, self.eyes)
        self.running, self.answered = False, None  # when the last slice ended

    @property
    def trainer(self):
        """The trainer that plays."""
        return self.game.trainer

    def _changed(self, name: str, value) -> None:
        done = self.trainer.steps_done
        self._start()
        lost = (
            f"what {done} {'step' if done == 1 else 'steps'} taught is gone" if done else "nothing had been learned yet"
        )
        label, value = self.control(name).label, value.replace("_", " ") if isinstance(value, str) else f"{value:g}"
        self.message = f"{label} is now {value}: training starts again from step 0, {lost}. {BEGIN}"

    def on_reset(self) -> None:
        self._start()
        self.message = f"Back at step 0 and the same start. {BEGIN}"

    def on_step_d(self) -> None:
        self.running = False
        if not self._at_an_end():
            before, in_turn = self.game.seen, self.game.step_discriminator()
            self.message = _d_moved(before, self.game.seen) + ("" if in_turn else OUT_OF_TURN)

    def on_step_g(self) -> None:
        self.running = False
        if not self._at_an_end():
            before, in_turn = self.game.seen, self.game.step_lifter()
            self.message = _g_moved(before, self.game.seen) + ("" if in_turn else OUT_OF_TURN)
            self._at_an_end()

    def on_run(self) -> None:
        self.running, self.answered = not self._at_an_end(), None
        if self.running:
            self.message = "D and G take turns. Pause stops at once."

    def on_pause(self) -> None:
        self.running = False
        self.message = f"Paused after step {self.trainer.steps_done}. Run goes on from here."

    def tick(self) -> None:
        drawing = perf_counter() - (self.answered or perf_counter())
        self.game.run(self.values["speed"], max(SLICE, min(drawing, LONGEST)))
        self.answered = perf_counter()
        self._at_an_end()

    def _at_an_end(self) -> bool:
        """Whether training is over or has diverged; then it no longer runs, and the message says why."""
        game = self.game
        if game.trouble:
            self.message = f"Training stopped: {game.trouble}. Choose milder weights, or press Reset."
        elif game.over:
            errors = game.series("error")[1]
            told = "" if game.seen.error is None else f" PA-MPJPE: {errors[0]:.0f} → {errors[-1]:.0f} mm, {SECRET}."
            self.message = f"All {self.trainer.config.steps} steps are done.{told} Reset starts again."
        else:
            return False
        self.running = False
        return True

    # What is shown.

    def panels(self) -> list[Panel]:
        done, steps = self.trainer.steps_done, self.trainer.config.steps
        found = [panel for i, pose in enumerate(self.shown) for panel in self._pair(i, pose)]
        found.append(Chart("losses", f"Losses, step {done} of {steps}", self._on_losses(), self._losses(), True))
        if self.flat_error is not None:
            told = f"{self.game.seen.error:.0f} mm, {SECRET}"
            found.append(Chart("error", "PA-MPJPE", told, self._error()))
        seen = self.game.seen
        told = f"means: real {seen.real.mean():.2f}, turned {seen.turned.mean():.2f}"
        return [*found, Chart("verdicts", "D's verdicts", told, self._verdicts())]

    def _pair(self, i: int, pose: int) -> list[Panel]:
        """A pose's truth, or its 2D where that is unknown, and the same pose lifted."""
        eyes, lifted = self.eyes, self.game.seen.lifted[pose]
        known = eyes.truth is not None
        given = eyes.truth[pose] if known else eyes.judged.x2d[pose]
        first = Pose(f"given_{i}", f"Pose {i + 1}: {'the truth' if known else '2D'}", "", given, describe(given),
                     eyes.judged.skeleton)  # fmt: skip
        middle, reach = first.extent
        fixed = {"middle": middle if known else (*middle, 0), "reach": reach, "skeleton": eyes.judged.skeleton}
        ghost = given if known else None
        told = "faint: the truth" if known else ""
        return [
            first,
            Pose(f"lifted_{i}", f"Pose {i + 1}: lifted", told, lifted, describe(lifted), ghost=ghost, **fixed),
        ]

    def _axis(self) -> dict:
        steps = max(self.trainer.config.steps, 1)
        return {"x_label": "step", "x_ticks": (0, steps // 2, steps) if steps > 1 else (0, steps)}

    def _on_losses(self) -> str:
        config = self.trainer.config
        return (
            f"Every {config.knee_every} steps knees that bend forwards turn all depths over." * self.trainer.prior.knees
        )

    def _losses(self) -> str:
        game = self.game
        terms = {name: game.series(name) for name in ("discriminator", *self.weights.values())}
        shown = {name.replace("_", " "): (x, np.where(y > 0, y, np.nan)) for name, (x, y) in terms.items()}
        return line_chart(shown, y_label="loss", log=True, height=240, **self._axis())

    def _error(self) -> str:
        x, y = self.game.series("error")
        ends = np.array([0.0, max(self.trainer.config.steps, 1)])
        lines = {"lifted": (x, y), "flat": (ends, np.full(2, self.flat_error))}
        return line_chart(lines, y_label="mm", width=260, height=240, **self._axis())

    def _verdicts(self) -> str:
        seen, middles = self.game.seen, (BINS[1:] + BINS[:-1]) / 2
        share = {name: np.histogram(s.clip(BINS[0], BINS[-1]), BINS)[0] / len(s) * 100
                 for name, s in (("real", seen.real), ("turned", seen.turned))}  # fmt: skip
        lines = {name: (middles, percent) for name, percent in share.items()}
        marks, places = [(0, "turned is 0"), (1, "real is 1")], (0, 0.5, 1)
        axes = {"x_label": "D's score", "y_label": "% of poses", "x_ticks": places, "width": 260, "height": 240}
        return line_chart(lines, marks=marks, **axes)

    def __str__(self) -> str:
        done = f"{self.trainer.steps_done} of {self.trainer.config.steps} steps"
        return f"{self.values['representation']}, seed {self.values['seed']}, {done} on {self.poses.name!r}"


def _d_moved(before: Seen, now: Seen) -> str:
    loss = f"{before.losses['discriminator']:.3f} → {now.losses['discriminator']:.3f}"
    real, turned = (
        f"{a.mean():.3f} → {b.mean():.3f}" for a, b in ((before.real, now.real), (before.turned, now.turned))
    )
    return f"Step D: the discriminator moved; its loss {loss}, real poses score {real}, turned {turned}. G stood still."


def _g_moved(before: Seen, now: Seen) -> str:
    loss = f"{before.losses['adversarial']:.3f} → {now.losses['adversarial']:.3f}"
    turned = f"{before.turned.mean():.3f} → {now.turned.mean():.3f}"
    return f"Step G: the lifter moved; adversarial loss {loss}, turned poses score {turned}. D stood still."


class LiftingConsole(Widget):
    """See :class:`LiftingConsoleController` for what it takes."""

    Controller = LiftingConsoleController
