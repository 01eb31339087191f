"""The look that all plotly figures share with the widgets' charts: its colours, and no paper of its own."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from liftkit.view.palette import SERIES

INK, GRID = "#757575", "rgba(128,128,128,0.3)"  # read on white and on a dark theme's paper
AXIS = {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": INK, "automargin": True}
TEMPLATE = go.layout.Template(
    layout={
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "family": "system-ui, sans-serif", "size": 13},
        "colorway": SERIES,
        "xaxis": AXIS,
        "yaxis": AXIS,
    }
)


def styled(figure: go.Figure) -> go.Figure:
    """The figure in the common style."""
    return figure.update_layout(template=TEMPLATE)


def as_text(name: object) -> str:
    """A name as plotly shows it unchanged: plotly takes titles and names for HTML."""
    return escape(str(name), quote=False)
