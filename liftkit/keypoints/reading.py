"""A person's own keypoints, as common detectors write them, as a PoseSet without 3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from liftkit.data.plausible import doubts
from liftkit.keypoints.gaps import fill_gaps, good_points, without_wild
from liftkit.keypoints.names import FACE, ORDERS, sources, to_h36m
from liftkit.keypoints.opening import FORMATS, open_keypoints
from liftkit.keypoints.people import LARGEST_COORDINATE, People, gather, order_names
from liftkit.keypoints.tracks import choose_person, describe_tracks, everybody
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import reading

ALWAYS_WORKS = (
    "A table in CSV always works: one line per frame, with the columns frame, nose_x, nose_y, nose_score, "
    "left_shoulder_x, ... of shoulders, elbows, wrists, hips, knees and ankles in pixels"
)


@dataclass(frozen=True)
class Usage:
    """How many frames a source has, how many show the person, how many were kept, and what was interpolated.

    ``incomplete`` frames were dropped; ``partial`` ones were kept although joints are missing. ``notes`` say what was
    decided, ``warnings`` what is implausible; ``fps`` is None if the source does not have it. ``marks`` hold
    (F, 17) each joint's ``score`` (NaN: interpolated or missing) and whether it is ``interpolated``.
    """

    format: str
    frames: int
    without_person: int
    incomplete: int
    kept: int
    interpolated_points: int
    interpolated_frames: int
    person: str
    partial: int = 0
    fps: float | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    marks: dict[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        who = f", person {self.person}" if self.person else ""
        partial = f", of which {self.partial} lack joints" if self.partial else ""
        return (
            f"{self.format}{who}: {self.frames} frames, {self.kept} kept{partial}; dropped {self.without_person} "
            f"without the person and {self.incomplete} with points missing; {self.interpolated_points} points in "
            f"{self.interpolated_frames} kept frames interpolated"
            + "".join(f"; {note}" for note in self.notes)
            + "".join(f". Warning: {warning}" for warning in self.warnings)
        )

    def to_dict(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "marks"}


def read_keypoints(
    path: str | Path,
    format: str | None = None,
    *,
    order: str | Sequence[str] | None = None,
    size: tuple[float, float] | None = None,
    aspect: float | None = None,
    threshold: float = 0.3,
    max_gap: int = 10,
    person: str | int | None = None,
    follow: bool = True,
    all_people: bool = False,
    incomplete: bool = False,
    frames: slice | None = None,
    drop_wild: bool = False,
) -> tuple[PoseSet, Usage]:
    """Read the 2D poses of one person from a file, or from a folder with one file per frame.

    A frame that lacks a limb's joint or every point of the face, after interpolation, is incomplete, and counted.

    Args:
        format: one of ``FORMATS``; None: the content decides.
        order: what the points are: one of :data:`liftkit.keypoints.names.ORDERS`, or their names; None: the names in
            the file, or the usual order of so many points, which is refused if another one makes people of them.
        size: width and height of the image in pixels, for coordinates in [0, 1]; None: as the file has it.
        aspect: width / height, if the size is unknown; the poses then have no unit.
        threshold: a point with a lower score is missing; see :func:`liftkit.keypoints.gaps.good_points`.
        max_gap: the most frames over which a missing point is interpolated in time.
        person: the track to take; None: see :func:`liftkit.keypoints.tracks.choose_person`.
        all_people: take everybody, each as a subject and a clip of their own.
        incomplete: keep incomplete frames that have both hips and another joint; what is missing is NaN. Else none.
        frames: the numbers of the frames to take, as Python slices them: ``slice(100, 500, 2)``; None: all.
        drop_wild: take wild points for missing ones, see :func:`liftkit.keypoints.gaps.without_wild`.
        follow: False takes the largest person of each image, interpolates nothing and makes every image a clip.

    Returns:
        The poses, whose subject is the person's track or else the file's name, and what was used of the source.

    Raises:
        ValueError: beginning with the file, with what was found and what was expected.
    """
    _check_options(format, size, aspect, threshold, max_gap)
    if all_people and (person is not None or not follow):
        raise ValueError("expected all_people, or one person, or follow=False, found several of them")
    if order is not None:
        order = order_names(order)
    path, max_gap = Path(path), max_gap if follow else 0
    with reading(path):
        try:
            found = open_keypoints(path, format, follow)
            people = gather(found, order)
        except ValueError as error:
            raise ValueError(f"{error}. {ALWAYS_WORKS}") from error
        people = people.within(frames)
        points, units = people.scaled(size, aspect, found.size)
        points = good_points(points, threshold)
        chosen = everybody(people, points) if all_people else [choose_person(people, points, person, follow)]
        known = np.isfinite(points[..., 0]).sum()
        for rows in chosen if drop_wild and follow else ():
            points[rows] = without_wild(points[rows])
        wild = known - np.isfinite(points[..., 0]).sum()
        over_time = [fill_gaps(points[rows], people.frame[rows], max_gap) for rows in chosen]
        whose, rows = np.arange(len(chosen)).repeat(list(map(len, chosen))), np.concatenate(chosen)
        joints, filled = (np.concatenate(values) for values in zip(*over_time, strict=True))
        poses = to_h36m(joints, people.names)
        seen = np.isfinite(poses).all(2)
        kept = (seen[:, 0] & (seen.sum(1) > 3)) if incomplete else seen.all(1)  # more than the hips and their middle
        if not kept.any():
            raise ValueError(_nothing_complete(joints[whose == 0], people, incomplete, threshold))
        rows, filled, poses = rows[kept], filled[kept], poses[kept]
        _, first, whose = np.unique(whose[kept], return_index=True, return_inverse=True)
        tracks = describe_tracks(people)
        notes = {f"{len(chosen)} people": all_people, f"its people and their frames are {tracks}": tracks}
        notes |= {f"{wild} wild points dropped": wild}
        usage = Usage(
            format=found.format,
            frames=people.frames,
            without_person=people.frames - len(chosen[0]) if len(chosen) == 1 else 0,
            incomplete=len(kept) - len(poses),
            kept=len(poses),
            interpolated_points=int(filled.sum()),
            interpolated_frames=int(filled.any(1).sum()),
            person="" if len(chosen) > 1 else ", then ".join(filter(None, dict.fromkeys(people.track[chosen[0]]))),
            partial=int((~seen[kept]).any(1).sum()),
            fps=found.fps,
            notes=(*people.notes, *(text for text, so in notes.items() if so)),
            warnings=_checked(poses, points, people, chosen),
            marks=_marks(people, rows, filled),
        )
        numbers = [f" {k + 1}" if all_people and k else "" for k in range(len(first))]
        subject = [str(people.track[rows[at]]) or path.stem + number for at, number in zip(first, numbers, strict=True)]
        clip = whose if follow else np.arange(len(poses))
        labels = {"frame": people.frame[rows], "subject": np.array(subject)[whose], "clip": clip}
        return PoseSet(poses, **labels, units=units, name=path.stem), usage


def _marks(people: People, rows: np.ndarray, filled: np.ndarray) -> dict[str, np.ndarray]:
    """(F, 17) of each joint: the lowest score of the points that it is made of, and whether one was interpolated."""
    of = sources(people.names)  # (17, K)
    scores = people.points[rows, :, 2]
    scores = np.where(filled | ~np.isfinite(scores), np.inf, scores)
    lowest = np.stack([scores[:, used].min(1) for used in of], axis=1)
    lowest[np.isinf(lowest)] = np.nan
    return {"score": lowest, "interpolated": np.stack([filled[:, used].any(1) for used in of], axis=1)}


def _checked(poses, points, people: People, chosen) -> tuple[str, ...]:
    """Warnings; ValueError if the order was guessed, and another one makes people of the points."""
    rows = np.concatenate(chosen)
    others = {}
    for name, names in ORDERS.items():
        if len(names) == len(people.names) and names != people.names:
            others[name] = to_h36m(points[rows], names)
    said, best = doubts(poses, others)
    if best and not people.named:
        raise ValueError(
            f"its {len(people.names)} points have no names, and in the usual order of the joints they make no person; "
            f"in the order {best} they do: give --order {best}, or the one that your detector writes"
        )
    return tuple(f"{text} (--order {best})" if best else text for text in said)


def _nothing_complete(points: np.ndarray, people: People, incomplete: bool, threshold: float) -> str:
    """Which of the points (F, K, 2) that Human3.6M's joints need are missing most often, and in how many frames."""
    gone = ~np.isfinite(points).all(-1)
    missing = {name: int(gone[:, k].sum()) for k, name in enumerate(people.names) if name in H36M_17.names}
    if face := [k for k, name in enumerate(people.names) if name in (*FACE, "head_top")]:
        missing["the face"] = int(gone[:, face].all(1).sum())
    most = max(missing.values())
    worst = [name for name, count in missing.items() if count == most]
    needed = "both hips" if incomplete else "all limbs and the face"
    return (
        f"expected a frame with {needed}, found none in {people.frames} frames: "
        f"{'every point' if len(worst) == len(missing) else ', '.join(worst)} missing in {most} of {len(points)}; "
        f"a lower threshold than {threshold:g} takes less certain points"
    )


def _check_options(format, size, aspect, threshold, max_gap) -> None:
    wrong_size = size is not None and (len(size) != 2 or not all(0 < side < LARGEST_COORDINATE for side in size))
    wrong = {
        f"unknown format {format!r}; the formats are {', '.join(FORMATS)}": format not in (None, *FORMATS),
        f"size must be width and height in pixels, found {size!r}": wrong_size,
        f"aspect must be width / height, found {aspect!r}": aspect is not None and not 0.01 < aspect < 100,
        "expected size or aspect, found both": size is not None and aspect is not None,
        f"threshold must lie in 0 to 1, found {threshold!r}": not 0 <= threshold <= 1,
        f"max_gap must be a number of frames, 0 or more, found {max_gap!r}": max_gap < 0,
    }
    if found := next((text for text, so in wrong.items() if so), ""):
        raise ValueError(found)
