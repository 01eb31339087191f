"""A matrix as a heat map, as SVG text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, isfinite
from textwrap import wrap

import numpy as np
from numpy.typing import ArrayLike

from liftkit.system.numbers import Rounded
from liftkit.view.charts.axes import Area, Range, nice_ticks, number, tick_texts
from liftkit.view.charts.svg import ROW, label, root, safe, shortened, text_width

# From low to high, distinct for colour-blind eyes and lightest at 0: of sizes, and of values with signs.
SIZES = ((248, 246, 250), (190, 160, 215), (123, 45, 142), (60, 0, 80))
SIGNS = ((0, 60, 40), (0, 122, 89), (247, 247, 247), (123, 45, 142), (60, 0, 80))
WIDTH, CELL, NAME = 480, 40, 150  # pixels: the picture, the largest cell, the longest name
STEPS = 32  # of the colour bar
LONGEST_TITLE = 300  # characters


def heat_map(
    matrix: ArrayLike,  # (rows, columns); a value that is not finite is crossed out
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    unit: str,
    limits: Range,  # of the colours; with a negative lower limit both signs get colours of their own
    title: str = "",
    picked: tuple[int | None, int | None] | None = None,  # row, column or both, outlined
    boxes: Sequence[tuple[int, int, int, int]] = (),  # first row, first column, rows, columns: dashed
    width: int = WIDTH,
) -> str:
    """A matrix as coloured cells with their colour bar, as SVG text. A cell's ``data-pick`` is "ROW,COLUMN", from 0."""
    values, rows, columns = np.asarray(matrix, float), [str(name) for name in rows], [str(name) for name in columns]
    if values.ndim != 2 or not values.size or values.shape != (len(rows), len(columns)):
        raise ValueError(f"expected a matrix ({len(rows)}, {len(columns)}) as named, found the shape {values.shape}")
    row, column = picked or (None, None)
    left, cell = _place(rows, columns, width)
    wide, tall = cell * len(columns), cell * len(rows)
    top = 6.0
    parts = [_cells(values, rows, columns, unit, limits, (left, top, cell))]
    parts += _names(rows, row, cell, lambda down: (left - 6, top + down + 4, "end", ""))
    turned = ' transform="translate({:.1f} {:.1f}) rotate(-60)"'.format
    parts += _names(columns, column, cell, lambda across: (0, 0, "end", turned(left + across + 4, top + tall + 10)))
    for r, c, down, across in boxes:
        place = f'd="M{left + cell * c:.1f} {top + cell * r:.1f}h{cell * across:g}v{cell * down:g}h{-cell * across:g}z"'
        parts += [f'<path class="{kind} lk-off" {place}/>' for kind in ("lk-halo lk-thin", "lk-edge lk-mark")]
    if (row, column) != (None, None):
        x, w = (left, wide) if column is None else (left + cell * column, cell)
        y, h = (top, tall) if row is None else (top + cell * row, cell)
        box = f'x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"'
        parts += [f'<rect class="{kind} lk-off" {box}/>' for kind in ("lk-halo", "lk-edge lk-strong")]
    bar, bar_width = _bar(limits, unit, left + wide + 12, top, max(tall, 90))
    heading = wrap(title[:LONGEST_TITLE], max(8, int(left / 7)))[:4]  # in the corner that the names leave free
    parts += [label(line, 8, top + tall + ROW * (i + 1)) for i, line in enumerate(heading)]
    below = 14 + 0.87 * max(text_width(brief(name)) for name in columns)
    alt = _alt(values, rows, columns, unit, title, (row, column))
    return root([*parts, bar], alt, ceil(left + wide + 12 + bar_width), ceil(top + max(tall + below, 120)))


