"""The SVG text that charts are made of: style, escaped names, labels, legends.

Charts carry no script and no ids, so that several share a page. They take the page's theme from custom properties
(--lk-ink, --lk-line, --lk-paper, --lk-left, --lk-right, --lk-s0 to --lk-s5) and look right without it, as an image.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from liftkit.view.palette import COLOURS, DASHES, SERIES, SERIES_DASHES

SIZE = 12  # pixels, the height of text
ROW = 17  # pixels from one row of text to the next
NARROW = 0.58  # of the height, the width of a letter of a European script


def _themed(what: str, name: str, plain: str) -> str:
    """The colour twice, because programs that know no custom properties keep the first: PDF converters."""
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
    ".lk-thin{stroke-width:3}.lk-line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}"
    ".lk-band{fill:currentColor;fill-opacity:.18}"
    f".lk-dot{{fill:currentColor;{_themed('stroke', 'paper', '#fff')}}}"
    f".lk-hit{{fill-opacity:0;{_themed('fill', 'ink', INK)}}}.lk-hit>:hover{{fill-opacity:.1}}"
    ".lk-chart [data-pick]{cursor:pointer}"
) + "".join(
    f".lk-s{i}{{{_themed('color', f's{i}', colour)}}}"
    + (f".lk-line.lk-s{i}{{stroke-dasharray:{dash}}}" if dash else "")
    for i, (colour, dash) in enumerate(zip(SERIES, SERIES_DASHES.values(), strict=True))
)
STYLE += "".join(f".lk-{side}{{{_themed('color', side, colour)}}}" for side, colour in COLOURS.items())
STYLE += f".lk-line.lk-right{{stroke-dasharray:{DASHES['right']}}}"


def safe(text: object) -> str:
    """Any text for an XML element or attribute: escaped, lines kept, without characters that XML forbids."""
    allowed = re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", str(text))
    return escape(allowed).replace("\n", "&#10;")


def text_width(text: str) -> float:
    """A generous guess of a text's width in pixels: the font is the reader's."""
    return SIZE * sum(1.0 if character > "\u2e80" else NARROW for character in text)


def shortened(text: object, width: float) -> str:
    """The text, or as much of its beginning as ``width`` pixels hold, with an ellipsis."""
    text, most = str(text), int(width / (NARROW * SIZE)) + 1
    if len(text) <= most and text_width(text) <= width:
        return text
    text = text[:most]  # at once: letter by letter, 10,000 of them take a minute and a half
    while text and text_width(text) + SIZE > width:
        text = text[:-1]
    return text + "…"


def label(text: object, x: float, y: float, anchor: str = "start", more: str = "") -> str:
    """A text element; ``more``: further attributes."""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{where}{more}>{safe(text)}</text>'


def root(parts: Sequence[str], alt: str, width: float, height: float) -> str:
    """The whole picture: ``parts`` on paper; ``alt`` describes it for screen readers."""
    size = f'width="{width:g}" height="{height:g}"'
    style = f"max-width:100%;height:auto;--lk-width:{width:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size} style="{style}" '
        f'class="lk-chart" role="img" aria-label="{safe(alt)}">'
        f'<style>{STYLE}</style><rect class="lk-paper" {size}/>{"".join(parts)}</svg>'
    )


def legend(names: Sequence[str], left: float, right: float) -> tuple[str, float]:
    """Samples of the lines with their names, in rows from the top; and the height of all rows."""
    parts, x, y = [], left, ROW
    for i, name in enumerate(names):
        text = shortened(name, right - left - 34)
        if x > left and x + 34 + text_width(text) > right:
            x, y = left, y + ROW
        parts.append(f'<path class="lk-line lk-s{i}" d="M{x:.1f} {y - 4}h26"/>{label(text, x + 32, y)}')
        x += 48 + text_width(text)
    return "".join(parts), y + 8
