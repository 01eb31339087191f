"""Skeletons as SVG text: pictures for a README, a page or a notebook, without a browser or a plotting package."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from liftkit.geometry import expect_poses, project, rotate
from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view.palette import COLOURS, DASHES, side_of


def skeleton_svg(x2d: np.ndarray, skeleton: Skeleton = H36M_17, size: float = 180.0) -> str:
    """The lines of one skeleton, (J, 2) in any unit, y down, fitted into a square of ``size``: an SVG group."""
    low, high = x2d.min(0), x2d.max(0)
    scale = 0.88 * size / max(float((high - low).max()), 1e-9)
    points = (x2d - (low + high) / 2) * scale + size / 2
    lines = []
    for parent, joint in skeleton.bones:
        side = side_of(skeleton.names[joint])
        (x1, y1), (x2, y2) = points[parent], points[joint]
        lines.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{COLOURS[side]}"{DASHES[side]}/>'
        )
    return f'<g stroke-width="4" stroke-linecap="round">{"".join(lines)}</g>'


def grid_svg(rows: Sequence[Sequence[np.ndarray]], headings: Sequence[str], alt: str, size: float = 180.0) -> str:
    """A table of skeletons, one of (J, 2) a cell, under column headings: a whole SVG picture with ``alt`` text.

    >>> grid_svg([[np.random.rand(17, 2)]], ["seen from the front"], "a pose").startswith("<svg")
    True
    """
    top, width, height = 30, size * len(headings), 30 + size * len(rows)
    cells = [
        f'<text x="{(i + 0.5) * size}" y="20" text-anchor="middle">{escape(text)}</text>'
        for i, text in enumerate(headings)
    ]
    for r, row in enumerate(rows):
        for c, x2d in enumerate(row):
            cells.append(f'<g transform="translate({c * size} {top + r * size})">{skeleton_svg(x2d, size=size)}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(alt)}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(cells)}</svg>\n'
    )


def lifting_svg(x3d_pred: np.ndarray, x3d_true: np.ndarray | None = None, size: float = 180.0) -> str:
    """Lifted poses (N, J, 3), a row each: as the camera sees them, lifted from the side, the truth from the side.

    Left is drawn solid and blue, right dashed and orange. Raises ValueError on another shape.

    >>> lifting_svg(np.random.rand(2, 17, 3)).count("<g transform")
    4
    """
    expect_poses(x3d_pred, 3, "x3d_pred")
    if x3d_true is not None and x3d_true.shape != x3d_pred.shape:
        raise ValueError(f"x3d_true must have x3d_pred's shape {x3d_pred.shape}, found {x3d_true.shape}")
    columns = {"the 2D pose": project(x3d_pred), "lifted, from the side": project(rotate(x3d_pred, np.pi / 2))}
    if x3d_true is not None:
        columns["the truth, from the side"] = project(rotate(x3d_true, np.pi / 2))
    alt = f"{len(x3d_pred)} poses, a row each; columns: {', '.join(columns)}"
    return grid_svg(list(zip(*columns.values(), strict=True)), list(columns), alt, size)
