"""Keypoints in tables: CSV with one column per coordinate or one line per point, and YOLO's label files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liftkit.keypoints.labels import (
    FILM_KEYS,
    FPS_KEYS,
    FRAME_KEYS,
    HEIGHT_KEYS,
    TIME_KEYS,
    TRACK_KEYS,
    WIDTH_KEYS,
    frames_by_label,
    short,
    squeezed,
    whole,
)
from liftkit.keypoints.names import LONGEST_NAME, tidy
from liftkit.keypoints.people import Found, Row
from liftkit.keypoints.points import FEWEST, HOLDS_POINTS, MOST, SCORE_KEYS, Points, read_points

POINT_KEYS = (
    "landmark landmarkname keypoint keypointname joint jointname bodypart bodypartname part point pointname".split()
)
POINT_KEYS += (
    "kpt kptname name label landmarkid landmarkindex landmarkidx keypointid keypointindex keypointidx jointid".split()
)
POINT_KEYS += "jointindex jointidx pointid index id".split()
INDEX_KEYS = ("", "unnamed0", "index", "row")  # a column that counts the lines counts frames
OTHER_COLUMNS = re.compile(r"^(b?box|rect|centroid|world)", re.I)
EMPTY = ("", "nan", "null", "none", "na", "n/a", "-")
MOST_COLUMNS = 10 * MOST
DENSE = 8  # one point in so many must be there: else a small table makes large arrays
Lines = list[list[str]]


class Column(NamedTuple):
    """The point and the axis that a column's title names."""

    point: str  # "" for a bare x or y
    axis: str  # x, y, z or score


class Table(NamedTuple):
    """The titles and lines of a table; lines that hold nothing are left out."""

    header: list[str]
    body: Lines
    numbers: list[int]  # of the lines in the file
    follow: bool

    def column(self, keys: Sequence[str]) -> int | None:
        """The first column with one of the titles."""
        titles = [squeezed(title) for title in self.header]
        return next((titles.index(key) for key in keys if key in titles), None)

    def texts(self, keys: Sequence[str]) -> list[str]:
        """The cells of such a column; [] if there is none."""
        column = self.column(keys)
        return [] if column is None else [line[column].strip() for line in self.body]

    def single(self, keys: Sequence[str]) -> float | None:
        """The number that a column has in all lines."""
        cells = set(self.texts(keys))
        return whole(cells.pop()) if len(cells) == 1 else None


def read_csv(text: str, follow: bool = True) -> Found:
    """Read a table in one of four layouts. An empty cell is a missing point. Raises ValueError."""
    header_line = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",;\t|", key=header_line.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    header = [cell.strip() for cell in next(reader, [])]
    first = [squeezed(cell) for cell in header[:1]]
    above = [header, *(next(reader, []) for _ in range(3 if first == ["scorer"] else 0))]
    if first == ["scorer"] and squeezed((above[1] or [""])[0]) != "individuals":
        body_start = [above.pop()]
    else:
        body_start = []
    body, numbers = [], []
    for number, line in enumerate((*body_start, *reader), start=len(above) + 1):
        if len(line) != len(header):
            if not "".join(line).strip():
                continue
            raise ValueError(f"line {number}: expected {len(header)} cells, found {len(line)}")
        if not body:
            _check_header(header)
        if "".join(line).strip():
            body.append(line)
            numbers.append(number)
    if delimiter != ",":
        body = [[_point_for_comma(cell) for cell in line] for line in body]
    if len(above) > 1:
        return _deeplabcut(above, body, numbers, follow)
    return _read(Table(header, body, numbers, follow))


def read_records(records: list[dict], follow: bool = True) -> Found:
    """Read objects that are the lines of a table, as data frames are written in JSON."""
    header = list(dict.fromkeys(key for record in records for key in record))
    _check_header(header)
    body = [["" if record.get(key) is None else str(record[key]) for key in header] for record in records]
    return _read(Table(header, body, list(range(1, len(body) + 1)), follow))


