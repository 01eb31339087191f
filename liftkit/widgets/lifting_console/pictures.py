"""What LiftingConsole shows of a game: poses, charts, and in words what a half step has changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from liftkit.losses import LOSSES
from liftkit.system.numbers import Rounded
from liftkit.view import Chart, Panel, Pose, readable
from liftkit.view.charts import line_chart
from liftkit.widgets.lifting_console.game import SHOWN, Evaluation, Game, Series

BINS = np.linspace(-0.6, 1.6, 23)  # of the scores' histograms
SIDE = (np.pi / 2, 0.15)  # from where poses are seen at first: a wrong depth is seen best
TO_COME = "To come: D's loss falls as it sees through G, the adversarial as G deceives D."
UNSEEN = "which the trainer never sees"


def game_panels(game: Game, last: Series | None, knees: bool) -> list[Panel]:
    """All panels. ``last``: the errors of the game before this one; ``knees``: whether they tell near from far."""
    done, config, now = game.trainer.steps_done, game.trainer.config, game.evaluation
    found = [panel for i in range(len(SHOWN)) for panel in _pair(game, i)]
    reversal = f"Every {config.knee_every} steps the depths are reversed if most shins fold forwards at the knee."
    reversal = reversal if game.trainer.prior.knees and knees else ""
    title, caption = f"Losses, step {done} of {config.steps}", reversal if done else TO_COME
    found.append(Chart("losses", title, caption, _losses(game), span=6))
    if game.truth is not None:
        found.append(Chart("error", "PA-MPJPE", f"{now.error:.0f} mm, {UNSEEN}", _error(game, last)))
    means = f"means: real {Rounded(now.real.mean()):.2f}, turned {Rounded(now.turned.mean()):.2f}"
    return [*found, Chart("verdicts", "D's verdicts", means, _scores(now))]


def _pair(game: Game, i: int) -> tuple[Pose, Pose]:
    """A test pose, true or (if the truth is unknown) in 2D, and the same pose lifted."""
    test, pose, known = game.test, game.shown[i], game.truth is not None
    given, lifted = (game.truth if known else test.x2d)[pose], game.evaluation.lifted[pose]
    title = f"Pose {i + 1}: {'the truth' if known else '2D'}"
    first = Pose(f"given_{i}", title, "", given, test.skeleton, look=SIDE)
    middle, reach = first.extent
    return first, Pose(
        f"lifted_{i}", f"Pose {i + 1}: lifted", "faint: the truth" if known else "", lifted, test.skeleton,
        middle=middle if known else (*middle, 0), reach=reach, ghost=given if known else None, look=SIDE,
    )  # fmt: skip


def _axis(game: Game) -> dict[str, Any]:
    steps = max(game.trainer.config.steps, 1)
    return {"x_label": "step", "x_ticks": (0, steps // 2, steps) if steps > 1 else (0, steps), "height": 180}


def _losses(game: Game) -> str:
    terms = {name: game.series(name) for name in ("discriminator", *LOSSES)}
    shown = {readable(name): (x, np.where(y > 0, y, np.nan)) for name, (x, y) in terms.items()}
    return line_chart(shown, y_label="loss", log=True, **_axis(game))


def _error(game: Game, last: Series | None) -> str:
    ends = np.array([0.0, max(game.trainer.config.steps, 1)])
    lines = {"lifted": game.series("error"), "flat": (ends, np.full(2, game.flat_error))}
    lines |= {"last run": last} if last else {}
    return line_chart(lines, y_label="mm", width=260, **_axis(game))


def _scores(now: Evaluation) -> str:
    middles, lines = (BINS[1:] + BINS[:-1]) / 2, {}
    for name, scores in (("real", now.real), ("turned", now.turned)):
        counts, _ = np.histogram(scores.clip(BINS[0], BINS[-1]), BINS)
        lines[name] = (middles, counts / len(scores) * 100)
    axes = {"x_label": "D's score", "y_label": "% of poses", "x_ticks": (0, 0.5, 1), "width": 260, "height": 180}
    return line_chart(lines, marks=[(0, "turned is 0"), (1, "real is 1")], **axes)


def changes(half: str, before: Evaluation, after: Evaluation) -> str:
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
