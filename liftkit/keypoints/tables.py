"""Key points in tables: CSV with a column for each coordinate or a line for each point, and YOLO's label files."""

from __future__ import annotations

import csv
import json
import re

import numpy as np

from liftkit.keypoints.formats import FRAME_KEYS, TRACK_KEYS, Row, frame_number, gather
from liftkit.keypoints.names import People, tidy

AXES = {"x": 0, "y": 1, "score": 2, "visibility": 2, "visible": 2, "confidence": 2, "conf": 2, "v": 2, "c": 2, "s": 2}
POINT_KEYS = ("landmark", "landmark_name", "landmark_id", "landmark_index", "joint", "keypoint", "name", "index", "id")
_NAMED = re.compile(r"^(.+?)[_.](x|y|score|visibility|visible|confidence|conf|v|c|s)$")
_NUMBERED = re.compile(r"^(x|y|score|visibility|v|c)_?(\d+)$")


def read_csv(text: str) -> People:
    """A table of key points. Raises ValueError naming line or columns.

    Wide: a line a person and frame, columns NAME_x, NAME_y and, where known, NAME_score (or _visibility), or x0, y0,
    v0, x1, ...; long: a line a point, columns x, y, the point's name or number and the frame; or what Ultralytics'
    ``to_csv`` writes, with a column of key points. ``frame`` (else the line's place) and ``person`` or ``track_id``
    may stand in columns. An empty cell is a missing point.
    """
    header_line = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=header_line.count)
    lines = list(csv.reader(text.splitlines(), delimiter=delimiter))
    header = [tidy(cell) for cell in lines[0]] if lines else []
    if len(set(header)) < len(header):
        raise ValueError(f"expected different column names, found {', '.join(header[:20])}")
    body = [line for line in lines[1:] if any(cell.strip() for cell in line)]
    for number, line in enumerate(body, start=2):
        if len(line) != len(header):
            raise ValueError(f"line {number}: expected {len(header)} cells, found {len(line)}")
    if "keypoints" in header:
        return _ultralytics(header, body)
    return _long(header, body) if {"x", "y"} <= set(header) else _wide(header, body)


def _labels(header: list[str], body: list[list[str]]) -> tuple[list[int], list[str], int | None]:
    """Each line's frame and track, and the frame's column."""
    frame = next((header.index(key) for key in FRAME_KEYS if key in header), None)
    track = next((header.index(key) for key in TRACK_KEYS if key in header), None)
    frames = list(range(len(body)))
    if frame is not None:
        labels = [line[frame].strip() for line in body]
        frames = [int(_number(cell)) if _is_number(cell) else frame_number(cell) for cell in labels]
        if None in frames:
            raise ValueError(f"line {frames.index(None) + 2}: expected a frame's number, found {labels[0]!r}")
    return frames, ["" if track is None else line[track].strip() for line in body], frame


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _number(cell: str) -> float:
    """A cell's number; NaN where it is empty."""
    return float(cell) if cell.strip() else np.nan


def _numbers(line: list[str], columns: list[int], number: int) -> list[float]:
    try:
        return [_number(line[column]) for column in columns]
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error


def _wide(header: list[str], body: list[list[str]]) -> People:
    places: dict[str, dict[int, int]] = {}  # point -> axis -> column
    for column, title in enumerate(header):
        if found := _NUMBERED.match(title):
            places.setdefault(found[2], {})[AXES[found[1]]] = column
        elif (found := _NAMED.match(title)) and title not in (*FRAME_KEYS, *TRACK_KEYS):
            places.setdefault(found[1], {})[AXES[found[2]]] = column
    points = [name for name, axes in places.items() if {0, 1} <= set(axes)]
    if not points:
        raise ValueError(f"expected columns such as left_knee_x and left_knee_y, found {', '.join(header[:20])}")
    numbered = all(name.isdecimal() for name in points)
    points = sorted(points, key=int) if numbered else points
    frames, tracks, _ = _labels(header, body)
    columns = [places[name][axis] for name in points for axis in (0, 1)]
    scores = [places[name].get(2) for name in points]
    rows = []
    for number, (frame, track, line) in enumerate(zip(frames, tracks, body, strict=True), start=2):
        xy = np.reshape(_numbers(line, columns, number), (-1, 2))
        seen = [1.0 if column is None else _numbers(line, [column], number)[0] for column in scores]
        rows.append((frame, track, np.column_stack([xy, seen]).tolist()))
    return gather(rows, None if numbered else tuple(points), len(set(frames)))


