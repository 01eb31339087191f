"""CycleExplorer: one training step as a diagram, with the poses and the losses of a real one."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch

from liftkit.correlation.measures import check_fit
from liftkit.data.datasets import load_poses
from liftkit.geometry import attach_depth, normalise, project, rotate, turn
from liftkit.layers import uniform
from liftkit.losses import LOSSES, Cycle, discriminator_loss
from liftkit.poses import PoseSet, evenly
from liftkit.priors import DRAWS, get_prior
from liftkit.recorded import load_record
from liftkit.run import Run
from liftkit.system.numbers import Rounded
from liftkit.view import Button, Chart, Choice, Controller, Pick, Pose, Press, Set, Slider, describe, readable
from liftkit.view.charts.axes import number
from liftkit.view.charts.svg import label, root, safe, text_width
from liftkit.view.palette import side_of
from liftkit.view.still import VIEW

MOST_POSES, VIEWS = 25, 8  # to choose from
SHARES = np.clip(np.linspace(-0.2, 1.4, 17), 0, 1)  # of an arrow's way, one per frame of its film: rests at both ends
REACH = 1.35  # of what is drawn: a turned pose may be wider than the picture
PITCH, BOX, TOPS, HEIGHT = 106, 74, (18, 132, 252), 346  # pixels: columns, the side of a station, rows, all
BOLD = ' class="lk-bold"'


class Arrow(NamedTuple):
    """What is done to a pose: stations, where the arrow is drawn (columns, and pixels down), what happens."""

    start: str
    end: str
    way: tuple[float, float, float, float]
    label: tuple[float, float, str]
    text: str
    ghost: str = ""  # the station that is drawn faintly beside the moving pose


ARROWS = {
    "lift": Arrow(
        "x2d", "x3d", (0.85, 55, 1.15, 55), (1, 12, "middle"),
        "G gives each keypoint a depth, here from {near:.2f} to {far:.2f}; the picture reaches from -1 to 1."),
    "turn": Arrow(
        "x3d", "x3d_view", (1.85, 55, 2.15, 55), (2, 12, "middle"),
        "The lifted pose is turned to a random view, here by {angle:.0f} degrees."),
    "project": Arrow(
        "x3d_view", "x2d_view", (2.85, 55, 3.15, 55), (3, 12, "middle"),
        "Drop the depths: a picture that nobody has taken. It looks odd if the depths are wrong."),
    "judge": Arrow(
        "x2d_view", "x2d_view", (3.5, 111, 3.5, 130), (3.58, 125, "start"),
        "D gives this view {view:.2f} and the real picture {real:.2f}; 1 means real. G's adversarial loss is "
        "({view:.3f} - 1)² = {adversarial:.3f}; D's own loss is {discriminator:.3f}."),
    "lift again": Arrow(
        "x2d_view", "x3d_again", (3.2, 109, 2.82, 131), (2.88, 124, "end"),
        "G lifts the new view as if it were a picture like any other."),
    "turn back": Arrow(
        "x3d_again", "x3d_back", (2.15, 169, 1.85, 169), (1.87, 126, "middle"),
        "The inverse turn. Faint: the first lift, which is covered if both lifts agree.", "x3d"),
    "compare": Arrow(
        "x3d_back", "x2d_back", (1.15, 169, 0.85, 169), (1, 126, "middle"),
        "Drop the depths: the first picture, drawn faintly, must come back. The reprojection loss, the mean squared "
        "distance, is {reprojection:.4f}.", "x2d"),
    "quarter turns": Arrow(
        "must_0", "quarter_0", (0.86, 289, 1.14, 289), (0.5, 276, "middle"),
        "From +90, -90 and 180 degrees the depths of the lifted pose are known: -x, x and -z. Faint: these; solid: "
        "what G lifts there. The squared differences give {quarter_turns:.4f}.", "must_0"),
}  # fmt: skip
STATIONS = {  # station -> column, row, what stands below, and the station that is drawn faintly
    "x2d": (0, 0, "2D pose", ""), "x3d": (1, 0, "lifted", ""), "x3d_view": (2, 0, "turned", ""),
    "x2d_view": (3, 0, "a new view", ""), "score": (3, 1, "D's score", ""), "x3d_again": (2, 1, "lifted again", ""),
    "x3d_back": (1, 1, "turned back", "x3d"), "x2d_back": (0, 1, "2D again", "x2d"),
    "quarter_0": (1, 2, "+90°", "must_0"), "quarter_1": (2, 2, "-90°", "must_1"), "quarter_2": (3, 2, "180°", "must_2"),
}  # fmt: skip
FROM, TO = {"quarter turns": "x2d_back"}, {"judge": "score"}  # arrow -> its station in the diagram, if another
LOSSES_AT = {"adversarial": (3.5, 239), "reprojection": (0.5, 239), "quarter_turns": (0.5, 312)}


def _corner(column: int, row: int) -> tuple[float, float]:
    """Where a station stands, in pixels."""
    return column * PITCH + (PITCH - BOX) / 2, TOPS[row]


class CycleExplorerController(Controller):
    """One pose on its way through a training step: lift, turn, project, judge; lift again, turn back, compare.

    The networks stand still, as if the learning rate were 0. The cycle and its losses are those of
    :mod:`liftkit.losses`, for a batch of this one pose, seen as the run's prior draws it.

    Args:
        run: whose networks take the step (default: the recorded run of the full pose); a trainer's are
            ``trainer.to_run()``.
        poses: whose split "train" to choose from (default: the embedded data).

    Raises:
        ValueError: if the skeletons differ.
    """

    title = "The cycle: one training step"
    fps = 12.0

    def __init__(self, run: Run | None = None, poses: PoseSet | None = None):
        super().__init__()
        self.run = load_record("full") if run is None else run
        self.poses = load_poses("synthetic") if poses is None else poses
        check_fit(self.run, self.poses)
        self.x2d = normalise(evenly(self.poses.part("train"), MOST_POSES).x2d).astype(np.float32)
        self.seeds = tuple(map(str, self.run.seeds))
        self.values = {"arrow": "lift", "pose": 0, "view": 1, "seed": self.seeds[0], "frame": 0}
        self.member = self.run.select([self.run.seeds[0]])
        self._take_step()

    def controls(self):
        return [
            Button("next", "Next arrow", "Along the cycle"),
            Choice("arrow", "Arrow", "What is done to the pose", tuple(ARROWS)),
            Slider("pose", "Pose", "Another picture", 0, len(self.x2d) - 1, more=True),
            Slider("view", "View", "Another random view", 0, VIEWS - 1),
            Choice("seed", "Seed", "Whose networks", self.seeds, more=True),
            Slider("frame", "Frame", "Space plays and pauses", 0, len(SHARES) - 1, local=True),
        ]

    def respond(self, event):
        match event:
            case Press("next"):
                names = list(ARROWS)
                self.values["arrow"] = names[(names.index(self.values["arrow"]) + 1) % len(names)]
            case Pick("cycle", arrow):
                self.set("arrow", arrow)
            case Set("arrow"):
                self.values["frame"] = 0
        self._take_step()

    def _turns(self, share: float) -> torch.Tensor:
        """(1, V, 1, 3, 3) the prior's rotations, after a share of the way to the random view."""
        config = self.run.config
        u = uniform([torch.Generator("cpu").manual_seed(self.values["view"])], 1, DRAWS)
        return get_prior(config.prior)(0.5 + share * (u - 0.5), config).to(self.run.lifter.device, torch.float32)

    @torch.no_grad()
    def _take_step(self) -> None:
        """The cycle of one pose, and every number that is shown."""
        if self.member.seeds != (wanted := (int(self.values["seed"]),)):  # selecting takes 40 of a step's 50 ms
            self.member = self.run.select(wanted)
        member, turns = self.member, self._turns(1.0)
        x2d = torch.from_numpy(self.x2d[None, [self.values["pose"]]]).to(turns)
        cycle = Cycle(member.lifter, x2d, turns, get_prior(member.config.prior).per_segment)
        again = attach_depth(cycle.x2d_views, cycle.z_views)  # (1, V, 1, J, 3)
        found = {"x2d": cycle.x2d, "x3d": cycle.x3d, "x3d_view": cycle.x3d_views[:, 0], "x2d_view": cycle.x2d_view}
        found |= {"x3d_again": again[:, 0], "x3d_back": turn(again[:, 0], turns[:, 0].transpose(-1, -2))}
        found |= {"x2d_back": cycle.x2d_back} | {f"quarter_{i}": again[:, i + 1] for i in range(3)}
        found |= {f"must_{i}": cycle.x3d_views[:, i + 1] for i in range(3)}
        self.station = {name: x[0, 0].cpu().numpy() for name, x in found.items()}  # (J, 2 or 3) each
        real, view = member.discriminator(cycle.x2d), member.discriminator(cycle.x2d_view)
        self.numbers = {name: term(cycle, member.discriminator).item() for name, term in LOSSES.items()}
        swapped = torch.zeros(1, dtype=torch.bool, device=real.device)
        self.numbers |= {"discriminator": discriminator_loss(real, view, swapped).item(), "real": real.item()}
        angle = math.acos(min(1.0, max(-1.0, (turns[0, 0, 0].trace().item() - 1) / 2)))
        self.numbers |= {"view": view.item(), "angle": math.degrees(angle)}
        self.numbers |= {"near": cycle.z.min().item(), "far": cycle.z.max().item()}
        self.numbers = {name: Rounded(value) for name, value in self.numbers.items()}
        self.message = ARROWS[self.values["arrow"]].text.format(**self.numbers)

    def film(self) -> np.ndarray:
        """(F, J, 3) the pose on the way of the chosen arrow."""
        word = self.values["arrow"]
        first, last = (self._solid(station) for station in ARROWS[word][:2])
        if word not in ("turn", "turn back"):
            return np.stack([first + share * (last - first) for share in SHARES])
        turns = [self._turns(share)[0, 0, 0].cpu().numpy() for share in SHARES]
        return np.stack([turn(first, each if word == "turn" else each.T) for each in turns])

    def _solid(self, station: str) -> np.ndarray:
        pose = self.station[station]
        return pose if pose.shape[-1] == 3 else attach_depth(pose, np.zeros_like(pose[:, 0]))

    def panels(self):
        name, frames, weights = self.values["arrow"], self.film(), self.run.config.weights
        terms = [f"{w:g} × {readable(loss)} {number(self.numbers[loss])}" for loss, w in weights.items() if w]
        total = sum(w * self.numbers[loss] for loss, w in weights.items())
        ghost = self._solid(ARROWS[name].ghost) if ARROWS[name].ghost else None
        return [
            Chart("cycle", "One step: click an arrow", f"G's loss: {' + '.join(terms)} = {total:.3f}", self._diagram(),
                  span=6),
            Pose("pose", readable(name).capitalize(), "Play shows the way", frames, self.poses.skeleton,
                 alt=describe(frames[-1]), reach=REACH, middle=(0, 0, 0), ghost=ghost, span=6),
        ]  # fmt: skip

    def _diagram(self) -> str:
        """The cycle as SVG text; an arrow's ``data-pick`` is its name."""
        parts = [self._station(name, *place) for name, place in STATIONS.items()]
        parts += [self._arrow(name, arrow) for name, arrow in ARROWS.items()]
        parts += [self._traveller(), label("= ?", PITCH / 2, 126, "middle", BOLD)]
        for name, (x, y) in LOSSES_AT.items():
            parts.append(label(f"loss {self.numbers[name]:.4f}", x * PITCH, y, "middle", BOLD))
        losses = ", ".join(f"{readable(name)} {self.numbers[name]:.4f}" for name in LOSSES)
        return root(parts, f"{', '.join(ARROWS)}; losses: {losses}", 4 * PITCH, HEIGHT)

    def _traveller(self) -> str:
        """The pose that goes along the chosen arrow; a still picture leaves it out."""
        name = self.values["arrow"]
        start, end = ARROWS[name][:2]
        (x, y), to = (_corner(*STATIONS[each][:2]) for each in (FROM.get(name, start), TO.get(name, end)))
        way = f"--x:{to[0] - x:g}px;--y:{to[1] - y:g}px"
        return f'<g class="lk-travel" opacity="0" style="{way}">{self._bones(start, x, y)}</g>'

    def _station(self, name: str, column: int, row: int, below: str, faint: str) -> str:
        x, y = _corner(column, row)
        parts = [f'<rect class="lk-grid" x="{x}" y="{y}" width="{BOX}" height="{BOX}" rx="5"/>']
        parts.append(label(below, x + BOX / 2, y + BOX + 15, "middle"))
        if name == "score":
            parts.append(label(f"{self.numbers['view']:.2f}", x + BOX / 2, y + BOX / 2 + 5, "middle", BOLD))
        else:
            parts += [self._bones(faint, x, y, True) if faint else "", self._bones(name, x, y)]
        return "".join(parts)

    def _bones(self, station: str, x: float, y: float, faint: bool = False) -> str:
        """A small skeleton, as the still pictures see it."""
        pose, names = self.station[station], self.poses.skeleton.names
        flat = pose if pose.shape[-1] == 2 else project(rotate(pose, *VIEW))
        at = flat * (BOX / 2 / 1.1) + [x + BOX / 2, y + BOX / 2]
        looks = 'class="lk-edge" opacity=".4"' if faint else 'class="lk-line lk-{}"'
        ends = [(side_of(names[j]), (*at[p], *at[j])) for p, j in self.poses.skeleton.bones]
        line = "M{:.1f} {:.1f}L{:.1f} {:.1f}"
        return "".join(f'<path {looks.format(side)} d="{line.format(*each)}"/>' for side, each in ends)

    def _arrow(self, name: str, arrow: Arrow) -> str:
        chosen = name == self.values["arrow"]
        (x1, y1, x2, y2), (x, y, anchor) = (np.array(arrow.way) * [PITCH, 1, PITCH, 1]), arrow.label
        along = np.array([x2 - x1, y2 - y1]) / math.hypot(x2 - x1, y2 - y1)
        wings = [np.array([x2, y2]) - 7 * along + side * 4.5 * along[::-1] * [1, -1] for side in (1, -1)]
        head = "".join(f"M{x2:.1f} {y2:.1f}L{u:.1f} {v:.1f}" for u, v in wings)
        width = text_width(name)
        left = x * PITCH - {"start": 0, "middle": width / 2, "end": width}[anchor]
        u, v = min(left, x1, x2) - 4, min(y - 14, y1, y2) - 4  # where it answers to a finger
        size = max(left + width, x1, x2) + 4 - u, max(y, y1, y2) + 6 - v
        hit = '<rect class="lk-hit" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'.format(u, v, *size)
        look = f'class="lk-edge" style="stroke-width:{3 if chosen else 1.5}"'
        line = f'<path {look} d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}{head}"/>'
        return f'<g data-pick="{safe(name)}">{line}{label(name, x * PITCH, y, anchor, BOLD if chosen else "")}{hit}</g>'

    def __str__(self) -> str:
        return f"{self.run.representation.name} on {len(self.x2d)} poses of {self.poses.name!r}"
