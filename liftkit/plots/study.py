"""Results over seeds: their distribution, and how often the optimum is reached."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from liftkit.plots.style import DASHES, expect_columns, expect_one_policy
from liftkit.study.statistics import share_reached
from liftkit.view.palette import SERIES, metric_label


def distribution_figure(results: pd.DataFrame, metric: str = "pa_mpjpe_reflection") -> go.Figure:
    """The errors of all seeds: one box per representation, one dot per seed, one panel per pair of data sets.

    Args:
        results: as :attr:`liftkit.Study.results`, of one checkpoint policy.

    Raises:
        ValueError: if there are several policies, no rows, or no such metric.
    """
    expect_columns(results, ["data", "test", "representation", "seed", metric])
    expect_one_policy(results)
    panels = list(results.groupby(["data", "test"], sort=False))
    titles = [f"trained on {data}, tested on {test}" for (data, test), _ in panels]
    figure = make_subplots(1, len(panels), subplot_titles=titles, shared_yaxes=True)
    for column, (_, panel) in enumerate(panels, start=1):
        for i, (name, rows) in enumerate(panel.groupby("representation", sort=False)):
            seeds = {"text": [f"seed {seed}" for seed in rows["seed"]]}
            seeds["hovertemplate"] = "%{text}: %{y:.1f}<extra>%{x}</extra>"
            dots = {"boxpoints": "all", "jitter": 0.4, "pointpos": 0, "marker_color": SERIES[i % len(SERIES)]}
            figure.add_box(y=rows[metric], name=name, showlegend=False, row=1, col=column, **dots, **seeds)
    figure.update_yaxes(title=metric_label(metric), col=1, rangemode="normal")
    return figure.update_layout(height=420)


def reached_figure(results: pd.DataFrame, metric: str = "pa_mpjpe_reflection") -> go.Figure:
    """How often the optimum is reached: the share of seeds within a margin of the representation's best seed.

    Takes and raises what :func:`distribution_figure` does; ``results`` are of one data set and one test set.
    """
    expect_columns(results, ["data", "test", "representation", metric])
    expect_one_policy(results)
    if len(results.groupby(["data", "test"])) > 1:
        raise ValueError("reached_figure shows one data and one test set at a time; select one of them")
    margins = np.linspace(0, 0.3, 61)
    figure = go.Figure()
    for i, (name, rows) in enumerate(results.groupby("representation", sort=False)):
        line = {"color": SERIES[i % len(SERIES)], "dash": DASHES[i % len(DASHES)], "shape": "hv"}
        shares = 100 * share_reached(rows[metric], margins)
        figure.add_scatter(x=100 * margins, y=shares, name=name, line=line)
    figure.update_yaxes(title="seeds that come so near (%)", range=[0, 105])
    return figure.update_layout(xaxis_title="margin above the best seed (%)", height=380, hovermode="x unified")
