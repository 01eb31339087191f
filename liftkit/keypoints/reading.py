"""A person's own keypoints, as common detectors write them, as a PoseSet without 3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from liftkit.data.people import upside_down
from liftkit.keypoints.arrays import read_npy, read_npz
from liftkit.keypoints.foreign import foreign_in, refuse_foreign
from liftkit.keypoints.json_files import FORMATS as JSON_FORMATS
from liftkit.keypoints.json_files import read_json
from liftkit.keypoints.labels import by_name
from liftkit.keypoints.names import FACE, ORDERS, to_h36m
from liftkit.keypoints.people import LARGEST_COORDINATE, Found, People, gather, order_names
from liftkit.keypoints.plausible import doubts
from liftkit.keypoints.tables import read_csv
from liftkit.keypoints.tracks import choose_person, describe_tracks, everybody, fill_gaps, good_points
from liftkit.keypoints.yolo import read_labels
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_file, reading

FORMATS = (*JSON_FORMATS, "csv")
LARGEST = 2**29  # bytes of one text file: an hour of film needs about a tenth of it
BLOCK = 2**24  # bytes
NO_FRAMES = ("classes.txt", "labels.txt", "notes.json")  # files beside YOLO's labels
ALWAYS_WORKS = (
    "A table in CSV always works: one line per frame, with the columns frame, nose_x, nose_y, nose_score, "
    "left_shoulder_x, ... of shoulders, elbows, wrists, hips, knees and ankles in pixels"
)


@dataclass(frozen=True)
class Usage:
    """How many frames a source has, how many show the person, how many were kept, and what was interpolated.

    ``incomplete`` frames were dropped; ``partial`` ones were kept although joints are missing. ``notes`` say what was
    decided, ``warnings`` what is implausible; ``fps`` is None if the source does not have it.
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
        return asdict(self)


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
        follow: False takes the largest person of each image, interpolates nothing and makes every image a clip.

    Returns:
        The poses, whose subject is the person's track or else the file's name, and what was used of the source.

    Raises:
        ValueError: beginning with the file, with what was found and what was expected.
    """
    _check_options(format, order, size, aspect, threshold, max_gap)
    if all_people and (person is not None or not follow):
        raise ValueError("expected all_people, or one person, or follow=False, found several of them")
    path = Path(path)
    with reading(path):
        try:
            found = _read_folder(path, format, follow) if path.is_dir() else _read_file(path, format, follow)
            people = gather(found, order)
        except ValueError as error:
            raise ValueError(f"{error}. {ALWAYS_WORKS}") from error
        points, units = people.scaled(size, aspect, found.size)
        points = _seen(points, threshold)
        chosen = list(everybody(people, points)) if all_people else [choose_person(people, points, person, follow)]
        parts = [_poses_of(people, points, rows, max_gap if follow else 0, incomplete) for rows in chosen]
        counted = [len(rows) for rows in chosen]
        parts = [part for part in parts if len(part[0])]
        if not parts:
            filled, _ = fill_gaps(points[chosen[0]], people.frame[chosen[0]], max_gap if follow else 0)
            raise ValueError(_nothing_complete(filled, people, incomplete, threshold))
        poses, filled, frame = (np.concatenate(values) for values in list(zip(*parts, strict=True))[:3])
        who = [_subject(people, rows, path.stem, k if all_people else 0) for k, (*_, rows) in enumerate(parts)]
        subject = np.concatenate([np.full(len(part[0]), name) for name, part in zip(who, parts, strict=True)])
        clip = np.arange(len(parts)).repeat([len(part[0]) for part in parts]) if follow else np.arange(len(poses))
        seen, kept = np.isfinite(poses).all(2), len(poses)
        usage = Usage(
            format=found.format,
            frames=people.frames,
            without_person=people.frames - counted[0] if len(counted) == 1 else 0,
            incomplete=sum(counted) - kept,
            kept=kept,
            interpolated_points=int(filled.sum()),
            interpolated_frames=int(filled.any(1).sum()),
            person="" if len(chosen) > 1 else _person(people, chosen[0]),
            upside_down=int(upside_down(poses).sum()),
            partial=int((~seen).any(1).sum()),
            fps=found.fps,
            notes=(*people.notes, *_about_people(people, chosen, person, all_people)),
            warnings=_checked(poses, points, people, chosen, order),
        )
        return PoseSet(poses, frame=frame, subject=subject, clip=clip, units=units, name=path.stem), usage


def _poses_of(people: People, points: np.ndarray, rows: np.ndarray, max_gap: int, incomplete: bool):
    """One person's poses (F, 17, 2), what was filled (F, K), the frames (F,), and the person's detections."""
    frame = people.frame[rows]
    filled_points, filled = fill_gaps(points[rows], frame, max_gap)
    poses = to_h36m(filled_points, people.names)
    seen = np.isfinite(poses).all(2)
    useful = (seen[:, 0] & (seen.sum(1) > 3)) if incomplete else seen.all(1)  # more than the hips and their middle
    return poses[useful], filled[useful], frame[useful], rows


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


def _about_people(people: People, chosen: list[np.ndarray], person, all_people: bool) -> list[str]:
    """What to say about those who were not taken."""
    notes = [f"{len(chosen)} people"] if all_people else []
    tracks = describe_tracks(people)
    return notes + ([f"its people and their frames are {tracks}"] if tracks else [])


def _checked(poses, points, people: People, chosen, order) -> tuple[str, ...]:
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
    if format is not None and format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; the formats are {', '.join(FORMATS)}")
    if order is not None:
        order_names(order)
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


def _read_folder(folder: Path, format: str | None, follow: bool) -> Found:
    """One file per frame: JSON, YOLO's labels or arrays. The number that varies in their names is the frame's."""
    found = {suffix: sorted(p for p in folder.iterdir() if p.suffix.lower() == suffix and p.is_file()
                            and p.name not in NO_FRAMES) for suffix in (".json", ".txt", ".npy")}  # fmt: skip
    files = max(found.values(), key=len)
    if not files:
        raise ValueError(
            f"expected one file per frame (.json, YOLO's .txt or .npy), found none in this folder{foreign_in(folder)}"
        )
    if follow:
        places, fps = by_name([p.stem for p in files])
    else:
        places, fps = [(place, "") for place in range(len(files))], None
    if len(set(places)) < len(files):
        raise ValueError("expected a number of its own in the name of each frame's file, found one twice")
    rows, read = [], []
    for (number, track), file in sorted(zip(places, files, strict=True)):
        with reading(folder, file.name):
            found = _read_file(file, format, follow, one_of_many=len(files) > 1)
        if found.frames > 1 and len(files) > 1:
            raise ValueError(f"{file.name}: expected one frame, because the folder has {len(files)} files, found more")
        rows += [row._replace(frame=number, track=row.track or track) for row in found.rows]
        read.append(found)
    if len(files) == 1 and read[0].frames > 1:
        return read[0]
    sizes = {found.size for found in read if found.size}
    first = next((found for found in read if found.rows), read[0])
    size = sizes.pop() if len(sizes) == 1 else None
    notes = tuple(dict.fromkeys(note for found in read for note in found.notes))
    return Found(rows, first.names, len({number for number, _ in places}), first.format, size, first.fps or fps, notes)


def _read_file(file: Path, format: str | None, follow: bool, one_of_many: bool = False) -> Found:
    """What a file holds; one of many may be empty: a frame without a person."""
    suffix = file.suffix.lower()
    if not (one_of_many and suffix == ".txt"):
        check_file(file, LARGEST)
    if suffix in (".npy", ".npz"):
        return read_npy(file) if suffix == ".npy" else read_npz(file)
    refuse_foreign(file)
    if suffix == ".txt" and (one_of_many or format in (None, "ultralytics")):
        empty = one_of_many and not file.stat().st_size
        text = "" if empty else _text(file)
        return read_labels(text) if not text or _numbers_only(text) else read_csv(text, follow)
    if suffix in (".csv", ".tsv") or (format == "csv" and not one_of_many):
        return read_csv(_text(file), follow)
    return read_json(_text(file), format, follow=follow, one=one_of_many)


def _numbers_only(text: str) -> bool:
    return not any(c.isalpha() and c not in "e" for c in text[:200])


def _text(file: Path) -> str:
    """The text of a file; ValueError at its first zero byte, which no text has."""
    blocks = []
    with check_file(file, LARGEST).open("rb") as opened:
        while block := opened.read(BLOCK):
            if b"\0" in block:
                place = sum(map(len, blocks)) + block.index(b"\0")
                content = b"".join([*blocks, block[: block.index(b"\0")]])
                place = _first_wrong(content, place)
                raise ValueError(f"{file}: expected text in UTF-8, found something else at byte {place}")
            blocks.append(block)
    content = b"".join(blocks)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: expected text in UTF-8, found something else at byte {error.start}") from error


def _first_wrong(content: bytes, otherwise: int) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return otherwise


def _missing_points(points: np.ndarray, names: Sequence[str]) -> str:
    """Which of the points (F, K, 2) that Human3.6M's joints need are missing most often, and in how many frames."""
    gone = ~np.isfinite(points).all(-1)
    missing = {name: int(gone[:, k].sum()) for k, name in enumerate(names) if name in H36M_17.names}
    if face := [k for k, name in enumerate(names) if name in (*FACE, "head_top")]:
        missing["the face"] = int(gone[:, face].all(1).sum())
    most = max(missing.values())
    worst = [name for name, count in missing.items() if count == most]
    return f"{'every point' if len(worst) == len(missing) else ', '.join(worst)} missing in {most} of {len(points)}"
