"""What LiftingConsole does: the trainer's own steps one half at a time or running, and what they change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from liftkit.config import TrainConfig
from liftkit.data.datasets import load_poses
from liftkit.losses import LOSSES
from liftkit.poses import PoseSet
from liftkit.priors import PRIORS
from liftkit.representations import REPRESENTATIONS, Representation, get_representation
from liftkit.system.numbers import Rounded
from liftkit.training import Trainer
from liftkit.view import Button, Chart, Choice, Controller, Pose, Press, Set, Slider, Tick, Toggle, readable
from liftkit.view.charts import line_chart
from liftkit.widgets.lifting_console.game import SHOWN, Evaluation, Game
from liftkit.widgets.lifting_console.recorded import Playback, recorded_games

SLICE, LONGEST = 0.15, 0.4  # seconds of steps between two answers to the browser: as many as it takes to draw them
PICTURES = 30  # of a recorded game
BINS = np.linspace(-0.6, 1.6, 23)  # of the scores' histograms
SIDE = (np.pi / 2, 0.15)  # from where poses are seen at first: a wrong depth is seen best
NEVER = 2**40  # steps
NO_RUN = (np.array([]), np.array([]))
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
TO_COME = "To come: D's loss falls as it sees through G, the adversarial as G deceives D."
UNSEEN = "which the trainer never sees"
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
        self.last = NO_RUN  # the steps and the errors of the game before this one
        self.games: dict[str, dict[str, np.ndarray]] = {}  # what is recorded of each preset's game, for a page
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
                self._advance(self.values["speed"], max(SLICE, min(drawing, LONGEST)))

    def _advance(self, steps: int, seconds: float) -> None:
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
        self.message = _changes(half, before, self.game.evaluation) + ("" if in_turn else OUT_OF_TURN)
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

    def recording(self) -> Iterator[tuple[dict, dict, dict]]:
        """The game of each preset that is recorded, or else the present one; each state leads to every start."""
        starts = {self.values["preset"]: self.state()}
        for preset in self.games:
            if preset not in starts:
                self.set("preset", preset)
                starts[preset] = self.state()
        choices = [({"kind": "set", "name": "preset", "value": preset}, starts[preset]) for preset in self.games]
        for start in starts.values():
            self.values, out = dict(start["status"]["values"]), [*choices, (_press("reset"), start)]
            yield from ((start, *way) for way in [*out, (_press("pause"), start)])
            for before, message, after in self._played(start):
                yield before, message, after
                yield from ((after, *way) for way in out)

    def _played(self, start: dict[str, Any]) -> Iterator[tuple[dict, dict, dict]]:
        """Some half steps, then the whole game in some 30 pictures."""
        self._start()
        self.last, now = NO_RUN, start
        for half in ("step_d", "step_g") * 3:
            self.handle(_press(half))
            before, now = now, self.state()
            yield before, _press(half), now
        self._start()
        self.last = NO_RUN
        self.handle(_press("run"))
        now = self.state()
        yield start, _press("run"), now
        while self.running:
            self.stop()
            stopped = {"message": self.message, "running": False}
            paused = now | {"status": now["status"] | stopped}
            yield now, _press("pause"), paused
            yield paused, _press("run"), now
            self.handle(_press("run"))
            self._advance(max(1, self.trainer.config.steps // PICTURES), float("inf"))
            before, now = now, self.state()
            yield before, {"kind": "tick"}, now

    def panels(self):
        done, config, now = self.trainer.steps_done, self.trainer.config, self.game.evaluation
        found = [panel for i in range(len(SHOWN)) for panel in self._pair(i)]
        knees = f"Every {config.knee_every} steps the depths are reversed if most shins fold forwards at the knee."
        knees = knees if self.trainer.prior.knees and self.values["knees"] else ""
        title, caption = f"Losses, step {done} of {config.steps}", knees if done else TO_COME
        found.append(Chart("losses", title, caption, self._losses(), span=6))
        if self.game.truth is not None:
            found.append(Chart("error", "PA-MPJPE", f"{now.error:.0f} mm, {UNSEEN}", self._error()))
        means = f"means: real {Rounded(now.real.mean()):.2f}, turned {Rounded(now.turned.mean()):.2f}"
        return [*found, Chart("verdicts", "D's verdicts", means, self._scores())]

    def _pair(self, i: int) -> tuple[Pose, Pose]:
        """A test pose, true or (if the truth is unknown) in 2D, and the same pose lifted."""
        test, skeleton = self.game.test, self.game.test.skeleton
        pose, known = self.game.shown[i], test.x3d is not None
        given, lifted = (test.x3d if known else test.x2d)[pose], self.game.evaluation.lifted[pose]
        title = f"Pose {i + 1}: {'the truth' if known else '2D'}"
        first = Pose(f"given_{i}", title, "", given, skeleton, look=SIDE)
        middle, reach = first.extent
        return first, Pose(
            f"lifted_{i}", f"Pose {i + 1}: lifted", "faint: the truth" if known else "", lifted, skeleton,
            middle=middle if known else (*middle, 0), reach=reach, ghost=given if known else None, look=SIDE,
        )  # fmt: skip

    def _axis(self) -> dict:
        steps = max(self.trainer.config.steps, 1)
        return {"x_label": "step", "x_ticks": (0, steps // 2, steps) if steps > 1 else (0, steps), "height": 180}

    def _losses(self) -> str:
        terms = {name: self.game.series(name) for name in ("discriminator", *self.weights.values())}
        shown = {readable(name): (x, np.where(y > 0, y, np.nan)) for name, (x, y) in terms.items()}
        return line_chart(shown, y_label="loss", log=True, **self._axis())

    def _error(self) -> str:
        ends = np.array([0.0, max(self.trainer.config.steps, 1)])
        lines = {"lifted": self.game.series("error"), "flat": (ends, np.full(2, self.game.flat_error))}
        lines |= {"last run": self.last} if len(self.last[0]) else {}
        return line_chart(lines, y_label="mm", width=260, **self._axis())

    def _scores(self) -> str:
        middles, now, lines = (BINS[1:] + BINS[:-1]) / 2, self.game.evaluation, {}
        for name, scores in (("real", now.real), ("turned", now.turned)):
            counts, _ = np.histogram(scores.clip(BINS[0], BINS[-1]), BINS)
            lines[name] = (middles, counts / len(scores) * 100)
        axes = {"x_label": "D's score", "y_label": "% of poses", "x_ticks": (0, 0.5, 1), "width": 260, "height": 180}
        return line_chart(lines, marks=[(0, "turned is 0"), (1, "real is 1")], **axes)

    def __str__(self) -> str:
        done = f"{self.trainer.steps_done} of {self.trainer.config.steps} steps"
        return f"{self.values['representation']}, seed {self.values['seed']}, {done} on {self.poses.name!r}"


def _press(name: str) -> dict[str, str]:
    return {"kind": "press", "name": name}


def _changes(half: str, before: Evaluation, after: Evaluation) -> str:
    """What a half step has changed, as a sentence."""
    side = "adversarial" if half == "step_g" else "discriminator"
    loss = f"{before.losses[side]:.3f} → {after.losses[side]:.3f}"
    real, turned = (
        " → ".join(f"{Rounded(getattr(each, name).mean()):.3f}" for each in (before, after))
        for name in ("real", "turned")
    )
    if half == "step_g":
        return f"Step G: the lifter moved; adversarial loss {loss}, turned poses score {turned}. D is unchanged."
    return (
        f"Step D: the discriminator moved; its loss {loss}, real poses score {real}, turned {turned}. G is unchanged."
    )
