"""Pictures of skeletons as SVG text, without a browser: a widget's still picture, lifted poses beside the truth."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from textwrap import wrap

import numpy as np

from liftkit.geometry import project, rotate
from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view import space
from liftkit.view.charts.svg import safe, shortened
from liftkit.view.palette import COLOURS, DASHES, SERIES, side_of
from liftkit.view.panels import Chart, Panel, Pose

SIDE, HEAD = 260, 46  # pixels: the side of a panel; its heading with the title above
COLUMNS = 4
LETTER = 8  # pixels: no less than the mean width of one in the title
VIEW = (0.6, 0.15)  # azimuth and elevation of a 3D pose: START of js/space.js, so that the live widget begins alike
LONGEST_NOTE = 14  # lines
FAN = 0.35  # the opacity of each of several skeletons in a panel: FAN of js/skeleton.js
FAINTEST = 0.8  # of a bone's colour is gone at a doubt of 1: FAINTEST of js/skeleton.js
# A widget's still picture in a notebook: the output before the live widget. As HTML, because SVG is not shown in a
# notebook that is not trusted yet. While the live widget is drawn, the picture is hidden; without a kernel, Jupyter's
# "Error displaying widget" is. The picture waits a second, so that it does not flash up before the live widget. In a
# dark theme it is turned dark and keeps its hues.
STILL = """\
<div class="lk-still" title="{title}"><style>
.jp-OutputArea-child:has(.lk-still):has(+ .jp-OutputArea-child .lk),
.jp-OutputArea-child:has(.lk-still) + .jp-OutputArea-child:has(> .lm-Panel):not(:has(.lk)),
.jp-OutputArea-child:has(+ * .jupyter-widgets-error-widget) .lk-run {{ display: none }}
.jp-OutputArea-child:has(+ * .jupyter-widgets-error-widget) .lk-lack {{ display: block }}
.jp-Notebook .lk-still {{ overflow: hidden; animation: lk-still 1s step-end }}
[data-jp-theme-light="false"] .lk-drawn {{ filter: invert(.93) hue-rotate(180deg) }}
@keyframes lk-still {{ from {{ height: 0 }} }}
</style>{image}
<p class="lk-run">Run All brings it to life.</p>
<p class="lk-lack" hidden>It stays still because this Jupyter lacks anywidget: <code>pip install anywidget</code> \
where Jupyter itself is installed, then reload the page.</p></div>
"""


def picture_svg(title: str, panels: Sequence[Panel]) -> str:
    """A widget's still picture: its panels in rows of at most four columns, ``title`` above, as one SVG text."""
    heading = shortened(title, COLUMNS * SIDE * 12 / 15)  # its letters are larger than those that are measured
    parts = [f'<text x="10" y="20" font-size="15" font-weight="bold">{safe(heading)}</text>']
    row = column = columns = 0
    for panel in panels:
        span = panel.span / 3 if panel.span % 3 else panel.span // 3 or 1
        if column + span > COLUMNS + 1e-9:
            row, column = row + 1, 0
        parts.append(_panel(panel, column * SIDE, 30 + row * (SIDE + HEAD), span * SIDE))
        column += span
        columns = max(columns, column)
    alt = "; ".join([title, *(f"{p.title}: {p.alt}" if isinstance(p, Pose) and p.alt else p.title for p in panels)])
    width = max(columns * SIDE, LETTER * len(heading))
    return _document(parts, alt, width, 30 + (row + 1) * (SIDE + HEAD), 'font-size="12"')


def grid_svg(rows: Sequence[Sequence[np.ndarray]], headings: Sequence[str], alt: str, size: float = 180.0) -> str:
    """A table of skeletons as one SVG text.

    Args:
        rows: One pose (J, 2) per cell, in any unit, y down; each is fitted into its cell.
        headings: The columns' headings.
        alt: What the picture shows, for screen readers.
        size: The side of a cell in pixels.

    >>> grid_svg([[np.random.rand(17, 2)]], ["seen from the front"], "a pose").startswith("<svg")
    True
    """
    top, width = 30, size * len(headings)
    cells = [
        f'<text x="{(i + 0.5) * size}" y="20" text-anchor="middle">{safe(text)}</text>'
        for i, text in enumerate(headings)
    ]
    for r, row in enumerate(rows):
        for c, x2d in enumerate(row):
            low, high = x2d.min(0), x2d.max(0)
            scale = 0.88 * size / max(float((high - low).max()), 1e-9)
            bones = _bones((x2d - (low + high) / 2) * scale + size / 2, H36M_17)
            cells.append(f'<g transform="translate({c * size} {top + r * size})">{bones}</g>')
    height, look = top + size * len(rows), f'font-size="13" width="{width:g}" fill="{COLOURS["middle"]}"'
    return _document(cells, alt, width, height, look, paper="none")


