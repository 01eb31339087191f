"""SeedLottery: draw a few seeds of two representations, again and again; how often is luck the winner?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftkit.recorded import record_results
from liftkit.study.statistics import check_metric, interval
from liftkit.study.verdict import LEAST_SEEDS
from liftkit.view import Button, Chart, Choice, Controller, Press, Set, Slider, readable
from liftkit.view.charts import dot_chart
from liftkit.view.charts.axes import Area, number, tick_texts, y_axis
from liftkit.view.charts.svg import label, root, safe
from liftkit.view.palette import HIGHER_IS_BETTER, metric_label, metric_unit

MANY = 100  # draws at one press
SHOWN = 40  # of the last draws
WIDTH, HEIGHT = 480, 300  # pixels
PAIR = ("full", "five_parts")  # to begin with, if both are there: of the recorded seeds some favour one, some the other


def evaluate_draw(values: np.ndarray, picks: np.ndarray) -> np.ndarray:
    """What one draw of seeds says about each of K columns of values.

    Args:
        values: (S, K), one row per seed; their means are what a draw should find.
        picks: (n,) rows, some perhaps several times.

    Returns:
        (K, 4): mean and both ends of its 95 % interval (NaN below four seeds); 1 if it misses the mean of all.
    """
    found = []
    for column in values.T:
        low, high = interval(column[picks])
        found.append((column[picks].mean(), low, high, low > column.mean() or high < column.mean()))
    return np.array(found, float)


def share(part: int, count: int) -> str:
    """A count with its share of all."""
    return f"{part} ({100 * part / count:.0f} %)"


class SeedLotteryController(Controller):
    """Draws of n seeds for two representations, with their means and intervals, and how often they mislead.

    Seeds are drawn with replacement, the same for both representations, so that all seeds together play the part of
    every seed that could be, and their mean that of the truth. The third quantity is the difference seed by seed.

    Args:
        results: one row per representation and seed (default: the recorded results).
        metric: a column of them.
        seed: of the draws.

    Raises:
        ValueError: if there are not two representations with two seeds in common, or rows of several data sets.
    """

    title = "Seed lottery: how often does luck win?"

    def __init__(self, results: pd.DataFrame | None = None, metric: str = "pa_mpjpe_reflection", seed: int = 0):
        super().__init__()
        results = record_results() if results is None else results
        check_metric(results, metric)
        if results.duplicated(["representation", "seed"]).any():
            expected = "one row for each representation and seed: choose one data set and policy"
            raise ValueError(f"results: expected {expected}")
        self.table = results.pivot(index="seed", columns="representation", values=metric).dropna()
        self.names = tuple(results["representation"].unique())
        if len(self.names) < 2 or len(self.table) < 2:
            found = f"{len(self.names)} ({', '.join(self.names)}) with {len(self.table)} seeds in common"
            raise ValueError(f"expected two representations with at least two seeds in common, found {found}")
        self.metric, self.unit, self.rng = metric, metric_unit(metric), np.random.default_rng(seed)
        self.pair = [*dict.fromkeys([*(name for name in PAIR if name in self.names), *self.names])][:2]
        self.values = {"first": self.pair[0], "second": self.pair[1], "seeds": min(LEAST_SEEDS, len(self.table))}
        self.respond(Press("reset"))

    def controls(self):
        return [
            Choice("first", "First", "One representation", self.names),
            Choice("second", "Second", "Another one", self.names),
            Slider("seeds", "Seeds", "How many are drawn at a time", 1, len(self.table)),
            Button("draw", "Draw", "Once"),
            Button("many", f"Draw {MANY} times", "So that chances can be seen"),
            Button("reset", "Forget", "Forget all draws but a new one"),
        ]

    def respond(self, event):
        match event:
            case Set("first" | "second" as name, chosen):
                other = {"first": "second", "second": "first"}[name]
                if self.values[other] == chosen:  # the two change places
                    self.values[other] = self.pair[name == "second"]
                self.pair = [self.values["first"], self.values["second"]]
                self._forget()
            case Set("seeds") | Press("reset"):
                self._forget()
            case Press("draw"):
                self._draw(1)
            case Press("many"):
                self._draw(MANY)
        self.message = self._sentence()

    def _forget(self) -> None:
        pair = self.table[self.pair].to_numpy(float)
        self.columns = np.column_stack([pair, pair[:, 0] - pair[:, 1]])  # (S, 3): first, second, first minus second
        self.draws = np.empty((0, 3, 4))
        self._draw(1)

    def _draw(self, times: int) -> None:
        picks = self.rng.integers(len(self.columns), size=(times, self.values["seeds"]))
        self.picks = picks[-1]
        self.draws = np.concatenate([self.draws, np.stack([evaluate_draw(self.columns, each) for each in picks])])

    @property
    def misses(self) -> list[int]:
        """In how many draws the intervals of the first, of the second and of the difference missed the mean of all."""
        return [int(count) for count in self.draws[:, :, 3].sum(0)]

    @property
    def wrong(self) -> np.ndarray:
        """(D,) whether the one that a draw says is better is the worse one over all seeds."""
        return self.draws[:, 2, 0] * self.columns[:, 2].mean() < 0

    def winner(self, difference: float) -> str:
        """Which of the two is better, by the difference of their means."""
        if difference == 0:
            return "neither"
        return readable(self.pair[int((difference > 0) != (self.metric in HIGHER_IS_BETTER))])

    def panels(self):
        none = "" if self.values["seeds"] >= LEAST_SEEDS else f" (none below {LEAST_SEEDS} seeds)"
        drawn = ", ".join(str(self.table.index[i]) for i in sorted(self.picks))
        caption = f"line: mean, bar: its 95 % interval{none}; drawn: {drawn}"
        return [
            Chart("drawn", f"The last draw: {metric_label(self.metric)}", caption, self._drawn(), span=6),
            Chart(
                "dance", f"Difference, {' minus '.join(map(readable, self.pair))}: the last {SHOWN} draws",
                "bar: 95 % interval, thick if it misses the mean of all seeds; cross: wrong winner",
                self._dance(), span=6,
            ),
        ]  # fmt: skip

    def _drawn(self) -> str:
        """Both representations: the seeds of the last draw beside all seeds."""
        groups, tips, intervals, colours = {}, {}, {}, []
        for k, name in enumerate(map(readable, self.pair)):
            for what, rows in ((f"{name}, drawn", self.picks), (f"{name}, all", np.arange(len(self.table)))):
                groups[what] = self.columns[rows, k]
                colours.append(self.names.index(self.pair[k]))  # as in StudyExplorer
                tips[what] = [f"{name}, seed {self.table.index[i]}: {number(self.columns[i, k])}" for i in rows]
            if not np.isnan(ends := self.draws[-1, k, 1:3]).any():
                intervals[f"{name}, drawn"] = tuple(ends)
        axis = {"y_label": metric_label(self.metric), "lower_is_better": self.metric not in HIGHER_IS_BETTER}
        return dot_chart(groups, tips=tips, intervals=intervals, colours=colours, **axis)

    def _dance(self) -> str:
        """The last draws as intervals side by side, the mean of all seeds as a line across, 0 dashed."""
        shown, wrong, truth = self.draws[-SHOWN:, 2], self.wrong[-SHOWN:], self.columns[:, 2].mean()
        y_range, ticks = y_axis(np.append(self.draws[:, 2, :3], [0, truth, *self.columns[:, 2]]), 0.05)
        texts = tick_texts(ticks)
        area = Area(70, WIDTH - 8, 26, HEIGHT - 26, (0, SHOWN), y_range)
        level, zero = (float(area.up(value)) for value in (truth, 0))
        parts = [
            area.rows(ticks, texts, f"difference{' in mm' if self.unit else ''}"),
            f'<path class="lk-edge lk-mark" d="M{area.left} {zero:.1f}H{area.right}"/>',
            f'<path class="lk-edge lk-strong" d="M{area.left} {level:.1f}H{area.right}"/>',
            label(
                f"line: all {len(self.table)} seeds, {number(truth)}{self.unit}; dashed: no difference", area.left, 14
            ),
            label("draws, the latest on the right", (area.left + area.right) / 2, HEIGHT - 7, "middle"),
        ]
        first = len(self.draws) - len(shown)
        for i, ((mean, low, high, missed), amiss) in enumerate(zip(shown, wrong, strict=True)):
            x, y = float(area.across(i + 0.5)), float(area.up(mean))
            ends = "" if np.isnan(low) else f", interval {number(low)} to {number(high)}{', a miss' if missed else ''}"
            tip = f"draw {first + i + 1}: {number(mean)}{ends}{', wrong winner' if amiss else ''}"
            bar = "" if np.isnan(low) else f"M{x:.1f} {float(area.up(low)):.1f}V{float(area.up(high)):.1f}"
            dot = f'<circle class="lk-dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
            cross = f'<path class="lk-edge lk-strong" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8"/>'
            line = f'<path d="{bar}" stroke="currentColor" stroke-width="{5 if missed else 2}"/>' if bar else ""
            grey = "" if missed else 'class="lk-s5" '
            parts.append(f'<g {grey}data-tip="{safe(tip)}">{line}{cross if amiss else dot}</g>')
        return root(parts, f"{self._sentence()} Mean over all seeds: {number(truth)}.", WIDTH, HEIGHT)

    def _sentence(self) -> str:
        mean, low, high, missed = self.draws[-1, 2]
        now, always = self.winner(mean), self.winner(self.columns[:, 2].mean())
        agrees = "as over all seeds" if now == always else f"but over all {len(self.table)} seeds {always} is better"
        text = f"By this draw of {self.values['seeds']}, {now} is better by {number(abs(mean))}{self.unit}, {agrees}."
        if np.isnan(low):
            text += f" Below {LEAST_SEEDS} seeds there is no interval, so nothing says how much of it is luck."
        else:
            text += f" The interval of the difference {'does not hold' if missed else 'holds'} the mean of all seeds."
            text += " It also holds 0: undecided." if low <= 0 <= high else " It leaves out 0."
        count, what = len(self.draws), [*map(readable, self.pair), "the difference"]
        text += f" Draws so far: {count}, of which {share(self.wrong.sum(), count)} have the wrong winner."
        if self.values["seeds"] < LEAST_SEEDS:
            return text
        missed = ", ".join(f"{name} {share(n, count)}" for name, n in zip(what, self.misses, strict=True))
        return f"{text} Intervals that missed the mean of all seeds: {missed}."

    def __str__(self) -> str:
        return f"{', '.join(self.names)}, {len(self.table)} seeds"
