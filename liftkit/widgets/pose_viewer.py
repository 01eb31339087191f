"""PoseViewer: a clip's 2D input, its true 3D poses and the lifted ones side by side, to turn and to play."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from liftkit.metrics import align, align_scale, mpjpe
from liftkit.poses import PoseSet
from liftkit.run import Run
from liftkit.view.alt_text import describe, readable
from liftkit.view.controller import Controller, Event, Set
from liftkit.view.controls import Choice, Slider
from liftkit.view.panels import Panel, Pose

FITS = {"size": align_scale, "size_and_turn": align, "size_turn_and_mirror": partial(align, reflection=True)}
MOST_FRAMES = 240  # shown of a clip: what a page turns smoothly and a notebook holds


class Clips:
    """The clips of a PoseSet by name ("walk+wave, s7"), each seen by one or several cameras."""

    def __init__(self, poses: PoseSet):
        self.poses = poses
        _, first = np.unique(poses.clip, return_index=True)
        first = np.sort(first)
        # action and person, as far as they are known: keypoints of one's own videos have no action
        known = [filter(None, (str(poses.action[i]), str(poses.subject[i]))) for i in first]
        labels = [", ".join(parts) or poses.name for parts in known]
        clips = zip(labels, poses.clip[first].tolist(), strict=True)
        self.clip_of = {f"{label}, clip {c}" if labels.count(label) > 1 else label: c for label, c in clips}
        self.names = tuple(self.clip_of)
        self.cameras = tuple(str(camera) for camera in np.unique(poses.camera))

    def rows(self, name: str, camera: str) -> np.ndarray:
        """(F,) the rows of a clip from one camera (from another if that did not see it), by frame, not too many."""
        rows = np.flatnonzero(self.poses.clip == self.clip_of[name])
        cameras = self.poses.camera[rows]
        rows = rows[cameras == (int(camera) if int(camera) in cameras else cameras[0])]
        return rows[np.argsort(self.poses.frame[rows], kind="stable")][:MOST_FRAMES]


class PoseViewerController(Controller):
    """Clips of a PoseSet, and 3D poses that were predicted for them.

    Where the truth is known, predictions are first fitted to it as chosen, and their mean error after that is shown.

    Args:
        poses: N poses in clips.
        predictions: title -> a :class:`~liftkit.Run`, whose first seed is shown, or poses (N, J, 3).
        fps: frames per second at which a clip plays.

    Raises:
        ValueError: if a prediction has another shape.
    """

    title = "2D in, 3D out"

    def __init__(self, poses: PoseSet, predictions: Mapping[str, Run | np.ndarray] | None = None, fps: float = 15.0):
        super().__init__()
        self.clips, self.poses, self.fps = Clips(poses), poses, fps
        self.predictions = dict(predictions or {})
        expected = (len(poses), len(poses.skeleton), 3)
        for title, found in self.predictions.items():
            if not isinstance(found, Run) and np.shape(found) != expected:
                raise ValueError(f"{title}: expected a Run or poses of shape {expected}, found {np.shape(found)}")
        self.fitted = bool(self.predictions) and poses.x3d is not None
        self.values = {"clip": self.clips.names[0], "camera": self.clips.cameras[0], "frame": 0}
        self.values |= {"fit": "size"} if self.fitted else {}

    @property
    def rows(self) -> np.ndarray:
        """(F,) the rows of the PoseSet that are shown."""
        return self.clips.rows(self.values["clip"], self.values["camera"])

    def controls(self):
        last = len(self.rows) - 1
        found = [Choice("clip", "Clip", "Which movement of which person", self.clips.names)]
        if len(self.clips.cameras) > 1:
            found.append(Choice("camera", "Camera", "Which camera's view", self.clips.cameras))
        if self.fitted:
            found.append(Choice("fit", "Fit to the truth", "What the error does not count", tuple(FITS)))
        if last:
            found.append(Slider("frame", "Frame", "Space plays and pauses", 0, last, local=True))
        return found

    def respond(self, event: Event) -> None:
        match event:
            case Set("clip" | "camera"):
                self.values["frame"] = 0

    def panels(self) -> list[Panel]:
        rows, frame, skeleton, size = self.rows, self.values["frame"], self.poses.skeleton, {}
        x2d, truth = self.poses.x2d[rows], None if self.poses.x3d is None else self.poses.x3d[rows]
        found: list[Panel] = [Pose("x2d", "2D: what a lifter is given", "", x2d, describe(x2d[frame]), skeleton)]
        if truth is not None:
            found.append(Pose("truth", "3D: the truth", "", truth, describe(truth[frame]), skeleton))
            size = dict(zip(("middle", "reach"), found[-1].extent, strict=True))
        for i, (title, source) in enumerate(self.predictions.items()):
            lifted, caption = source.lift(x2d)[0] if isinstance(source, Run) else np.asarray(source)[rows], ""
            if truth is not None:
                lifted = FITS[self.values["fit"]](lifted, truth)
                caption = f"{mpjpe(lifted, truth).mean():.0f} mm from the truth, mean of the clip"
            key, alt = f"lifted_{i}", describe(lifted[frame])
            found.append(Pose(key, readable(title), caption, lifted, alt, skeleton, **size))
        return found

    def __str__(self) -> str:
        names = ", ".join(self.predictions)
        return f"{self.poses.name!r}, {len(self.clips.names)} clips{f', lifted by {names}' if names else ''}"
