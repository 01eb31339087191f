"""Two charts of StudyExplorer: seeds as dots, and convergence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from liftkit.study.statistics import bootstrap_interval
from liftkit.view.charts import dot_chart, line_chart
from liftkit.view.charts.svg import label, root
from liftkit.view.palette import HIGHER_IS_BETTER, SERIES, metric_label
from liftkit.view.panels import Chart
from liftkit.widgets.study_explorer.tables import short_number

interval = lru_cache(maxsize=256)(bootstrap_interval)  # of 5 x 8 seeds 0.1 s, each time that anything changes
Groups = Mapping[str, pd.DataFrame]  # representation -> the rows of its seeds
Dot = tuple[str, int] | None  # the picked one: representation and index among its rows


def seeds_chart(groups: Groups, metric: str, picked: Dot) -> str:
    """One dot per seed, with means and their intervals."""
    values = {name: rows[metric].to_numpy(float) for name, rows in groups.items()}
    intervals = {name: interval(tuple(found[np.isfinite(found)])) for name, found in values.items()}
    intervals = {name: ends for name, ends in intervals.items() if np.isfinite(ends).all()}
    tips = {
        name: [f"{name}, seed {seed}: {short_number(v)}" for seed, v in zip(rows["seed"], rows[metric], strict=True)]
        for name, rows in groups.items()
    }
    axis = {"y_label": metric_label(metric), "lower_is_better": metric not in HIGHER_IS_BETTER}
    return dot_chart(values, tips=tips, intervals=intervals, picked=picked, **axis)


def convergence_chart(history: pd.DataFrame, groups: Groups, curve: str | None, picked: Dot) -> Chart:
    """Means over seeds with their range, and the picked seed's own line."""
    title = f"Convergence: {metric_label(curve)}" if curve else "Convergence"
    if not curve or not len(history):
        text = "No training history was recorded."
        return Chart("convergence", title, "", root([label(text, 240, 140, "middle")], text, 480, 280), wide=True)
    most, first = len(SERIES) - (picked is not None), picked and picked[0]
    kept = sorted(groups, key=lambda name: name != first)[:most]  # the picked one's mean is never left out
    lines, bands = {}, {}
    for name in [name for name in groups if name in kept and name in set(history["representation"])]:
        by_step = history[history["representation"] == name].groupby("step")[curve].agg(["mean", "min", "max"])
        lines[name] = (by_step.index, by_step["mean"])
        if picked is None or name == first:
            bands[name] = (by_step.index, by_step["min"], by_step["max"])
    if picked is not None:
        seed = groups[first]["seed"].iloc[picked[1]]
        own = history[(history["representation"] == first) & (history["seed"] == seed)].groupby("step")[curve].mean()
        if len(own):
            lines[f"{first}, seed {seed}"] = (own.index, own)
    caption = "line: mean over seeds, band: smallest to largest"
    caption += f"; {len(groups) - most} more have no line" if len(groups) > most else ""
    svg = line_chart(lines, x_label="step", y_label=metric_label(curve), bands=bands)
    return Chart("convergence", title, caption, svg, wide=True)
