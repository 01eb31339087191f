"""What plotly figures share: bands, and checks of the tables that they show."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from liftkit.view.alt_text import readable
from liftkit.view.palette import SERIES, SERIES_DASHES

DASHES = tuple(SERIES_DASHES)


def _band_colour(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def add_band(figure: go.Figure, by_step, name: str, i: int) -> None:
    """Add a line of means over a band from the smallest to the largest value."""
    table, colour = by_step.agg(["mean", "min", "max"]), SERIES[i % len(SERIES)]
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "legendgroup": name}
    figure.add_scatter(x=table.index, y=table["max"], **band)
    figure.add_scatter(x=table.index, y=table["min"], fill="tonexty", fillcolor=_band_colour(colour), **band)
    line = {"color": colour, "dash": DASHES[i % len(DASHES)]}
    figure.add_scatter(x=table.index, y=table["mean"], name=readable(name), line=line, legendgroup=name)


def expect_columns(table: pd.DataFrame, names: list[str]) -> None:
    if table.empty or not set(names) <= set(table.columns):
        raise ValueError(f"expected a table with rows and the columns {names}, found {list(table.columns)}")


def expect_one_policy(results: pd.DataFrame) -> None:
    if "policy" in results and results["policy"].nunique() > 1:
        found = ", ".join(results["policy"].unique())
        raise ValueError(f"expected results of one checkpoint policy, found {found}: results[results.policy == 'last']")