def lifting_svg(x3d_pred: np.ndarray, x3d_true: np.ndarray | None = None) -> str:
    """Lifted poses (N, J, 3), one row each: as the camera sees them, from the side, and the truth from the side."""
    columns = {"the 2D pose": project(x3d_pred), "lifted, from the side": project(rotate(x3d_pred, np.pi / 2))}
    if x3d_true is not None:
        columns["the truth, from the side"] = project(rotate(x3d_true, np.pi / 2))
    alt = f"{len(x3d_pred)} poses, one row each; columns: {', '.join(columns)}"
    return grid_svg(list(zip(*columns.values(), strict=True)), list(columns), alt)


def image(svg: str) -> str:
    """SVG text as an image with its words (``aria-label`` or title): GitHub removes SVG elements."""
    alt = re.search('(?<=aria-label=")[^"]*|(?<=<title>)[^<]*|$', svg)[0].replace('"', "&quot;")
    drawn = "" if "<image" in svg else ' class="lk-drawn"'  # a photograph is not turned dark
    return f'<img{drawn} src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}" alt="{alt}">'


def still_html(svg: str, title: str) -> str:
    """A widget's still picture as a notebook stores it, with the line that says how the widget comes to life."""
    return STILL.format(title=safe(title), image=image(svg))


def _document(parts: Sequence[str], alt: str, width: float, height: float, more: str, paper: str = "#ffffff") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'font-family="sans-serif" {more}><title>{safe(alt)}</title>'
        f'<rect width="100%" height="100%" fill="{paper}"/>{"".join(parts)}</svg>\n'
    )


def _bones(
    points: np.ndarray, skeleton: Skeleton, groups: Sequence[int] | None = None, doubt: np.ndarray | None = None
) -> str:
    """The bones between points (J, 2) in pixels, coloured by the joints' groups or else by the side of the body.

    With depths, (J, 3), they are drawn from the farthest to the nearest, as :func:`liftkit.view.space.limb` says.
    ``doubt`` (J,): how faint the bone is that ends in a joint.
    """
    lines, solid = [], points.shape[-1] == 3
    known = [bone for bone in skeleton.bones if np.isfinite(points[list(bone)]).all()]
    for parent, joint in sorted(known, key=lambda bone: -points[list(bone), 2].sum()) if solid else known:
        side, ends = side_of(skeleton.names[joint]), points[[parent, joint]]
        colour, dash = COLOURS[side], DASHES[side] and f' stroke-dasharray="{DASHES[side]}"'
        if groups is not None:
            colour, dash = SERIES[groups[joint] % len(SERIES)] if groups[joint] >= 0 else COLOURS["middle"], ""
        faint = f' stroke-opacity="{1 - FAINTEST * doubt[joint]:.2f}"' if doubt is not None and doubt[joint] else ""
        if solid:
            width, opacity = space.limb(ends[:, 2].mean() / (SIDE / 2))
            middle = np.array([[0.85, 0.15], [0.15, 0.85]]) @ ends
            rim = f'stroke="#fff" stroke-linecap="butt" stroke-width="{_px(width + 2 * space.RIM)}"'
            lines.append(_path(middle[None], rim))
            faint += f' stroke-width="{_px(width)}" opacity="{opacity:.2f}"'
        (x1, y1), (x2, y2) = ends[:, :2]
        lines.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}{faint}/>')
    return f'<g stroke-width="4" stroke-linecap="round">{"".join(lines)}</g>'


def _px(length: float) -> str:
    return f"{length * SIDE / 2:.1f}"


def _path(lines: np.ndarray, more: str) -> str:
    """Lines (K, 2, 2 or 3) in pixels as one path."""
    drawn = (f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for a, b, c, d in lines[..., :2].reshape(-1, 4))
    return f'<path fill="none" d="{"".join(drawn)}" {more}/>'


def _panel(panel: Panel, x: float, y: float, width: float) -> str:
    title = _title(panel.title, x + 10, y, width - 10)
    if isinstance(panel, Pose):
        return f'{title}<g transform="translate({x} {y + HEAD - 16})">{_pose(panel)}</g>'
    if isinstance(panel, Chart):
        place = f'<svg x="{x}" y="{y + HEAD - 16}" width="{width}" height="{SIDE}"'
        start, rest = panel.svg.split(">", 1)  # of the chart's own places and sizes only the view box stays
        rest = re.sub(r' data-(pick|tip)="[^"]*"', "", rest)  # half of its text, and nobody points at a still picture
        return title + place + re.sub(r' (width|height|style)="[^"]*"', "", start.removeprefix("<svg")) + ">" + rest
    lines = [line for text in panel.text.splitlines() for line in wrap(text, int(width / 6.5))][:LONGEST_NOTE]
    spans = "".join(f'<tspan x="{x + 10}" dy="16">{safe(line)}</tspan>' for line in lines)
    return f'{title}<text x="{x + 10}" y="{y + HEAD - 20}">{spans}</text>'


