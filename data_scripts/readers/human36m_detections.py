"""Detected 2D joints for Human3.6M's recordings, compared with where the cameras see the 3D."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from readers.human36m_cameras import CAMERAS, field_cameras

from liftkit.data.people import pick_joints
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_file, reading, unpacked_limit
from liftkit.system.pickles import entries, float_array, read_pickled

LEFT_AND_RIGHT = [list(side) for side in zip(*H36M_17.pairs, strict=True)]
EXCHANGED = np.arange(17)
EXCHANGED[LEFT_AND_RIGHT] = LEFT_AND_RIGHT[::-1]
FRAMES, LAGS = 60, range(-30, 31)  # compared per view
# Shares of the person's size in the image. The field's detectors are 0.01 to 0.03 off, a shift of 10 cm is 0.05.
CLOSE, FAR = 0.05, 0.1
LATE = 0.005  # from here on another time is looked for
RATES = {2: "the 2D has every frame twice"}  # of a video's frames to the 3D's
RATES |= {rate: f"the 2D has {50 * rate:g} frames per second" for rate in (3, 1.2, 0.5)}
CLEARLY = 0.85  # what all views of a camera together have at a lag, against none


class Detections:
    """Detected 2D joints of VideoPose3D's data_2d_h36m_*.npz: {subject: {recording: 4 of (F, 17, 2) in pixels}}.

    Cameras are in the order of ``CAMERAS``, frames start with the recording's first, at 50 Hz. A third number per joint
    is a score and is left out. Joints must be in the order of the 17, as in "gt", "cpn_ft_h36m_dbb" and
    "detectron_ft_h36m": the file's list of left and right joints is compared, if it has one, so that other joints, such
    as COCO's, are refused. :meth:`finish` then tells whether the 2D is where the cameras see the 3D.
    """

    def __init__(self, path: str | Path):
        self.path = path
        self.views: Counter[tuple[str, int]] = Counter()  # of each subject and camera
        self.curves: dict[tuple[str, int], np.ndarray] = {}
        self.wrong: list[tuple[tuple[str, int], str, str, bool]] = []  # (subject, camera), place, what, only shifted
        limit = unpacked_limit(check_file(path).stat().st_size)
        found = read_pickled(path, ["positions_2d"], limit, optional=["metadata"])
        if "metadata" in found:
            with reading(path, "metadata"):
                pairs = [list(side) for side in entries(found["metadata"], "metadata").get("keypoints_symmetry", ())]
                if pairs != LEFT_AND_RIGHT:
                    raise ValueError(
                        f"expected Human3.6M's 17 joints, left and right {LEFT_AND_RIGHT}, found keypoints_symmetry "
                        f"{pairs}"
                    )
        with reading(path, "positions_2d"):
            self.subjects = entries(found["positions_2d"], "subjects")

    def of(self, subject: str, name: str, camera: int, frames: int) -> np.ndarray:
        """(F, 17, 2) float32 in pixels of a recording's view, with all frames of the video: at least ``frames``.

        The pelvis is the midpoint of the detected hips.
        """
        with reading(self.path, f"{subject}: {name}: camera {camera}"):
            views = entries(self.subjects.get(subject), "recordings").get(name)
            views = getattr(views, "value", views)  # a list, or an array of objects
            if not isinstance(views, (list, tuple)) or len(views) != len(CAMERAS):
                raise ValueError(f"expected a list of {len(CAMERAS)} arrays, one per camera")
            scored = getattr(getattr(views[camera], "value", None), "shape", ())[2:] == (3,)
            x2d = float_array(views[camera], (None, 17, 3 if scored else 2))[..., :2]
            if not np.isfinite(x2d).all():
                raise ValueError("expected finite pixels, found NaN or infinity; where nobody was found, put 0, 0")
            if len(x2d) < frames:
                raise ValueError(f"expected at least {frames} frames as in 3D, found {len(x2d)}")
            return pick_joints(x2d, H36M_17.names, {name: name for name in H36M_17.names})

    def compare(self, subject: str, name: str, camera: int, x2d: np.ndarray, world: np.ndarray) -> None:
        """Note whether a view's 2D (F or more, 17, 2) is where its camera sees the 3D, (F, 17, 3) in the world."""
        at = spread(len(world))
        shown = [c.image(c.see(world[at].astype(float)), True) for c in field_cameras(subject)]
        self.views[subject, camera] += 1
        found, curve = difference(x2d, shown[camera], at, {k: view for k, view in enumerate(shown) if k != camera})
        if not (found and found[1]):  # in a view that is only shifted, another time may look nearer
            self.curves[subject, camera] = self.curves.get((subject, camera), 0) + curve
        if found:
            self.wrong.append(((subject, camera), f"{subject}: {name}: camera {camera}", *found))

    def finish(self) -> None:
        """Warn of single recordings that lie elsewhere; S9 has some whose 3D is shifted.

        A ValueError if more than a quarter of the views of a subject's camera, or half of all, lie elsewhere, or all
        views of a camera together fit better at another time.
        """
        groups = Counter(group for group, _, _, shifted in self.wrong if not shifted)
        bad = any(count > self.views[group] / 4 for group, count in groups.items())
        if bad or len(self.wrong) > self.views.total() / 2:
            _, place, what, _ = next((w for w in self.wrong if not w[3] and bad), self.wrong[0])
            self._refuse(place, f"{what} ({len(self.wrong)} of {self.views.total()} views)")
        for (subject, camera), curve in self.curves.items():
            lag = LAGS[int(np.argmin(curve))]
            if abs(lag) > 1 and curve.min() < CLEARLY * curve[len(LAGS) // 2]:
                self._refuse(f"{subject}: camera {camera}", f"{_late(lag)} in all recordings")
        for _, place, what, _ in self.wrong:
            warnings.warn(f"{place}: {what}", stacklevel=2)

    def _refuse(self, place: str, what: str) -> None:
        raise ValueError(
            f"{self.path}: {place}: {what}. The 2D must be that of these recordings, in pixels, at 50 frames per "
            "second, cameras in the order " + ", ".join(CAMERAS)
        )


def spread(frames: int) -> np.ndarray:
    """The frames that are compared."""
    return np.unique(np.linspace(0, frames - 1, FRAMES).astype(int))


def _late(lag: int) -> str:
    return f"the 2D is {abs(lag)} frames {'late' if lag > 0 else 'early'} against the 3D"


def difference(
    x2d: np.ndarray, shown: np.ndarray, at: np.ndarray, others: Mapping[int, np.ndarray]
) -> tuple[tuple[str, bool] | None, np.ndarray]:
    """What separates detections (F or more, 17, 2) from what a camera shows (len(at), 17, 2) in the frames ``at``.

    Returns:
        None if they fit; otherwise what was found, and whether all that differs is a shift by as much in all frames.
        And how far they are apart at each of ``LAGS``, in shares of the person's size.
    """
    x2d = np.asarray(x2d, float)
    size = float(np.median(np.linalg.norm(np.ptp(shown, axis=1), axis=-1)))

    def off(places: np.ndarray, shift: np.ndarray | float = 0.0, shown: np.ndarray = shown) -> float:
        inside = (places >= 0) & (places < len(x2d))
        if inside.sum() * 2 < len(at):
            return 1.0
        apart = np.linalg.norm(x2d[places[inside]] - shift - shown[inside], axis=-1)
        return min(float(np.median(apart)) / size, 1.0)

    with np.errstate(over="ignore", invalid="ignore"):  # huge numbers are far away
        here = off(at)
        curve = np.array([off(at + lag) if abs(lag) <= len(x2d) // 3 else 1.0 for lag in LAGS])
        shift = np.median(x2d[at] - shown, axis=(0, 1))
        shifted = off(at, shift)
        causes = {_late(lag): curve[lag - LAGS[0]] for lag in sorted(LAGS, key=abs)}
        causes |= {cause: off((at * rate).astype(int)) for rate, cause in RATES.items()}
        causes |= {f"the 2D is what camera {camera} sees": off(at, shown=view) for camera, view in others.items()}
        causes["left and right joints are exchanged"] = off(at, shown=shown[:, EXCHANGED])
    best = min(causes, key=causes.get)
    found = None
    if np.abs(x2d).max() < size / 10:
        found = f"its numbers are no pixels, {np.abs(x2d).max():.3g} at most", False
    elif here > LATE and causes[best] < min(here / 2, shifted):
        found = best, False
    elif here > CLOSE and shifted < min(here / 3, CLOSE):
        found = "the 2D is shifted by {}, {} pixels against the 3D".format(*shift.round().astype(int)), True
    elif here >= FAR:
        found = f"the 2D is not where the camera sees the 3D, {here * size:.0f} pixels away (median)", False
    return found, curve
