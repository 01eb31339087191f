"""A person's own key points: the files of common detectors, recognised by what they hold, as a PoseSet without 3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from liftkit.data.people import upside_down
from liftkit.keypoints.formats import PARSERS, Row, frame_number, gather, load_json, parse, recognise, rows_of
from liftkit.keypoints.names import FACE, People, to_h36m
from liftkit.keypoints.tables import read_csv, read_labels
from liftkit.keypoints.tracks import choose_person, fill_gaps, good_points
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_file, reading

FORMATS = (*PARSERS, "csv")
LARGEST = 2**29  # bytes of one text file: an hour of film is about a tenth of it
LARGEST_COORDINATE = 1e6  # pixels
NORMALISED_BELOW = 2.0  # a picture is larger than this many pixels
LOOKED_FOR = (
    "COCO (annotations, or a list with image_id and keypoints), OpenPose (people with pose_keypoints_2d), MMPose "
    "(keypoints with keypoint_scores), Ultralytics (keypoints with x and y, or YOLO labels), MediaPipe (33 landmarks)"
)


@dataclass(frozen=True)
class Usage:
    """What became of a source's frames: how many it has, how many show the person, and how many were kept."""

    format: str
    frames: int
    without_person: int
    incomplete: int
    kept: int
    interpolated_points: int
    interpolated_frames: int
    person: str
    upside_down: int

    def __str__(self) -> str:
        who = f", person {self.person}" if self.person else ""
        text = (
            f"{self.format}{who}: {self.frames} frames, {self.kept} kept; dropped {self.without_person} without the "
            f"person and {self.incomplete} with points missing; {self.interpolated_points} points in "
            f"{self.interpolated_frames} kept frames interpolated"
        )
        if self.upside_down * 2 > self.kept:
            text += f". Warning: in {self.upside_down} frames the head is below the ankles; y must point down"
        return text

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
) -> tuple[PoseSet, Usage]:
    """Read the key points of one person from a file, or a folder with a file a frame: 2D poses, and what was used.

    ``format`` is one of ``FORMATS``; without it the content decides. Coordinates in [0, 1] become pixels by ``size``
    (width, height), or stay without a unit by ``aspect`` (width / height): then x is multiplied by it. The poses'
    subject is the person's track, or else the file's name.

    The rule for missing points (score below ``threshold``; see :func:`liftkit.keypoints.tracks.good_points`): each is
    interpolated linearly in time between the good frames of the same person around it, if these are at most
    ``max_gap`` frames apart, not counting themselves. A frame that then lacks a limb's joint, or every point of the
    face, is dropped. ``person`` and ``follow``: see :func:`liftkit.keypoints.tracks.choose_person`. With ``follow``
    False nothing is interpolated and every picture is a clip of its own.

    Raises ValueError that begins with the file, and says what was found and what was expected.
    """
    _check_options(format, size, aspect, threshold, max_gap)
    with reading(path):
        people, name = _load(Path(path), format)
        people, units = _scale(people, size, aspect)
        points = good_points(people, threshold)
        chosen = choose_person(people, points, person, follow)
        frame, track = people.frame[chosen], str(people.track[chosen[0]])
        points, filled = fill_gaps(points[chosen], frame, max_gap if follow else 0)
        poses = to_h36m(points, people.names)
        whole = np.isfinite(poses).all((1, 2))
        if not whole.any():
            raise ValueError(
                f"expected a frame with all limbs and the face, found none in {people.frames} frames: "
                f"{_lacking(points, people.names)}; a lower threshold than {threshold:g} takes less certain points"
            )
        usage = _usage(name, people.frames, track, poses[whole], filled[whole], len(chosen))
        labels = {"frame": frame[whole], "clip": None if follow else np.arange(usage.kept)}
        subject = np.full(usage.kept, track or Path(path).stem)
        return PoseSet(poses[whole], subject=subject, **labels, units=units, name=Path(path).stem), usage


def _lacking(points: np.ndarray, names: Sequence[str]) -> str:
    """What a person's points (F, K, 2) lack most often, of those that Human3.6M's joints are made of."""
    gone = ~np.isfinite(points).all(-1)
    lacks = {name: int(gone[:, k].sum()) for k, name in enumerate(names) if name in H36M_17.names}
    if face := [k for k, name in enumerate(names) if name in (*FACE, "head_top")]:
        lacks["the face"] = int(gone[:, face].all(1).sum())
    most = max(lacks.values())
    told = [name for name, count in lacks.items() if count == most]
    return f"{'every point' if len(told) == len(lacks) else ', '.join(told)} missing in {most} of {len(points)}"


