"""A matrix as a heat map, as SVG text."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from textwrap import wrap

import numpy as np
from numpy.typing import ArrayLike

from liftkit.view.charts.svg import (
    ROW,
    Frame,
    checked_limits,
    label,
    nice_ticks,
    number,
    root,
    safe,
    shortened,
    text_width,
    tick_texts,
)

# From low to high; both are lightest at 0 and told apart by colour-blind eyes.
SIZES = ((247, 249, 251), (122, 180, 216), (0, 114, 178), (0, 40, 75))
SIGNS = ((110, 45, 0), (213, 94, 0), (246, 246, 246), (0, 114, 178), (0, 40, 75))
CELL, NAME, BAR = 40, 150, 32  # the largest cell and the longest name in pixels; steps of the colour bar


def heat_map(
    matrix: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    unit: str,
    title: str = "",
    limits: tuple[float, float] | None = None,
    diverging: bool = False,
    digits: int | None = None,
    picked: tuple[int | None, int | None] | None = None,
    width: int = 480,
) -> str:
    """A matrix (rows, columns) as coloured cells with their colour bar, as SVG text; what is not finite is crossed.

    A cell's ``data-pick`` is "ROW,COLUMN", counted from 0. ``limits``: the range of colours, otherwise all values and
    0, the same to both sides if ``diverging``; ``digits``: decimals in tooltips; ``picked``: row, column or both,
    outlined. Small matrices make small pictures. Raises ValueError where shapes, limits or picked do not fit.

    >>> heat_map([[0, 1], [1, 0]], ["hip", "knee"], ["hip", "knee"], unit="mm").count("data-pick=")
    4
    """
    values, rows, columns = np.asarray(matrix, float), [str(name) for name in rows], [str(name) for name in columns]
    if values.ndim != 2 or not values.size or values.shape != (len(rows), len(columns)):
        raise ValueError(f"expected a matrix ({len(rows)}, {len(columns)}) as named, found the shape {values.shape}")
    row, column = _checked_pick(picked, values.shape)
    low, high = checked_limits(limits) if limits is not None else _limits(values, diverging)
    left, cell = _place(rows, columns, width)
    wide, tall = cell * len(columns), cell * len(rows)
    heading = wrap(title, max(10, int((left + wide + 60) / 6.5)))
    top = 12 + ROW * len(heading)
    parts = [label(line, 8, ROW * (i + 1)) for i, line in enumerate(heading)]
    parts += [_cells(values, rows, columns, unit, digits, (low, high, diverging), (left, top, cell))]
    parts += _names(rows, columns, left, top, cell, (row, column))
    if (row, column) != (None, None):
        x, w = (left, wide) if column is None else (left + cell * column, cell)
        y, h = (top, tall) if row is None else (top + cell * row, cell)
        box = f'x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"'
        parts += [f'<rect class="{kind} lk-off" {box}/>' for kind in ("lk-halo", "lk-edge lk-strong")]
    bar, bar_width = _bar(low, high, diverging, unit, left + wide + 12, top, max(tall, 90))
    below = 14 + 0.87 * max(text_width(shortened(name, NAME)) for name in columns)
    alt = _in_words(values, rows, columns, unit, title, (row, column))
    return root([*parts, bar], alt, ceil(left + wide + 12 + bar_width), ceil(top + max(tall + below, 120)))


def _place(rows: Sequence[str], columns: Sequence[str], width: float) -> tuple[float, float]:
    """The room to the left, for the rows' names and what of the columns' sticks out, and the side of a cell."""
    left, cell = 14 + max(text_width(shortened(name, NAME)) for name in rows), float(CELL)
    for _ in range(2):
        cell = float(np.clip((width - left - 74) // len(columns), 5, cell))
        out = [0.5 * text_width(shortened(name, NAME)) - cell * (c + 0.5) for c, name in enumerate(columns)]
        left = max(left, 10 + max(out))
    return left, cell


def _checked_pick(picked, shape: tuple[int, int]) -> tuple[int | None, int | None]:
    row, column = picked if picked is not None else (None, None)
    for place, size in zip((row, column), shape, strict=True):
        if place is not None and not 0 <= place < size:
            raise ValueError(f"picked must be (row, column) within {shape}, found {picked}")
    return row, column


def _limits(values: np.ndarray, diverging: bool) -> tuple[float, float]:
    there = values[np.isfinite(values)]
    low, high = min(there.min(initial=0), 0.0), max(there.max(initial=0), 0.0)
    if high - low < 1e-30:
        low, high = 0.0, 1.0
    return (-max(high, -low), max(high, -low)) if diverging else (low, high)


def _colours(values: np.ndarray, low: float, high: float, diverging: bool) -> list[str]:
    scale = np.array(SIGNS if diverging else SIZES).T
    places = np.nan_to_num((values - low) / (high - low), posinf=0, neginf=0)
    bands = [np.interp(places, np.linspace(0, 1, len(band)), band).round().astype(int).tolist() for band in scale]
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in zip(*bands, strict=True)]


def _cells(values, rows, columns, unit, digits, colours, place) -> str:
    """Squares of side 1 under one scale: the text of 289 cells stays short."""
    left, top, cell = place
    low, high, diverging = colours
    there, unit = np.isfinite(values), safe(unit)
    rows, columns = [safe(name) for name in rows], [safe(name) for name in columns]
    lines, lost = [], []
    for r, row in enumerate(values.tolist()):
        cells = []
        for c, (value, fill) in enumerate(zip(row, _colours(values[r], low, high, diverging), strict=True)):
            look = f'fill="{fill}"' if there[r, c] else 'class="lk-none"'
            told = "" if not there[r, c] else number(value) if digits is None else f"{value:.{digits}f}"
            told = f"{told} {unit}" if told else "no value"
            cells.append(
                f'<rect x="{c}" width="1" height="1" {look} data-pick="{r},{c}" '
                f'data-tip="{rows[r]} → {columns[c]}: {told}"/>'
            )
            if not there[r, c]:
                lost.append(f"M{left + cell * c:.1f} {top + cell * (r + 1):.1f}l{cell:g} {-cell:g}")
        lines.append(f'<g transform="translate(0 {r})">{"".join(cells)}</g>')
    scaled = f'transform="translate({left:.1f} {top:.1f}) scale({cell:g})" shape-rendering="crispEdges"'
    crossed = f'<path class="lk-edge lk-off" stroke-width=".7" d="{"".join(lost)}"/>' if lost else ""
    return f"<g {scaled}>{''.join(lines)}</g>{crossed}"


def _names(rows, columns, left: float, top: float, cell: float, picked) -> list[str]:
    """Names beside rows and, turned, below columns; only some where cells are smaller than text; picked ones bold."""
    each, parts = ceil(13 / cell), []
    bold = ' class="lk-bold"'
    for r, name in enumerate(rows):
        if r % each == 0 or r == picked[0]:
            more = bold if r == picked[0] else ""
            parts.append(label(shortened(name, NAME), left - 6, top + cell * (r + 0.5) + 4, "end", more))
    for c, name in enumerate(columns):
        if c % each == 0 or c == picked[1]:
            x, y = left + cell * (c + 0.5) + 4, top + cell * len(rows) + 10
            turned = f' transform="translate({x:.1f} {y:.1f}) rotate(-60)"'
            parts.append(label(shortened(name, NAME), 0, 0, "end", turned + (bold if c == picked[1] else "")))
    return parts


def _bar(low: float, high: float, diverging: bool, unit: str, x: float, top: float, tall: float) -> tuple[str, float]:
    """The colour bar with its numbers and unit, and its width."""
    frame = Frame(x, x + 12, top, top + tall, (0, 1), (low, high))
    step = tall / BAR
    fills = _colours(np.linspace(high, low, BAR), low, high, diverging)
    steps = [f'<rect y="{i * step:.1f}" width="12" height="{step + 0.6:.1f}" fill="{f}"/>' for i, f in enumerate(fills)]
    ticks = nice_ticks(low, high, fixed=True)[2]
    texts, heights = tick_texts(ticks), frame.up(np.array(ticks))
    beside = max(map(text_width, texts))
    names = [label(text, x + 18, y + 4) for text, y in zip(texts, heights, strict=True)]
    middle = f' transform="translate({x + 32 + beside:.1f} {top + tall / 2:.1f}) rotate(-90)"'
    named = label(shortened(unit, tall), 0, 0, "middle", middle)
    return f'<g transform="translate({x:.1f} {top:.1f})">{"".join(steps)}</g>{"".join(names)}{named}', beside + 40


def _in_words(values, rows, columns, unit: str, title: str, picked) -> str:
    there, lost = values[np.isfinite(values)], int((~np.isfinite(values)).sum())
    what = f"Heat map{': ' + title if title else ''}, {len(rows)} rows {rows[0]} to {rows[-1]}, "
    what += f"{len(columns)} columns {columns[0]} to {columns[-1]}"
    if there.size:
        r, c = np.unravel_index(np.nanargmax(np.where(np.isfinite(values), values, np.nan)), values.shape)
        largest = f"{number(there.max())} {unit}, {rows[r]} → {columns[c]}"
        what += f"; from {number(there.min())} to {number(there.max())} {unit}; largest {largest}"
    marked = " → ".join(str(n[i]) for n, i in zip((rows, columns), picked, strict=True) if i is not None)
    return what + (f"; {lost} without value" if lost else "") + (f"; picked: {marked}" if marked else "")
