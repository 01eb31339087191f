"""Keypoints in tables: CSV, JSON that is one (:mod:`liftkit.keypoints.columns` reads the columns), YOLO's labels."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

import numpy as np

from liftkit.keypoints import labels
from liftkit.keypoints.columns import Column, Lines, Table, column_of, few, has_frames, in_one_cell, long, wide
from liftkit.keypoints.labels import frames_by_label, rate_of, squeezed, whole
from liftkit.keypoints.names import BY_COUNT
from liftkit.keypoints.people import Found, Row
from liftkit.keypoints.points import HOLDS_POINTS, MOST, Points

MOST_COLUMNS = 10 * MOST
MANY = 100_000  # lines
NO_LINE = re.compile(r"\s*(#|sep=|$)", re.I)  # a comment, or what Excel writes, above the table
DEEPLABCUT = ("individuals", "bodyparts", "coords")  # lines below that of the scorer


def read_csv(text: str, follow: bool = True) -> Found:
    """Read a table in one of four layouts. An empty cell is a missing point. Raises ValueError."""
    lines = text.splitlines()
    start = next((k for k, line in enumerate(lines) if not NO_LINE.match(line)), 0)
    delimiter = max(",;\t|", key=lines[start].count) if lines else ","
    above, body, numbers = [], [], []
    for number, line in enumerate(csv.reader(lines[start:], delimiter=delimiter), start + 1):
        if not line:
            continue
        if not above or (not body and squeezed(above[0][0]) == "scorer" and squeezed(line[0]) in DEEPLABCUT):
            above.append([cell.strip() for cell in line])
        elif "".join(line).strip():
            if len(line) != len(above[0]):
                commas = " (numbers with commas need another separator)" if len(line) > 1.5 * len(above[0]) else ""
                raise ValueError(f"line {number}: expected {len(above[0])} cells, found {len(line)}{commas}")
            if not body:
                _check_header(above[0])
            if len(body) == MANY:
                _check_room(above[0], line)
            body.append(line)
            numbers.append(number)
    if delimiter != "," or '"' in text:
        body = [[_point_for_comma(cell) if "," in cell else cell for cell in line] for line in body]
    if len(above) > 1:
        return _deeplabcut(above, body, numbers, follow)
    return _read(Table(above[0] if above else [], body, numbers, follow))


def read_records(records: list[dict], follow: bool = True) -> Found:
    """Read objects that are the lines of a table, as data frames are written in JSON."""
    header = list(dict.fromkeys(key for record in records for key in record))
    _check_header(header)
    body = [["" if record.get(key) is None else str(record[key]) for key in header] for record in records]
    return _read(Table(header, body, list(range(1, len(body) + 1)), follow))


def read_labels(text: str) -> Found:
    """Read YOLO-pose labels of one image: class, box, points with or without scores, confidence, track."""
    rows = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        values = [float(word) for word in line.split()]
        usual = [(count, size) for count in (17, *BY_COUNT) for size in (3, 2)]
        count, size = next((u for u in usual if 0 <= len(values) - 5 - u[0] * u[1] <= 2), (0, 0))
        if not count:
            raise ValueError(f"line {number}: expected 56 to 58 numbers (39 to 41 without scores), found {len(values)}")
        points = np.reshape(values[5 : 5 + count * size], (count, size))
        rest = values[5 + count * size :]
        # a single number is a confidence below 1 or a track, which is a whole number
        track = rest[-1:] if len(rest) == 2 or (rest and rest[0] >= 1 and rest[0].is_integer()) else []
        scores = points[:, 2] if size == 3 else None
        rows.append(Row(0, str(int(track[0])) if track else "", Points(points[:, :2], scores)))
    return Found(rows, None, 1, "ultralytics")


def _check_header(header: list[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise ValueError(f"expected at most {MOST_COLUMNS:,} columns, found {len(header):,}")
    titles = [title.lower() for title in header]
    if sum(whole(title) is not None for title in header) > len(header) / 2:
        raise ValueError(f"expected a first line that names the columns, found the numbers {few(header)}")
    if len(set(titles)) < len(titles) and squeezed(titles[0]) != "scorer":
        raise ValueError(f"expected different column names, found {few(header)}")


def _check_room(header: list[str], line: list[str]) -> None:
    """Before more lines fill the memory: they must be long enough for a person, or one for each point."""
    whole_person = "keypoints" in header or _cells_of_points(header, line)
    if len(header) < 8 and not whole_person and not _one_point_per_line(map(column_of, header)):
        raise ValueError(f"expected columns such as left_knee_x and left_knee_y, found {few(header)}")


def _cells_of_points(header: list[str], line: list[str]) -> list[int]:
    """The columns whose cells hold all points of a person."""
    return [k for k, title in enumerate(header) if HOLDS_POINTS.search(title) and line[k].strip()[:1] in ("[", "{")]


def _one_point_per_line(columns: Iterable[Column | None]) -> bool:
    return {"x", "y"} <= {column.axis for column in columns if column and not column.point}


def _point_for_comma(cell: str) -> str:
    """A number with a decimal comma in our spelling; another cell as it is."""
    return cell.replace(",", ".") if re.fullmatch(r"\s*-?\d{0,12},\d{1,20}(e-?\d+)?\s*", cell, re.I) else cell


def _read(table: Table) -> Found:
    if not table.body:
        raise ValueError("expected lines with points below the names of the columns, found none")
    columns = [column_of(title) for title in table.header]
    cells = _cells_of_points(table.header, table.body[0])
    if cells or "keypoints" in table.header:
        rows, names = in_one_cell(table, cells[0] if cells else table.header.index("keypoints"))
    elif _one_point_per_line(columns):
        rows, names = long(table, columns)
    else:
        rows, names = wide(table, columns)
    frames, fps, said = _frames(table, [row[0] for row in rows])
    width, height = table.single(labels.WIDTH_KEYS), table.single(labels.HEIGHT_KEYS)
    rows = [Row(frame, track, points) for frame, (_, track, points) in zip(frames, rows, strict=True)]
    size = (width, height) if width and height and min(width, height) > 16 else None
    kind = "ultralytics" if cells and "box" in table.header else "csv"
    fps = fps or table.single(labels.FPS_KEYS)
    return Found(rows, names, len(set(frames)), kind, size, fps, said)


def _frames(table: Table, named: list) -> tuple[list[int], float | None, tuple[str, ...]]:
    """The frame of each row, frames per second if there are times, and what is to be said."""
    if not has_frames(table):
        if any(table.texts(labels.TRACK_KEYS)):
            raise ValueError("expected a column frame, because several people may be in one, found none")
        what = "frames in their order" if len(set(named)) > 1 else "people of one picture"
        said = f"no column names the frame: the {len(named)} lines are taken as {what}"
        return list(named), None, (said,) if len(named) > 1 else ()
    frames, times = table.texts(labels.FRAME_KEYS), table.texts(labels.TIME_KEYS)
    numbers, fps = frames_by_label(named, not frames and bool(times), table.follow)
    said = f"times taken as frames, {fps:.4g} per second" if fps else ""
    if not fps and frames and times and (fps := rate_of([numbers[label] for label in frames], times)):
        said = f"the times beside the frames give {fps:.4g} per second"
    return [numbers[label] for label in named], fps, (said,) if said else ()


def _deeplabcut(above: Lines, body: Lines, numbers: list[int], follow: bool) -> Found:
    """DeepLabCut's table: lines of scorer, perhaps individuals, body parts and coordinates above the numbers."""
    parts, coordinates = above[-2], above[-1]
    if len({len(line) for line in above}) > 1 or len(above) < 3 or squeezed(coordinates[0]) != "coords":
        raise ValueError("expected DeepLabCut's lines scorer, bodyparts and coords above the numbers")
    first = next((k for k, axis in enumerate(coordinates) if k and axis), 1)  # the columns before it name the frame
    people = above[1] if len(above) == 4 else [""] * len(parts)
    found = []
    for person in dict.fromkeys(people[first:]):
        kept = [k for k in range(first, len(parts)) if people[k] == person]
        header = ["frame", *(f"{parts[k]}_{coordinates[k]}" for k in kept)]
        lines = [["/".join(line[:first]), *(line[k] for k in kept)] for line in body]
        found.append((person, _read(Table(header, lines, numbers, follow))))
    rows = [row._replace(track=person) for person, read in found for row in read.rows]
    return found[0][1]._replace(rows=sorted(rows, key=lambda row: row.frame))
