"""The first step: open a file or a folder, see what it is, and hand it to the reader of its form."""

from __future__ import annotations

from pathlib import Path

from liftkit.keypoints.arrays import read_npy, read_npz
from liftkit.keypoints.json_files import FORMATS as JSON_FORMATS
from liftkit.keypoints.json_files import read_json
from liftkit.keypoints.labels import by_name
from liftkit.keypoints.people import Found
from liftkit.keypoints.tables import read_csv, read_labels
from liftkit.system.files import check_file, read_text, reading
from liftkit.system.foreign import foreign_in, refuse_foreign

FORMATS = (*JSON_FORMATS, "csv")
LARGEST = 2**29  # bytes of one text file: an hour of film needs about a tenth of it
NO_FRAMES = ("classes.txt", "labels.txt", "notes.json")  # files beside YOLO's labels


def open_keypoints(path: Path, format: str | None = None, follow: bool = True) -> Found:
    """What a file holds, or a folder with one file per frame. Raises ValueError."""
    return _read_folder(path, format, follow) if path.is_dir() else _read_file(path, format, follow)


def _read_folder(folder: Path, format: str | None, follow: bool) -> Found:
    """One file per frame: JSON, YOLO's labels or arrays. The number that varies in their names is the frame's."""
    found = {suffix: sorted(p for p in folder.iterdir() if p.suffix.lower() == suffix and p.is_file()
                            and p.name not in NO_FRAMES) for suffix in (".json", ".txt", ".npy")}  # fmt: skip
    files = max(found.values(), key=len)
    if not files:
        raise ValueError(
            f"expected one file per frame (.json, YOLO's .txt or .npy), found none in this folder{foreign_in(folder)}"
        )
    places, fps = by_name([p.stem for p in files]) if follow else ([(k, "") for k in range(len(files))], None)
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
        found = read_npy(file) if suffix == ".npy" else read_npz(file)
        return found._replace(notes=()) if one_of_many else found
    refuse_foreign(file)
    if suffix == ".txt" and (one_of_many or format in (None, "ultralytics")):
        empty = one_of_many and not file.stat().st_size
        text = "" if empty else read_text(file, LARGEST)
        words = any(c.isalpha() and c not in "e" for c in text[:200])
        return read_csv(text, follow) if words else read_labels(text)
    if suffix in (".csv", ".tsv") or (format == "csv" and not one_of_many):
        return read_csv(read_text(file, LARGEST), follow)
    return read_json(read_text(file, LARGEST), format, follow=follow, one=one_of_many)
