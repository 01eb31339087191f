"""StudyExplorer: a study's seeds as dots, their convergence, and how many reach the best, filtered and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liftkit.recorded import record_history, record_results
from liftkit.study import Study
from liftkit.view.charts import dot_chart, line_chart
from liftkit.view.charts.svg import label, root
from liftkit.view.controller import Controller
from liftkit.view.controls import Choice, Slider, Toggle
from liftkit.view.palette import HIGHER_IS_BETTER, SERIES, metric_label
from liftkit.view.panels import Chart, Note, Panel
from liftkit.widgets.study_explorer.sentences import figure_text, pair_in_words, seed_in_words
from liftkit.widgets.study_explorer.tables import checked_history, checked_results, compared, interval, numbers, reached
from liftkit.widgets.widget import Widget

if TYPE_CHECKING:
    import plotly.graph_objects as go

OWN, OVERALL = "their own best seed", "the best of all"
MARGINS = np.linspace(0, 0.3, 31)
FIGURES = ("distribution", "convergence", "reached")


class StudyExplorerController(Controller):
    """The tables of a study: seeds as dots, convergence, and the share of seeds that reach the best.

    ``study``: a :class:`~liftkit.Study`, or its results as a table with the columns representation, seed and a
    metric at least, with ``history`` as a table; by default the recorded runs. Where results name data, test sets or
    policies, one is shown at a time. Raises ValueError where columns are missing, nothing was measured, or a seed is
    there twice.
    """

    title = "Many seeds: how good, how sure, how often?"

    def __init__(self, study: Study | pd.DataFrame | None = None, history: pd.DataFrame | None = None):
        super().__init__()
        if study is None:
            study, history = record_results(), record_history()
        elif isinstance(study, Study):
            study, history = study.results, study.history
        self.results, self.history = checked_results(study), checked_history(history)
        self.metrics, self.curves = numbers(self.results), numbers(self.history)
        self.names = tuple(self.results["representation"].unique())
        self.picked: tuple[str, object] | None = None  # representation and seed
        self.values = {"metric": self.metrics[0]}
        self.values |= {key: self.results[key].iloc[0] for key in ("data", "test", "policy")}
        if self.curves:
            self.values["curve"] = self.curves[0]
        if "mirrored" in self.results:
            self.values["upright"] = False
        self.values |= {f"show_{i}": True for i in range(len(self.names))} if len(self.names) > 1 else {}
        self.values |= {"margin": 5, "against": OWN}
        if len(self.names) > 1:
            usual = [name for name in ("legs_torso", "full") if name in self.names]
            self.values |= dict(zip(("first", "second"), usual if len(usual) == 2 else self.names, strict=False))
        self._tell()

    def controls(self):
        found = [Choice("metric", "Metric", "What the dots show", self.metrics)]
        for key, text in (("data", "Trained on"), ("test", "Tested on"), ("policy", "Checkpoint")):
            there = self._rows_of("data") if key == "test" else self.results
            if self.results[key].nunique() > 1:
                found.append(Choice(key, text, "One at a time", tuple(there[key].unique())))
        if self.curves:
            found.append(Choice("curve", "Curve", "What the lines show", self.curves))
        found.append(Slider("margin", "Margin", "How near to the best counts as reached", 0, 30, unit="%"))
        found.append(Choice("against", "of", "Which seed is the best", (OWN, OVERALL)))
        if len(self.names) > 1:
            found.append(Choice("first", "Compare", "Seed by seed", self.names))
            found.append(Choice("second", "with", "Seed by seed", self.names))
        if "upright" in self.values:
            found.append(Toggle("upright", "Leave out mirrored seeds", "Those whose near and far are swapped"))
        shown = [Toggle(f"show_{i}", name.replace("_", " "), "Show it") for i, name in enumerate(self.names)]
        return [*found, *(shown if len(self.names) > 1 else [])]

    def set(self, name: str, value) -> None:
        """Set a control; where nothing would be left to show, everything stays and ValueError says so."""
        before = dict(self.values)
        try:
            super().set(name, value)
            if name == "data" and self.values["test"] not in (found := list(self._rows_of("data")["test"])):
                self.values["test"] = found[0]
            self._tell()
        except BaseException:
            self.values = before
            raise

    def on_pick(self, panel: str, key: str) -> None:
        """A dot: "NAME,INDEX" among the representation's seeds that are shown."""
        if panel == "seeds":
            name, index = key.rsplit(",", 1)
            self.picked = (name, self._groups()[name]["seed"].iloc[int(index)])
            self._tell()

    def table(self) -> pd.DataFrame:
        """The results that are shown. Raises ValueError where there are none."""
        found = self._rows_of("data", "test", "policy")
        if self.values.get("upright"):
            found = found[~(found["mirrored"] > 0.5)]
        shown = [name for i, name in enumerate(self.names) if self.values.get(f"show_{i}", True)]
        found = found[found["representation"].isin(shown)]
        if not len(found):
            raise ValueError(f"no seed is left to show of {', '.join(shown) or 'no representation'}: show more")
        return found

    def curve_table(self) -> pd.DataFrame:
        """The history of the seeds that are shown, where the chosen curve has a value."""
        found = self.history
        if "data" in found and self.values["data"]:
            found = found[found["data"] == self.values["data"]]
        seeds = self.table()[["representation", "seed"]].drop_duplicates()
        found = found.merge(seeds, on=["representation", "seed"])
        return found[np.isfinite(found[self.values["curve"]])] if self.curves else found

    def figure(self, name: str) -> go.Figure:
        """The plotly figure "distribution", "convergence" or "reached" of what is shown, to zoom into."""
        if name not in FIGURES:
            raise ValueError(f"unknown figure {name!r}; there are {', '.join(FIGURES)}")
        from liftkit import plots

        if name == "convergence":
            return plots.convergence_figure(self.curve_table(), self.values.get("curve", "step"))
        if name == "reached" and self.values["metric"] in HIGHER_IS_BETTER:
            raise ValueError(
                f"the figure 'reached' is of errors, small is good, found {metric_label(self.values['metric'])}"
            )
        figure = getattr(plots, f"{name}_figure")(self.table(), self.values["metric"])
        return (
            figure if self.values["data"] else figure.update_layout(annotations=(), overwrite=True)
        )  # nothing to name

    def panels(self) -> list[Panel]:
        return [
            Chart("seeds", metric_label(self.values["metric"]), self._where(), self._dots(), wide=True),
            self._convergence(),
            self._reached(),
            Note("seed", "The seed that is picked", text=self._seed_in_words(), wide=True),
            Note("pair", "Two compared, seed by seed", text=self._pair_in_words(), wide=True),
        ]

    def _rows_of(self, *keys: str) -> pd.DataFrame:
        return self.results[np.logical_and.reduce([self.results[key] == self.values[key] for key in keys])]

    def _groups(self) -> dict[str, pd.DataFrame]:
        return {str(name): rows for name, rows in self.table().groupby("representation", sort=False)}

    def _where(self) -> str:
        told = [f"{text} {self.values[key]}" for key, text in (("data", "trained on"), ("test", "tested on"))
                if self.values[key]]  # fmt: skip
        return ", ".join(["a dot a seed; line: mean, bar: its 95 % bootstrap interval", *told])

    def _dots(self) -> str:
        metric, groups = self.values["metric"], self._groups()
        values = {name: rows[metric].to_numpy(float) for name, rows in groups.items()}
        bars = {name: interval(tuple(v[np.isfinite(v)])) for name, v in values.items()}
        tips = {
            name: [f"{name}, seed {seed}: {figure_text(v)}" for seed, v in zip(rows["seed"], rows[metric], strict=True)]
            for name, rows in groups.items()
        }
        at = self._place(groups)
        return dot_chart(
            values, y_label=metric_label(metric), tips=tips, intervals={n: b for n, b in bars.items() if b}, picked=at,
            lower_is_better=metric not in HIGHER_IS_BETTER,
        )  # fmt: skip

    def _place(self, groups: dict[str, pd.DataFrame]) -> tuple[str, int] | None:
        if self.picked is None or self.picked[0] not in groups:
            return None
        where = np.flatnonzero(groups[self.picked[0]]["seed"] == self.picked[1])
        return (self.picked[0], int(where[0])) if where.size else None

    def _convergence(self) -> Chart:
        """Means over seeds with the range, and the picked seed's own line."""
        found, names = self.curve_table(), list(self._groups())
        if not self.curves or not len(found):
            return Chart("convergence", "Convergence", "", _blank("No course of training was recorded."), wide=True)
        curve, lines, bands = self.values["curve"], {}, {}
        alone = self._place(self._groups())
        most = len(SERIES) - (alone is not None)
        kept = [n for n in names if alone and n == alone[0]] + [n for n in names if not alone or n != alone[0]]
        for name in [n for n in names if n in kept[:most] and n in set(found["representation"])]:
            by_step = found[found["representation"] == name].groupby("step")[curve].agg(["mean", "min", "max"])
            lines[name] = (by_step.index, by_step["mean"])
            if alone is None or name == alone[0]:
                bands[name] = (by_step.index, by_step["min"], by_step["max"])
        if alone is not None:
            own = found[(found["representation"] == self.picked[0]) & (found["seed"] == self.picked[1])]
            if len(own):
                own = own.groupby("step")[curve].mean()
                lines[f"{self.picked[0]}, seed {self.picked[1]}"] = (own.index, own)
        told = "line: mean over seeds, band: from the least to the most"
        told += f"; {len(names) - most} more have no line" if len(names) > most else ""
        svg = line_chart(lines, x_label="step", y_label=metric_label(curve), bands=bands)
        return Chart("convergence", f"Convergence: {metric_label(curve)}", told, svg, wide=True)

    def shares(self, margins: np.ndarray) -> dict[str, np.ndarray]:
        """representation -> the share of its seeds within each margin (0.05: 5 %) of the best seed."""
        metric, best = self.values["metric"], None
        if self.values["against"] == OVERALL:
            every = self.table()[metric].to_numpy(float)
            every = every[np.isfinite(every)]
            best = (every.max() if metric in HIGHER_IS_BETTER else every.min()) if every.size else None
        return {name: reached(rows[metric], margins, metric, best) for name, rows in self._groups().items()}

    def _reached(self) -> Chart:
        shares = self.shares(MARGINS)
        lines = {name: (100 * MARGINS, 100 * share) for name, share in list(shares.items())[: len(SERIES)]}
        margin = self.values["margin"]
        svg = line_chart(
            lines, x_label="margin (%)", y_label="seeds that come so near (%)", limits=(0, 105),
            marks=[(margin, f"{margin} %")], height=260,
        )  # fmt: skip
        here = self.shares(np.array([margin / 100]))
        told = ", ".join(
            f"{name.replace('_', ' ')} {round(here[name][0] * len(rows))} of {len(rows)}"
            for name, rows in self._groups().items()
        )
        return Chart("reached", f"Seeds within a margin of {self.values['against']}", f"{margin} %: {told}", svg, True)

    def _seed_in_words(self) -> str:
        groups = self._groups()
        place = self._place(groups)
        if place is None:
            return "Pick a dot: by the mouse, or by arrow keys in its chart and Enter."
        return seed_in_words(place[0], groups[place[0]], place[1], self.values["metric"], self.metrics)

    def _pair_in_words(self) -> str:
        if len(self.names) < 2:
            return "There is one representation alone: nothing to compare."
        first, second, metric = self.values["first"], self.values["second"], self.values["metric"]
        if first == second:
            return "Choose two different representations to compare."
        groups = self._groups()
        if hidden := [name for name in (first, second) if name not in groups]:
            return f"Not shown, so not compared: {', '.join(hidden).replace('_', ' ')}."
        pairs = [tuple(zip(groups[n]["seed"], groups[n][metric].astype(float), strict=True)) for n in (first, second)]
        there = [tuple((seed, value) for seed, value in found if np.isfinite(value)) for found in pairs]
        if not {seed for seed, _ in there[0]} & {seed for seed, _ in there[1]}:
            return pair_in_words(first, second, metric, {"pairs": 0, "difference": 0.0})
        return pair_in_words(first, second, metric, compared(*there))

    def _tell(self) -> None:
        table, metric = self.table(), self.values["metric"]
        means = table.groupby("representation", sort=False)[metric].mean().dropna()
        if means.empty:
            self.message = f"{len(table)} seeds, none with a value of {metric_label(metric)}."
            return
        best = means.idxmax() if metric in HIGHER_IS_BETTER else means.idxmin()
        lost = int((~np.isfinite(table[metric])).sum())
        without = f", {lost} of them without a value (crosses)" if lost else ""
        self.message = (
            f"{len(table)} seeds are shown{without}. {metric_label(metric)}: the mean is best for "
            f"{str(best).replace('_', ' ')}, {means[best]:.3g}."
        )
        if place := self._place(self._groups()):
            value = table[(table["representation"] == place[0]) & (table["seed"] == self.picked[1])][metric].iloc[0]
            self.message += f" Picked: {place[0].replace('_', ' ')}, seed {self.picked[1]}, {figure_text(value)}."

    def __str__(self) -> str:
        return f"{len(self.results)} rows of {', '.join(self.names)}"


def _blank(text: str) -> str:
    return root([label(text, 240, 140, "middle")], text, 480, 280)


class StudyExplorer(Widget):
    """See :class:`StudyExplorerController` for what it takes."""

    Controller = StudyExplorerController

    def figure(self, name: str) -> go.Figure:
        """As :meth:`StudyExplorerController.figure`."""
        return self.controller.figure(name)
