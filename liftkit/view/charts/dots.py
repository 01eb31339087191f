"""Groups of values as dots, such as one dot per seed, as SVG text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from liftkit.view.charts.axes import Area, Range, number, tick_texts, y_axis
from liftkit.view.charts.svg import ROW, label, root, safe, shortened, text_width
from liftkit.view.palette import SERIES

WIDTH, HEIGHT = 480, 300  # pixels
RADII = (4.5, 3.5, 2.6, 2.0)  # pixels; many dots become small


def dot_chart(
    groups: Mapping[str, ArrayLike],  # name -> values; one that is not finite is a cross at the worse end
    *,
    y_label: str,
    tips: Mapping[str, Sequence[str]] | None = None,  # name -> one text per dot; None: name, index and value
    intervals: Mapping[str, Range] | None = None,  # name -> (low, high)
    lower_is_better: bool = True,
    picked: tuple[str, int] | None = None,  # name and index of a dot to outline
    colours: Sequence[int] | None = None,  # of SERIES, one per group; None: each group has its own
    width: int = WIDTH,
    height: int = HEIGHT,
) -> str:
    """One column per group as SVG text: dots, mean, an interval as a bar. A dot's ``data-pick`` is "NAME,INDEX"."""
    values = {name: np.asarray(found, float) for name, found in groups.items()}
    tips, intervals = tips or {}, intervals or {}
    if not values or any(found.ndim != 1 or not found.size for found in values.values()):
        raise ValueError(f"expected groups of values, found the shapes { {n: v.shape for n, v in values.items()} }")
    y_range, ticks = y_axis(np.concatenate([*values.values(), *map(np.array, intervals.values())]), 0.06)
    texts = tick_texts(ticks)
    left = 30 + max(map(text_width, texts))
    step = (width - 8 - left) / len(values)
    names, below = _names(list(values), left, step)
    lost = not all(np.isfinite(found).all() for found in values.values())
    top = 26 + ROW if lower_is_better and lost else 26
    area = Area(left, left + step * len(values), top, height - below, (0, len(values)), y_range)
    better = "lower is better" if lower_is_better else "higher is better"
    looks = [f"lk-s{i % len(SERIES)}" for i in colours or range(len(values))]
    drawn = [
        _mean(area, name, found, intervals.get(name), i, looks[i]) for i, (name, found) in enumerate(values.items())
    ]
    drawn += [
        _dots(area, name, found, tips.get(name), i, looks[i], picked) for i, (name, found) in enumerate(values.items())
    ]
    parts = [area.rows(ticks, texts, y_label), label(better, left, 14)]
    parts += [f'<g transform="translate(0 {area.bottom:.1f})">{names}</g>', area.inside(drawn)]
    y = area.top - 8 if lower_is_better else area.bottom - 6  # of crosses
    parts += [_crosses(area, name, found, tips.get(name), i, y) for i, (name, found) in enumerate(values.items())]
    return root(parts, _alt(values, intervals, f"{y_label} ({better})"), width, height)


def _names(names: list[str], left: float, step: float) -> tuple[str, float]:
    """Names below their columns, broken at underscores and spaces if that is enough, else turned; their height."""
    broken = [_broken(name, step - 4) for name in names]
    middles = [left + step * (i + 0.5) for i in range(len(names))]
    if max(text_width(line) for lines in broken for line in lines) <= step - 4 and max(map(len, broken)) <= 3:
        texts = [
            label(line, x, 4 + (ROW - 3) * (i + 1), "middle")
            for x, lines in zip(middles, broken, strict=True)
            for i, line in enumerate(lines)
        ]
        return "".join(texts), 14 + (ROW - 3) * max(map(len, broken))
    short = [shortened(name, min(130.0, (x - 4) / 0.77)) for name, x in zip(names, middles, strict=True)]
    texts = [
        label(text, 0, 0, "end", f' transform="translate({x + 5:.1f} 14) rotate(-40)"')
        for text, x in zip(short, middles, strict=True)
    ]
    return "".join(texts), 22 + 0.64 * max(map(text_width, short))