def _long(header: list[str], body: list[list[str]]) -> People:
    point = next((header.index(key) for key in POINT_KEYS if key in header), None)
    frames, tracks, frame = _labels(header, body)
    if point is None or frame is None:
        raise ValueError(f"expected columns frame, landmark, x and y, found {', '.join(header[:20])}")
    score = next((header.index(key) for key in AXES if AXES[key] == 2 and key in header), None)
    labels = list(dict.fromkeys(tidy(line[point]) for line in body))
    numbered = all(label.isdecimal() for label in labels)
    labels = sorted(labels, key=int) if numbered else labels
    place = {label: i for i, label in enumerate(labels)}
    people: dict[tuple[int, str], np.ndarray] = {}
    for number, (frame, track, line) in enumerate(zip(frames, tracks, body, strict=True), start=2):
        points = people.setdefault((frame, track), np.full((len(labels), 3), np.nan))
        k = place[tidy(line[point])]
        if not np.isnan(points[k]).all():
            raise ValueError(f"line {number}: frame {frame} has the point {line[point]!r} twice")
        points[k, :2] = _numbers(line, [header.index("x"), header.index("y")], number)
        points[k, 2] = 1.0 if score is None else _numbers(line, [score], number)[0]
    rows = [(frame, track, points.tolist()) for (frame, track), points in people.items()]
    return gather(rows, None if numbered else tuple(labels), len(set(frames)))


def _ultralytics(header: list[str], body: list[list[str]]) -> People:
    """A line a detection; its key points stand in one cell as a dictionary, in Python's or JSON's spelling."""
    frames, tracks, frame = _labels(header, body)
    frames = frames if frame is not None else [0] * len(body)  # one picture's detections
    rows = []
    for number, (at, track, line) in enumerate(zip(frames, tracks, body, strict=True), start=2):
        cell = line[header.index("keypoints")]
        try:
            points = json.loads(cell.replace("'", '"').replace("None", "null"))
        except ValueError:
            points = None
        if not isinstance(points, dict) or not {"x", "y"} <= set(points):
            raise ValueError(f"line {number}: expected key points with x and y, found {cell[:40]!r}")
        seen = points.get("visible") or [1.0] * len(points["x"])
        rows.append((at, track, [list(p) for p in zip(points["x"], points["y"], seen, strict=True)]))
    return gather(rows, None, len(set(frames)))


def read_labels(text: str) -> list[Row]:
    """YOLO-pose labels of one picture: class, centre x, centre y, width, height, then 17 points, all in [0, 1].

    A point has x and y, or x, y and its visibility or confidence. After the points may stand the detection's
    confidence, its track, or both. Raises ValueError naming the line.
    """
    rows = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        values = [float(word) for word in line.split()]
        size = next((s for s in (3, 2) if 0 <= len(values) - 5 - 17 * s <= 2), None)
        if size is None:
            raise ValueError(f"line {number}: expected 56 to 58 numbers (39 to 41 without scores), found {len(values)}")
        points = np.reshape(values[5 : 5 + 17 * size], (17, size))
        points = points if size == 3 else np.column_stack([points, np.ones(17)])
        rest = values[5 + 17 * size :]
        # one number alone is a confidence below 1 or a track, which is whole
        track = rest[-1:] if len(rest) == 2 or (rest and rest[0] >= 1 and rest[0].is_integer()) else []
        points[:, 2] = np.minimum(points[:, 2], 1)
        rows.append((0, str(int(track[0])) if track else "", points.tolist()))
    return rows
