"""Plotly figures from arrays and tables. Each function returns a figure and shows nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from liftkit.drawing import COLOURS, side_of
from liftkit.skeleton import H36M_17, Skeleton

# Okabe and Ito's colours, told apart by colour-blind eyes; the dash is the second mark.
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def _band_colour(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def _lines(x3d: np.ndarray, skeleton: Skeleton, side: str):
    """The bones of one side as one broken line: three lists with a gap (None) after each bone."""
    bones = [bone for bone in skeleton.bones if side_of(skeleton.names[bone[1]]) == side]
    axes = [[value for p, j in bones for value in (x3d[p, axis], x3d[j, axis], None)] for axis in range(3)]
    return axes, [name for p, j in bones for name in (skeleton.names[p], skeleton.names[j], None)]


def pose_figure(poses: Mapping[str, np.ndarray], skeleton: Skeleton = H36M_17) -> go.Figure:
    """3D poses (J, 3) by title, side by side; drag to turn them.

    Camera frame in, drawn as one sees a person: y up, depth away from the reader. The right side is dashed. Raises
    ValueError on a pose of another shape.
    """
    if not poses:
        raise ValueError("pose_figure needs at least one pose, found none")
    for title, x3d in poses.items():
        if np.shape(x3d) != (len(skeleton), 3):
            raise ValueError(f"{title}: a pose must have shape ({len(skeleton)}, 3), found {np.shape(x3d)}")
    figure = make_subplots(1, len(poses), specs=[[{"type": "scene"}] * len(poses)], subplot_titles=list(poses))
    reach = max(float(np.abs(x3d).max()) for x3d in poses.values()) or 1.0
    for column, x3d in enumerate(poses.values(), start=1):
        for side in COLOURS:
            (x, y, z), names = _lines(np.asarray(x3d, float), skeleton, side)
            flipped = [None if value is None else -value for value in y]
            line = {"color": COLOURS[side], "width": 6, "dash": "dash" if side == "right" else "solid"}
            trace = go.Scatter3d(
                x=x, y=z, z=flipped, mode="lines+markers", line=line, marker={"size": 3, "color": COLOURS[side]},
                name=side, legendgroup=side, showlegend=column == 1, text=names, hovertemplate="%{text}<extra></extra>",
            )  # fmt: skip
            figure.add_trace(trace, row=1, col=column)
    axis = {"range": [-reach, reach], "showticklabels": False}
    figure.update_scenes(
        xaxis={**axis, "title": "x"}, yaxis={**axis, "title": "depth"}, zaxis={**axis, "title": "up"},
        aspectmode="cube", camera={"eye": {"x": 1.1, "y": -1.5, "z": 0.4}},
    )  # fmt: skip
    return figure.update_layout(height=420, margin={"l": 0, "r": 0, "t": 40, "b": 0}, uirevision="keep the view")


def history_figure(history: pd.DataFrame, columns: tuple[str, ...] | None = None) -> go.Figure:
    """The course of training: the mean over seeds of each column, and the range over seeds as a band.

    ``history`` as :attr:`liftkit.Run.history`; ``columns`` default to every loss in it. Raises ValueError where a
    column is missing or nothing was recorded.
    """
    about = {"representation", "step", "seed", "knees"}
    names = list(columns or [name for name in history.columns if name not in about])
    if history.empty or not set(names) <= set(history.columns):
        raise ValueError(f"expected a history with rows and the columns {names}, found {list(history.columns)}")
    by_step = history.groupby("step")[names].agg(["mean", "min", "max"])
    figure = go.Figure()
    for i, name in enumerate(names):
        colour, table = SERIES[i % len(SERIES)], by_step[name]
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "legendgroup": name}
        figure.add_scatter(x=table.index, y=table["max"], **band)
        figure.add_scatter(x=table.index, y=table["min"], fill="tonexty", fillcolor=_band_colour(colour), **band)
        line = {"color": colour, "dash": DASHES[i % len(DASHES)]}
        figure.add_scatter(x=table.index, y=table["mean"], name=name.replace("_", " "), line=line, legendgroup=name)
    return figure.update_layout(
        xaxis_title="step", yaxis_title="loss (mean and range over seeds)", height=380, hovermode="x unified"
    )
