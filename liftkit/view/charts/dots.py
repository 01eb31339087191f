"""Groups of values as dots, such as one dot a seed, as SVG text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    widened,
)
from liftkit.view.palette import SERIES

RADII = (4.5, 3.5, 2.6, 2.0)  # pixels; many dots become small


def dot_chart(
    groups: Mapping[str, ArrayLike],
    *,
    y_label: str,
    tips: Mapping[str, Sequence[str]] | None = None,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    references: Mapping[str, float] | None = None,
    lower_is_better: bool | None = True,
    limits: tuple[float, float] | None = None,
    picked: tuple[str, int] | None = None,
    width: int = 480,
    height: int = 300,
) -> str:
    """One column a group, name -> values, as SVG text: dots side by side, their mean, and an interval as a bar.

    A dot's ``data-pick`` is "NAME,INDEX"; one whose value is not finite is a cross at the worse end. ``tips``: name ->
    a text a dot; ``intervals``: name -> (low, high); ``references``: text -> y, dashed; ``lower_is_better``: said at
    the axis, None for neither; ``picked``: name and index of a dot to outline. Raises ValueError for what does not fit.

    >>> dot_chart({"full": [60.2, 58.1], "legs_torso": [48.0, 49.5]}, y_label="mm").count("data-pick=")
    4
    """
    values = {str(name): np.asarray(found, float) for name, found in groups.items()}
    tips, intervals, references = (
        {str(name): f for name, f in (d or {}).items()} for d in (tips, intervals, references)
    )
    _expect_fitting(values, tips, intervals, references, picked, (width, height))
    y_range, ticks = _y_axis(values, intervals, references, limits)
    texts = tick_texts(ticks)
    left = 30 + max(map(text_width, texts))
    beside = min(max((text_width(name) for name in references), default=0), 0.27 * width)
    step = (width - 8 - beside - left) / len(values)
    names, below = _names(list(values), left, step)
    lost = not all(np.isfinite(found).all() for found in values.values())
    top = 26 if lower_is_better is False or not lost else 26 + ROW
    frame = Frame(left, left + step * len(values), top, height - below, (0, len(values)), y_range)
    better = {True: "lower is better", False: "higher is better", None: ""}[lower_is_better]
    parts = [frame.rows(ticks, texts), frame.upright(y_label), label(better, left, 14) if better else ""]
    parts += [f'<g transform="translate(0 {frame.bottom:.1f})">{names}</g>']
    drawn = [_interval(frame, name, values[name], intervals.get(name), i) for i, name in enumerate(values)]
    drawn += [_dots(frame, name, values[name], tips.get(name), i, picked) for i, name in enumerate(values)]
    parts += [*_references(frame, references, beside), frame.inside(drawn)]
    parts += [_crosses(frame, name, values[name], tips.get(name), i, lower_is_better) for i, name in enumerate(values)]
    return root(parts, _in_words(values, intervals, references, y_label + (better and f" ({better})")), width, height)


def _expect_fitting(values, tips, intervals, references, picked, size) -> None:
    if not values or any(found.ndim != 1 or not found.size for found in values.values()):
        raise ValueError(f"expected groups of values, found the shapes { {n: v.shape for n, v in values.items()} }")
    if size[0] < 200 or size[1] < 160:
        raise ValueError(f"expected at least 200 x 160 pixels, found {size[0]} x {size[1]}")
    for what, found in (("tips", tips), ("intervals", intervals)):
        if not set(found) <= set(values):
            raise ValueError(f"{what} must have names of groups {list(values)}, found {list(found)}")
    for name, texts in tips.items():
        if len(texts) != len(values[name]):
            raise ValueError(f"{name!r} has {len(values[name])} values, found {len(texts)} tips")
    for name, interval in intervals.items():
        if len(interval) != 2 or not (np.isfinite(interval).all() and interval[0] <= interval[1]):
            raise ValueError(f"the interval of {name!r} must be finite (low, high), found {interval}")
    if not np.isfinite(list(references.values())).all():
        raise ValueError(f"references must be finite, found {references}")
    if picked is not None and not (picked[0] in values and 0 <= picked[1] < len(values[picked[0]])):
        raise ValueError(f"picked must be a group of {list(values)} and an index within it, found {picked}")


def _y_axis(values, intervals, references, limits):
    if limits is not None:
        low, high = checked_limits(limits)
        return (low, high), nice_ticks(low, high, fixed=True)[2]
    every = np.concatenate([*values.values(), *map(np.array, intervals.values()), np.array([*references.values()])])
    every = every[np.isfinite(every)]
    low, high = (every.min(), every.max()) if every.size else (0.0, 1.0)
    start, top = widened(low, high, 0.06)
    low, high, ticks = nice_ticks(0.0 if 0 <= low <= 0.3 * high else start, top)
    return (low, high), ticks


def _names(names: list[str], left: float, step: float) -> tuple[str, float]:
    """Names below their columns, broken at underscores and spaces where that is enough, else turned; their height."""
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


def _broken(name: str, room: float) -> list[str]:
    lines = [""]
    for piece in name.replace("_", "_\n").replace(" ", " \n").split("\n"):
        if lines[-1] and text_width(lines[-1] + piece.rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    return lines


def _spread(heights: np.ndarray, room: float) -> tuple[np.ndarray, float]:
    """Steps to the side so that dots do not cover each other, and the dots' radius: small where many are level."""
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
        if np.abs(aside).max(initial=0) + radius <= room:
            break
    else:
        aside *= (room - radius) / np.abs(aside).max()
    return aside[np.argsort(order)], radius


