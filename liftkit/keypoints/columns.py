"""What the columns of a table mean: a point's coordinates, the frame, the person; and the points in them.

There are three layouts: one column per coordinate, one line per point, and all keypoints in one cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liftkit.keypoints import labels
from liftkit.keypoints.labels import short, squeezed, whole
from liftkit.keypoints.names import LONGEST_NAME, tidy
from liftkit.keypoints.points import FEWEST, MOST, SCORE_KEYS, Points, read_points

POINT_KEYS = [word + end for word in "landmark keypoint joint bodypart part point kpt".split() for end in ("", "name")]
POINT_KEYS += ["name", "label"]
POINT_KEYS += [word + end for word in ("landmark", "keypoint", "joint", "point") for end in ("id", "index", "idx")]
POINT_KEYS += ["index", "id"]
INDEX_KEYS = ("", "unnamed0", "index", "row")  # a column that counts the lines counts frames
OTHER_COLUMNS = re.compile(r"^(b?box|rect|centroid|world)", re.I)
NO_POINT = ("px", "pixel", "pixels", "pos", "position", "coord", "norm", "2d")  # words beside a point and its axis
EMPTY = {"", "nan", "null", "none", "na", "n/a", "-"}
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


def few(titles: Sequence[str]) -> str:
    return ", ".join(title[:LONGEST_NAME] for title in titles[:20])


def named_frames(table: Table) -> list[tuple[object, str]]:
    """(frame, track) of each line, as they stand there; of a table without frames the line's place."""
    films = sorted(set(filter(None, table.texts(labels.FILM_KEYS))))
    if len(films) > 1 and table.follow:
        raise ValueError(f"expected one film, found {len(films)}: {few(films)}; split the table")
    tracks = table.texts(labels.TRACK_KEYS) or [""] * len(table.body)
    called = {track: short(track if (number := whole(track)) is None else number) for track in set(tracks)}
    tracks = ["" if called[track] == "-1" else called[track] for track in tracks]
    frames = table.texts(labels.FRAME_KEYS) or table.texts(labels.TIME_KEYS) or counted(table) or range(len(table.body))
    if "" in frames:
        raise ValueError(f"line {table.numbers[list(frames).index('')]}: expected a frame's number, found none")
    return list(zip(frames, tracks, strict=True))


def counted(table: Table) -> list[str]:
    """The cells of a column without a name, or of one called index, if they rise from line to line."""
    cells = table.texts(INDEX_KEYS)
    numbers = [whole(cell) for cell in cells]
    rising = None not in numbers and all(a < b for a, b in zip(numbers, numbers[1:], strict=False))
    return cells if rising else []


def has_frames(table: Table) -> bool:
    named = any(table.column(keys) is not None for keys in (labels.FRAME_KEYS, labels.TIME_KEYS))
    return named or bool(counted(table))


