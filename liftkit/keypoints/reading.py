"""A person's own keypoints, as common detectors write them, as a PoseSet without 3D."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from liftkit.data.people import upside_down
from liftkit.keypoints.files import FORMATS, read_people
from liftkit.keypoints.names import to_h36m
from liftkit.keypoints.people import LARGEST_COORDINATE
from liftkit.keypoints.tracks import choose_person, fill_gaps, good_points
from liftkit.keypoints.usage import Usage, missing_points
from liftkit.poses import PoseSet
from liftkit.system.files import reading


def read_keypoints(
    path: str | Path,
    format: str | None = None,
    *,
    size: tuple[float, float] | None = None,
    aspect: float | None = None,
    threshold: float = 0.3,
    max_gap: int = 10,
    person: str | int | None = None,
    follow: bool = True,
) -> tuple[PoseSet, Usage]:
    """Read the 2D poses of one person from a file, or from a folder with one file per frame.

    A frame that lacks a limb's joint or every point of the face, after interpolation, is dropped and counted.

    Args:
        format: one of ``FORMATS``; None: the content decides.
        size: width and height of the image in pixels, for coordinates in [0, 1].
        aspect: width / height, if the size is unknown; the poses then have no unit.
        threshold: a point with a lower score is missing; see :func:`liftkit.keypoints.tracks.good_points`.
        max_gap: the most frames over which a missing point is interpolated in time.
        person: the track to take; None: see :func:`liftkit.keypoints.tracks.choose_person`.
        follow: False takes the largest person of each image, interpolates nothing and makes every image a clip.

    Returns:
        The poses, whose subject is the person's track or else the file's name, and what was used of the source.

    Raises:
        ValueError: beginning with the file, with what was found and what was expected.
    """
    _check_options(format, size, aspect, threshold, max_gap)
    path = Path(path)
    with reading(path):
        people, format = read_people(path, format)
        points, units = people.scaled(size, aspect)
        points = good_points(points, threshold)
        chosen = choose_person(people, points, person, follow)
        frame, track = people.frame[chosen], str(people.track[chosen[0]])
        points, filled = fill_gaps(points[chosen], frame, max_gap if follow else 0)
        poses = to_h36m(points, people.names)
        whole = np.isfinite(poses).all((1, 2))
        if not whole.any():
            raise ValueError(
                f"expected a frame with all limbs and the face, found none in {people.frames} frames: "
                f"{missing_points(points, people.names)}; "
                f"a lower threshold than {threshold:g} takes less certain points"
            )
        poses, filled, kept = poses[whole], filled[whole], int(whole.sum())
        usage = Usage(
            format=format,
            frames=people.frames,
            without_person=people.frames - len(chosen),
            incomplete=len(chosen) - kept,
            kept=kept,
            interpolated_points=int(filled.sum()),
            interpolated_frames=int(filled.any(1).sum()),
            person=track,
            upside_down=int(upside_down(poses).sum()),
        )
        labels = {"subject": np.full(kept, track or path.stem), "clip": None if follow else np.arange(kept)}
        return PoseSet(poses, frame=frame[whole], **labels, units=units, name=path.stem), usage


def _check_options(format, size, aspect, threshold, max_gap) -> None:
    if format is not None and format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; the formats are {', '.join(FORMATS)}")
    if size is not None and (len(size) != 2 or not all(0 < side < LARGEST_COORDINATE for side in size)):
        raise ValueError(f"size must be width and height in pixels, found {size!r}")
    if aspect is not None and not 0.01 < aspect < 100:
        raise ValueError(f"aspect must be width / height, found {aspect!r}")
    if size is not None and aspect is not None:
        raise ValueError("expected size or aspect, found both")
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie in 0 to 1, found {threshold!r}")
    if max_gap < 0:
        raise ValueError(f"max_gap must be a number of frames, 0 or more, found {max_gap!r}")
