"""PoseViewer: a clip's 2D input, its true 3D poses and what lifters make of it, side by side, to turn and to play."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from liftkit.metrics import align, align_scale, mpjpe
from liftkit.poses import PoseSet
from liftkit.run import Run
from liftkit.view.alt_text import describe
from liftkit.view.controller import Controller
from liftkit.view.controls import Choice, Slider
from liftkit.view.panels import Panel, Pose
from liftkit.widgets.pose_viewer.clips import Clips
from liftkit.widgets.widget import Widget

ALIGNED = {
    "size": align_scale,
    "size_and_turn": align,
    "size_turn_and_mirror": lambda pred, truth: align(pred, truth, reflection=True),
}


class PoseViewerController(Controller):
    """Clips of a PoseSet, and 3D poses that were predicted for them.

    ``predictions``: title -> a :class:`~liftkit.Run`, whose first seed is shown, or poses (N, J, 3), one for each of
    the PoseSet's. Where the truth is known, predictions are fitted to it as chosen before they are shown, and their
    mean error after that is told. ``fps``: how fast a clip plays. Raises ValueError on predictions of another
    shape.
    """

    title = "2D in, 3D out"

    def __init__(self, poses: PoseSet, predictions: Mapping[str, Run | np.ndarray] | None = None, fps: float = 15.0):
        super().__init__()
        self.clips, self.poses, self.fps = Clips(poses), poses, fps
        self.predictions = dict(predictions or {})
        for title, found in self.predictions.items():
            if not isinstance(found, Run) and np.shape(found) != (expected := (len(poses), len(poses.skeleton), 3)):
                raise ValueError(f"{title}: expected a Run or poses of shape {expected}, found {np.shape(found)}")
        self.values = {"clip": self.clips.names[0], "camera": self.clips.cameras[0], "frame": 0}
        if self.fitted:
            self.values["fit"] = "size"

    @property
    def fitted(self) -> bool:
        return bool(self.predictions) and self.poses.x3d is not None

    @property
    def rows(self) -> np.ndarray:
        """The rows of the PoseSet that are shown."""
        return self.clips.rows(self.values["clip"], self.values["camera"])

    def controls(self):
        last = len(self.rows) - 1
        found = [Choice("clip", "Clip", "Which movement, whose", self.clips.names)]
        if len(self.clips.cameras) > 1:
            found.append(Choice("camera", "Camera", "Who looks on", self.clips.cameras))
        if self.fitted:
            found.append(Choice("fit", "Fit to the truth", "What the error does not count", tuple(ALIGNED)))
        if last:
            found.append(Slider("frame", "Frame", "Space plays and pauses", 0, last, local=True))
        return found

    def on_clip(self, value: str) -> None:
        self.values["frame"] = 0

    on_camera = on_clip

    def panels(self) -> list[Panel]:
        rows, frame = self.rows, self.values["frame"]
        x2d, joints = self.poses.x2d[rows], {"skeleton": self.poses.skeleton}
        found: list[Panel] = [Pose("x2d", "2D: what a lifter is given", joints=x2d, alt=describe(x2d[frame]), **joints)]
        truth = None if self.poses.x3d is None else self.poses.x3d[rows]
        if truth is not None:
            found.append(Pose("truth", "3D: the truth", joints=truth, alt=describe(truth[frame]), **joints))
        for i, (title, source) in enumerate(self.predictions.items()):
            lifted = source.lift(x2d)[0] if isinstance(source, Run) else np.asarray(source)[rows]
            told = ""
            if truth is not None:
                lifted = ALIGNED[self.values["fit"]](lifted, truth)
                told = f"{mpjpe(lifted, truth).mean():.0f} mm from the truth, mean of the clip"
            shown = {"joints": lifted, "alt": describe(lifted[frame]), "caption": told, **joints}
            if truth is not None:
                middle, reach = found[1].extent
                shown |= {"middle": middle, "reach": reach}
            found.append(Pose(f"lifted_{i}", title.replace("_", " "), **shown))
        return found

    def __str__(self) -> str:
        names = ", ".join(self.predictions)
        return f"{self.poses.name!r}, {len(self.clips.names)} clips{f', lifted by {names}' if names else ''}"


class PoseViewer(Widget):
    """See :class:`PoseViewerController` for what it takes."""

    Controller = PoseViewerController
