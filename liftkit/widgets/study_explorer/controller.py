"""What StudyExplorer does: filters a study's tables and shows their seeds in charts and sentences."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from liftkit.recorded import record_history, record_results
from liftkit.study import Study
from liftkit.study.statistics import REACHED
from liftkit.view import Chart, Choice, Controller, Note, Panel, Pick, Set, Slider, Toggle, readable
from liftkit.view.charts import line_chart
from liftkit.view.palette import HIGHER_IS_BETTER, SERIES, metric_label, metric_unit
from liftkit.widgets.study_explorer import tables

PERCENT = np.arange(30, 151)  # of the reference, of which the slider chooses one
FLAT, MEAN_OF = "the flat pose", "the mean of {}"
DOTS = "dot: a seed; line: mean, bar: its 95 % interval (Student's t, none below 4 seeds)"
FILTERS = {"data": "Trained on", "test": "Tested on", "policy": "Checkpoint"}


class StudyExplorerController(Controller):
    """The tables of a study: seeds as dots, convergence, and the share of seeds that reach an error.

    Of several data sets, test sets or kinds of checkpoint selection, one is shown at a time.

    Args:
        study: a :class:`~liftkit.Study`, or its results as a table with at least the columns representation, seed
            and a metric (default: the recorded runs).
        history: the history as a table, if ``study`` is a table.

    Raises:
        ValueError: if a column is missing, if nothing was measured, or if a seed occurs twice.
    """

    title = "Many seeds: how good, how sure, how often?"

    def __init__(self, study: Study | pd.DataFrame | None = None, history: pd.DataFrame | None = None):
        super().__init__()
        self.references: pd.DataFrame | None = None
        if study is None:
            study, history = record_results(), record_history()
        elif isinstance(study, Study):
            study, history, self.references = study.results, study.history, study.references
        self.results, self.history = tables.checked_results(study), tables.checked_history(history)
        self.metrics, self.curves = tables.metrics_of(self.results), tables.metrics_of(self.history)
        self.names = tuple(self.results["representation"].unique())
        self.values = {"picked": None, "metric": self.metrics[0]} | {key: self.results[key].iloc[0] for key in FILTERS}
        self.values |= {"curve": self.curves[0]} if self.curves else {}
        self.values |= {"upright": False} if "mirrored" in self.results else {}
        against = self._possible_references()[0]
        self.values |= {"percent": round(100 * REACHED) if against == FLAT else 100, "against": against}
        if len(self.names) > 1:
            usual = [name for name in ("legs_torso", "full") if name in self.names]
            self.values |= {f"show_{i}": True for i in range(len(self.names))}
            self.values |= dict(zip(("first", "second"), usual if len(usual) == 2 else self.names, strict=False))
        self.grouped: dict[tuple, dict[str, pd.DataFrame]] = {}  # what is shown -> its rows
        self.known: dict[tuple, float] = {}  # what was compared -> its p-value
        self.looked: dict[tuple, float] = {}  # those that somebody has looked at
        self.every = False  # whether comparisons are corrected for all that are possible instead
        self._look()
        self.message = self._sentence()

    @property
    def picked(self) -> tuple[str, Any] | None:
        """The representation and the seed of the picked dot."""
        return self.values["picked"] and tuple(self.values["picked"])

    def controls(self):
        labels = lambda columns: tuple(map(metric_label, columns))  # noqa: E731
        found = [Choice("metric", "Metric", "What the dots show", self.metrics, labels(self.metrics))]
        for key, heading in FILTERS.items():
            possible = self._rows("data") if key == "test" else self.results
            if self.results[key].nunique() > 1:
                found.append(Choice(key, heading, "One at a time", tuple(possible[key].unique())))
        if self.curves:
            found.append(Choice("curve", "Curve", "What the lines show", self.curves, labels(self.curves), more=True))
        ends = (int(PERCENT[0]), int(PERCENT[-1]))
        found.append(Slider("percent", "Reached at", "The error that counts as reached", *ends, unit="%", more=True))
        found.append(Choice("against", "of", "Whose error is 100 %", self._possible_references(), more=True))
        if len(self.names) > 1:
            found.append(Choice("first", "Compare", "Seed by seed", self.names))
            found.append(Choice("second", "with", "Seed by seed", self.names))
        if "upright" in self.values:
            text = "Those whose near and far are swapped"
            found.append(Toggle("upright", "Leave out mirrored seeds", text, more=True))
        shown = [Toggle(f"show_{i}", readable(name), "Show it", more=True) for i, name in enumerate(self.names)]
        return [*found, *(shown if len(self.names) > 1 else [])]

    def respond(self, event):
        match event:
            case Set("data") if self.values["test"] not in (tests := self._rows("data")["test"].tolist()):
                self.values["test"] = tests[0]
            case Pick("seeds", key):  # "NAME,INDEX" of a dot
                name, index = key.rsplit(",", 1)
                self.values["picked"] = [name, np.asarray(self._groups()[name]["seed"])[int(index)].item()]
        self._look()
        self.message = self._sentence()

    def _rows(self, *keys: str) -> pd.DataFrame:
        """The results with the chosen values of these columns."""
        return self.results[np.logical_and.reduce([self.results[key] == self.values[key] for key in keys])]

    def table(self) -> pd.DataFrame:
        """The results that are shown; possibly none."""
        found = self._rows(*FILTERS)
        if self.values.get("upright"):
            found = found[~(found["mirrored"] > 0.5)]
        return found[found["representation"].isin(self._shown())]

    def _shown(self) -> list[str]:
        return [name for i, name in enumerate(self.names) if self.values.get(f"show_{i}", True)]

    def curve_table(self) -> pd.DataFrame:
        """The history of the seeds that are shown, where the chosen curve has a value."""
        found = self.history
        if "data" in found and self.values["data"]:
            found = found[found["data"] == self.values["data"]]
        seeds = self.table()[["representation", "seed"]].drop_duplicates()
        found = found.merge(seeds, on=["representation", "seed"])
        return found[np.isfinite(found[self.values["curve"]])] if self.curves else found

    def _possible_references(self) -> tuple[str, ...]:
        """What the reached error is a part of: the flat pose's if it is known, or a representation's mean.

        Neither depends on the number of seeds, unlike the best seed's.
        """
        known = self.references is not None and len(self.references)
        usual = sorted(self.names, key=lambda name: name != "full")
        return (*([FLAT] if known else []), *(MEAN_OF.format(readable(name)) for name in usual))

    def reference(self) -> float:
        """The error that is 100 %; NaN if it is not known for the sets and the metric that are shown."""
        metric, chosen, rows = self.values["metric"], self.values["against"], self._rows(*FILTERS)
        if chosen == FLAT:
            found = self.references[self.references["lifter"] == "flat"]
            found = found[(found["data"] == self.values["data"]) & (found["test"] == self.values["test"])]
            return found[metric].mean() if metric in found else np.nan
        return rows[rows["representation"].map(lambda name: MEAN_OF.format(readable(name))) == chosen][metric].mean()

    def shares(self, percent: np.ndarray) -> dict[str, np.ndarray]:
        """representation -> the share of its seeds that reach each error, in per cent of the reference."""
        metric, reference = self.values["metric"], self.reference()
        values = {name: rows[metric].to_numpy(float) for name, rows in self._groups().items()}
        return {name: tables.share_within(found, percent, metric, reference) for name, found in values.items()}

    def _groups(self) -> dict[str, pd.DataFrame]:
        """What is shown of each representation, each choice computed once."""
        what = (*(self.values.get(key) for key in (*FILTERS, "upright")), *self._shown())
        if what not in self.grouped:
            groups = self.table().groupby("representation", sort=False)
            self.grouped[what] = {str(name): rows for name, rows in groups}
        return self.grouped[what]

    def _dot(self, groups: dict[str, pd.DataFrame]) -> tables.Dot:
        """The picked seed's representation and its index there; None if it is not shown."""
        name, seed = self.picked or (None, None)
        where = np.flatnonzero(groups[name]["seed"] == seed) if name in groups else ()
        return (name, int(where[0])) if len(where) else None

    def panels(self):
        metric, groups = self.values["metric"], self._groups()
        dot = self._dot(groups)
        if not groups:
            return self._nothing()
        curve, chosen = self.values.get("curve"), self.values.get("first")
        caption = DOTS
        for key, words in (("data", "trained on"), ("test", "tested on")):
            caption += f", {words} {self.values[key]}" if self.values[key] else ""
        hint = "Pick a dot: with the mouse, or with the arrow keys in its chart and Enter."
        seed = tables.describe_seed(dot[0], groups[dot[0]], dot[1], metric, self.metrics) if dot else hint
        return [
            Chart("seeds", metric_label(metric), caption, tables.seeds_chart(groups, metric, dot), span=4),
            tables.convergence_chart(self.curve_table(), groups, curve, dot, chosen),
            self._reached(groups),
            Note("seed", "The seed that is picked", text=seed, span=6),
            Note("pair", "Two compared, seed by seed", text=self._comparison(groups), span=6),
        ]

    def _nothing(self) -> list[Panel]:
        """The panels if no seed is left."""
        why, metric = self._sentence(), self.values["metric"]
        titles = {"seeds": metric_label(metric), "convergence": "Convergence", "reached": "Seeds that reach an error"}
        charts = [tables.empty_chart(key, title, why) for key, title in titles.items()]
        notes = {"seed": "The seed that is picked", "pair": "Two compared, seed by seed"}
        return [*charts, *(Note(key, title, text="None is shown.", span=6) for key, title in notes.items())]

    def _reached(self, groups: dict[str, pd.DataFrame]) -> Chart:
        percent, against, reference = self.values["percent"], self.values["against"], self.reference()
        title = f"Seeds that reach {percent} % of {against}"
        if not np.isfinite(reference):
            return tables.empty_chart("reached", title, f"The error of {against} is not known here.")
        shares, at = self.shares(PERCENT), percent - PERCENT[0]
        counts = [f"{readable(n)} {round(shares[n][at] * len(rows))} of {len(rows)}" for n, rows in groups.items()]
        svg = line_chart(
            {name: (PERCENT, 100 * shares[name]) for name in list(shares)[: len(SERIES)]},
            x_label=f"error (% of {against})", y_label="% of seeds", limits=(0, 105),
            marks=[(percent, f"{percent} %")], **tables.SIZE,
        )  # fmt: skip
        limit = tables.short_number(percent / 100 * reference) + metric_unit(self.values["metric"])
        return Chart("reached", title, f"{percent} % = {limit}: {', '.join(counts)}", svg, span=4)

    def _comparison(self, groups: dict[str, pd.DataFrame]) -> str:
        if len(self.names) < 2:
            return "There is only one representation: nothing to compare."
        names, metric = (self.values["first"], self.values["second"]), self.values["metric"]
        if names[0] == names[1]:
            return "Choose two different representations to compare."
        if hidden := [name for name in names if name not in groups]:
            return f"Not shown, so not compared: {readable(', '.join(hidden))}."
        others = dict(map(self._p, combinations(groups, 2))) if self.every else dict(self.looked)
        del others[self._p(names)[0]]
        table = pd.concat([groups[name] for name in names])
        which = "possible here" if self.every else "looked at so far"
        return tables.describe_pair(table, *names, metric, list(others.values()), which)

    def _p(self, names: Iterable[str]) -> tuple[tuple, float]:
        """What is compared by what is shown, and its p-value, each computed once."""
        names = tuple(sorted(names))
        what = tuple(self.values.get(key) for key in (*FILTERS, "upright", "metric")) + names
        if what not in self.known:
            table = pd.concat([self._groups()[name] for name in names])
            self.known[what] = float(tables.pair_p(table, *names, self.values["metric"]))
        return what, self.known[what]

    def _look(self) -> None:
        """Remember the comparison that is shown now, among those by which each is corrected."""
        names = {self.values.get("first"), self.values.get("second")}
        if len(names) == 2 and names <= set(self._groups()):
            self.looked = self.looked | dict([self._p(names)])

    def for_page(self, budget: int) -> tuple[Controller, str]:
        page = copy(self)
        page.values, page.every = dict(self.values), True  # it cannot know at what its reader has looked
        return page, ""

    def _sentence(self) -> str:
        table, metric = self.table(), self.values["metric"]
        if not len(table):
            return f"No seed is left to show of {readable(', '.join(self._shown())) or 'no representation'}: show more."
        means = table.groupby("representation", sort=False)[metric].mean().dropna()
        if means.empty:
            return f"{len(table)} seeds, none with a value of {metric_label(metric)}."
        best = means.idxmax() if metric in HIGHER_IS_BETTER else means.idxmin()
        lost = int((~np.isfinite(table[metric])).sum())
        without = f", {lost} of them without a value (crosses)" if lost else ""
        least = "largest" if metric in HIGHER_IS_BETTER else "smallest"
        means = f"{metric_label(metric)}: {readable(str(best))} has the {least} mean, {means[best]:.3g}."
        text = f"Shown: {len(table)} trained networks{without}. {means}"
        if dot := self._dot(groups := self._groups()):
            value = groups[dot[0]][metric].iloc[dot[1]]
            text += f" Picked: {readable(dot[0])}, seed {self.picked[1]}, {tables.short_number(value)}."
        return text

    def __str__(self) -> str:
        return f"{len(self.results)} rows of {', '.join(self.names)}"
