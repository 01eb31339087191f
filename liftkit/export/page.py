"""Lifted motion as a page: the 2D poses beside the predicted 3D, to turn, play and step through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liftkit.view.controller import Controller
from liftkit.view.controls import Slider
from liftkit.view.page import page_html
from liftkit.view.panels import Pose

if TYPE_CHECKING:
    from liftkit.export.motion import LiftedMotion

MOST_FRAMES = 5000  # some 3 MB of page
FAINT = 0.2  # of a person's reach, some 180 mm: bones whose depths differ by so much are drawn as faintly as can be
INTERPOLATED = "Faint: interpolated, not seen."
TURN = "Turn it by mouse, touch or arrow keys; Home shows the camera's view."


class _LiftedFilm(Controller):
    def __init__(self, motion: LiftedMotion):
        super().__init__()
        self.motion, self.fps, self.title = motion, motion.fps, f"{motion.poses.name}: lifted from 2D to 3D"
        self.values = {"frame": 0}

    def controls(self) -> list[Slider]:
        frame = self.motion.poses.frame
        texts = tuple(f"frame {number} ({i} of {len(frame)})" for i, number in enumerate(frame, start=1))
        return [Slider("frame", "Frame", "Space plays and pauses", 0, len(frame) - 1, local=True, texts=texts)]

    def panels(self) -> list[Pose]:
        filled, turn, doubt = self.motion.marks.get("interpolated"), TURN, None
        hint = INTERPOLATED if filled is not None and filled.any() else ""
        flat = Pose("x2d", "2D: the network's input", hint, self.motion.poses.x2d, doubt=filled if hint else None)
        if self.motion.spread is not None:
            size = np.nanmedian(np.nanmax(np.abs(self.motion.x3d), (1, 2)))
            doubt, turn = self.motion.spread / (FAINT * size), f"{TURN} Faint: the lifters differ in its depth."
        return [flat, Pose("x3d", "3D: the network's prediction", turn, self.motion.x3d, doubt=doubt)]


def page_bytes(motion: LiftedMotion) -> bytes:
    """The page, with ``about`` as a list below; of a long film every second frame, or every third, ..."""
    if (step := -(-len(motion.poses) // MOST_FRAMES)) > 1:
        about = motion.about | {"shown": f"one frame in {step}, of {len(motion.poses):,}"}
        motion = replace(motion.select(np.arange(len(motion.poses)) % step == 0), about=about, fps=motion.fps / step)
    film = _LiftedFilm(motion)
    return page_html(film.title, film.state(), motion.about).encode()
