"""Lines over a common axis, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from liftkit.view.charts.series import BINS, Arrays, checked, runs, thinned
from liftkit.view.charts.svg import (
    ROW,
    Frame,
    checked_limits,
    label,
    legend,
    log_ticks,
    nice_ticks,
    number,
    root,
    safe,
    shortened,
    text_width,
    tick_texts,
    widened,
)
from liftkit.view.palette import SERIES

COLUMNS = 60  # of tooltips


def line_chart(
    series: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    x_label: str,
    y_label: str,
    bands: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]] | None = None,
    marks: Sequence[tuple[float, str]] | None = None,
    limits: tuple[float, float] | None = None,
    x_ticks: Mapping[float, str] | Sequence[float] | None = None,
    width: int = 480,
    height: int = 280,
    log: bool = False,
) -> str:
    """Up to six lines, name -> (x, y), as SVG text; a y that is not finite is a gap, x is in rising order.

    ``bands``: name of a series -> (x, low, high), a soft area; ``marks``: (x, text), dashed uprights; ``limits``:
    the range of y; ``x_ticks``: places, or place -> text; ``log``: y by powers of ten. Long lines are thinned: the
    ends and the extremes of each part stay. Raises ValueError for what is empty, of different lengths or, with
    ``log``, not above 0.

    >>> line_chart({"full": ([0, 1, 2], [9, 5, 4])}, x_label="step", y_label="loss").startswith("<svg")
    True
    """
    lines, areas, marks = checked(series, 2, "(x, y)"), checked(bands or {}, 3, "(x, low, high)"), list(marks or [])
    _expect_drawable(lines, areas, log, (width, height))
    named = x_ticks if isinstance(x_ticks, Mapping) else dict.fromkeys(x_ticks or ())
    x_range, x_places, x_texts = _x_axis(lines, areas, [x for x, _ in marks], named)
    y_range, y_ticks = _y_axis(lines, areas, limits, log)
    y_texts = [tick_texts([t])[0] for t in y_ticks] if log else tick_texts(y_ticks)
    left, right = 30 + max(map(text_width, y_texts)), width - 8 - text_width(x_texts[-1]) / 2
    samples, top = legend(list(lines), left, width - 4)
    rows = _rows_of_marks(marks, Frame(left, right, 0, 1, x_range, (0, 1)))
    top += 2 + (ROW - 2) * (1 + max((row for *_, row in rows), default=-1))
    frame = Frame(left, right, top, height - 40, x_range, y_range, log)
    drawn = [_area(frame, *area, list(lines).index(name)) for name, area in areas.items()]
    drawn += [_line(frame, x, y, i) for i, (x, y) in enumerate(lines.values())]
    parts = [samples, frame.rows(y_ticks, y_texts), frame.upright(y_label)]
    parts += [label(t, x, frame.bottom + 16, "middle") for t, x in zip(x_texts, frame.across(x_places), strict=True)]
    parts += [label(shortened(x_label, width - 40), (left + right) / 2, height - 7, "middle"), frame.inside(drawn)]
    parts += [_mark(frame, *row) for row in rows] + [_tips(frame, lines, x_label)]
    parts.insert(1, f'<path class="lk-edge" d="M{left:.1f} {frame.bottom:.1f}H{right:.1f}"/>')
    return root(parts, _in_words(lines, x_label, y_label, marks), width, height)


def _expect_drawable(lines: Arrays, areas: Arrays, log: bool, size: tuple[int, int]) -> None:
    if not 1 <= len(lines) <= len(SERIES):
        raise ValueError(f"expected 1 to {len(SERIES)} series, which can be told apart, found {len(lines)}")
    if not set(areas) <= set(lines):
        raise ValueError(f"bands must have names of series {list(lines)}, found {list(areas)}")
    if size[0] < 200 or size[1] < 160:
        raise ValueError(f"expected at least 200 x 160 pixels, found {size[0]} x {size[1]}")
    for name, (_, *ys) in [*lines.items(), *areas.items()] if log else ():
        if any((y <= 0).any() for y in ys):
            raise ValueError(f"a logarithmic axis needs values above 0, found others in {name!r}")


def _x_axis(lines: Arrays, areas: Arrays, marks: list[float], named: Mapping):
    """The range, the ticks' places and their texts."""
    drawn = np.concatenate([x for x, *_ in [*lines.values(), *areas.values()]])
    every = np.concatenate([drawn, np.array(marks, float), np.array(list(named), float)])
    if not np.isfinite(every).all():
        raise ValueError(f"marks and x_ticks must be at finite places, found {marks} and {list(named)}")
    low, high = widened(every.min(), every.max(), 0.0)
    if named:
        texts = tick_texts(sorted(named))
        return (low, high), sorted(named), [named[x] or text for x, text in zip(sorted(named), texts, strict=True)]
    low, high, ticks = nice_ticks(low, high, whole=bool((drawn == np.round(drawn)).all()))
    return (low, high), ticks, tick_texts(ticks)


