"""Keypoints in tables: CSV with one column per coordinate or one line per point, and YOLO's label files."""

from __future__ import annotations

import csv
import json
import re

import numpy as np

from liftkit.keypoints.names import tidy
from liftkit.keypoints.people import FRAME_KEYS, TRACK_KEYS, Found, dictionary_points, frame_number

AXES = {"x": 0, "y": 1, "score": 2, "visibility": 2, "visible": 2, "confidence": 2, "conf": 2, "v": 2, "c": 2, "s": 2}
POINT_KEYS = ("landmark", "landmark_name", "landmark_id", "landmark_index", "joint", "keypoint", "name", "index", "id")
_NAMED = re.compile(r"^(.+?)[_.](x|y|score|visibility|visible|confidence|conf|v|c|s)$")
_NUMBERED = re.compile(r"^(x|y|score|visibility|v|c)_?(\d+)$")
Lines = list[list[str]]


def read_csv(text: str) -> Found:
    """Read a table in one of three layouts; frames and tracks may have columns. An empty cell is a missing point."""
    header_line = text.splitlines()[0] if text.strip() else ""
    lines = list(csv.reader(text.splitlines(), delimiter=max(",;\t", key=header_line.count)))
    header = [tidy(cell) for cell in lines[0]] if lines else []
    if len(set(header)) < len(header):
        raise ValueError(f"expected different column names, found {', '.join(header[:20])}")
    body = [line for line in lines[1:] if any(cell.strip() for cell in line)]
    for number, line in enumerate(body, start=2):
        if len(line) != len(header):
            raise ValueError(f"line {number}: expected {len(header)} cells, found {len(line)}")
    layout = _ultralytics if "keypoints" in header else _long if {"x", "y"} <= set(header) else _wide
    rows, names = layout(header, body)
    return Found(rows, names, len({frame for frame, _, _ in rows}))


def _wide(header: list[str], body: Lines) -> tuple[list, tuple[str, ...] | None]:
    """One line per person and frame: columns NAME_x, NAME_y and perhaps NAME_score, or x0, y0, v0, x1, ..."""
    places: dict[str, dict[int, int]] = {}  # point -> axis -> column
    for column, title in enumerate(header):
        if found := _NUMBERED.match(title):
            places.setdefault(found[2], {})[AXES[found[1]]] = column
        elif (found := _NAMED.match(title)) and title not in (*FRAME_KEYS, *TRACK_KEYS):
            places.setdefault(found[1], {})[AXES[found[2]]] = column
    names, numbered = _ordered([name for name, axes in places.items() if {0, 1} <= set(axes)])
    if not names:
        raise ValueError(f"expected columns such as left_knee_x and left_knee_y, found {', '.join(header[:20])}")
    columns = [places[name].get(axis) for name in names for axis in range(3)]
    rows = [
        (frame, track, np.reshape(_numbers(line, columns, number), (-1, 3)).tolist())
        for number, (frame, track, line) in enumerate(_labelled(header, body), start=2)
    ]
    return rows, None if numbered else names


def _long(header: list[str], body: Lines) -> tuple[list, tuple[str, ...] | None]:
    """One line per point: columns x, y, the point's name or number and the frame."""
    point, lines = _column(header, POINT_KEYS), _labelled(header, body)
    if point is None or _column(header, FRAME_KEYS) is None:
        raise ValueError(f"expected columns frame, landmark, x and y, found {', '.join(header[:20])}")
    columns = [header.index("x"), header.index("y"), _column(header, [key for key in AXES if AXES[key] == 2])]
    names, numbered = _ordered(list(dict.fromkeys(tidy(line[point]) for line in body)))
    people: dict[tuple[int, str], np.ndarray] = {}
    for number, (frame, track, line) in enumerate(lines, start=2):
        points = people.setdefault((frame, track), np.full((len(names), 3), np.nan))
        k = names.index(tidy(line[point]))
        if not np.isnan(points[k]).all():
            raise ValueError(f"line {number}: frame {frame} has the point {line[point]!r} twice")
        points[k] = _numbers(line, columns, number)
    return [(*key, points.tolist()) for key, points in people.items()], None if numbered else names


def _ultralytics(header: list[str], body: Lines) -> tuple[list, None]:
    """One line per detection; the keypoints stand in one cell as a dictionary, in Python's or JSON's spelling."""
    rows = []
    for number, (frame, track, line) in enumerate(_labelled(header, body), start=2):
        cell = line[header.index("keypoints")]
        try:
            points = json.loads(cell.replace("'", '"').replace("None", "null"))
        except ValueError:
            points = None
        if not isinstance(points, dict) or not {"x", "y"} <= set(points):
            raise ValueError(f"line {number}: expected keypoints with x and y, found {cell[:40]!r}")
        rows.append((0 if _column(header, FRAME_KEYS) is None else frame, track, dictionary_points(points)))
    return rows, None


def _labelled(header: list[str], body: Lines) -> list[tuple[int, str, list[str]]]:
    """(frame, track, line) of every line."""
    frame, track = _column(header, FRAME_KEYS), _column(header, TRACK_KEYS)
    frames = list(range(len(body))) if frame is None else [_frame(line[frame].strip()) for line in body]
    if None in frames:
        found = body[frames.index(None)][frame].strip()
        raise ValueError(f"line {frames.index(None) + 2}: expected a frame's number, found {found!r}")
    return [(at, "" if track is None else line[track].strip(), line) for at, line in zip(frames, body, strict=True)]


def _column(header: list[str], keys) -> int | None:
    return next((header.index(key) for key in keys if key in header), None)


def _ordered(names: list[str]) -> tuple[tuple[str, ...], bool]:
    """Names as they come, numbers in their order; and whether they are numbers."""
    numbered = all(name.isdecimal() for name in names)
    return tuple(sorted(names, key=int) if numbered else names), numbered


def _frame(cell: str) -> int | None:
    try:
        return int(float(cell))
    except (ValueError, OverflowError):  # a name, or not finite
        return frame_number(cell)


def _numbers(line: list[str], columns: list[int | None], number: int) -> list[float]:
    """A line's numbers: NaN for an empty cell, 1 (a score) for a column that the table lacks."""
    try:
        cells = ["1" if column is None else line[column] for column in columns]
        return [float(cell) if cell.strip() else np.nan for cell in cells]
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error


def read_labels(text: str) -> Found:
    """Read YOLO-pose labels of one image: class, box, 17 points with or without scores, confidence, track."""
    rows = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        values = [float(word) for word in line.split()]
        size = next((s for s in (3, 2) if 0 <= len(values) - 5 - 17 * s <= 2), None)
        if size is None:
            raise ValueError(f"line {number}: expected 56 to 58 numbers (39 to 41 without scores), found {len(values)}")
        points = np.ones((17, 3))
        points[:, :size] = np.reshape(values[5 : 5 + 17 * size], (17, size))
        rest = values[5 + 17 * size :]
        # a single number is a confidence below 1 or a track, which is a whole number
        track = rest[-1:] if len(rest) == 2 or (rest and rest[0] >= 1 and rest[0].is_integer()) else []
        points[:, 2] = np.minimum(points[:, 2], 1)
        rows.append((0, str(int(track[0])) if track else "", points.tolist()))
    return Found(rows, None, 1)