def _place(rows: Sequence[str], columns: Sequence[str], width: int) -> tuple[float, float]:
    """The space to the left, for the rows' names and for columns' names that stick out, and the side of a cell."""
    left, cell = 14 + max(text_width(brief(name)) for name in rows), float(CELL)
    for _ in range(2):
        cell = float(np.clip((width - left - 74) // len(columns), 5, cell))
        out = [0.5 * text_width(brief(name)) - cell * (c + 0.5) for c, name in enumerate(columns)]
        left = max(left, 10 + max(out))
    return left, cell


def _colours(values: np.ndarray, limits: Range) -> list[str]:
    low, high = limits
    scale = np.array(SIGNS if low < 0 else SIZES).T
    places = np.nan_to_num((values - low) / (high - low), posinf=0, neginf=0)
    bands = [np.interp(places, np.linspace(0, 1, len(band)), band).round().astype(int).tolist() for band in scale]
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in zip(*bands, strict=True)]


def _cells(values: np.ndarray, rows, columns, unit: str, limits: Range, place: tuple[float, float, float]) -> str:
    """Squares of side 1 under one scale, which keeps the text of 289 cells short."""
    left, top, cell = place
    rows, columns, unit = [safe(name) for name in rows], [safe(name) for name in columns], safe(unit)
    lines, crosses = [], []
    for r, row in enumerate(values.tolist()):
        cells = []
        for c, (value, colour) in enumerate(zip(row, _colours(values[r], limits), strict=True)):
            fill, text = f'fill="{colour}"', f"{Rounded(value):.2f} {unit}"
            if not isfinite(value):
                fill, text = 'class="lk-none"', "no value"
                crosses.append(f"M{left + cell * c:.1f} {top + cell * (r + 1):.1f}l{cell:g} {-cell:g}")
            tip = f"{rows[r]} → {columns[c]}: {text}"
            cells.append(f'<rect x="{c}" width="1" height="1" {fill} data-pick="{r},{c}" data-tip="{tip}"/>')
        lines.append(f'<g transform="translate(0 {r})">{"".join(cells)}</g>')
    scaled = f'transform="translate({left:.1f} {top:.1f}) scale({cell:g})" shape-rendering="crispEdges"'
    crossed = f'<path class="lk-edge lk-off" stroke-width=".7" d="{"".join(crosses)}"/>' if crosses else ""
    return f"<g {scaled}>{''.join(lines)}</g>{crossed}"


def brief(name: str) -> str:
    """A name as a label: one letter for the side of the body, and not too long."""
    side, _, rest = name.partition(" ")
    return shortened(f"{side[0].upper()} {rest}" if side in ("left", "right") else name, NAME)


def _names(names: Sequence[str], picked: int | None, cell: float, place: Callable[[float], tuple]) -> list[str]:
    """Names beside their cells, fewer if cells are smaller than text, the picked one bold; ``place``: of a label."""
    each, bold = ceil(13 / cell), ' class="lk-bold"'
    parts = []
    for i, name in enumerate(names):
        if i % each == 0 or i == picked:
            x, y, anchor, more = place(cell * (i + 0.5))
            parts.append(label(brief(name), x, y, anchor, more + (bold if i == picked else "")))
    return parts


def _bar(limits: Range, unit: str, x: float, top: float, tall: float) -> tuple[str, float]:
    """The colour bar with its numbers and unit, and its width."""
    step, (low, high) = tall / STEPS, limits
    fills = _colours(np.linspace(high, low, STEPS), limits)
    steps = [f'<rect y="{i * step:.1f}" width="12" height="{step + 0.6:.1f}" fill="{f}"/>' for i, f in enumerate(fills)]
    ticks = nice_ticks(low, high, fixed=True)[2]
    texts, heights = tick_texts(ticks), Area(x, x + 12, top, top + tall, (0, 1), limits).up(np.array(ticks))
    beside = max(map(text_width, texts))
    numbers = [label(text, x + 18, y + 4) for text, y in zip(texts, heights, strict=True)]
    middle = f' transform="translate({x + 32 + beside:.1f} {top + tall / 2:.1f}) rotate(-90)"'
    name = label(shortened(unit, tall), 0, 0, "middle", middle)
    return f'<g transform="translate({x:.1f} {top:.1f})">{"".join(steps)}</g>{"".join(numbers)}{name}', beside + 40


def _alt(values: np.ndarray, rows, columns, unit: str, title: str, picked) -> str:
    finite = np.isfinite(values)
    text = f"Heat map{': ' + title if title else ''}, {len(rows)} rows {rows[0]} to {rows[-1]}, "
    text += f"{len(columns)} columns {columns[0]} to {columns[-1]}"
    if finite.any():
        low, high = number(values[finite].min()), f"{number(values[finite].max())} {unit}"
        r, c = np.unravel_index(np.where(finite, values, -np.inf).argmax(), values.shape)
        text += f"; from {low} to {high}; largest {high}, {rows[r]} → {columns[c]}"
    text += "" if finite.all() else f"; {int((~finite).sum())} without value"
    marked = " → ".join(str(n[i]) for n, i in zip((rows, columns), picked, strict=True) if i is not None)
    return text + (f"; picked: {marked}" if marked else "")
