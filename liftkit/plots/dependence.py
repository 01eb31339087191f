"""Which joints depend on which: heat maps, boxed by body part."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from liftkit.correlation.dependence import Dependence, Parts, joints_of, owner_of
from liftkit.plots.figure import Figure
from liftkit.plots.style import as_text, styled
from liftkit.view.alt_text import readable
from liftkit.view.palette import SERIES

SIZES, SIGNS = "Purples", "PRGn_r"  # safe for colour-blind readers; both are white at 0


def dependence_figure(dependences: Mapping[str, Dependence] | Dependence, parts: Parts = "legs_torso") -> go.Figure:
    """Heat maps of the mean over members, side by side, on one shared colour range.

    Rows (the source in 2D) and columns (the target's depth) are ordered by body part, and parts are boxed.

    Args:
        dependences: matrices of one kind by title, or a single one.
        parts: a representation's name, or part -> joints.

    Raises:
        ValueError: if the matrices are of different kinds or ``parts`` do not fit.
    """
    if isinstance(dependences, Dependence):
        dependences = {dependences.what: dependences}
    one_kind = {(d.what, d.rows, d.columns) for d in dependences.values()}
    if len(one_kind) != 1:
        raise ValueError(f"one range of colours needs matrices of one kind, found {len(one_kind)} kinds")
    titles, (first, *_) = list(dependences), dependences.values()
    part_of, names = owner_of(parts, first.columns), list(joints_of(parts))
    rows, row_parts = _ordered([[part_of[j] for j in joints] for joints in first.owners], names)
    columns, column_parts = _ordered([[part_of[c]] for c in first.columns], names)
    labels = {"x": [readable(first.columns[i]) for i in columns], "y": [readable(first.rows[i]) for i in rows]}
    largest = max(float(np.nanmax(np.abs(d.mean), initial=0)) for d in dependences.values()) or 1.0
    signed = any(np.nanmin(d.mean, initial=0) < 0 for d in dependences.values())
    scale = {"colorscale": SIGNS if signed else SIZES, "cmin": -largest if signed else 0, "cmax": largest}
    how = {"subplot_titles": list(map(as_text, titles)), "shared_yaxes": True, "horizontal_spacing": 0.03}
    figure = make_subplots(1, len(titles), figure=Figure(), **how)
    for place, dependence in enumerate(dependences.values(), start=1):
        spread = np.nan_to_num(dependence.sd)[np.ix_(rows, columns)]
        hover = f"2D of %{{y}}, depth of %{{x}}<br>%{{z:.3g}} {dependence.unit}, sd over seeds %{{customdata:.2g}}"
        figure.add_heatmap(
            z=dependence.mean[np.ix_(rows, columns)], **labels, customdata=spread, coloraxis="coloraxis",
            hovertemplate=hover + "<extra></extra>", row=1, col=place,
        )  # fmt: skip
        for part in names:
            y, x = (np.flatnonzero([of == part for of in parts]) for parts in (row_parts, column_parts))
            if len(y) and len(x):
                corners = {"x0": x[0] - 0.5, "x1": x[-1] + 0.5, "y0": y[0] - 0.5, "y1": y[-1] + 0.5}
                figure.add_shape(type="rect", **corners, line={"color": SERIES[0], "width": 2}, row=1, col=place)
    figure.update_yaxes(autorange="reversed")
    moves = bool(first.unit)  # a movement has a unit; a correlation has none
    figure.update_xaxes(tickangle=-60)
    middle = (len(titles) + 1) // 2 if len(titles) > 2 else None  # titles under many maps would overlap
    figure.update_xaxes(title="whose depth answers" if moves else "depth", col=middle)
    figure.update_yaxes(title="moved in 2D" if moves else "2D place", col=1)
    colours = scale | {"colorbar": {"title": first.unit}}
    return styled(figure).update_layout(coloraxis=colours, height=480, margin={"t": 50, "b": 10})


def _ordered(parts_of_rows: list[list[str]], names: list[str]) -> tuple[list[int], list[str | None]]:
    """The order of rows by part, and each one's part in that order; None if a row has several parts."""
    single = [found[0] if len(set(found)) == 1 else None for found in parts_of_rows]
    order = sorted(range(len(single)), key=lambda i: (names.index(single[i]) if single[i] else len(names), i))
    return order, [single[i] for i in order]
