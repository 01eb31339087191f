"""A PoseSet as a list of clips to choose from."""

from __future__ import annotations

import numpy as np

from liftkit.poses import PoseSet

MOST_FRAMES = 240  # shown of a clip: what a page turns smoothly and a notebook holds


class Clips:
    """The clips of a PoseSet by name ("walk+wave, s7"), each seen by one or several cameras."""

    def __init__(self, poses: PoseSet):
        self.poses = poses
        _, first = np.unique(poses.clip, return_index=True)
        labels = [(poses.clip[i], _label(poses, i)) for i in np.sort(first)]
        often = [label for _, label in labels]
        self.clip_of = {f"{label}, clip {c}" if often.count(label) > 1 else label: int(c) for c, label in labels}
        self.names = tuple(self.clip_of)
        self.cameras = tuple(str(camera) for camera in np.unique(poses.camera))

    def rows(self, name: str, camera: str) -> np.ndarray:
        """(F,) the rows of a clip as a camera saw it, by frame, at most ``MOST_FRAMES``; of another, if it did not."""
        rows = np.flatnonzero(self.poses.clip == self.clip_of[name])
        cameras = self.poses.camera[rows]
        seen = int(camera) if int(camera) in cameras else cameras[0]
        rows = rows[cameras == seen]
        return rows[np.argsort(self.poses.frame[rows], kind="stable")][:MOST_FRAMES]


def _label(poses: PoseSet, i: int) -> str:
    """What is done and by whom, as far as the labels tell; a person's own key points name no action."""
    return ", ".join(filter(None, (str(poses.action[i]), str(poses.subject[i])))) or poses.name
