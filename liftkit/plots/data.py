"""One figure for each table of :func:`liftkit.plots.pose_report.examine_poses`."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go

from liftkit.plots.figure import Figure
from liftkit.plots.style import styled
from liftkit.view.palette import SERIES

# What is normal in each figure, and what is a reason to worry.
MEANINGS = {
    "Poses by split": "Train and test should both exist; a test of a few hundred poses already separates lifters.",
    "Poses by subject": "Bars of similar height are best; if one person has most of the poses, a lifter learns her.",
    "Poses by action": "Rare actions are learned worst; an action that occurs only in the test asks something else.",
    "Shape in the picture": "Standing people are about 0.3 wide for 1 high; people much wider lie, or are turned.",
    "Poses per clip": "Clips of a few poses are normal for pictures; for films they suggest many dropped frames.",
    "Bone lengths": "Bars are means, whiskers the spread within one subject: near 0 for motion capture; more than 5 % "
    "is not a rigid body.",
    "Left against right": "A few per cent are normal; more suggests swapped or mistaken joints.",
    "Depth": "A smooth curve through 0 at one half, up to about 900 mm on each side; a flat one has no depth.",
    "Directions": "0 faces the camera, 90 the picture's right, 180 away; an empty direction will be lifted badly.",
}
MOST_BARS = 60


def data_figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, go.Figure]:
    """A figure for each table of a report, by title. The data's labels are shown as text, never as HTML."""
    drawers = {"Shape in the picture": _histogram, "Poses per clip": _histogram, "Depth": _curve}
    layout = {"height": 340, "showlegend": False, "margin": {"l": 60, "r": 20, "t": 20, "b": 60}}
    return {title: styled(drawers.get(title, _bars)(table)).update_layout(layout) for title, table in tables.items()}


def _bars(table: pd.DataFrame) -> go.Figure:
    """Bars of the second column by the first, with "spread in %" as whiskers; only the highest if there are many."""
    label, value = table.columns[:2]
    if len(table) > MOST_BARS:
        table = table.nlargest(MOST_BARS, value)
    x = table[label] if table[label].dtype.kind in "fiu" else [escape(str(text)) or "(none)" for text in table[label]]
    spread = table[value] * table["spread in %"] / 100 if "spread in %" in table else None
    bar = go.Bar(x=x, y=table[value], marker_color=SERIES[0], error_y={"array": spread} if spread is not None else None)
    figure = Figure(bar).update_xaxes(title=label).update_yaxes(title=value, rangemode="tozero")
    if table[label].dtype.kind not in "fiu":
        figure.update_xaxes(type="category")  # a name such as 2024-01 is not a date
    if value.endswith("%"):
        figure.update_yaxes(range=[0, max(5.0, 1.1 * float(table[value].max()))])  # 1e-6 % must not look large
    return figure


def _histogram(table: pd.DataFrame) -> go.Figure:
    bins, edges = pd.cut(table.iloc[:, 0], 60, retbins=True, include_lowest=True)
    bar = go.Bar(x=(edges[:-1] + edges[1:]) / 2, y=bins.value_counts(sort=False), marker_color=SERIES[0])
    return Figure(bar).update_xaxes(title=table.columns[0]).update_yaxes(title="count").update_layout(bargap=0)


def _curve(table: pd.DataFrame) -> go.Figure:
    """The share of joints below each of the sorted values."""
    share = [i / (len(table) - 1) for i in range(len(table))]
    line = go.Scatter(x=table.iloc[:, 0], y=share, line={"color": SERIES[0]})
    return Figure(line).update_xaxes(title=table.columns[0]).update_yaxes(title="share of joints below")