def _usage(format: str, frames: int, person: str, kept: np.ndarray, filled: np.ndarray, seen: int) -> Usage:
    return Usage(
        format=format,
        frames=frames,
        without_person=frames - seen,
        incomplete=seen - len(kept),
        kept=len(kept),
        interpolated_points=int(filled.sum()),
        interpolated_frames=int(filled.any(1).sum()),
        person=person,
        upside_down=int(upside_down(kept).sum()),
    )


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


def _load(path: Path, format: str | None) -> tuple[People, str]:
    if path.is_dir():
        return _load_folder(path, format)
    text, suffix = _read_text(path), path.suffix.lower()
    if suffix == ".txt" and format in (None, "ultralytics"):
        return gather(read_labels(text), None, 1), "ultralytics"
    if suffix == ".csv" or format == "csv":
        return read_csv(text), format or "csv"
    return _parse_json(text, format)


def _read_text(path: Path) -> str:
    content = check_file(path, LARGEST).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: expected text in UTF-8, found something else at byte {error.start}") from error


def _parse_json(text: str, format: str | None) -> tuple[People, str]:
    data = load_json(text)
    name = format or recognise(data)
    if name is None:
        raise ValueError(f"not a format of key points that liftkit knows; it looked for {LOOKED_FOR}")
    return parse(data, name), name


def _load_folder(folder: Path, format: str | None) -> tuple[People, str]:
    """A file a frame: JSON of one format, or YOLO labels. The last number in a file's name is its frame's."""
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".json", ".txt") and p.is_file())
    files = [p for p in files if p.suffix.lower() == ".json"] or files
    if not files:
        raise ValueError("expected a file a frame (.json, or YOLO's .txt), found none in this folder")
    numbers = [frame_number(p.stem) for p in files]
    if None in numbers or len(set(numbers)) < len(files):
        numbers = list(range(len(files)))
    rows: list[Row] = []
    names = None
    for file, number in sorted(zip(files, numbers, strict=True), key=lambda pair: pair[1]):
        with reading(folder, file.name):
            found, format, names = _rows_of(file, format, names)
        rows += [(number, track, points) for _, track, points in found]
    return gather(rows, names, len(files)), format or "unknown"


def _rows_of(file: Path, format: str | None, names) -> tuple[list[Row], str | None, tuple[str, ...] | None]:
    """One frame's rows; the format is that of the first file which shows it, for a frame may hold nobody."""
    text = file.read_text(encoding="utf-8") if file.suffix.lower() == ".txt" else _read_text(file)
    if file.suffix.lower() == ".txt":
        return read_labels(text), "ultralytics", names
    data = load_json(text)
    format = format or recognise(data)
    if format is None:
        if data in ([], {}):
            return [], None, names
        raise ValueError(f"not a format of key points that liftkit knows; it looked for {LOOKED_FOR}")
    rows, found, _ = rows_of(data, format)
    return rows, format, names or found


def _scale(people: People, size, aspect) -> tuple[People, str]:
    """Pixels as they are; coordinates in [0, 1] by the picture's size or aspect."""
    xy, score = people.points[..., :2], people.points[..., 2]
    seen = np.abs(xy[np.isfinite(xy).all(-1) & (score > 0) & (xy != 0).any(-1)])
    reach = seen.max(initial=0)
    if reach > LARGEST_COORDINATE:
        raise ValueError(f"expected coordinates in pixels, found {reach:.3g}")
    normalised = not seen.size or np.median(seen) <= NORMALISED_BELOW  # single points may lie outside the picture
    if not normalised:
        if size is not None or aspect is not None:
            raise ValueError(f"its coordinates are in pixels (up to {reach:.0f}): leave size and aspect out")
        return people, "px"
    if size is None and aspect is None:
        raise ValueError(
            "its coordinates lie in [0, 1]: give the picture's size in pixels (--size 1280x720; in Python "
            "size=(1280, 720)), or its aspect (--aspect 1.78)"
        )
    points = people.points.copy()
    points[..., :2] *= size if size is not None else (aspect, 1.0)
    return replace(people, points=points), "none" if size is None else "px"