def _dots(frame: Frame, name: str, values: np.ndarray, tips, i: int, picked) -> str:
    there = np.flatnonzero(np.isfinite(values))
    step, heights = float(frame.across(1) - frame.across(0)), frame.up(values[there])
    aside, radius = _spread(heights, 0.46 * step)
    middle, parts, ring = float(frame.across(i + 0.5)), [], []
    for index, x, y in zip(there.tolist(), middle + aside, heights, strict=True):
        told = tips[index] if tips else f"{name} {index}: {number(values[index])}"
        mine = picked is not None and tuple(picked) == (name, index)
        if mine:
            ring.append(f'<circle class="lk-edge lk-strong lk-off" cx="{x:.1f}" cy="{y:.1f}" r="{radius + 2.5}"/>')
        parts.append(
            f'<circle class="lk-dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius}" data-pick="{safe(name)},{index}" '
            f'data-tip="{safe(told)}"/>'
        )
    return f'<g class="lk-s{i % len(SERIES)}" stroke-width="{radius / 5:.1f}">{"".join([*parts, *ring])}</g>'


def _crosses(frame: Frame, name: str, values: np.ndarray, tips, i: int, lower_is_better: bool | None) -> str:
    """Values that are not finite, side by side above the area, or at its lower edge where higher is better."""
    lost = np.flatnonzero(~np.isfinite(values))
    y = frame.bottom - 6 if lower_is_better is False else frame.top - 8
    step = min(11.0, 0.9 * float(frame.across(1) - frame.across(0)) / max(len(lost), 1))
    parts = []
    for n, index in enumerate(lost.tolist()):
        x = float(frame.across(i + 0.5)) + (n - (len(lost) - 1) / 2) * step
        told = tips[index] if tips else f"{name} {index}: no value"
        box = f'<rect class="lk-hit" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"'
        parts.append(f'<path class="lk-edge lk-off lk-strong" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6"/>')
        parts.append(f'{box} data-pick="{safe(name)},{index}" data-tip="{safe(told)}"/>')
    return "".join(parts)


def _interval(frame: Frame, name: str, values: np.ndarray, interval, i: int) -> str:
    """The interval as a soft bar with its ends, and the mean as a line across."""
    there = values[np.isfinite(values)]
    if not there.size:
        return ""
    middle, half = float(frame.across(i + 0.5)), min(0.32 * float(frame.across(1) - frame.across(0)), 40.0)
    a, b = middle - half, middle + half
    told, mean, bar = f"{name}: mean {number(there.mean())} of {there.size}", float(frame.up(there.mean())), ""
    if interval is not None:
        told += f", interval {number(interval[0])} to {number(interval[1])}"
        high, low = frame.up(interval[1]), frame.up(interval[0])
        box = f'x="{a:.1f}" y="{high:.1f}" width="{b - a:.1f}" height="{max(low - high, 1):.1f}"'
        bar = f'<rect class="lk-band lk-s{i % len(SERIES)}" {box}/>'
    line = f'<path class="lk-edge lk-strong" d="M{a:.1f} {mean:.1f}H{b:.1f}"/>'
    return f'<g data-tip="{safe(told)}">{bar}{line}</g>'


def _references(frame: Frame, references: Mapping[str, float], room: float) -> list[str]:
    """Dashed lines with their texts to the right, moved apart where they would meet."""
    shown = {name: y for name, y in references.items() if frame.y[0] <= y <= frame.y[1]}
    lowest, parts = frame.top - ROW, []
    for n, (name, value) in enumerate(sorted(shown.items(), key=lambda found: -found[1])):
        y = float(frame.up(value))
        most = frame.bottom - (ROW - 3) * (len(shown) - 1 - n)
        lowest = min(max(y, lowest + ROW - 3), most)
        line = f'<path class="lk-edge lk-mark" d="M{frame.left:.1f} {y:.1f}H{frame.right:.1f}"/>'
        text = label(shortened(name, room), frame.right + 4, lowest + 4)
        parts.append(f'<g data-tip="{safe(f"{name}: {number(value)}")}">{line}{text}</g>')
    return parts


def _in_words(values, intervals, references, y_label: str) -> str:
    told = []
    for name, found in values.items():
        there, lost = found[np.isfinite(found)], int((~np.isfinite(found)).sum())
        text = f"{name}: {there.size} dots"
        if there.size:
            text += f", mean {number(there.mean())}, {number(there.min())} to {number(there.max())}"
        if name in intervals:
            text += f", interval {number(intervals[name][0])} to {number(intervals[name][1])}"
        told.append(text + (f", {lost} without value" if lost else ""))
    dashed = "".join(f"; dashed line {name} at {number(y)}" for name, y in references.items())
    return f"Dot chart of {y_label}, {len(values)} groups. {'; '.join(told)}{dashed}"
