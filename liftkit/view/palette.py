"""Colours, dashes and names that every picture shares: pose panels, charts, figures, pages, glTF files."""

from __future__ import annotations

from liftkit.study.verdict import HIGHER_IS_BETTER as HIGHER_IS_BETTER
from liftkit.view.alt_text import readable

# Blue and orange (Okabe and Ito's, safe for colour-blind eyes) are the person's left and right and nothing else. The
# sides, and the series of a chart, also differ in a second mark, the dash. These colours are those of the light theme
# of js/widget.css.
COLOURS = {"left": "#0072b2", "right": "#b84e00", "middle": "#757575"}  # read on dark paper too
DASHES = {"left": "", "right": "6 7", "middle": ""}  # as SVG's stroke-dasharray
SERIES = ("#007a59", "#b03886", "#757575", "#7a6a00", "#6f4fc4", "#5a7d00")  # plotly draws them on dark paper too
SERIES_DASHES = {  # plotly's name -> SVG's stroke-dasharray
    "solid": "",
    "dash": "7 4",
    "dot": "2 3",
    "dashdot": "8 3 2 3",
    "longdash": "12 4",
    "longdashdot": "12 3 2 3",
}

METRICS = {  # column of an evaluation -> label with unit
    "pa_mpjpe_reflection": "PA-MPJPE in mm, reflection allowed",
    "pa_mpjpe": "PA-MPJPE in mm",
    "n_mpjpe": "N-MPJPE in mm",
    "mpjpe": "MPJPE in mm",
    "pck": "PCK at 150 mm (%)",
    "auc": "AUC (%)",
    "mirrored": "share of poses mirrored",
}


def metric_label(metric: str) -> str:
    """A metric's label with its unit; any other column's name with spaces."""
    return METRICS.get(metric, readable(metric))


def metric_unit(metric: str) -> str:
    """ " mm" if a metric is a length, else ""."""
    return " mm" if " in mm" in metric_label(metric) else ""


def side_of(name: str) -> str:
    """The side of the body that a joint is on, by its name: "left", "right" or "middle"."""
    return name.split("_")[0] if name.startswith(("left_", "right_")) else "middle"