def column_of(title: str) -> Column | None:
    """The point and axis in a title such as nose_x, x_nose, noseX, nose.x, x0 or kp0_conf; None if there is no axis.

    >>> column_of("LeftKneeX"), column_of("nose.likelihood"), column_of("y12"), column_of("frame")
    (Column(point='left_knee', axis='x'), Column(point='nose', axis='score'), Column(point='12', axis='y'), None)
    """
    title = title[:LONGEST_NAME]
    if OTHER_COLUMNS.match(title):
        return None
    words = [w for w in re.split(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[a-zA-Z])(?=\d)", title) if w]
    words = [w.lower() for w in words if w.lower() not in NO_POINT]
    for place in (-1, 0):
        axis = words[place] if words else ""
        axis = "score" if axis in SCORE_KEYS else axis
        if axis in ("x", "y", "z", "score"):
            rest = words[:-1] if place else words[1:]
            digits = [w for w in rest if w.isdecimal()]
            plain = not set(rest) - {*digits, "kp", "kpt", "keypoint", "landmark", "point", "joint", "lm"}
            return Column(digits[0] if digits and plain else tidy("_".join(rest)) if rest else "", axis)
    return None


def wide(table: Table, columns: list[Column | None]):
    """One line per person and frame: columns NAME_x, NAME_y and perhaps NAME_score, or x0, y0, v0, x1, ..."""
    labelled = {*labels.FRAME_KEYS, *labels.TRACK_KEYS, *labels.TIME_KEYS, *labels.FILM_KEYS}
    places: dict[str, dict[str, int]] = {}  # point -> axis -> column
    titles = list(enumerate(zip(table.header, columns, strict=True)))
    for k, (title, column) in sorted(titles, key=lambda of: "2d" not in of[1][0].lower()):  # nose_x2d before nose_x
        if column and column.point and squeezed(title) not in labelled:
            places.setdefault(column.point, {}).setdefault(column.axis, k)
    points = [name for name, axes in places.items() if {"x", "y"} <= set(axes)]
    if not points:
        raise ValueError(f"expected columns such as left_knee_x and left_knee_y, found {few(table.header)}")
    numbered = sorted((name for name in points if name.isdecimal()), key=int)
    points = numbered if len(numbered) >= FEWEST else [name for name in points if not name.isdecimal()]
    if len(points) > MOST:
        raise ValueError(f"expected at most {MOST} points of a person, found {len(points):,}")
    xy = [places[name][axis] for name in points for axis in ("x", "y")]
    seen = [places[name].get("score") for name in points]
    rows = []
    for number, line, (frame, track) in zip(table.numbers, table.body, named_frames(table), strict=True):
        values = np.array(_numbers(line, xy, number)).reshape(-1, 2)
        scores = np.array(_numbers(line, seen, number)) if any(k is not None for k in seen) else None
        rows.append((frame, track, Points(values, scores)))
    return rows, None if points == numbered else tuple(points)


def long(table: Table, columns: list[Column | None]):
    """One line per point: columns x, y, the point's name or number and the frame."""
    point = table.column(POINT_KEYS)
    if point is None or not has_frames(table):
        raise ValueError(f"expected columns frame, landmark, x and y, found {few(table.header)}")
    at = {column.axis: k for k, column in reversed(list(enumerate(columns))) if column and not column.point}
    written = list(dict.fromkeys(line[point] for line in table.body))
    if len(written) > MOST:
        found = f"{len(written):,} in {table.header[point]!r}"
        raise ValueError(f"expected at most {MOST} points of a person, found {found}")
    called = {cell: tidy(cell) for cell in written}
    names = list(dict.fromkeys(called.values()))
    if numbered := all(name.isdecimal() for name in names):
        names.sort(key=int)
    place, people, lines = {name: k for k, name in enumerate(names)}, {}, named_frames(table)
    if len(set(lines)) * len(names) > DENSE * len(table.body) + 1000:
        raise ValueError(f"expected each of the {len(names)} points in most frames, found one line in {DENSE} or fewer")
    for number, line, label in zip(table.numbers, table.body, lines, strict=True):
        points = people.setdefault(label, np.full((len(names), 3), np.nan))
        k = place[called[line[point]]]
        if not np.isnan(points[k]).all():
            raise ValueError(f"line {number}: frame {label[0]} has the point {line[point][:LONGEST_NAME]!r} twice")
        points[k] = _numbers(line, [at["x"], at["y"], at.get("score")], number)
    scored = "score" in at
    rows = [(frame, track, Points(p[:, :2], p[:, 2] if scored else None)) for (frame, track), p in people.items()]
    return rows, None if numbered else tuple(names)


def in_one_cell(table: Table, column: int):
    """One line per detection; the keypoints stand in one cell, in Python's or JSON's spelling."""
    rows, framed = [], has_frames(table)
    for number, line, (frame, track) in zip(table.numbers, table.body, named_frames(table), strict=True):
        cell = line[column]
        try:
            points = read_points(json.loads(cell.replace("'", '"').replace("None", "null")))
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            raise ValueError(f"line {number}: expected keypoints with x and y, found {cell[:40]!r}") from error
        rows.append((frame if framed else 0, track, points))
    return rows, None


def _numbers(line: list[str], columns: list[int | None], number: int) -> list[float]:
    """A line's numbers: NaN for an empty cell, 1 (a score) for a column that the table lacks."""
    cells = ["1" if column is None else line[column].strip() for column in columns]
    try:
        return [np.nan if cell.lower() in EMPTY else float(cell) for cell in cells]
    except ValueError as error:
        raise ValueError(f"line {number}: {str(error)[:LONGEST_NAME]}") from error