def _title(title: str, x: float, y: float, width: float) -> str:
    """A panel's title, on two lines if it is long."""
    first, *more = wrap(title, int(width / LETTER)) if shortened(title, width) != title else [title]
    lines = [(first, 10), (shortened(" ".join(more), width), 25)] if more else [(first, 18)]
    return "".join(f'<text x="{x}" y="{y + down}">{safe(line)}</text>' for line, down in lines)


def _pixels(panel: Pose, offset: np.ndarray) -> np.ndarray:
    """Places in units of a panel, (..., 2 or 3), in its pixels; in 3D as seen at first, with depths in pixels."""
    seen = offset if offset.shape[-1] == 2 else rotate(offset, *(panel.look or VIEW))
    return (seen * 0.5 + [0.5, 0.5, 0][: offset.shape[-1]]) * SIDE


def _points(panel: Pose, joints: np.ndarray) -> np.ndarray:
    """Joints (J, 2) or (J, 3) in a panel's pixels."""
    middle, reach = panel.extent
    return _pixels(panel, (joints - middle) / reach)


def _space(panel: Pose) -> str:
    """The floor below a panel's first frame, its shadow there, and the camera."""
    middle, reach = panel.extent
    y = (np.nanmax(panel.joints[..., 1]) - middle[1]) / reach + space.BELOW
    ends = ((panel.joints[0] - middle) / reach)[np.array(panel.skeleton.bones)]  # (bones, 2, 3)
    ends = ends[np.isfinite(ends).all((1, 2))]
    ends[..., 1] = y
    looks = {
        'stroke="#bbb" stroke-width="0.8"': space.floor(y),
        'stroke="#222" opacity="0.16" stroke-width="6.5" stroke-linecap="round"': ends,
        'stroke="#222" stroke-width="1.2" stroke-linejoin="round"': space.camera(),
    }
    return "".join(_path(_pixels(panel, lines), look) for look, lines in looks.items())


def _pose(panel: Pose) -> str:
    """A panel's first frame in the panel's own scale, with its glowing joints and the numbers of its groups."""
    points, doubt = _points(panel, panel.joints[0]), None if panel.doubt is None else panel.doubt[0]
    parts = [_bones(points, panel.skeleton, panel.groups, doubt)]
    if panel.fan is not None:
        fan = panel.fan[0] if np.ndim(panel.fan) == 4 else panel.fan
        each = "".join(_bones(_points(panel, joints)[:, :2], panel.skeleton) for joints in fan)
        parts = [f'<g stroke-opacity="{FAN:g}">{each}</g>']
    if panel.ghost is not None:
        ghost = panel.ghost[0] if np.ndim(panel.ghost) == 3 else panel.ghost
        ends = _points(panel, ghost)[np.array(panel.skeleton.bones)]
        parts.insert(0, _path(ends, 'stroke="#222" stroke-opacity="0.35" stroke-width="1.6" stroke-linecap="round"'))
    parts = [_space(panel) if panel.joints.shape[-1] == 3 else "", *parts]
    if panel.picture is not None and not panel.picture_frame:
        shown = panel.dynamic_state()["picture"]
        box = (np.array(shown["box"]) + [1, 1, 0, 0]) * SIDE / 2
        place = 'x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"'.format(*box)
        behind = f'<image href="{shown["src"]}" {place} preserveAspectRatio="none" opacity="0.7"/>'
        parts.insert(0, f'<svg width="{SIDE}" height="{SIDE}">{behind}</svg>')
    for i, (x, y) in enumerate(points[:, :2]):
        if not np.isfinite(x + y):
            continue
        if panel.strength is not None and panel.strength[i] > 0.02:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 9 * panel.strength[i]:.1f}" fill="#7b2d8e"/>')
        if panel.groups is not None and panel.groups[i] >= 0:  # colour is not the only mark of a group
            aside, anchor = (-5, ' text-anchor="end"') if x < SIDE / 2 else (5, "")
            parts.append(f'<text x="{x + aside:.1f}" y="{y - 4:.1f}"{anchor}>{panel.groups[i] + 1}</text>')
    return "".join(parts)
