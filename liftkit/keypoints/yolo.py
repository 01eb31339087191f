"""YOLO's label files: the people of one picture, one line each."""

from __future__ import annotations

import numpy as np

from liftkit.keypoints.names import BY_COUNT
from liftkit.keypoints.people import Found, Row
from liftkit.keypoints.points import Points


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