def _check_header(header: list[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise ValueError(f"expected at most {MOST_COLUMNS:,} columns, found {len(header):,}")
    titles = [title.lower() for title in header]
    if sum(whole(title) is not None for title in header) > len(header) / 2:
        raise ValueError(f"expected a first line that names the columns, found the numbers {_few(header)}")
    if len(set(titles)) < len(titles) and squeezed(titles[0]) != "scorer":
        raise ValueError(f"expected different column names, found {_few(header)}")


def _few(titles: Sequence[str]) -> str:
    return ", ".join(title[:LONGEST_NAME] for title in titles[:20])


def _point_for_comma(cell: str) -> str:
    """A number with a decimal comma in our spelling; another cell as it is."""
    return cell.replace(",", ".") if re.fullmatch(r"\s*-?\d{0,12},\d{1,20}(e-?\d+)?\s*", cell, re.I) else cell


def column_of(title: str) -> Column | None:
    """The point and axis in a title such as nose_x, x_nose, noseX, nose.x, x0 or kp0_conf; None if there is no axis.

    >>> column_of("LeftKneeX"), column_of("nose.likelihood"), column_of("y12"), column_of("frame")
    (Column(point='left_knee', axis='x'), Column(point='nose', axis='score'), Column(point='12', axis='y'), None)
    """
    title = title[:LONGEST_NAME]
    if OTHER_COLUMNS.match(title):
        return None
    words = [w for w in re.split(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[a-zA-Z])(?=\d)", title) if w]
    words = [w.lower() for w in words if w.lower() not in ("px", "pixel", "pixels", "pos", "position", "coord", "norm")]
    for place in (-1, 0):
        axis = words[place] if words else ""
        axis = "score" if axis in SCORE_KEYS else axis
        if axis in ("x", "y", "z", "score"):
            rest = words[:-1] if place else words[1:]
            digits = [w for w in rest if w.isdecimal()]
            plain = not set(rest) - {*digits, "kp", "kpt", "keypoint", "landmark", "point", "joint", "lm"}
            return Column(digits[0] if digits and plain else tidy("_".join(rest)) if rest else "", axis)
    return None


def _read(table: Table) -> Found:
    if not table.body:
        raise ValueError("expected lines with points below the names of the columns, found none")
    columns = [column_of(title) for title in table.header]
    cells = [k for k, title in enumerate(table.header) if HOLDS_POINTS.search(title) and _is_json(table.body[0][k])]
    if cells or "keypoints" in table.header:
        rows, names, notes = _in_one_cell(table, cells[0] if cells else table.header.index("keypoints"))
    elif {"x", "y"} <= {column.axis for column in columns if column and not column.point}:
        rows, names, notes = _long(table, columns)
    else:
        rows, names, notes = _wide(table, columns)
    frames, fps, said = _frames(table, [row[0] for row in rows])
    width, height = table.single(WIDTH_KEYS), table.single(HEIGHT_KEYS)
    rows = [Row(frame, track, points) for frame, (_, track, points) in zip(frames, rows, strict=True)]
    size = (width, height) if width and height and min(width, height) > 16 else None
    kind = "ultralytics" if cells and "box" in table.header else "csv"
    fps = fps or table.single(FPS_KEYS)
    return Found(rows, names, len(set(frames)), kind, size, fps, (*notes, *said))


def _is_json(cell: str) -> bool:
    return cell.strip()[:1] in ("[", "{")


def _labels(table: Table) -> list[tuple[object, str]]:
    """(frame, track) of each line, as they stand there; of a table without frames the line's place."""
    films = sorted(set(filter(None, table.texts(FILM_KEYS))))
    if len(films) > 1 and table.follow:
        raise ValueError(f"expected one film, found {len(films)}: {_few(films)}; split the table")
    tracks = table.texts(TRACK_KEYS) or [""] * len(table.body)
    called = {track: short(track if (number := whole(track)) is None else number) for track in set(tracks)}
    tracks = ["" if called[track] == "-1" else called[track] for track in tracks]
    frames = table.texts(FRAME_KEYS) or table.texts(TIME_KEYS) or _counted(table) or range(len(table.body))
    if "" in frames:
        raise ValueError(f"line {table.numbers[list(frames).index('')]}: expected a frame's number, found none")
    return list(zip(frames, tracks, strict=True))


def _counted(table: Table) -> list[str]:
    """The cells of a column without a name, or of one called index, if they rise from line to line."""
    cells = table.texts(INDEX_KEYS)
    numbers = [whole(cell) for cell in cells]
    rising = None not in numbers and all(a < b for a, b in zip(numbers, numbers[1:], strict=False))
    return cells if rising else []


def _has_frames(table: Table) -> bool:
    return table.column(FRAME_KEYS) is not None or table.column(TIME_KEYS) is not None or bool(_counted(table))


def _frames(table: Table, labels: list) -> tuple[list[int], float | None, tuple[str, ...]]:
    """The frame of each row, frames per second if they are times, and what is to be said."""
    if not _has_frames(table):
        if any(table.texts(TRACK_KEYS)):
            raise ValueError("expected a column frame, because several people may be in one, found none")
        said = f"no column names the frame: the {len(labels)} lines are taken as frames in their order"
        return list(labels), None, (said,) if len(labels) > 1 else ()
    times = table.column(FRAME_KEYS) is None and table.column(TIME_KEYS) is not None
    try:
        numbers, fps = frames_by_label(labels, times)
        if len(set(numbers.values())) < len(numbers):
            raise ValueError("expected a number of its own for each frame")
    except ValueError:
        if table.follow:
            raise
        numbers, fps = {label: place for place, label in enumerate(dict.fromkeys(labels))}, None
    said = f"times taken as frames, {fps:.4g} per second" if fps else ""
    return [numbers[label] for label in labels], fps, (said,) if said else ()


def _wide(table: Table, columns: list[Column | None]):
    """One line per person and frame: columns NAME_x, NAME_y and perhaps NAME_score, or x0, y0, v0, x1, ..."""
    labelled = {*FRAME_KEYS, *TRACK_KEYS, *TIME_KEYS, *FILM_KEYS}
    places: dict[str, dict[str, int]] = {}  # point -> axis -> column
    for k, (title, column) in enumerate(zip(table.header, columns, strict=True)):
        if column and column.point and squeezed(title) not in labelled:
            places.setdefault(column.point, {}).setdefault(column.axis, k)
    points = [name for name, axes in places.items() if {"x", "y"} <= set(axes)]
    if not points:
        raise ValueError(f"expected columns such as left_knee_x and left_knee_y, found {_few(table.header)}")
    numbered = sorted((name for name in points if name.isdecimal()), key=int)
    points = numbered if len(numbered) >= FEWEST else [name for name in points if not name.isdecimal()]
    if len(points) > MOST:
        raise ValueError(f"expected at most {MOST} points of a person, found {len(points):,}")
    xy = [places[name][axis] for name in points for axis in ("x", "y")]
    seen = [places[name].get("score") for name in points]
    rows = []
    for number, line, (frame, track) in zip(table.numbers, table.body, _labels(table), strict=True):
        values = np.array(_numbers(line, xy, number)).reshape(-1, 2)
        scores = np.array(_numbers(line, seen, number)) if any(k is not None for k in seen) else None
        rows.append((frame, track, Points(values, scores)))
    return rows, None if points is numbered or points == numbered else tuple(points), ()


def _long(table: Table, columns: list[Column | None]):
    """One line per point: columns x, y, the point's name or number and the frame."""
    point = table.column(POINT_KEYS)
    if point is None or not _has_frames(table):
        raise ValueError(f"expected columns frame, landmark, x and y, found {_few(table.header)}")
    at = {column.axis: k for k, column in reversed(list(enumerate(columns))) if column and not column.point}
    written = list(dict.fromkeys(line[point] for line in table.body))
    if len(written) > MOST:
        raise ValueError(
            f"expected at most {MOST} points of a person, found {len(written):,} in {table.header[point]!r}"
        )
    called = {cell: tidy(cell) for cell in written}
    names = list(dict.fromkeys(called.values()))
    numbered = all(name.isdecimal() for name in names)
    names = sorted(names, key=int) if numbered else names
    place, people, labels = {name: k for k, name in enumerate(names)}, {}, _labels(table)
    if len(set(labels)) * len(names) > DENSE * len(table.body) + 1000:
        raise ValueError(f"expected each of the {len(names)} points in most frames, found one line in {DENSE} or fewer")
    for number, line, label in zip(table.numbers, table.body, labels, strict=True):
        points = people.setdefault(label, np.full((len(names), 3), np.nan))
        k = place[called[line[point]]]
        if not np.isnan(points[k]).all():
            raise ValueError(f"line {number}: frame {label[0]} has the point {line[point][:LONGEST_NAME]!r} twice")
        points[k] = _numbers(line, [at["x"], at["y"], at.get("score")], number)
    scored = "score" in at
    rows = [(frame, track, Points(p[:, :2], p[:, 2] if scored else None)) for (frame, track), p in people.items()]
    return rows, None if numbered else tuple(names), ()


def _in_one_cell(table: Table, column: int):
    """One line per detection; the keypoints stand in one cell, in Python's or JSON's spelling."""
    rows = []
    for number, line, (frame, track) in zip(table.numbers, table.body, _labels(table), strict=True):
        cell = line[column]
        try:
            points = read_points(json.loads(cell.replace("'", '"').replace("None", "null")))
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            raise ValueError(f"line {number}: expected keypoints with x and y, found {cell[:40]!r}") from error
        rows.append((frame if _has_frames(table) else 0, track, points))
    return rows, None, ()


def _deeplabcut(above: Lines, body: Lines, numbers: list[int], follow: bool) -> Found:
    """DeepLabCut's table: lines of scorer, perhaps individuals, body parts and coordinates above the numbers."""
    parts, coordinates = above[-2], above[-1]
    if len({len(line) for line in above}) > 1 or squeezed(coordinates[0]) != "coords":
        raise ValueError("expected DeepLabCut's lines scorer, bodyparts and coords above the numbers")
    people = above[1] if len(above) == 4 else [""] * len(parts)
    found = []
    for person in dict.fromkeys(people[1:]):
        kept = [0, *(k for k in range(1, len(parts)) if people[k] == person)]
        header = ["frame", *(f"{parts[k]}_{coordinates[k]}" for k in kept[1:])]
        lines = [[line[k] for k in kept] for line in body]
        found.append((person, _read(Table(header, lines, numbers, follow))))
    rows = [row._replace(track=person) for person, read in found for row in read.rows]
    return found[0][1]._replace(rows=sorted(rows, key=lambda row: row.frame))


def _numbers(line: list[str], columns: list[int | None], number: int) -> list[float]:
    """A line's numbers: NaN for an empty cell, 1 (a score) for a column that the table lacks."""
    cells = ["1" if column is None else line[column].strip() for column in columns]
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        pass
    try:
        return [np.nan if cell.lower() in EMPTY else float(cell) for cell in cells]
    except ValueError as error:
        raise ValueError(f"line {number}: {str(error)[:LONGEST_NAME]}") from error


def read_labels(text: str) -> Found:
    """Read YOLO-pose labels of one image: class, box, 17 points with or without scores, confidence, track."""
    rows = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        values = [float(word) for word in line.split()]
        size = next((s for s in (3, 2) if 0 <= len(values) - 5 - 17 * s <= 2), None)
        if size is None:
            raise ValueError(f"line {number}: expected 56 to 58 numbers (39 to 41 without scores), found {len(values)}")
        points = np.reshape(values[5 : 5 + 17 * size], (17, size))
        rest = values[5 + 17 * size :]
        # a single number is a confidence below 1 or a track, which is a whole number
        track = rest[-1:] if len(rest) == 2 or (rest and rest[0] >= 1 and rest[0].is_integer()) else []
        scores = points[:, 2] if size == 3 else None
        rows.append(Row(0, str(int(track[0])) if track else "", Points(points[:, :2], scores)))
    return Found(rows, None, 1, "ultralytics")
