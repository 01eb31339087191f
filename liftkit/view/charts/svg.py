"""What charts share: their style, escaped names, short numbers, ticks, axes and legends, as SVG text.

Charts carry no script and no ids, so that several share a page. They take the page's theme by custom properties
(--lk-ink, --lk-line, --lk-paper, --lk-s0 to --lk-s5) and look right without it, as an image alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

import numpy as np

from liftkit.view.palette import SERIES, SERIES_DASHES

SIZE = 12  # pixels, the height of text
ROW = 17  # pixels from one row of text to the next


def _themed(what: str, name: str, plain: str) -> str:
    """The colour twice, since programs that know no custom properties keep the first: PDF converters."""
    return f"{what}:{plain};{what}:var(--lk-{name},{plain})"


INK = "#222"
STYLE = (
    f".lk-chart{{font-family:system-ui,sans-serif;font-size:{SIZE}px}}"
    f".lk-chart text{{{_themed('fill', 'ink', INK)}}}"
    f".lk-paper{{{_themed('fill', 'paper', '#fff')}}}"
    f".lk-grid{{fill:none;{_themed('stroke', 'line', '#ccc')}}}"
    f".lk-edge{{fill:none;{_themed('stroke', 'ink', INK)}}}"
    f".lk-halo{{fill:none;stroke-width:5;{_themed('stroke', 'paper', '#fff')}}}"
    f".lk-none{{{_themed('fill', 'line', '#ccc')}}}"
    ".lk-mark{stroke-dasharray:4 3}.lk-strong{stroke-width:2}.lk-bold{font-weight:700}.lk-off{pointer-events:none}"
    ".lk-line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}"
    ".lk-band{fill:currentColor;fill-opacity:.18}"
    f".lk-dot{{fill:currentColor;{_themed('stroke', 'paper', '#fff')}}}"
    f".lk-hit{{fill-opacity:0;{_themed('fill', 'ink', INK)}}}.lk-hit>:hover{{fill-opacity:.1}}"
    ".lk-chart [data-pick]{cursor:pointer}"
) + "".join(
    f".lk-s{i}{{{_themed('color', f's{i}', colour)}}}"
    + (f".lk-line.lk-s{i}{{stroke-dasharray:{dash}}}" if dash else "")
    for i, (colour, dash) in enumerate(zip(SERIES, SERIES_DASHES.values(), strict=True))
)


def safe(text: object) -> str:
    """Any text for an XML element or attribute: escaped, lines kept, without characters that XML forbids.

    >>> safe('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    allowed = re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", str(text))
    return escape(allowed).replace("\n", "&#10;")


def text_width(text: str) -> float:
    """A generous guess in pixels: the font is the reader's."""
    return SIZE * sum(1.0 if character > "\u2e80" else 0.58 for character in text)


def shortened(text: object, width: float) -> str:
    """The text, or as much of its beginning as ``width`` pixels hold, with an ellipsis."""
    text = str(text)
    if text_width(text) <= width:
        return text
    while text and text_width(text) + SIZE > width:
        text = text[:-1]
    return text + "…"


def label(text: object, x: float, y: float, anchor: str = "start", more: str = "") -> str:
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{where}{more}>{safe(text)}</text>'


def root(parts: Sequence[str], alt: str, width: float, height: float) -> str:
    """The whole picture: ``parts`` on paper, with the words ``alt`` for those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" style="max-width:100%;height:auto" class="lk-chart" role="img" aria-label="{safe(alt)}">'
        f'<style>{STYLE}</style><rect class="lk-paper" width="{width:g}" height="{height:g}"/>{"".join(parts)}</svg>'
    )


def number(value: float) -> str:
    """Three digits or more, in few characters: 0.0123, 48.2, 1563, 2.5×10⁻⁶.

    >>> number(48.2041), number(2.5e-6), number(400128)
    ('48.2', '2.5×10⁻⁶', '400128')
    """
    if abs(value) < 1e-300:
        return "0"
    exponent = floor(log10(abs(value)))
    return _trimmed(value, max(0, 2 - exponent)) if -3 <= exponent < 9 else _raised(value, exponent, 2)


def _raised(value: float, exponent: int, decimals: int) -> str:
    power = "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    factor = _trimmed(value / 10.0**exponent, decimals)
    return {"0": "0", "1": power}.get(factor, f"{factor}×{power}")


def _trimmed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """Texts as fine as the ticks' distance, in thousands (k) or millions (M) where numbers are long.

    >>> tick_texts([0, 5000, 10000]), tick_texts([0.5, 1.0])
    (['0', '5k', '10k'], ['0.5', '1'])
    """
    largest, step = max(map(abs, ticks)), min(np.diff(ticks), default=abs(ticks[0])) or 1.0
    if largest and not 1e-3 <= largest < 1e9:
        exponent = floor(log10(largest))
        return [_raised(tick, exponent, max(0, ceil(exponent - log10(step) - 1e-9))) for tick in ticks]
    divisor, unit = (1e6, "M") if largest >= 1e6 else (1e3, "k") if largest >= 1e4 else (1.0, "")
    decimals = max(0, ceil(-log10(step / divisor) - 1e-9))
    return [_trimmed(tick / divisor, decimals) + (unit if tick else "") for tick in ticks]


def widened(low: float, high: float, share: float) -> tuple[float, float]:
    """A range with a margin, wide enough to be divided also where there is one value alone."""
    most = max(abs(low), abs(high))
    if high - low > max(1e-9 * most, 1e-30):
        more = share * (high - low)
    else:
        more = 0.1 * most if most > 1e-30 else 1.0
    return float(low - more), float(high + more)


def nice_ticks(low: float, high: float, whole: bool = False, fixed: bool = False) -> tuple[float, float, list[float]]:
    """Four to six ticks 1, 2 or 5 times a power of ten apart, and the range, widened least so that they fit.

    ``whole`` allows whole numbers alone (two ticks are enough), ``fixed`` leaves the range as it is.

    >>> nice_ticks(3, 97)
    (3, 97, [20.0, 40.0, 60.0, 80.0])
    """
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


def log_ticks(low: float, high: float, fixed: bool = False) -> tuple[float, float, list[float]]:
    """Ticks of a logarithmic axis and its range: powers of ten, between them 2 and 5 where the range is short."""
    decades = log10(high / low)
    if decades < 0.8:
        return low, high, [tick for tick in nice_ticks(low, high, fixed=True)[2] if tick > 0]
    powers = range(floor(log10(low) + 1e-9), ceil(log10(high) - 1e-9) + 1)
    if decades < 2:
        return low, high, [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    low, high = (low, high) if fixed else (10.0 ** powers[0], 10.0 ** powers[-1])
    return low, high, [10.0**p for p in powers[:: ceil(len(powers) / 6)] if low <= 10.0**p <= high]


def checked_limits(limits: tuple[float, float]) -> tuple[float, float]:
    low, high = map(float, limits)
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(f"limits must be two finite numbers, the smaller first, found {limits}")
    return low, high


@dataclass(frozen=True)
class Frame:
    """The area that data are drawn in, in pixels, with the range of each axis."""

    left: float
    right: float
    top: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]
    log: bool = False

    def across(self, x: np.ndarray | float) -> np.ndarray:
        return self.left + (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def up(self, y: np.ndarray | float) -> np.ndarray:
        y, (low, high) = np.asarray(y, float), self.y
        if self.log:
            y, low, high = np.log10(y), log10(low), log10(high)
        far = 10 * self.bottom  # values far outside fixed limits need no long numbers
        return np.clip(self.bottom - (y - low) / (high - low) * (self.bottom - self.top), -far, far)

    def rows(self, ticks: Sequence[float], texts: Sequence[str]) -> str:
        """Horizontal grid lines with their numbers."""
        heights = self.up(np.array(ticks))
        grid = "".join(f"M{self.left:.1f} {y:.1f}H{self.right:.1f}" for y in heights)
        names = [label(t, self.left - 6, y + 4, "end") for t, y in zip(texts, heights, strict=True)]
        return f'<path class="lk-grid" d="{grid}"/>{"".join(names)}'

    def upright(self, text: str) -> str:
        """The name of the y axis, read from below."""
        middle = (self.top + self.bottom) / 2
        text = shortened(text, 2 * min(middle - 2, self.bottom + ROW - middle + 20))
        return label(text, 0, 0, "middle", f' transform="translate(14 {middle:.1f}) rotate(-90)"')

    def inside(self, parts: Sequence[str]) -> str:
        """Parts, cut off at the area's edges: an inner picture needs no id for that, a clip path does."""
        w, h = self.right - self.left, self.bottom - self.top
        box = f"{self.left:.1f} {self.top:.1f} {w:.1f} {h:.1f}"
        place = f'x="{self.left:.1f}" y="{self.top:.1f}" width="{w:.1f}" height="{h:.1f}"'
        return f'<svg {place} viewBox="{box}" overflow="hidden">{"".join(parts)}</svg>'


def legend(names: Sequence[str], left: float, right: float) -> tuple[str, float]:
    """Samples of the lines with their names, in rows from the top; and the height of all."""
    parts, x, y = [], left, ROW
    for i, name in enumerate(names):
        text = shortened(name, right - left - 34)
        if x > left and x + 34 + text_width(text) > right:
            x, y = left, y + ROW
        parts.append(f'<path class="lk-line lk-s{i}" d="M{x:.1f} {y - 4}h26"/>{label(text, x + 32, y)}')
        x += 48 + text_width(text)
    return "".join(parts), y + 8