def _y_axis(lines: Arrays, areas: Arrays, limits: tuple[float, float] | None, log: bool):
    """The range and the ticks; 0 belongs to it where it is near."""
    if limits is not None:
        low, high = checked_limits(limits)
        if log and low <= 0:
            raise ValueError(f"a logarithmic axis needs limits above 0, found {limits}")
        return (low, high), (log_ticks if log else nice_ticks)(low, high, fixed=True)[2]
    values = np.concatenate([y for _, *ys in [*lines.values(), *areas.values()] for y in ys])
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if values.size else (1.0, 10.0) if log else (0.0, 1.0)
    if log:
        low, high = (low, high) if high / low > 1.1 else (low / 1.1, high * 1.1)
        low, high, ticks = log_ticks(low, high)
    else:
        start, high = widened(low, high, 0.05)
        low, high, ticks = nice_ticks(0.0 if 0 <= low <= 0.3 * high else start, high)
    return (low, high), ticks


def _points(x: np.ndarray, y: np.ndarray) -> str:
    return "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _line(frame: Frame, x: np.ndarray, y: np.ndarray, i: int) -> str:
    kept = thinned(y)
    x, y = frame.across(x[kept]), frame.up(y[kept])
    there = runs(y)
    alone = [int(run[0]) for run in there if len(run) == 1]
    dots = [f'<circle class="lk-dot lk-s{i}" cx="{x[k]:.1f}" cy="{y[k]:.1f}" r="3.5"/>' for k in alone]
    path = "".join(f"M{_points(x[run], y[run])}" for run in there if len(run) > 1)
    return f'<path class="lk-line lk-s{i}" d="{path}"/>{"".join(dots)}' if path else "".join(dots)


def _area(frame: Frame, x: np.ndarray, low: np.ndarray, high: np.ndarray, i: int) -> str:
    kept = np.union1d(thinned(low, BINS // 2), thinned(high, BINS // 2))
    x, low, high = frame.across(x[kept]), frame.up(low[kept]), frame.up(high[kept])
    there = [(x[run], low[run], high[run]) for run in runs(low, high)]
    path = "".join(f"M{_points(np.r_[a, a[::-1]], np.r_[b, c[::-1]])}Z" for a, b, c in there)
    return f'<path class="lk-band lk-s{i}" d="{path}"/>'


def _rows_of_marks(marks: list[tuple[float, str]], frame: Frame) -> list[tuple[float, str, float, int]]:
    """Place, text, where the text begins and its row, 0 next to the data: texts do not cover each other."""
    ends, found = [], []
    for x, text in sorted(marks, key=lambda mark: mark[0]):
        text = shortened(text, frame.right - frame.left)
        wide, place = text_width(text), float(frame.across(x))
        start = min(max(place - wide / 2, frame.left), frame.right - wide)
        row = next((row for row, end in enumerate(ends) if end < start), len(ends))
        ends[row : row + 1] = [start + wide + 6]
        found.append((place, text, start, row))
    return found


def _mark(frame: Frame, x: float, text: str, start: float, row: int) -> str:
    y = frame.top - 4 - (ROW - 2) * row
    line = f'<path class="lk-edge lk-mark" d="M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}"/>'
    return line + label(text, start, y)


def _tips(frame: Frame, lines: Arrays, x_label: str) -> str:
    """Columns that cannot be seen: each tells its x and, of every series, the value that is nearest there."""
    places = np.unique(np.concatenate([x for x, _ in lines.values()]))
    places = places[np.unique(np.linspace(0, len(places) - 1, COLUMNS).round().astype(int))]
    middles = (places[1:] + places[:-1]) / 2
    edges = frame.across(np.r_[frame.x[0], middles, frame.x[1]]).tolist()
    texts = [[f"{x_label} {number(x)}"] for x in places.tolist()]
    for name, (x, y) in lines.items():
        after = np.searchsorted(x, places).clip(1, max(len(x) - 1, 1))
        near = np.where(places - x[after - 1] <= x[np.minimum(after, len(x) - 1)] - places, after - 1, after)
        near = np.minimum(near, len(x) - 1)
        inside = (x[near] >= np.r_[-np.inf, middles]) & (x[near] <= np.r_[middles, np.inf])
        for text, value, ok in zip(texts, y[near].tolist(), inside.tolist(), strict=True):
            text += [f"{name}: {number(value) if value == value else 'no value'}"] if ok else []
    where = f'y="{frame.top:.1f}" height="{frame.bottom - frame.top:.1f}"'
    rects = [
        f'<rect x="{a:.1f}" width="{max(b - a, 0.1):.1f}" {where} data-tip="{safe(chr(10).join(text))}"/>'
        for a, b, text in zip(edges[:-1], edges[1:], texts, strict=True)
    ]
    return f'<g class="lk-hit">{"".join(rects)}</g>'


def _in_words(lines: Arrays, x_label: str, y_label: str, marks: list[tuple[float, str]]) -> str:
    told = []
    for name, (x, y) in lines.items():
        there = np.flatnonzero(np.isfinite(y))
        if not there.size:
            told.append(f"{name}: no value")
            continue
        first, last = (f"{number(y[i])} at {number(x[i])}" for i in there[[0, -1]])
        told.append(f"{name}: from {first} to {last}, least {number(np.nanmin(y))}, most {number(np.nanmax(y))}")
    marked = "".join(f"; marked at {number(x)}: {text}" for x, text in marks)
    return f"Line chart of {y_label} by {x_label}, {len(lines)} series. {'; '.join(told)}{marked}"
