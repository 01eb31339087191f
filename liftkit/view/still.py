"""A widget's still picture: its panels side by side as one SVG text, drawn without a browser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from textwrap import shorten, wrap

import numpy as np

from liftkit.geometry import project, rotate
from liftkit.view.palette import COLOURS, DASHES, side_of
from liftkit.view.panels import Chart, Note, Panel, Pose

WIDTH, HEIGHT, HEAD = 260, 260, 46  # of a panel without its heading; of a heading with the title above
VIEW = (np.pi / 5, -0.15)  # how a 3D pose is turned: from the side a little, from above a little
COLUMNS = 4
GROUPS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def picture_svg(title: str, panels: Sequence[Panel]) -> str:
    """The panels, at most four in a row, with their titles, as an SVG text with ``title`` above."""
    rows, row, used = [], [], 0
    for panel in panels:
        span = 2 if getattr(panel, "wide", False) else 1
        if used + span > COLUMNS:
            rows, row, used = [*rows, row], [], 0
        row, used = [*row, (panel, used, span)], used + span
    rows = [*rows, row] if row else rows
    columns = max((at + span for row in rows for _, at, span in row), default=1)
    width, height = columns * WIDTH, 30 + len(rows) * (HEIGHT + HEAD)
    parts = [
        _panel(panel, at * WIDTH, 30 + r * (HEIGHT + HEAD), span * WIDTH)
        for r, row in enumerate(rows)
        for panel, at, span in row
    ]
    alt = "; ".join([title, *(f"{p.title}: {p.alt}" if isinstance(p, Pose) and p.alt else p.title for p in panels)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="sans-serif" font-size="12"><title>{escape(alt)}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="10" y="20" font-size="15" font-weight="bold">{escape(title)}</text>{"".join(parts)}</svg>\n'
    )


def _panel(panel: Panel, x: float, y: float, width: float) -> str:
    title = f'<text x="{x + 10}" y="{y + 18}">{escape(shorten(panel.title, int(width / 6.8), placeholder="…"))}</text>'
    if isinstance(panel, Pose):
        return f'{title}<g transform="translate({x} {y + HEAD - 16})">{_skeleton(panel)}</g>'
    if isinstance(panel, Chart):
        place = f'<svg x="{x}" y="{y + HEAD - 16}" width="{width}" height="{HEIGHT}"'
        start, rest = panel.svg.split(">", 1)  # of the chart's own places and sizes only the view box stays
        rest = re.sub(r' data-(pick|tip)="[^"]*"', "", rest)  # nobody points at a still picture: half of its size
        return title + place + re.sub(r' (width|height|style)="[^"]*"', "", start.removeprefix("<svg")) + ">" + rest
    lines = [line for text in panel.text.splitlines() for line in wrap(text, int(width / 6.5))]
    told = "".join(f'<tspan x="{x + 10}" dy="16">{escape(line)}</tspan>' for line in lines[:14])
    return f'{title}<text x="{x + 10}" y="{y + HEAD - 20}">{told}</text>' if isinstance(panel, Note) else title


def _skeleton(panel: Pose) -> str:
    """The first frame, in the panel's own scale; joints that glow are drawn larger and darker."""
    middle, reach = panel.extent

    def seen(joints: np.ndarray) -> np.ndarray:
        offset = joints - middle
        flat = offset if offset.shape[-1] == 2 else project(rotate(offset, *VIEW))
        return (flat / reach * 0.5 + 0.5) * [WIDTH, HEIGHT]

    points, names = seen(panel.joints[0]), panel.skeleton.names
    parts = []
    for parent, joint in panel.skeleton.bones:
        (x1, y1), (x2, y2), side = points[parent], points[joint], side_of(names[joint])
        colour = COLOURS[side] if panel.groups is None else _group_colour(panel.groups[joint])
        line = f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        parts.append(f"{line}{DASHES[side] if panel.groups is None else ''}/>")
    if panel.strength is not None:
        for (x, y), strength in zip(points, panel.strength, strict=True):
            if strength > 0.02:
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 9 * strength:.1f}" fill="#7b2d8e"/>')
    return f'<g stroke-width="4" stroke-linecap="round">{"".join(parts)}</g>{_numbers(panel, points)}'


def _group_colour(group: int) -> str:
    return GROUPS[group % len(GROUPS)] if group >= 0 else COLOURS["middle"]


def _numbers(panel: Pose, points: np.ndarray) -> str:
    """The numbers of the joints' groups beside them, so that colour is not all that tells them apart."""
    groups = () if panel.groups is None else panel.groups
    return "".join(
        f'<text x="{x - 5:.1f}" y="{y - 4:.1f}" text-anchor="end">{group + 1}</text>'
        if x < WIDTH / 2
        else f'<text x="{x + 5:.1f}" y="{y - 4:.1f}">{group + 1}</text>'
        for (x, y), group in zip(points, groups, strict=False)
        if group >= 0
    )
