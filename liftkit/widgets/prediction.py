"""Prediction: a question that is answered before the result is seen; then guess and result stand in one picture."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from html import escape
from numbers import Real
from typing import Any

import numpy as np

from liftkit.view import Button, Chart, Choice, Controller, Note, Press, Radio, Slider
from liftkit.view.charts import line_chart
from liftkit.view.charts.axes import number
from liftkit.view.charts.svg import label, root
from liftkit.view.still import image
from liftkit.view.stored import Step, stored_values

NONE = "choose"  # the option that is no answer
FOLDED = "You have not committed to a guess. Do so above, or open the result here"
LATER = '<p class="lk-later">Commit to a guess and run this cell again: here comes a figure.</p>'
FIGURES = "application/vnd.liftkit.folded-figures+json"  # instead of which ``liftkit course run`` stores pictures
FEW = 6  # options, each a button of its own
CLOSE = 0.1  # of the range: so near counts as right
COMMIT = Button("commit", "Commit", "The first guess counts")


class PredictionController(Controller):
    """A question, and a guess that is committed to before the result is known.

    Args:
        question: one sentence.
        options: the possible answers; or, by answer, the number that it stands for (a result may then be a number,
            and the nearest answer is right); or
        between: the ends of the scale on which a number is guessed,
        at: and, to guess a curve, the places on its x axis.
        unit: of the number, or what the curve's y axis shows.
        x_label: what the curve's x axis shows.
        close: how far a guess may be off to count as right; default: a tenth of the scale.

    Raises:
        ValueError: unless there are either several options or a scale.
    """

    title = "Commit to a guess"

    def __init__(
        self,
        question: str,
        options: Sequence[str] | Mapping[str, float] | None = None,
        *,
        between: tuple[float, float] | None = None,
        at: Sequence[float] = (0,),
        unit: str = "",
        x_label: str = "",
        close: float | None = None,
    ):
        super().__init__()
        if (options is None) == (between is None) or (options is not None and len(set(options)) < 2):
            raise ValueError(f"expected two options or more, or the ends of a scale, found {options} and {between}")
        if between is not None and not (len(at) and between[0] < between[1]):
            raise ValueError(f"expected a scale from a smaller to a larger number, found {between}")
        self.numbers = options if isinstance(options, Mapping) else {}
        self.options = None if options is None else tuple(options)
        self.title, self.between, self.at = question, between, tuple(at)
        self.unit, self.x_label = unit, x_label
        self.guess: Any = None  # committed to: an option, a number, or the numbers of a curve
        self.result: Any = None  # of the same kind, or a set of options that are right
        if between is None:
            self.values = {"guess": NONE}
        else:
            self.close = CLOSE * (between[1] - between[0]) if close is None else close
            self.values = {f"guess_{i}": float(np.mean(between)) for i in range(len(at))}

    def controls(self):
        if self.options is not None:
            kind = Radio if len(self.options) <= FEW else Choice
            return [kind("guess", "Your guess", "The answers", (NONE, *self.options)), COMMIT]
        (low, high), several = self.between, len(self.at) > 1
        names = [f"at {number(x)}" if several else "Your guess" for x in self.at]
        step = 10.0 ** np.floor(np.log10((high - low) / 50))
        how = dict(minimum=low, maximum=high, step=float(step), unit=self.unit)
        return [*(Slider(f"guess_{i}", name, **how) for i, name in enumerate(names)), COMMIT]

    def respond(self, event):
        unchosen = self.values.get("guess") == NONE
        self.message = "Choose an answer first." if unchosen and event == Press("commit") else ""
        if event == Press("commit") and self.guess is None and not unchosen:
            self.guess = self._chosen()

    def state(self) -> dict[str, Any]:
        self.values["committed"] = self.guess is not None  # tells stored states apart
        return super().state()

    def recording(self) -> list[Step] | None:
        """Each guess that the one control allows, and committing to it."""
        control, *others = self.controls()[:-1]
        if others:
            return None
        start, commit, steps = self.state(), {"kind": "press", "name": "commit"}, []
        ways = [{"kind": "set", "name": control.name, "value": value} for value in stored_values(control)]
        new = lambda: type(self)(self.title, self.options, between=self.between, unit=self.unit)  # noqa: E731
        untouched = [None] if self.between and new().state()["status"] == start["status"] else []  # the middle is taken
        for way in [*untouched, *ways]:
            page = new()
            if way:
                page.handle(way)
            chosen = page.state()
            page.handle(commit)
            kept = page.state()
            steps += [(start, way, chosen)] if way else []
            steps += [(chosen, commit, kept), *((kept, other, kept) for other in ways)]
        return steps

    def reveal(self, result: Any) -> None:
        """Take the result. Raises ValueError if it is none that could have been guessed."""
        if self.numbers and isinstance(result, Real) and np.isfinite(result):
            result = min(self.numbers, key=lambda answer: abs(self.numbers[answer] - result))
        try:
            if self.options is not None:
                fits = not isinstance(result, Real) and set() < _names(result) <= set(self.options)
            else:
                fits = np.shape(result) == (() if len(self.at) == 1 else (len(self.at),)) and np.isfinite(result).all()
        except TypeError:  # None, for instance, is neither
            fits = False
        if not fits:
            expected = self.options or f"{len(self.at)} finite numbers"
            raise ValueError(f"the result of {self.title!r} must be of {expected}, found {result!r}")
        self.result = result

    def _chosen(self) -> Any:
        numbers = tuple(value for name, value in self.values.items() if name.startswith("guess"))
        return numbers[0] if len(numbers) == 1 else numbers

    @property
    def right(self) -> bool | None:
        """Whether the guess is right, or near enough; None as long as guess or result is missing."""
        if self.guess is None or self.result is None:
            return None
        if self.options is not None:
            return self.guess in _names(self.result)
        return bool(np.abs(np.subtract(self.guess, self.result)).mean() <= self.close)

    def sentence(self) -> str:
        """The guess and, once both are known, the result."""
        if self.guess is None and self.result is None:
            return "The result is shown when you have committed to a guess."
        if self.guess is None:
            return f"No guess; the result: {self._text(self.result)}."
        if self.result is None:
            return f"Your guess: {self._text(self.guess)}. The result is not known yet: go on."
        off = ""
        if self.options is None:
            off = f", off by {self._text(float(np.abs(np.subtract(self.guess, self.result)).mean()))}"
            off += " in the mean" if len(self.at) > 1 else ""
        judged = "Right" if self.right else "Not so"
        return f"{judged}{off}. Your guess: {self._text(self.guess)}; the result: {self._text(self.result)}."

    def _text(self, value: Any) -> str:
        if self.options is not None:
            return " or ".join(sorted(_names(value)))
        unit = f" {self.unit}" if self.unit else ""
        return ", ".join(number(float(each)) for each in np.atleast_1d(value)) + unit

    def panels(self):
        hidden = self.guess is None and self.result is not None
        text = "The result is there. Commit to a guess to see it." if hidden else self.sentence()
        note = Note("answer", "Your guess and the result", "", text, span=6)
        picture = [] if self.options else [Chart("picture", "On the scale", "", self._picture(), span=6)]
        return [*picture, note]

    def _picture(self) -> str:
        found = {"your guess": self._chosen() if self.guess is None else self.guess}
        if self.guess is not None and self.result is not None:
            found["the result"] = self.result
        if len(self.at) == 1:
            return scale(found, self.between, self.unit)
        curves = {name: (self.at, values) for name, values in found.items()}
        how = dict(x_label=self.x_label, y_label=self.unit, limits=self.between, x_ticks=self.at, height=220)
        return line_chart(curves, **how)

    def __str__(self) -> str:
        return f"{self.title!r}, {'no guess yet' if self.guess is None else f'guess: {self._text(self.guess)}'}"


class Revealed:
    """A result that is folded if nobody has committed to a guess: in a notebook, on GitHub and in a page."""

    def __init__(self, sentence: str, shown: Sequence[Any], folded: bool):
        self.sentence, self.shown, self.folded = sentence, shown, folded

    def __repr__(self) -> str:
        return "\n".join("(a figure)" if is_figure(one) else str(one) for one in [self.sentence, *self.shown])

    def _ipython_display_(self) -> None:
        if not (figures := [one for one in self.shown if is_figure(one)]):
            raise NotImplementedError  # IPython then takes the representations
        from IPython.display import display

        data = {"text/html": self._repr_html_(), "text/plain": repr(self)}
        display(data | ({FIGURES: [json.loads(one.to_json()) for one in figures]} if self.folded else {}), raw=True)
        for figure in () if self.folded else figures:
            display(figure)

    def _repr_html_(self) -> str:
        shown = [one for one in self.shown if self.folded or not is_figure(one)]  # figures stand below, alive
        body = f"<p>{escape(self.sentence)}</p>" + "".join(map(_html, shown))
        return f"<details><summary>{FOLDED}</summary>{body}</details>" if self.folded else body


def is_figure(shown: Any) -> bool:
    """Whether it is a figure of plotly."""
    return hasattr(shown, "to_plotly_json")


def _html(shown: Any) -> str:
    if is_figure(shown):
        return LATER
    if svg := getattr(shown, "_repr_svg_", None):
        return image(svg())
    html = getattr(shown, "_repr_html_", None)
    return html() if html else f"<pre>{escape(str(shown))}</pre>"


def _names(answer: str | Collection[str]) -> set[str]:
    return {answer} if isinstance(answer, str) else set(answer)


def scale(values: dict[str, float], between: tuple[float, float], unit: str, width: int = 480) -> str:
    """Named numbers on a scale with its ends, as SVG text, each in a row of its own."""
    (low, high), left, right = between, 20.0, width - 20.0
    base = 26.0 * len(values) + 14
    parts = [f'<path class="lk-edge" d="M{left} {base}H{right}"/>']
    ends = ((low, left, "start"), (high, right, "end"))
    parts += [label(f"{number(x)} {unit}".strip(), place, base + 18, anchor) for x, place, anchor in ends]
    for row, (name, value) in enumerate(values.items()):
        x, y = left + (min(max(value, low), high) - low) / (high - low) * (right - left), 18.0 + 26 * row
        side = "end" if x > width / 2 else "start"
        parts.append(f'<path class="lk-line lk-s{row}" d="M{x:.1f} {base}V{y}"/>')
        parts.append(f'<circle class="lk-dot lk-s{row}" cx="{x:.1f}" cy="{y}" r="5"/>')
        parts.append(label(f"{name}: {number(value)} {unit}".strip(), x + (-9 if side == "end" else 9), y + 4, side))
    alt = "; ".join(f"{name}: {number(value)} {unit}".strip() for name, value in values.items())
    return root(parts, f"A scale from {number(low)} to {number(high)} {unit}. {alt}", width, base + 26)
