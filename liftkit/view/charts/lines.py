"""Lines over a common axis, with bands, as SVG text: checked, thinned, cut at their gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from liftkit.view.charts.axes import Area, Range, nice_ticks, number, tick_texts, widened, y_axis
from liftkit.view.charts.svg import ROW, label, legend, root, safe, shortened, text_width
from liftkit.view.palette import SERIES

BINS = 64  # a long line keeps up to 3 points per bin
COLUMNS = 60  # of tooltips
Arrays = dict[str, tuple[np.ndarray, ...]]


def line_chart(
    series: Mapping[str, tuple[ArrayLike, ArrayLike]],  # name -> (x, y), x in rising order; a y not finite is a gap
    *,
    x_label: str,
    y_label: str,
    bands: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]] | None = None,  # name of a series -> (x, low, high)
    marks: Sequence[tuple[float, str]] = (),  # (x, text), dashed vertical lines
    limits: Range | None = None,  # of a y axis that is not logarithmic; None: those of the values
    x_ticks: Sequence[float] = (),  # none given: nice ones
    width: int = 480,
    height: int = 280,
    log: bool = False,  # a logarithmic y axis, for values above 0
) -> str:
    """Up to six lines as SVG text. Long lines are thinned; their ends and the extremes of each part stay."""
    lines, areas, marks = _checked(series), _checked(bands or {}), list(marks)
    if not 1 <= len(lines) <= len(SERIES):
        raise ValueError(f"expected 1 to {len(SERIES)} series, which can be told apart, found {len(lines)}")
    x_range, x_ticks = _x_axis(lines, areas, [x for x, _ in marks], sorted(x_ticks))
    values = np.concatenate([y for _, *ys in [*lines.values(), *areas.values()] for y in ys])
    y_range, y_ticks = y_axis(values, 0.05, limits, log)
    x_texts, y_texts = tick_texts(x_ticks), [tick_texts([t])[0] for t in y_ticks] if log else tick_texts(y_ticks)
    left, right = 30 + max(map(text_width, y_texts)), width - 8 - text_width(x_texts[-1]) / 2
    samples, top = legend(list(lines), left, width - 4)
    rows = _rows_of_marks(marks, Area(left, right, 0, 1, x_range, (0, 1)))
    top += 2 + (ROW - 2) * (1 + max((row for *_, row in rows), default=-1))
    area = Area(left, right, top, height - 40, x_range, y_range, log)
    drawn = [_band(area, *band, list(lines).index(name)) for name, band in areas.items()]
    drawn += [_line(area, x, y, i) for i, (x, y) in enumerate(lines.values())]
    parts = [samples, f'<path class="lk-edge" d="M{left:.1f} {area.bottom:.1f}H{right:.1f}"/>']
    parts += [area.rows(y_ticks, y_texts, y_label)]
    parts += [label(t, x, area.bottom + 16, "middle") for t, x in zip(x_texts, area.across(x_ticks), strict=True)]
    parts += [label(shortened(x_label, width - 40), (left + right) / 2, height - 7, "middle"), area.inside(drawn)]
    parts += [_mark(area, *row) for row in rows] + [_tips(area, lines, x_label)]
    return root(parts, _alt(lines, x_label, y_label, marks), width, height)


def _checked(named: Mapping[str, Sequence[ArrayLike]]) -> Arrays:
    """Each name's arrays as floats, values that are not finite as NaN. Raises ValueError if they make no line."""
    arrays = {}
    for name, given in named.items():
        x, *ys = (np.asarray(array, float) for array in given)
        shapes = [x.shape, *(y.shape for y in ys)]
        if len(set(shapes)) > 1 or x.ndim != 1 or not x.size:
            raise ValueError(f"{name!r} must have arrays of one length above 0, found the shapes {shapes}")
        if not np.isfinite(x).all() or (np.diff(x) < 0).any():
            raise ValueError(f"x of {name!r} must be finite and in rising order")
        arrays[name] = (x, *(np.where(np.isfinite(y), y, np.nan) for y in ys))
    return arrays


