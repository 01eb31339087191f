"""Axes of charts: short numbers, ticks, ranges, and the area that data are drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from liftkit.system.numbers import Rounded
from liftkit.view.charts.svg import ROW, label, shortened

Range = tuple[float, float]


def number(value: float) -> str:
    """At least three significant digits in few characters."""
    if abs(value) < 1e-300:
        return "0"
    exponent = int(f"{value:.2e}".partition("e")[2])  # after rounding: 9.999e9 is 10^10
    return _trimmed(value, max(0, 2 - exponent)) if -3 <= exponent < 9 else _power(value, exponent, 2)


def _power(value: float, exponent: int, decimals: int) -> str:
    power = "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    factor = _trimmed(value / 10.0**exponent, decimals)
    return {"0": "0", "1": power}.get(factor, f"{factor}×{power}")


def _trimmed(value: float, decimals: int) -> str:
    text = f"{Rounded(value):.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """Texts as precise as the distance of the ticks; long numbers in thousands (k) or millions (M)."""
    largest, step = max(map(abs, ticks)), min(np.diff(ticks), default=abs(ticks[0])) or 1.0
    if largest and not 1e-3 <= largest < 1e9:
        exponent = floor(log10(largest))
        return [_power(tick, exponent, max(0, ceil(exponent - log10(step) - 1e-9))) for tick in ticks]
    divisor, unit = (1e6, "M") if largest >= 1e6 else (1e3, "k") if largest >= 1e4 else (1.0, "")
    decimals = max(0, ceil(-log10(step / divisor) - 1e-9))
    return [_trimmed(tick / divisor, decimals) + (unit if tick else "") for tick in ticks]


def widened(low: float, high: float, share: float) -> Range:
    """A range with a margin of ``share`` of its length; a range of one value gets a length."""
    most = max(abs(low), abs(high))
    if high - low > max(1e-9 * most, 1e-30):
        more = share * (high - low)
    else:
        more = 0.1 * most if most > 1e-30 else 1.0
    return float(low - more), float(high + more)


def nice_ticks(low: float, high: float, whole: bool = False, fixed: bool = False) -> tuple[float, float, list[float]]:
    """Four to six ticks (``whole``: two or more) 1, 2 or 5 times 10^n apart; the range, widened unless ``fixed``."""
    first_power = floor(log10((high - low) / 5))
    fewest, choices = 2 if whole else 4, []
    for step in (m * 10.0**power for power in (first_power, first_power + 1) for m in (1, 2, 5)):
        if whole and step < 1:
            continue
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        for below, above in [(0, 0)] if fixed else [(0, 0), (0, 1), (1, 0), (1, 1)]:
            a, b = first - below, last + above
            ends = min(low, a * step), max(high, b * step)
            amiss = max(fewest - (b - a + 1), b - a + 1 - 6, 0)
            choices.append(((amiss, ends[1] - ends[0], a - b), ends, [i * step for i in range(a, b + 1)]))
    _, (low, high), ticks = min(choices, key=lambda choice: choice[0])
    return low, high, ticks


def log_ticks(low: float, high: float) -> tuple[float, float, list[float]]:
    """Ticks of a logarithmic axis and its range: powers of ten, with 2 and 5 between them if the range is short."""
    decades = log10(high / low)
    if decades < 0.8:
        return low, high, [tick for tick in nice_ticks(low, high, fixed=True)[2] if tick > 0]
    powers = range(floor(log10(low) + 1e-9), ceil(log10(high) - 1e-9) + 1)
    if decades < 2:
        return low, high, [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    return 10.0 ** powers[0], 10.0 ** powers[-1], [10.0**p for p in powers[:: ceil(len(powers) / 6)]]


def y_axis(values: np.ndarray, margin: float, limits: Range | None = None, log: bool = False):
    """The range and the ticks for finite values, or for given limits; it begins at 0 if the values come near 0."""
    if limits is not None:
        return limits, nice_ticks(*limits, fixed=True)[2]
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if values.size else (1.0, 10.0) if log else (0.0, 1.0)
    if log:
        low, high = (low, high) if high / low > 1.1 else (low / 1.1, high * 1.1)
        low, high, ticks = log_ticks(low, high)
    else:
        start, high = widened(low, high, margin)
        low, high, ticks = nice_ticks(0.0 if 0 <= low <= 0.3 * high else start, high)
    return (low, high), ticks


@dataclass(frozen=True)
class Area:
    """The area that data are drawn in: its edges in pixels and the range of each axis."""

    left: float
    right: float
    top: float
    bottom: float
    x: Range
    y: Range
    log: bool = False

    def across(self, x: np.ndarray | float) -> np.ndarray:
        """Values of x -> pixels."""
        return self.left + (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def up(self, y: np.ndarray | float) -> np.ndarray:
        """Values of y -> pixels."""
        y, (low, high) = np.asarray(y, float), self.y
        if self.log:
            y, low, high = np.log10(y), log10(low), log10(high)
        far = 10 * self.bottom  # values far outside fixed limits need no long numbers
        return np.clip(self.bottom - (y - low) / (high - low) * (self.bottom - self.top), -far, far)

    def rows(self, ticks: Sequence[float], texts: Sequence[str], name: str) -> str:
        """The y axis: horizontal grid lines with their numbers, and the axis's name, read from below."""
        heights = self.up(np.array(ticks))
        grid = "".join(f"M{self.left:.1f} {y:.1f}H{self.right:.1f}" for y in heights)
        numbers = [label(t, self.left - 6, y + 4, "end") for t, y in zip(texts, heights, strict=True)]
        middle = (self.top + self.bottom) / 2
        name = shortened(name, 2 * min(middle - 2, self.bottom + ROW - middle + 20))
        turned = label(name, 0, 0, "middle", f' transform="translate(14 {middle:.1f}) rotate(-90)"')
        return f'<path class="lk-grid" d="{grid}"/>{"".join(numbers)}{turned}'

    def inside(self, parts: Sequence[str]) -> str:
        """Parts, cut off at the area's edges by an inner picture, which needs no id as a clip path does."""
        w, h = self.right - self.left, self.bottom - self.top
        box = f"{self.left:.1f} {self.top:.1f} {w:.1f} {h:.1f}"
        place = f'x="{self.left:.1f}" y="{self.top:.1f}" width="{w:.1f}" height="{h:.1f}"'
        return f'<svg {place} viewBox="{box}" overflow="hidden">{"".join(parts)}</svg>'
