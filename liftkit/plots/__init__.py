"""Plotly figures from arrays and tables. Each function returns a figure and shows nothing."""

from liftkit.system.extras import optional

with optional("plots"):
    from liftkit.plots.data import data_figures
    from liftkit.plots.dependence import dependence_figure
    from liftkit.plots.keypoints import keypoint_figure
    from liftkit.plots.results import (
        convergence_figure,
        distribution_figure,
        forest_figure,
        history_figure,
        reached_figure,
    )

__all__ = [
    "convergence_figure",
    "data_figures",
    "dependence_figure",
    "distribution_figure",
    "forest_figure",
    "history_figure",
    "keypoint_figure",
    "reached_figure",
]
