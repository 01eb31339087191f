"""From a file or a folder to the people in it: the one place where suffix and content choose the parser."""

from __future__ import annotations

from pathlib import Path

from liftkit.keypoints.formats import PARSERS, read_json
from liftkit.keypoints.people import Found, People, frame_number, gather
from liftkit.keypoints.tables import read_csv, read_labels
from liftkit.system.files import check_file, reading

FORMATS = (*PARSERS, "csv")
LARGEST = 2**29  # bytes of one text file: an hour of film needs about a tenth of it


def read_people(path: Path, format: str | None = None) -> tuple[People, str]:
    """Everybody in a file, or in a folder with one file per frame, and the format. Raises ValueError."""
    found, format = _read_folder(path, format) if path.is_dir() else _read_file(path, format)
    return gather(found), format


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