def thinned(y: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Indices of the points that a line needs: both ends, and in each bin the extremes and a gap."""
    if len(y) <= 3 * bins:
        return np.arange(len(y))
    size = -(-len(y) // bins)
    padded = np.r_[y, np.full(size * bins - len(y), y[-1])].reshape(bins, size)
    gap = np.isnan(padded)
    places = [np.where(gap, np.inf, padded).argmin(1), np.where(gap, -np.inf, padded).argmax(1), gap.argmax(1)]
    kept = np.stack(places, 1) + size * np.arange(bins)[:, None]
    kept[:, 2] = np.where(gap.any(1), kept[:, 2], kept[:, 0])
    return np.unique(np.r_[0, np.minimum(kept.ravel(), len(y) - 1), len(y) - 1])


def runs(*ys: np.ndarray) -> list[np.ndarray]:
    """Indices between gaps, one array per run."""
    there = np.flatnonzero(np.isfinite(ys).all(0))
    return [run for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1) if run.size]


def _x_axis(lines: Arrays, areas: Arrays, marks: list[float], ticks: list[float]) -> tuple[Range, list[float]]:
    drawn = np.concatenate([x for x, *_ in [*lines.values(), *areas.values()]])
    every = np.concatenate([drawn, np.array(marks, float), np.array(ticks, float)])
    low, high = widened(every.min(), every.max(), 0.0)
    if not ticks:
        low, high, ticks = nice_ticks(low, high, whole=bool((drawn == np.round(drawn)).all()))
    return (low, high), ticks


def _points(x: np.ndarray, y: np.ndarray) -> str:
    return "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _line(area: Area, x: np.ndarray, y: np.ndarray, i: int) -> str:
    """A line with its gaps; a point between two gaps is a dot."""
    kept = thinned(y)
    x, y = area.across(x[kept]), area.up(y[kept])
    pieces = runs(y)
    alone = [int(run[0]) for run in pieces if len(run) == 1]
    dots = [f'<circle class="lk-dot lk-s{i}" cx="{x[k]:.1f}" cy="{y[k]:.1f}" r="3.5"/>' for k in alone]
    path = "".join(f"M{_points(x[run], y[run])}" for run in pieces if len(run) > 1)
    return f'<path class="lk-line lk-s{i}" d="{path}"/>{"".join(dots)}' if path else "".join(dots)


def _band(area: Area, x: np.ndarray, low: np.ndarray, high: np.ndarray, i: int) -> str:
    kept = np.union1d(thinned(low, BINS // 2), thinned(high, BINS // 2))
    x, low, high = area.across(x[kept]), area.up(low[kept]), area.up(high[kept])
    pieces = [(x[run], low[run], high[run]) for run in runs(low, high)]
    path = "".join(f"M{_points(np.r_[a, a[::-1]], np.r_[b, c[::-1]])}Z" for a, b, c in pieces)
    return f'<path class="lk-band lk-s{i}" d="{path}"/>'


def _rows_of_marks(marks: list[tuple[float, str]], area: Area) -> list[tuple[float, str, float, int]]:
    """Per mark its place, its text, where the text begins and the text's row, 0 next to the data, without overlap."""
    ends, found = [], []
    for x, text in sorted(marks, key=lambda mark: mark[0]):
        text = shortened(text, area.right - area.left)
        wide, place = text_width(text), float(area.across(x))
        start = min(max(place - wide / 2, area.left), area.right - wide)
        row = next((row for row, end in enumerate(ends) if end < start), len(ends))
        ends[row : row + 1] = [start + wide + 6]
        found.append((place, text, start, row))
    return found


def _mark(area: Area, x: float, text: str, start: float, row: int) -> str:
    line = f'<path class="lk-edge lk-mark" d="M{x:.1f} {area.top:.1f}V{area.bottom:.1f}"/>'
    return line + label(text, start, area.top - 4 - (ROW - 2) * row)


def _tips(area: Area, lines: Arrays, x_label: str) -> str:
    """Invisible columns, each with a tooltip: its x and, of every series, the value nearest to it."""
    places = np.unique(np.concatenate([x for x, _ in lines.values()]))
    places = places[np.unique(np.linspace(0, len(places) - 1, COLUMNS).round().astype(int))]
    middles = (places[1:] + places[:-1]) / 2
    edges = area.across(np.r_[area.x[0], middles, area.x[1]]).tolist()
    texts = [[f"{x_label} {number(x)}"] for x in places.tolist()]
    for name, (x, y) in lines.items():
        near = np.searchsorted((x[1:] + x[:-1]) / 2, places)
        inside = (x[near] >= np.r_[-np.inf, middles]) & (x[near] <= np.r_[middles, np.inf])
        for text, value, ok in zip(texts, y[near].tolist(), inside.tolist(), strict=True):
            text += [f"{name}: {number(value) if value == value else 'no value'}"] if ok else []
    where = f'y="{area.top:.1f}" height="{area.bottom - area.top:.1f}"'
    rects = [
        f'<rect x="{a:.1f}" width="{max(b - a, 0.1):.1f}" {where} data-tip="{safe(chr(10).join(text))}"/>'
        for a, b, text in zip(edges[:-1], edges[1:], texts, strict=True)
    ]
    return f'<g class="lk-hit">{"".join(rects)}</g>'


def _alt(lines: Arrays, x_label: str, y_label: str, marks: list[tuple[float, str]]) -> str:
    texts = []
    for name, (x, y) in lines.items():
        there = np.flatnonzero(np.isfinite(y))
        if not there.size:
            texts.append(f"{name}: no value")
            continue
        first, last = (f"{number(y[i])} at {number(x[i])}" for i in there[[0, -1]])
        texts.append(f"{name}: from {first} to {last}, least {number(np.nanmin(y))}, most {number(np.nanmax(y))}")
    marked = "".join(f"; marked at {number(x)}: {text}" for x, text in marks)
    return f"Line chart of {y_label} by {x_label}, {len(lines)} series. {'; '.join(texts)}{marked}"
