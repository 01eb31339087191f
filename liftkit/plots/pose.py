"""Poses in space."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view.palette import COLOURS, side_of


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
