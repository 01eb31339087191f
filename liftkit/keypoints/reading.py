"""A person's own keypoints, as common detectors write them, as a PoseSet without 3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from liftkit.data.people import upside_down
from liftkit.keypoints.formats import PARSERS, read_json
from liftkit.keypoints.names import FACE, to_h36m
from liftkit.keypoints.people import LARGEST_COORDINATE, Found, frame_number, gather
from liftkit.keypoints.tables import read_csv, read_labels
from liftkit.keypoints.tracks import choose_person, fill_gaps, good_points
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_file, reading

FORMATS = (*PARSERS, "csv")
LARGEST = 2**29  # bytes of one text file: an hour of film needs about a tenth of it


@dataclass(frozen=True)
class Usage:
    """How many frames a source has, how many show the person, how many were kept, and what was interpolated.

    ``incomplete`` frames were dropped; ``partial`` ones were kept although joints are missing.
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

    def __str__(self) -> str:
        who = f", person {self.person}" if self.person else ""
        warning = f". Warning: in {self.upside_down} frames the head is below the ankles; y must point down"
        partial = f", of which {self.partial} lack joints" if self.partial else ""
        return (
            f"{self.format}{who}: {self.frames} frames, {self.kept} kept{partial}; dropped {self.without_person} "
            f"without the person and {self.incomplete} with points missing; {self.interpolated_points} points in "
            f"{self.interpolated_frames} kept frames interpolated{warning if self.upside_down * 2 > self.kept else ''}"
        )

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


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
    incomplete: bool = False,
) -> tuple[PoseSet, Usage]:
    """Read the 2D poses of one person from a file, or from a folder with one file per frame.

    A frame that lacks a limb's joint or every point of the face, after interpolation, is incomplete, and counted.

    Args:
        format: one of ``FORMATS``; None: the content decides.
        size: width and height of the image in pixels, for coordinates in [0, 1].
        aspect: width / height, if the size is unknown; the poses then have no unit.
        threshold: a point with a lower score is missing; see :func:`liftkit.keypoints.tracks.good_points`.
        max_gap: the most frames over which a missing point is interpolated in time.
        person: the track to take; None: see :func:`liftkit.keypoints.tracks.choose_person`.
        incomplete: keep incomplete frames that have both hips and another joint; what is missing is NaN. Else none.
        follow: False takes the largest person of each image, interpolates nothing and makes every image a clip.

    Returns:
        The poses, whose subject is the person's track or else the file's name, and what was used of the source.

    Raises:
        ValueError: beginning with the file, with what was found and what was expected.
    """
    _check_options(format, size, aspect, threshold, max_gap)
    path = Path(path)
    with reading(path):
        found, format = _read_folder(path, format) if path.is_dir() else _read_file(path, format)
        people = gather(found)
        points, units = people.scaled(size, aspect)
        points = good_points(points, threshold)
        chosen = choose_person(people, points, person, follow)
        frame, track = people.frame[chosen], str(people.track[chosen[0]])
        points, filled = fill_gaps(points[chosen], frame, max_gap if follow else 0)
        poses = to_h36m(points, people.names)
        seen = np.isfinite(poses).all(2)
        useful = (seen[:, 0] & (seen.sum(1) > 3)) if incomplete else seen.all(1)  # more than the hips and their middle
        if not useful.any():
            gone = _missing_points(points, people.names)
            needed = "both hips" if incomplete else "all limbs and the face"
            raise ValueError(
                f"expected a frame with {needed}, found none in {people.frames} frames: {gone}; a lower "
                f"threshold than {threshold:g} takes less certain points"
            )
        poses, filled, kept = poses[useful], filled[useful], int(useful.sum())
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
            partial=int((~seen[useful]).any(1).sum()),
        )
        labels = {"subject": np.full(kept, track or path.stem), "clip": None if follow else np.arange(kept)}
        return PoseSet(poses, frame=frame[useful], **labels, units=units, name=path.stem), usage


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


def _read_folder(folder: Path, format: str | None) -> tuple[Found, str | None]:
    """One file per frame: JSON of one format or YOLO labels. The last number in a file's name is its frame's."""
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".json", ".txt") and p.is_file())
    files = [p for p in files if p.suffix.lower() == ".json"] or files
    if not files:
        raise ValueError("expected one file per frame (.json, or YOLO's .txt), found none in this folder")
    numbers = [frame_number(p.stem) for p in files]
    if None in numbers or len(set(numbers)) < len(files):
        numbers = list(range(len(files)))
    rows, names = [], None
    for number, file in sorted(zip(numbers, files, strict=True)):
        with reading(folder, file.name):
            found, format = _read_file(file, format, one_of_many=True)
        rows += [(number, track, points) for _, track, points in found.rows]
        names = names or found.names
    return Found(rows, names, len(files)), format


def _read_file(file: Path, format: str | None, one_of_many: bool = False) -> tuple[Found, str | None]:
    """The rows of a file and its format; one of many may be empty: a frame without a person."""
    suffix = file.suffix.lower()
    if suffix == ".txt" and (one_of_many or format in (None, "ultralytics")):
        empty = one_of_many and not file.stat().st_size
        return read_labels("" if empty else _text(file)), "ultralytics"
    if suffix == ".csv" or (format == "csv" and not one_of_many):
        return read_csv(_text(file)), format or "csv"
    return read_json(_text(file), format, may_be_empty=one_of_many)


def _text(file: Path) -> str:
    content = check_file(file, LARGEST).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: expected text in UTF-8, found something else at byte {error.start}") from error


def _missing_points(points: np.ndarray, names: Sequence[str]) -> str:
    """Which of the points (F, K, 2) that Human3.6M's joints need are missing most often, and in how many frames."""
    gone = ~np.isfinite(points).all(-1)
    missing = {name: int(gone[:, k].sum()) for k, name in enumerate(names) if name in H36M_17.names}
    if face := [k for k, name in enumerate(names) if name in (*FACE, "head_top")]:
        missing["the face"] = int(gone[:, face].all(1).sum())
    most = max(missing.values())
    worst = [name for name, count in missing.items() if count == most]
    return f"{'every point' if len(worst) == len(missing) else ', '.join(worst)} missing in {most} of {len(points)}"
