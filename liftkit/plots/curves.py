"""Losses and errors against the training step."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from liftkit.plots.style import add_band, expect_columns
from liftkit.view.palette import metric_label

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
    expect_columns(history, ["step", *names])
    figure = go.Figure()
    for i, name in enumerate(names):
        add_band(figure, history.dropna(subset=[name]).groupby("step")[name], name, i)
    return figure.update_layout(
        xaxis_title="step", yaxis_title="loss (mean and range over seeds)", height=380, hovermode="x unified"
    )


def convergence_figure(history: pd.DataFrame, column: str = "pa_mpjpe_reflection") -> go.Figure:
    """How representations converge: for each one the mean of a column over seeds, and the range as a band.

    Args:
        history: as :attr:`liftkit.Study.history`.
        column: a loss, or what the checkpoint selection evaluated.

    Raises:
        ValueError: if a column is missing or holds nothing.
    """
    expect_columns(history, ["step", "representation", column])
    figure = go.Figure()
    found = history.dropna(subset=[column])
    for i, (name, rows) in enumerate(found.groupby("representation", sort=False)):
        add_band(figure, rows.groupby("step")[column], name, i)
    title = f"{metric_label(column)}<br>(mean and range over seeds)"
    return figure.update_layout(xaxis_title="step", yaxis_title=title, height=420, hovermode="x unified")