def _broken(name: str, width: float) -> list[str]:
    lines = [""]
    for piece in name.replace("_", "_\n").replace(" ", " \n").split("\n"):
        if lines[-1] and text_width(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def _spread(heights: np.ndarray, width: float) -> tuple[np.ndarray, float]:
    """How far dots move to the side so that they do not cover each other, and their radius: small if many are level."""
    order = np.argsort(heights, kind="stable")
    level = heights[order]
    for radius in RADII:
        apart, aside = 2 * radius + 0.5, np.zeros(len(heights))
        for i, begin in enumerate(np.searchsorted(level, level - apart, side="right")):
            near = aside[begin:i]
            half = np.sqrt(np.maximum(apart**2 - (level[i] - level[begin:i]) ** 2, 0))
            steps = np.r_[0.0, near + half, near - half]
            free = (np.abs(steps[:, None] - near) >= half - 1e-9).all(1)
            aside[i] = min(steps[free].tolist(), key=abs)
        if np.abs(aside).max(initial=0) + radius <= width:
            break
    else:
        aside *= (width - radius) / np.abs(aside).max()
    return aside[np.argsort(order)], radius


def _dots(area: Area, name: str, values: np.ndarray, tips, i: int, look: str, picked) -> str:
    finite = np.flatnonzero(np.isfinite(values))
    step, heights = float(area.across(1) - area.across(0)), area.up(values[finite])
    aside, radius = _spread(heights, 0.46 * step)
    middle, dots, ring = float(area.across(i + 0.5)), [], ""
    for index, x, y in zip(finite.tolist(), middle + aside, heights, strict=True):
        tip = tips[index] if tips else f"{name} {index}: {number(values[index])}"
        place = f'cx="{x:.1f}" cy="{y:.1f}"'
        if picked == (name, index):
            ring = f'<circle class="lk-edge lk-strong lk-off" {place} r="{radius + 2.5}"/>'
        dots.append(f'<circle class="lk-dot" {place} r="{radius}" {_marks(name, index, tip)}/>')
    return f'<g class="{look}" stroke-width="{radius / 5:.1f}">{"".join(dots)}{ring}</g>'


def _crosses(area: Area, name: str, values: np.ndarray, tips, i: int, y: float) -> str:
    """Values that are not finite, side by side."""
    lost = np.flatnonzero(~np.isfinite(values))
    step = min(11.0, 0.9 * float(area.across(1) - area.across(0)) / max(len(lost), 1))
    parts = []
    for n, index in enumerate(lost.tolist()):
        x = float(area.across(i + 0.5)) + (n - (len(lost) - 1) / 2) * step
        tip = tips[index] if tips else f"{name} {index}: no value"
        parts.append(f'<path class="lk-edge lk-off lk-strong" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6"/>')
        box = f'<rect class="lk-hit" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"'
        parts.append(f"{box} {_marks(name, index, tip)}/>")
    return "".join(parts)


def _marks(name: str, index: int, tip: str) -> str:
    return f'data-pick="{safe(name)},{index}" data-tip="{safe(tip)}"'


def _mean(area: Area, name: str, values: np.ndarray, interval: Range | None, i: int, look: str) -> str:
    """The mean as a line across, the interval as a soft bar."""
    values = values[np.isfinite(values)]
    if not values.size:
        return ""
    middle, half = float(area.across(i + 0.5)), min(0.32 * float(area.across(1) - area.across(0)), 40.0)
    a, b, mean = middle - half, middle + half, float(area.up(values.mean()))
    tip, bar = f"{name}: mean {number(values.mean())} of {values.size}", ""
    if interval is not None:
        tip += f", interval {number(interval[0])} to {number(interval[1])}"
        low, high = area.up(np.array(interval))
        box = f'x="{a:.1f}" y="{high:.1f}" width="{b - a:.1f}" height="{max(low - high, 1):.1f}"'
        bar = f'<rect class="lk-band {look}" {box}/>'
    line = f'<path class="lk-edge lk-strong" d="M{a:.1f} {mean:.1f}H{b:.1f}"/>'
    return f'<g data-tip="{safe(tip)}">{bar}{line}</g>'


def _alt(values, intervals, y_label: str) -> str:
    texts = []
    for name, found in values.items():
        finite = found[np.isfinite(found)]
        text = f"{name}: {finite.size} dots"
        if finite.size:
            text += f", mean {number(finite.mean())}, {number(finite.min())} to {number(finite.max())}"
        if name in intervals:
            text += f", interval {number(intervals[name][0])} to {number(intervals[name][1])}"
        texts.append(text + (f", {found.size - finite.size} without value" if finite.size < found.size else ""))
    return f"Dot chart of {y_label}, {len(values)} groups. {'; '.join(texts)}"
