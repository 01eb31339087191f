"""C3D files, written by the package c3d."""

import io
import warnings

import c3d
import numpy as np


def c3d_bytes(labels, points, rate=50.0, unit="mm", scale=-1.0, missing=()):
    """Points (F, K, 3) with labels; ``missing`` are (frame, point) pairs that no camera saw."""
    writer = c3d.Writer(point_rate=rate, point_scale=scale)
    for number, frame in enumerate(points):
        rows = np.zeros((len(labels), 5), np.float32)
        rows[:, :3] = frame
        rows[[k for f, k in missing if f == number], 3] = -1
        writer.add_frames([(rows, np.zeros((0, 0)))])
    writer.set_point_labels(list(labels))
    writer.point_group.add_str("UNITS", "unit", unit, len(unit))
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer.write(buffer)
    return buffer.getvalue()
