"""Diagrams of the lessons, as SVG text: a skeleton with the names of its joints, and two kinds of camera."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view.charts.svg import label, root
from liftkit.view.palette import COLOURS, DASHES, side_of

NAMED, MARGIN = np.array((620, 440)), np.array((130, 30))  # pixels: a named skeleton; around it, for names
ASIDE = 9  # pixels from a joint to its name
DOT, DISC = 4.0, 12.0  # pixels, the radius of a joint's dot; what is added to that of the joint with the largest error
SCENE, GAP = (330, 210), 20  # pixels: one of three scenes; between them
PERSON = 110  # pixels, a person's height in a scene
FILM, NEAR, FAR = 56, 130, 250  # pixels from the left of a scene: the image, a person, another one
LENS = 14  # pixels from the left of a scene


def skeleton_svg(x2d: np.ndarray, skeleton: Skeleton = H36M_17, errors: np.ndarray | None = None) -> str:
    """One pose (J, 2), y down, in any unit, with the number and the name of every joint.

    ``errors`` (J,) in mm, or other lengths: shown in place of the numbers; the larger one is, the larger the joint's
    disc. NaN: nothing is shown.

    >>> skeleton_svg(np.random.rand(17, 2)).count("<text")
    17
    """
    low, high = x2d.min(0), x2d.max(0)
    room = NAMED - 2 * MARGIN
    points = (x2d - (low + high) / 2) * (room / (high - low)).min() + NAMED / 2
    parts = _bones(points, skeleton)
    middle = points[skeleton.index("pelvis"), 0]
    texts = [f"{joint} {name}" for joint, name in enumerate(skeleton.names)]
    radii, alt = np.full(len(texts), DOT), f"A skeleton with the names of its {len(texts)} joints"
    if errors is not None:
        named = zip(skeleton.names, errors, strict=True)
        texts = [name if np.isnan(error) else f"{name} {error:.0f} mm" for name, error in named]
        radii = DOT + DISC * np.nan_to_num(errors / (np.nanmax(errors) or 1))
        alt = f"A skeleton with a length at each joint: {'; '.join(texts)}"
    for name, text, radius, (x, y) in zip(skeleton.names, texts, radii, points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{round(radius, 1):g}" class="lk-dot"/>')
        left = side_of(name) != "middle" and x < middle
        below = -7 if side_of(name) == "middle" else 4  # pelvis and thorax lie between other joints
        aside = radius + ASIDE - DOT
        parts.append(label(text, x - aside if left else x + aside, y + below, "end" if left else "start"))
    return root(parts, alt, *NAMED)


def cameras_svg(x3d: np.ndarray) -> str:
    """The camera's axes, and one pose (J, 3) twice, near and far, in perspective and orthographic projection.

    Rays go from the top and the bottom of each person to the image, a vertical line that is seen from the side.

    >>> cameras_svg(np.random.rand(17, 3)).count("near")
    2
    """
    scenes = [_axes(), _scene(x3d, perspective=True), _scene(x3d, perspective=False)]
    width = SCENE[0] + GAP
    parts = [f'<g transform="translate({i * width} 0)">{"".join(scene)}</g>' for i, scene in enumerate(scenes)]
    alt = (
        "Left: x points to the right, y down, z away from the camera. Middle: in perspective all rays meet in the "
        "camera, and a person twice as far has a smaller image. Right: in orthographic projection rays are parallel, "
        "and both images have one size."
    )
    return root(parts, alt, 3 * width, SCENE[1])


def _axes() -> list[str]:
    start = np.array([110.0, 80.0])
    tips = {"x, to the right": (120, 0), "y, down": (0, 100), "z, away from the camera": (75, -50)}
    parts = [label("The axes", 10, 18)]
    for name, offset in tips.items():
        tip = start + offset
        parts += [_ray(start, tip), f'<circle cx="{tip[0]:g}" cy="{tip[1]:g}" r="4"/>', label(name, *(tip + [6, -4]))]
    return [*parts, label("pelvis", start[0] - 8, start[1] + 4, "end"), f'<circle cx="{start[0]:g}" cy="80" r="4"/>']


def _scene(x3d: np.ndarray, perspective: bool) -> list[str]:
    """A camera and two people from the side: depth to the right, y down."""
    middle = SCENE[1] / 2
    side = x3d[:, [2, 1]] - [0, (x3d[:, 1].min() + x3d[:, 1].max()) / 2]
    side = side * PERSON / np.ptp(x3d[:, 1])
    parts = [label("Perspective" if perspective else "Orthographic", 10, 18)]
    parts.append(f'<path class="lk-edge lk-strong" d="M{FILM} {middle - 80}V{middle + 80}"/>')
    parts.append(label("image", FILM, middle + 96, "middle"))
    for n, (name, place) in enumerate({"near": NEAR, "far": FAR}.items()):
        points = side + [place, middle]
        parts += [*_bones(points, H36M_17), label(name, place, middle + 80, "middle")]
        heights = []
        for y in (points[:, 1].min(), points[:, 1].max()):
            lens = (LENS, middle) if perspective else (LENS, y)
            heights.append(middle + (y - middle) * (FILM - LENS) / (place - LENS) if perspective else y)
            parts.append(_ray((place, y), lens, "lk-grid"))
        x, (top, bottom) = FILM + 3 + 6 * n, heights
        parts.append(f'<path class="lk-edge" stroke-width="4" d="M{x} {top:.1f}V{bottom:.1f}"/>')
    return parts


def _ray(start: Sequence[float], end: Sequence[float], style: str = "lk-edge") -> str:
    return f'<path class="{style}" d="M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"/>'


def _bones(points: np.ndarray, skeleton: Skeleton) -> list[str]:
    parts = []
    for parent, joint in skeleton.bones:
        (x1, y1), (x2, y2), side = points[parent], points[joint], side_of(skeleton.names[joint])
        dash = DASHES[side] and f' stroke-dasharray="{DASHES[side]}"'
        line = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        parts.append(f'<line {line} stroke="{COLOURS[side]}" stroke-width="3" stroke-linecap="round"{dash}/>')
    return parts
