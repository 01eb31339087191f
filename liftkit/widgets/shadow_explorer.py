"""ShadowExplorer: flip a bone's step in depth; the picture stays as it is, and another person casts it."""

from __future__ import annotations

from collections.abc import Set as Some

import numpy as np

from liftkit.geometry import project, rotate
from liftkit.poses import PoseSet, evenly, require_truth
from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view import Button, Chart, Choice, Controller, Pick, Pose, Press, Set, Slider, describe, readable
from liftkit.view.charts.svg import root, safe
from liftkit.view.palette import side_of
from liftkit.widgets.runs import MOST_POSES, default_poses

WIDTH, HEIGHT, TOUCH = 390, 320, 24  # pixels: the picture, and how wide a bone answers to a finger


def flip_steps(x3d: np.ndarray, flipped: Some[str], skeleton: Skeleton = H36M_17) -> np.ndarray:
    """Reverse the depth step, from its parent, of each bone that ends in one of the joints ``flipped``.

    Args:
        x3d: (J, 3), relative to the root.

    Returns:
        (J, 3): the same image without perspective and the same lengths of bones.

    >>> arm = Skeleton(("shoulder", "elbow", "wrist"), (-1, 0, 1), ())
    >>> flip_steps(np.array([[0.0, 0, 0], [1, 0, 2], [2, 0, 5]]), {"wrist"}, arm)[:, 2].tolist()
    [0.0, 2.0, -1.0]
    """
    found = x3d.copy()
    for parent, joint in skeleton.bones:
        sign = -1 if skeleton.names[joint] in flipped else 1
        found[joint, 2] = found[parent, 2] + sign * (x3d[joint, 2] - x3d[parent, 2])
    return found


