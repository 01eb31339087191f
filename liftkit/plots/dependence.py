"""What depends on what: heat maps boxed by body part, their difference, and the same drawn on a skeleton."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from liftkit.correlation.dependence import Dependence, Parts, joints_of, owner_of
from liftkit.data.body import standing_person
from liftkit.skeleton import H36M_17
from liftkit.view.alt_text import readable
from liftkit.view.palette import SERIES

SIZES, SIGNS = "Blues", "PuOr"  # told apart by colour-blind eyes; both are white at 0
WIDEST = 9.0  # pixels, the line of the strongest dependence


def dependence_figure(dependences: Mapping[str, Dependence] | Dependence, parts: Parts = "legs_torso") -> go.Figure:
    """Heat maps of the mean over members, one by title, on one shared range of colours.

    Rows, what moves in 2D, and columns, whose depth answers, are ordered by body part, and parts are boxed. Raises
    ValueError where the matrices are of different kinds or ``parts`` do not fit.
    """
    if isinstance(dependences, Dependence):
        dependences = {dependences.what: dependences}
    one_kind = {(d.what, d.rows, d.columns) for d in dependences.values()}
    if len(one_kind) != 1:
        raise ValueError(f"one range of colours needs matrices of one kind, found {len(one_kind)} kinds")
    values = [d.mean for d in dependences.values()]
    return _heat_maps(list(dependences), list(dependences.values()), values, parts)


def difference_figure(first: Dependence, second: Dependence, parts: Parts = "legs_torso") -> go.Figure:
    """The mean size of the first less that of the second, as one heat map around 0. Raises ValueError as above."""
    if (first.what, first.rows, first.columns) != (second.what, second.rows, second.columns):
        raise ValueError(f"expected two matrices of one kind, found {first.what!r} and {second.what!r}")
    difference = np.abs(first.values).mean(0) - np.abs(second.values).mean(0)
    return _heat_maps([f"difference in {first.what}"], [first], [difference], parts)


def _heat_maps(titles: list[str], dependences: list[Dependence], values: list[np.ndarray], parts: Parts) -> go.Figure:
    part_of = owner_of(parts, dependences[0].columns)
    names = list(joints_of(parts))
    rows, row_parts = _ordered([[part_of[j] for j in joints] for joints in dependences[0].owners], names)
    columns, column_parts = _ordered([[part_of[c]] for c in dependences[0].columns], names)
    largest = max((float(np.nanmax(np.abs(v), initial=0)) for v in values), default=0) or 1.0
    signed = any(np.nanmin(v, initial=0) < 0 for v in values)
    scale = {"colorscale": SIGNS if signed else SIZES, "cmin": -largest if signed else 0, "cmax": largest}
    figure = make_subplots(1, len(values), subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.03)
    for place, (dependence, value) in enumerate(zip(dependences, values, strict=True), start=1):
        x, y = [readable(dependence.columns[i]) for i in columns], [readable(dependence.rows[i]) for i in rows]
        spread = np.nan_to_num(dependence.sd)[np.ix_(rows, columns)]
        hover = f"2D of %{{y}}, depth of %{{x}}<br>%{{z:.3g}} {dependence.unit}, sd over seeds %{{customdata:.2g}}"
        figure.add_heatmap(
            z=value[np.ix_(rows, columns)], x=x, y=y, customdata=spread, coloraxis="coloraxis",
            hovertemplate=hover + "<extra></extra>", row=1, col=place,
        )  # fmt: skip
        for part in names:
            _box(figure, _span(row_parts, part), _span(column_parts, part), place)
    figure.update_yaxes(autorange="reversed")
    moves = bool(dependences[0].unit)  # what was moved is told in mm; a correlation, without a unit, moves nothing
    figure.update_xaxes(tickangle=-60)
    middle = (len(values) + 1) // 2 if len(values) > 2 else None  # under each of many, the titles would overlap
    figure.update_xaxes(title="whose depth answers" if moves else "depth", col=middle)
    figure.update_yaxes(title="moved in 2D" if moves else "2D place", col=1)
    colours = scale | {"colorbar": {"title": dependences[0].unit}}
    return figure.update_layout(coloraxis=colours, height=480, margin={"t": 50, "b": 10})


def _ordered(parts_of_rows: list[list[str]], names: list[str]) -> tuple[list[int], list[str | None]]:
    """The order of rows by part, and the part of each in that order; None for a row of several parts."""
    single = [found[0] if len(set(found)) == 1 else None for found in parts_of_rows]
    order = sorted(range(len(single)), key=lambda i: (names.index(single[i]) if single[i] else len(names), i))
    return order, [single[i] for i in order]


def _span(parts: list[str | None], part: str) -> tuple[float, float] | None:
    places = [i for i, name in enumerate(parts) if name == part]
    return (places[0] - 0.5, places[-1] + 0.5) if places else None


def _box(figure: go.Figure, rows, columns, place: int) -> None:
    if rows and columns:
        edge = {"color": SERIES[1], "width": 2}
        figure.add_shape(type="rect", x0=columns[0], x1=columns[1], y0=rows[0], y1=rows[1], line=edge, row=1, col=place)


def skeleton_dependence_figure(
    dependence: Dependence, parts: Parts = "legs_torso", threshold: float = 0.5, largest: float | None = None
) -> go.Figure:
    """The strongest dependences between parts as lines on a standing person, from the 2D joint to the joint it moves.

    Width goes with strength; lines below ``threshold`` times ``largest`` (default: the strongest of this matrix; give
    one number where figures are compared) are left out. Raises ValueError for a matrix whose rows are not joints.
    """
    if dependence.rows != dependence.columns:
        raise ValueError("only a matrix of joints against joints can be drawn on a skeleton")
    part_of = owner_of(parts, dependence.columns)
    x, y = _standing()
    place = dict(zip(H36M_17.names, zip(x, y, strict=True), strict=True))
    size = np.abs(dependence.values).mean(0)
    pairs = [
        (float(size[i, j]), first, second)
        for i, first in enumerate(dependence.rows)
        for j, second in enumerate(dependence.columns)
        if part_of[first] != part_of[second] and np.isfinite(size[i, j])
    ]
    largest = largest or max((value for value, *_ in pairs), default=0) or 1.0
    figure = go.Figure()
    bones = [axis for p, j in H36M_17.bones for axis in [(x[p], y[p]), (x[j], y[j]), (None, None)]]
    bone_x, bone_y = zip(*bones, strict=True)
    figure.add_scatter(x=bone_x, y=bone_y, mode="lines", line={"color": "#999999", "width": 3}, hoverinfo="skip")
    for value, first, second in sorted(pairs):
        if value > 0 and value >= threshold * largest:
            figure.add_trace(_line(place[first], place[second], value, largest, f"{first} → {second}", dependence.unit))
    labels = [name.replace("_", " ") for name in H36M_17.names]
    dots = {"color": "#333333", "size": 8}
    figure.add_scatter(x=x, y=y, mode="markers", marker=dots, text=labels, hovertemplate="%{text}<extra></extra>")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    title = f"{dependence.what}, between parts, {threshold * largest:.2g} to {largest:.2g} {dependence.unit}"
    look = {"plot_bgcolor": "rgba(0,0,0,0)", "margin": {"l": 10, "r": 10, "t": 50, "b": 10}}
    return figure.update_layout(showlegend=False, height=560, title=title, **look)


def _line(start, end, value: float, largest: float, pair: str, unit: str) -> go.Scatter:
    """A bowed line, so that there and back do not hide each other; its hover text sits in the middle."""
    (x0, y0), (x1, y1) = start, end
    t = np.linspace(0, 1, 15)
    bow = 0.12 * 4 * t * (1 - t)
    x, y = x0 + t * (x1 - x0) - bow * (y1 - y0), y0 + t * (y1 - y0) + bow * (x1 - x0)
    text = f"{pair.replace('_', ' ')}: {value:.3g} {unit}"
    line = {"color": SERIES[1], "width": WIDEST * value / largest}
    return go.Scatter(x=x, y=y, mode="lines", line=line, opacity=0.6, hoverinfo="text", text=[text] * len(t))


def _standing() -> tuple[np.ndarray, np.ndarray]:
    """The joints of a person in quiet standing, seen from the front: x to the right of the picture, y up."""
    joints = standing_person().astype(float)
    return joints[:, 0], joints[:, 1]
