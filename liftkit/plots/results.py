"""Training and studies: losses and errors against the step, errors over seeds, and how often one is reached."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from liftkit.plots.figure import Figure
from liftkit.plots.style import INK, as_text, styled
from liftkit.study.statistics import GROUP, REACHED, interval, p_text, share_reached
from liftkit.system.numbers import Rounded
from liftkit.view.palette import SERIES, SERIES_DASHES, metric_label

DASHES = tuple(SERIES_DASHES)
NOT_LOSSES = {"representation", "step", "seed", "data", "knees"}
NOT_LOSSES |= {"bones", "pa_mpjpe_reflection", "mirrored"}  # what the checkpoint selection of a study evaluates


def history_figure(history: pd.DataFrame, columns: tuple[str, ...] | None = None) -> go.Figure:
    """The course of training: the mean of each column over seeds, and the range as a band.

    Args:
        history: as :attr:`liftkit.Run.history`.
        columns: default: every loss in it.

    Raises:
        ValueError: if a column is missing or nothing was recorded.
    """
    names = list(columns or [name for name in history.columns if name not in NOT_LOSSES])
    _check_table(history, ["step", *names])
    series = [(name, history.dropna(subset=[name]).groupby("step")[name]) for name in names]
    figure = _bands(series, "loss (mean and range over seeds)").update_layout(height=380)
    values = history[names].to_numpy(float)  # losses of several sizes: on a linear axis the small ones lie on 0
    log = (values[np.isfinite(values)] > 0).all()
    return figure.update_yaxes(type="log", exponentformat="power") if log else figure


def convergence_figure(history: pd.DataFrame, column: str = "pa_mpjpe_reflection") -> go.Figure:
    """How representations converge: for each one the mean of a column over seeds, and the range as a band.

    Args:
        history: as :attr:`liftkit.Study.history`.
        column: a loss, or what the checkpoint selection evaluated.

    Raises:
        ValueError: if a column is missing or holds nothing.
    """
    _check_table(history, ["step", "representation", column])
    found = history.dropna(subset=[column])
    if found.empty:
        raise ValueError(f"{column!r} was never recorded: no row of the table has a value of it")
    series = [(name, rows.groupby("step")[column]) for name, rows in found.groupby("representation", sort=False)]
    return _bands(series, f"{metric_label(column)}<br>(mean and range over seeds)").update_layout(height=420)


def distribution_figure(results: pd.DataFrame, metric: str = "pa_mpjpe_reflection") -> go.Figure:
    """The errors of all seeds: one dot per seed, mean and 95 % interval, one panel per pair of data sets.

    Args:
        results: as :attr:`liftkit.Study.results`, of one checkpoint policy.

    Raises:
        ValueError: if there are several policies, no rows, or no such metric.
    """
    _check_table(results, [*GROUP, "representation", "seed", metric])
    panels = list(results.groupby(GROUP, sort=False))
    titles = [f"trained on {as_text(data)}, tested on {as_text(test)}" for (data, test), _ in panels]
    figure = make_subplots(1, len(panels), figure=Figure(), subplot_titles=titles, shared_yaxes=True)
    for column, (_, panel) in enumerate(panels, start=1):
        for i, (name, rows) in enumerate(panel.groupby("representation", sort=False)):
            seeds = {"text": [f"seed {seed}" for seed in rows["seed"]]}
            seeds["hovertemplate"] = "%{text}: %{y:.1f}<extra>%{x}</extra>"
            dots = {"boxpoints": "all", "jitter": 0.4, "pointpos": 0, "marker_color": _line(i)["color"]}
            dots |= {"line": {"width": 0}, "fillcolor": "rgba(0,0,0,0)"}  # no box: a bar is an interval everywhere
            figure.add_box(y=rows[metric], name=as_text(name), showlegend=False, row=1, col=column, **dots, **seeds)
            ends, mean = {"x0": i - 0.3, "x1": i + 0.3}, rows[metric].mean()
            low, high = interval(rows[metric])
            figure.add_shape(type="line", y0=mean, y1=mean, line={"color": INK}, **ends, row=1, col=column)
            if np.isfinite(low):
                bar = {"fillcolor": _line(i)["color"], "opacity": 0.18, "line": {"width": 0}, "layer": "below"}
                figure.add_shape(type="rect", y0=low, y1=high, **bar, **ends, row=1, col=column)
    figure.update_yaxes(title=metric_label(metric), col=1, rangemode="normal")
    return styled(figure).update_layout(height=420)


def reached_figure(results: pd.DataFrame, metric: str = "pa_mpjpe_reflection", flat: float | None = None) -> go.Figure:
    """How often an error is reached: for each error the share of seeds that have at most that.

    The limit is an error, not a distance from the best seed, whose error falls the more seeds there are. Takes and
    raises what :func:`distribution_figure` does; ``results`` are of one data set and one test set.

    Args:
        flat: the flat pose's error; a line marks what counts as reached in :meth:`liftkit.Study.summary`.
    """
    _check_table(results, [*GROUP, "representation", metric])
    if len(results.groupby(GROUP)) > 1:
        raise ValueError("reached_figure shows one data and one test set at a time; select one of them")
    limits = np.unique(results[metric].dropna())
    figure = Figure()
    for i, (name, rows) in enumerate(results.groupby("representation", sort=False)):
        shares = 100 * share_reached(rows[metric], limits)
        figure.add_scatter(x=limits, y=shares, name=as_text(name), line=_line(i) | {"shape": "hv"})
    if flat is not None:
        figure.add_vline(REACHED * flat, line_dash="dot", annotation_text=f"{REACHED:g} x flat pose")
    figure.update_yaxes(title="seeds with at most this error (%)", range=[0, 105])
    return styled(figure).update_layout(xaxis_title=metric_label(metric), height=380, hovermode="x unified")


def forest_figure(comparisons: pd.DataFrame) -> go.Figure:
    """A forest plot: one row per comparison, its difference with the corrected interval, in both alignments.

    Left of 0 the first representation has the smaller error.

    Args:
        comparisons: as :func:`liftkit.study.statistics.compare_pairs` gives them, with the names of the rows as index.

    Raises:
        ValueError: if a column is missing or there are no rows.
    """
    columns = ["difference", "low_holm", "high_holm", "p", "p_holm"]
    _check_table(comparisons, columns)
    names = [", ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in comparisons.index]
    figure, rows = Figure(), np.arange(len(names))[::-1]
    shown = {"": "reflection allowed", "pa_mpjpe_": "reflection forbidden"}
    shown = {prefix: title for prefix, title in shown.items() if f"{prefix}difference" in comparisons}
    for i, (prefix, title) in enumerate(shown.items()):
        middle, low, high, *p = (comparisons[prefix + column].to_numpy(float) for column in columns)
        bars = {"type": "data", "symmetric": False, "array": high - middle, "arrayminus": middle - low}
        hover = [
            f"{n}: {m:+.1f} ({a:+.1f} to {b:+.1f}) mm, {p_text(*q)}"
            for n, m, a, b, *q in zip(names, *(map(Rounded, each) for each in (middle, low, high)), *p, strict=True)
        ]
        marker = {"color": _line(i)["color"], "symbol": ("circle", "diamond-open")[i], "size": 9}
        how = {"mode": "markers", "marker": marker, "error_x": bars, "text": hover, "hoverinfo": "text"}
        figure.add_scatter(x=middle, y=rows - 0.25 * i, name=title, **how)
    figure.add_vline(0, line_dash="dot")
    figure.update_yaxes(tickvals=rows, ticktext=names, range=[-0.75, len(names) - 0.25])
    return styled(figure).update_layout(
        xaxis_title="difference in mm, with its corrected 95 % interval", height=140 + 32 * len(names)
    )


def _line(i: int) -> dict[str, str]:
    return {"color": SERIES[i % len(SERIES)], "dash": DASHES[i % len(DASHES)]}


def _bands(series: Iterable[tuple], title: str) -> go.Figure:
    """For each name and its values grouped by step: a line of means over a band from the least to the largest."""
    figure = Figure()
    for i, (name, by_step) in enumerate(series):
        table, line = by_step.agg(["mean", "min", "max"]), _line(i)
        red, green, blue = (int(line["color"][k : k + 2], 16) for k in (1, 3, 5))
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "legendgroup": name}
        fill = {"fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.15)"}
        figure.add_scatter(x=table.index, y=table["max"], **band)
        figure.add_scatter(x=table.index, y=table["min"], **band, **fill)
        figure.add_scatter(
            x=table.index, y=table["mean"], name=as_text(metric_label(name)), line=line, legendgroup=name
        )
    return styled(figure).update_layout(xaxis_title="step", yaxis_title=title, hovermode="x unified")


def _check_table(table: pd.DataFrame, names: list[str]) -> None:
    if table.empty or not set(names) <= set(table.columns):
        raise ValueError(f"expected a table with rows and the columns {names}, found {list(table.columns)}")
    if "policy" in table and table["policy"].nunique() > 1:
        found = ", ".join(table["policy"].unique())
        raise ValueError(f"expected results of one checkpoint policy, found {found}: results[results.policy == 'last']")