class ShadowExplorerController(Controller):
    """One picture, and the people who cast it: each bone may lead towards the camera or away from it.

    The picture is taken without perspective. Bones keep their lengths. A bone without a step in depth is not counted.
    (A body has fewer choices, for instance one for both hips, because the pelvis lies midway between them.)

    Args:
        poses: poses to choose from, with 3D truth (default: the test people of the embedded data).
        seed: of the shuffles.

    Raises:
        ValueError: if the poses have no 3D truth.
    """

    title = "One shadow, 65,536 people"

    def __init__(self, poses: PoseSet | None = None, seed: int = 0):
        super().__init__()
        self.poses = default_poses(poses)
        require_truth(self.poses, "a person's shadow")
        self.choices, self.skeleton = evenly(self.poses, MOST_POSES), self.poses.skeleton
        self.rng = np.random.default_rng(seed)
        self.values = {"pose": 0, "bone": self.skeleton.names[-1]}
        self.respond(Set("pose", 0))

    def controls(self):
        return [
            Slider("pose", "Pose", "Another person, another moment", 0, len(self.choices) - 1),
            Choice("bone", "Bone to the", "Named by the joint where it ends", self.skeleton.names[1:]),
            Button("flip", "Flip it", "Towards the camera instead of away, or back"),
            Button("shuffle", "Shuffle", "Any of the people, drawn at random"),
            Button("mirror", "Mirror all", "Flip every bone"),
            Button("reset", "True person", "No bone is flipped"),
        ]

    def respond(self, event):
        match event:
            case Set("pose", index):
                self.truth = self.choices.x3d[index].astype(float)
                bones, z = self.skeleton.bones, self.truth[:, 2]
                self.bones = [self.skeleton.names[joint] for parent, joint in bones if z[joint] != z[parent]]
                self.people: set[frozenset[str]] = set()
                self._put(())
            case Press("flip"):
                self._put(self.flipped ^ {self.values["bone"]})
            case Press("shuffle"):
                self._put(name for name in self.bones if self.rng.integers(2))
            case Press("mirror"):
                self._put(set(self.bones) - self.flipped)
            case Press("reset"):
                self._put(())
            case Pick("x2d", joint):
                self.set("bone", joint)
                self.press("flip")
        self.message = self._sentence()

    def _put(self, flipped) -> None:
        """Show the person with these bones flipped, who is met now if not before."""
        self.flipped = frozenset(flipped) & frozenset(self.bones)
        self.people = self.people | {self.flipped}
        self.values["flipped"] = sorted(self.flipped)

    @property
    def x3d(self) -> np.ndarray:
        """(J, 3) the person who is shown, in mm."""
        return flip_steps(self.truth, self.flipped, self.skeleton)

    def _sentence(self) -> str:
        count, flipped = len(self.bones), len(self.flipped)
        who = f"neither the true person nor the mirror, {flipped} of {count} bones flipped"
        if flipped in (0, count):
            who = "the mirror of the true person, every bone flipped" if flipped else "the true person"
        return (
            f"{2**count:,} people share this shadow, 2 to the {count}: each of {count} bones may lead towards the "
            f"camera or away from it. You have met {len(self.people):,} of them. Now you see {who}."
        )

    def panels(self):
        x3d, skeleton, steps = self.x3d, self.skeleton, np.zeros(len(self.skeleton))
        for parent, joint in skeleton.bones:  # the depths if every bone leads the same way
            steps[joint] = steps[parent] + abs(x3d[joint, 2] - x3d[parent, 2])
        x2d = project(self.truth)
        middle = (x2d.min(0) + x2d.max(0)) / 2 * [0, 1]
        reach = 1.08 * max(*steps, float(np.abs(x2d - middle).max()), 1e-9)  # the same for all of these people
        size = {"skeleton": skeleton, "reach": reach}
        side, true_side = (project(rotate(pose, np.pi / 2)) for pose in (x3d, self.truth))
        shadow = self._shadow((x2d - middle) / reach)
        faint, near = "faint: the true person", "From the side, the camera is on the left"
        return [
            Chart("x2d", "The shadow: click a bone", "ring: flipped; thick: chosen", shadow),
            Pose("side", near, faint, side, middle=middle, ghost=true_side, **size),
            Pose("x3d", "In 3D", faint, x3d, middle=(*middle, 0), ghost=self.truth, **size),
        ]

    def _shadow(self, places: np.ndarray) -> str:
        """The 2D pose, from -1 to 1, as SVG text; a bone's ``data-pick`` is the joint where it ends."""
        x3d, points, drawn = self.x3d, places * HEIGHT / 2 + [WIDTH / 2, HEIGHT / 2], []
        for parent, joint in self.skeleton.bones:
            name, step = self.skeleton.names[joint], x3d[joint, 2] - x3d[parent, 2]
            (x1, y1), (x2, y2) = points[[parent, joint]]
            way = "away from" if step > 0 else "towards"
            tip = f"bone to the {readable(name)}: {abs(step):.0f} mm {way} the camera"
            thick = 8 if name == self.values["bone"] else 4.5
            line = f'd="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"'
            ring = f'<circle class="lk-paper" cx="{(x1 + x2) / 2:.1f}" cy="{(y1 + y2) / 2:.1f}" r="5" '
            ring = ring + 'stroke="currentColor" stroke-width="2"/>' if name in self.flipped else ""
            drawn.append(
                f'<g data-pick="{safe(name)}" data-tip="{safe(tip)}" class="lk-{side_of(name)}">'
                f'<path {line} fill="none" stroke-opacity=".4" stroke-width="{TOUCH}" pointer-events="stroke"/>'
                f'<path class="lk-line lk-{side_of(name)}" style="stroke-width:{thick}" {line}/>{ring}</g>'
            )
        alt = f"{describe(self.truth[:, :2])}; flipped: {readable(', '.join(sorted(self.flipped))) or 'no bone'}"
        return root(drawn, alt, WIDTH, HEIGHT)

    def __str__(self) -> str:
        return f"{len(self.poses):,} poses of {self.poses.name!r}"
