"""A plotly figure that a notebook stores as data."""

from __future__ import annotations

import plotly.graph_objects as go
import plotly.io


class Figure(go.Figure):
    """A figure of which a notebook never stores plotly's own code: some of plotly's renderers add 5 MB of it."""

    def _ipython_display_(self) -> None:
        chosen = (plotly.io.renderers.default or "").split("+")
        if {"notebook", "iframe"}.isdisjoint(chosen):
            super()._ipython_display_()
        else:
            plotly.io.show(self, renderer="plotly_mimetype")
