"""A person's keypoints as a detector gives them, in the pixels of the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from liftkit.plots.figure import Figure
from liftkit.plots.style import styled
from liftkit.view.palette import COLOURS, side_of

SYMBOLS = {"left": "circle", "right": "square", "middle": "diamond"}
LEG, ARM = ("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")
LINES = [[f"{side}_{joint}" for joint in limb] for side in ("left", "right") for limb in (LEG, ARM)]
LINES += [["left_shoulder", "right_shoulder", "right_hip", "left_hip", "left_shoulder"]]


def keypoint_figure(points: np.ndarray, score: np.ndarray, names: Sequence[str], threshold: float = 0.3) -> go.Figure:
    """Draw one person: a grey figure through the points that were found, these by name, and crosses for the others.

    Args:
        points: (K, 2) in pixels, x to the right, y down.
        score: (K,) a point with less than ``threshold`` counts as not found; it is drawn where the file puts it.
        names: K, such as ``liftkit.keypoints.names.COCO``.

    Raises:
        ValueError: if the three do not fit together.
    """
    points, score = np.asarray(points, float), np.asarray(score, float)
    if points.shape != (len(names), 2) or score.shape != (len(names),):
        expected = f"expected points ({len(names)}, 2) and scores ({len(names)},) for as many names"
        raise ValueError(f"{expected}, found {points.shape} and {score.shape}")
    place = dict(zip(names, points, strict=True))
    found = [name for name, at in zip(names, score, strict=True) if at >= threshold]
    figure = Figure()
    for line in LINES:  # thick ones, as a body; broken where a point is missing
        x, y = zip(*(place[name] if name in found else (None, None) for name in line), strict=True)
        how = {"line": {"color": "rgba(128,128,128,0.35)", "width": 18}, "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(x=x, y=y, mode="lines", **how)
    groups = {side: [name for name in found if side_of(name) == side] for side in SYMBOLS}
    groups["not found"] = [name for name in names if name not in found]
    for group, chosen in groups.items():
        if chosen:
            x, y = zip(*(place[name] for name in chosen), strict=True)
            marker = {"color": COLOURS.get(group, "#cc79a7"), "symbol": SYMBOLS.get(group, "x"), "size": 9}
            how, title = {"mode": "markers"}, f"{group}: {', '.join(chosen)}"
            if group in SYMBOLS:
                aside = "middle left" if group == "right" else "middle right"
                how, title = {"mode": "markers+text", "textposition": aside}, group
            figure.add_scatter(x=x, y=y, name=title, text=chosen, marker=marker, textfont={"size": 10}, **how)
    (x0, y0), (x1, y1) = points.min(0), points.max(0)
    room = 0.15 * (y1 - y0)  # for the names
    figure.update_xaxes(title="x, pixels to the right", range=[x0 - room, x1 + room], constrain="domain")
    figure.update_yaxes(title="y, pixels down", range=[y1 + room / 2, y0 - room / 2], scaleanchor="x")
    return styled(figure).update_layout(height=640, legend={"orientation": "h", "y": -0.12})
