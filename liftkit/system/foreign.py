"""Files that hold no keypoints but films, pictures, archives, motion or models: named by their first bytes."""

from __future__ import annotations

from pathlib import Path

FILM = "a film: liftkit reads what a detector found in it. Run a detector first, for example Ultralytics' "
FILM += "`yolo pose predict model=yolo11n-pose.pt source={name} save_txt`, and give the folder of labels that it writes"
PICTURE = FILM.replace("a film", "a picture")
ARCHIVE = "an archive: unpack it, and give the file or folder of keypoints in it"
SHEET = "a spreadsheet or a table in binary form: save it as CSV, and give that file"
MODEL = "a pickle or a model, which could run anything: save the keypoints as JSON, CSV or .npy"
MARKUP = "XML or a web page: save the keypoints as JSON or CSV, and give that file"
MOTION = "motion in 3D, not keypoints of a picture: the scripts in data_scripts/ convert it"
# First bytes, where they stand, and what they begin; for what has none, endings.
STARTS = [
    *((4, b, PICTURE) for b in (b"ftyphei", b"ftypmif1", b"ftypavif")),
    *((4, b, FILM) for b in (b"ftyp", b"moov", b"mdat", b"wide")),
    *((0, b, FILM) for b in (b"\x1aE\xdf\xa3", b"FLV", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"OggS", b"0&\xb2u")),
    (8, b"AVI ", FILM),
    *((0, b, PICTURE) for b in (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")),
    (8, b"WEBP", PICTURE),
    *((0, b, ARCHIVE) for b in (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"(\xb5/\xfd", b"PK")),
    (257, b"ustar", ARCHIVE),
    *((0, b, SHEET) for b in (b"PAR1", b"\xd0\xcf\x11\xe0", b"ARROW1", b"SQLite", b"\x89HDF", b"MATLAB 5.0")),
    *((0, b, MODEL) for b in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")),
    (0, b"HIERARCHY", MOTION),
    (0, b"<", MARKUP),
]
ENDINGS = dict.fromkeys((".mp4", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".m4v", ".ts"), FILM)
ENDINGS |= dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic"), PICTURE)
ENDINGS |= {".xlsx": SHEET, ".ods": SHEET, ".parquet": SHEET, ".h5": SHEET, ".pkl": MODEL, ".pt": MODEL, ".pth": MODEL}
ENDINGS |= dict.fromkeys((".bvh", ".c3d", ".fbx", ".amc", ".asf", ".trc", ".mot", ".skeleton", ".glb"), MOTION)


def refuse_foreign(path: Path) -> None:
    """Raise ValueError, saying what it is and what to do, if a file begins like a film, a picture, an archive, ..."""
    with path.open("rb") as file:
        start = file.read(512)
    what = ENDINGS.get(path.suffix.lower()) or next(
        (what for place, begin, what in STARTS if start[place : place + len(begin)] == begin), None
    )
    if what:
        raise ValueError(f"this is {what.format(name=path.name)}")


def foreign_in(folder: Path) -> str:
    """What a folder without keypoints has instead: folders that may have them, tables, pictures or films; else ""."""
    there = sorted(folder.iterdir())
    folders = [path.name for path in there if path.is_dir()]
    tables = [path.name for path in there if path.suffix.lower() in (".csv", ".npz")]
    if tables or folders:
        what = "files" if tables else "folders"
        return f"; give one of its {what}: {', '.join((tables or folders)[:5])}"
    found = {ENDINGS.get(path.suffix.lower()) for path in there}
    what = found.pop() if len(found) == 1 else None
    if what in (FILM, PICTURE):
        return f"; these are pictures or films: {what.format(name=folder.name).split('. ', 1)[1]}"
    return ""
