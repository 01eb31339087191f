"""PoseViewer: a clip's 2D input, its true 3D poses and the lifted ones side by side, to turn and to play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from liftkit.metrics import align, align_scale, mpjpe
from liftkit.poses import PoseSet
from liftkit.recorded import load_lifter
from liftkit.run import Run
from liftkit.skeleton import H36M_17
from liftkit.view import Choice, Controller, Pose, Set, Slider, Toggle, readable
from liftkit.widgets.runs import ALL, check_titles, common_seeds

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

    Where the truth is known, predictions are first fitted to it as chosen; the truth stands faintly behind them, and
    below is the error of the frame that is shown. Of a run one seed is shown, or all as translucent skeletons.

    Args:
        poses: N poses in clips.
        predictions: title -> a :class:`~liftkit.Run`, or poses (N, J, 3). None: of complete poses without a truth, as
            those of a film, what :func:`~liftkit.load_lifter` makes of them.
        fps: frames per second at which a clip plays.
        pictures: what the 2D poses were found in, whose pixels are their unit: one image (H, W) or (H, W, 3) behind all
            of them, or N images, of which that of the frame is shown at which a film rests.

    Raises:
        ValueError: if predictions have no titles, if one has another shape, or if the pictures do not fit the 2D poses.
    """

    title = "2D in, 3D out"

    def __init__(
        self,
        poses: PoseSet,
        predictions: Mapping[str, Run | np.ndarray] | None = None,
        fps: float = 15.0,
        pictures: Sequence[np.ndarray] | np.ndarray | None = None,
    ):
        super().__init__()
        self.clips, self.poses, self.fps = Clips(poses), poses, fps
        shape = np.shape(pictures) if isinstance(pictures, np.ndarray) else ()
        self.one_picture = len(shape) == 2 or (len(shape) == 3 and shape[-1] in (3, 4))  # behind all poses
        self.pictures = [pictures] * len(poses) if self.one_picture else pictures
        if predictions is None and poses.x3d is None and poses.skeleton == H36M_17 and np.isfinite(poses.x2d).all():
            predictions = {"liftkit's lifter": load_lifter()}
        check_titles(predictions)
        self.predictions = dict(predictions or {})
        expected = (len(poses), len(poses.skeleton), 3)
        for title, found in self.predictions.items():
            if not isinstance(found, Run) and np.shape(found) != expected:
                raise ValueError(f"{title}: expected a Run or poses of shape {expected}, found {np.shape(found)}")
        self.fitted = bool(self.predictions) and poses.x3d is not None
        runs = [found for found in self.predictions.values() if isinstance(found, Run)]
        self.seeds = common_seeds(runs) if runs else ()
        self.values = {"clip": self.clips.names[0], "camera": self.clips.cameras[0], "frame": 0}
        self.values |= {"fit": "size", "overlay": True} if self.fitted else {}
        self.values |= {"seed": self.seeds[0]} if len(self.seeds) > 1 else {}
        self._check_pictures()

    def _check_pictures(self) -> None:
        if self.pictures is None:
            return
        found, expected = len(self.pictures), len(self.poses)
        if found != expected:
            raise ValueError(f"expected one picture, or {expected} for as many poses, found {found}")
        first = self.rows[0]
        (height, width), x2d = np.shape(self.pictures[first])[:2], self.poses.x2d[first]
        inside = ((x2d >= 0) & (x2d <= (width, height))).all(-1)
        if self.poses.units != "px" or inside.mean() < 0.5:
            where = f"in {self.poses.units}, {inside.sum()} of {len(inside)} within {width} x {height}"
            raise ValueError(f"expected 2D poses in pixels of their pictures, found the first one {where}")

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
            found.append(Toggle("overlay", "Truth behind", "Drawn faintly behind each prediction"))
        if "seed" in self.values:
            found.append(Choice("seed", "Seed", "Which trained network, or all", (*self.seeds, ALL)))
        if last:
            found.append(Slider("frame", "Frame", "Space plays and pauses", 0, last, local=True))
        return found

    def respond(self, event):
        match event:
            case Set("clip" | "camera"):
                self.values["frame"] = 0

    def panels(self):
        rows, frame, skeleton, size = self.rows, self.values["frame"], self.poses.skeleton, {}
        x2d, truth = self.poses.x2d[rows], None if self.poses.x3d is None else self.poses.x3d[rows]
        behind = {} if self.pictures is None else {"picture": np.asarray(self.pictures[rows[frame]])}
        behind |= {} if self.pictures is None or self.one_picture else {"picture_frame": frame}
        found = [Pose("x2d", "2D: what a lifter is given", "", x2d, skeleton, **behind)]
        if truth is not None:
            found.append(Pose("truth", "3D: the truth", "", truth, skeleton))
            size = dict(zip(("middle", "reach"), found[-1].extent, strict=True))
        for i, (title, source) in enumerate(self.predictions.items()):
            found.append(self._lifted(f"lifted_{i}", title, source, x2d, truth, size))
        return found

    def _lifted(self, key: str, title: str, source: Run | np.ndarray, x2d, truth, size: dict) -> Pose:
        frame, which, notes, more = self.values["frame"], "", [""] * len(x2d), {}
        if isinstance(source, Run):
            chosen = self.values.get("seed", (self.seeds or source.seeds)[0])
            seeds = self.seeds if chosen == ALL else (chosen,)
            each = source.lift(x2d)[[source.seeds.index(int(seed)) for seed in seeds]]  # (M, F, J, 3)
            which = f": all {len(seeds)} seeds" if chosen == ALL else f": seed {chosen}"
        else:
            each = np.asarray(source)[None, self.rows]
        if truth is not None:
            each = np.stack([FITS[self.values["fit"]](one, truth) for one in each])
            errors = mpjpe(each, truth).mean(0)
            notes = [f"{error:.0f} mm from the truth here, {errors.mean():.0f} mm in the clip" for error in errors]
            more = {"ghost": truth if len(truth) > 1 else truth[0]} if self.values["overlay"] else {}
        if len(each) > 1:
            more["fan"] = each.swapaxes(0, 1) if len(x2d) > 1 else each[:, 0]
        if len(notes) > 1:
            more["notes"] = notes
        lifted, title = each.mean(0), f"{readable(title)}{which}"
        return Pose(key, title, notes[frame], lifted, self.poses.skeleton, **size, **more)

    def __str__(self) -> str:
        names = ", ".join(self.predictions)
        return f"{self.poses.name!r}, {len(self.clips.names)} clips{f', lifted by {names}' if names else ''}"
