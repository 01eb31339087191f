"""A person's own keypoints, as common detectors write them, as a PoseSet without 3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from liftkit.data.people import upside_down
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
    upside_down: int
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
        found = asdict(replace(self, marks={}))
        return {name: value for name, value in found.items() if name != "marks"}


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
        threshold: a point with a lower score is missing; see :func:`liftkit.keypoints.tracks.good_points`.
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
    _check_options(format, order, size, aspect, threshold, max_gap)
    if all_people and (person is not None or not follow):
        raise ValueError("expected all_people, or one person, or follow=False, found several of them")
    path, max_gap = Path(path), max_gap if follow else 0
    with reading(path):
        try:
            found = open_keypoints(path, format, follow)
            people = gather(found, order)
        except ValueError as error:
            raise ValueError(f"{error}. {ALWAYS_WORKS}") from error
        people = people.within(frames)
        points, units = people.scaled(size, aspect, found.size)
        points = _seen(points, threshold)
        chosen = list(everybody(people, points)) if all_people else [choose_person(people, points, person, follow)]
        wild = _drop_wild(points, chosen) if drop_wild and follow else 0
        persons = [_over_time(people, points, rows, max_gap) for rows in chosen]
        parts = [part for part in (person.useful(incomplete) for person in persons) if len(part.rows)]
        if not parts:
            raise ValueError(_nothing_complete(persons[0].points, people, incomplete, threshold))
        rows, _, filled, poses = (np.concatenate(values) for values in zip(*parts, strict=True))
        sizes = [len(part.rows) for part in parts]
        subject = [_subject(people, part.rows, path.stem, k if all_people else 0) for k, part in enumerate(parts)]
        usage = Usage(
            format=found.format,
            frames=people.frames,
            without_person=people.frames - len(chosen[0]) if len(chosen) == 1 else 0,
            incomplete=sum(map(len, chosen)) - len(poses),
            kept=len(poses),
            interpolated_points=int(filled.sum()),
            interpolated_frames=int(filled.any(1).sum()),
            person="" if len(chosen) > 1 else _person(people, chosen[0]),
            upside_down=int(upside_down(poses).sum()),
            partial=int((~np.isfinite(poses).all(2)).any(1).sum()),
            fps=found.fps,
            notes=(*people.notes, *_notes(people, len(chosen) if all_people else 0, wild)),
            warnings=_checked(poses, points, people, chosen),
            marks=_marks(people, rows, filled),
        )
        clip = np.arange(len(parts)).repeat(sizes) if follow else np.arange(len(poses))
        labels = {"frame": people.frame[rows], "subject": np.repeat(subject, sizes), "clip": clip}
        return PoseSet(poses, **labels, units=units, name=path.stem), usage


class Person(NamedTuple):
    """One person over time: detections (F,), keypoints (F, K, 2), those that were filled (F, K), poses (F, 17, 2)."""

    rows: np.ndarray
    points: np.ndarray
    filled: np.ndarray
    poses: np.ndarray

    def useful(self, incomplete: bool) -> Person:
        """The frames that are complete, or that have both hips and another joint."""
        seen = np.isfinite(self.poses).all(2)
        kept = (seen[:, 0] & (seen.sum(1) > 3)) if incomplete else seen.all(1)  # more than the hips and their middle
        return Person(*(values[kept] for values in self))


def _drop_wild(points: np.ndarray, chosen: list[np.ndarray]) -> int:
    """Make NaN of the wild points of those who are chosen; how many these were."""
    seen = np.isfinite(points[..., 0]).sum()
    for rows in chosen:
        points[rows] = without_wild(points[rows])
    return int(seen - np.isfinite(points[..., 0]).sum())


def _over_time(people: People, points: np.ndarray, rows: np.ndarray, max_gap: int) -> Person:
    filled_points, filled = fill_gaps(points[rows], people.frame[rows], max_gap)
    return Person(rows, filled_points, filled, to_h36m(filled_points, people.names))


def _marks(people: People, rows: np.ndarray, filled: np.ndarray) -> dict[str, np.ndarray]:
    """(F, 17) of each joint: the lowest score of the points that it is made of, and whether one was interpolated."""
    of = sources(people.names)  # (17, K)
    scores = people.points[rows, :, 2]
    scores = np.where(filled | ~np.isfinite(scores), np.inf, scores)
    lowest = np.stack([scores[:, used].min(1) for used in of], axis=1)
    lowest[np.isinf(lowest)] = np.nan
    return {"score": lowest, "interpolated": np.stack([filled[:, used].any(1) for used in of], axis=1)}


def _seen(points: np.ndarray, threshold: float) -> np.ndarray:
    """The points whose score reaches the threshold. Raises ValueError if all scores are 0, which is no score."""
    if threshold > 0 and (points[..., 2] == 0).all() and np.isfinite(points[..., :2]).any():
        raise ValueError(
            "the scores of all points are 0, so every point is missing; --threshold 0 takes them all the same"
        )
    return good_points(points, threshold)


def _person(people: People, rows: np.ndarray) -> str:
    """The tracks of a person's detections, in their order."""
    return ", then ".join(dict.fromkeys(track for track in people.track[rows].tolist() if track))


def _subject(people: People, rows: np.ndarray, stem: str, number: int) -> str:
    track = str(people.track[rows[0]])
    return track or (f"{stem} {number + 1}" if number else stem)


def _notes(people: People, everybody: int, wild: int) -> list[str]:
    """What to say about those who were not taken, and about wild points."""
    tracks = describe_tracks(people)
    notes = {f"{everybody} people": everybody, f"its people and their frames are {tracks}": tracks}
    return [text for text, so in (notes | {f"{wild} wild points dropped": wild}).items() if so]


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
    needed = "both hips" if incomplete else "all limbs and the face"
    gone = _missing_points(points, people.names)
    return (
        f"expected a frame with {needed}, found none in {people.frames} frames: {gone}; a lower threshold than "
        f"{threshold:g} takes less certain points"
    )


def _check_options(format, order, size, aspect, threshold, max_gap) -> None:
    wrong_size = size is not None and (len(size) != 2 or not all(0 < side < LARGEST_COORDINATE for side in size))
    wrong = {
        f"unknown format {format!r}; the formats are {', '.join(FORMATS)}": format not in (None, *FORMATS),
        f"size must be width and height in pixels, found {size!r}": wrong_size,
        f"aspect must be width / height, found {aspect!r}": aspect is not None and not 0.01 < aspect < 100,
        "expected size or aspect, found both": size is not None and aspect is not None,
        f"threshold must lie in 0 to 1, found {threshold!r}": not 0 <= threshold <= 1,
        f"max_gap must be a number of frames, 0 or more, found {max_gap!r}": max_gap < 0,
    }
    if order is not None:
        order_names(order)
    for text, so in wrong.items():
        if so:
            raise ValueError(text)


def _missing_points(points: np.ndarray, names: Sequence[str]) -> str:
    """Which of the points (F, K, 2) that Human3.6M's joints need are missing most often, and in how many frames."""
    gone = ~np.isfinite(points).all(-1)
    missing = {name: int(gone[:, k].sum()) for k, name in enumerate(names) if name in H36M_17.names}
    if face := [k for k, name in enumerate(names) if name in (*FACE, "head_top")]:
        missing["the face"] = int(gone[:, face].all(1).sum())
    most = max(missing.values())
    worst = [name for name, count in missing.items() if count == most]
    return f"{'every point' if len(worst) == len(missing) else ', '.join(worst)} missing in {most} of {len(points)}"
