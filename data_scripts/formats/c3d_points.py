"""C3D files (biomechanics; ASPset-510): labelled points, by the package c3d, as one clip of our 17 joints."""

from __future__ import annotations

import warnings
from itertools import islice
from pathlib import Path

import numpy as np
from formats.clips import MotionClip, person_clip
from formats.joint_maps import match_skeleton
from formats.kinematics import LARGEST_NUMBER
from formats.meaning import UNITS, skipped

from liftkit.data.people import JointMap
from liftkit.system.extras import optional
from liftkit.system.files import check_file, reading

FEWEST_POINTS = 12  # of a person; so the number of frames is bounded by the file's size


def read_points(path: str | Path) -> tuple[list[str], np.ndarray, str, float]:
    """Labels, positions (F, K, 3) with NaN where a point was not seen, unit ("" if unknown) and frames per second."""
    with optional("data"):
        import c3d
    path = check_file(path)
    with reading(path), path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers that differ in unimportant places, and of the file's end
        if file.read(2)[1:] != b"\x50":
            raise ValueError("expected a C3D file, found another beginning")
        file.seek(0)
        try:
            reader = c3d.Reader(file)
        except Exception as error:  # of a damaged header it raises a dozen kinds, such as UnboundLocalError
            raise ValueError("its header is damaged, or it is not a C3D file") from error
        count, promised = int(reader.point_used), int(reader.last_frame) - int(reader.first_frame) + 1
        fitting = path.stat().st_size // (max(count, 1) * (16 if reader.point_scale < 0 else 8))
        if count < FEWEST_POINTS or not 0 < promised <= fitting:
            raise ValueError(
                f"expected {FEWEST_POINTS} points or more and frames of them, found {count} and {promised:,}"
            )
        found = np.stack([points[:, :4] for _, points, _ in islice(reader.read_frames(), promised)]).astype(float)
        if len(found) < promised:
            raise ValueError(f"expected {promised:,} frames, found {len(found):,}; is the file cut short?")
        found[(found[..., 3] < 0) | ~(np.abs(found) < LARGEST_NUMBER).all(-1)] = np.nan
        labels = [label.strip() for label in reader.point_labels][:count]
        unit = reader.get("POINT:UNITS")
        names = [*labels, *(f"point {k}" for k in range(len(labels), count))]
        if not 0.1 < reader.point_rate < 1e4:
            raise ValueError(f"expected frames per second, found {reader.point_rate:g}")
        return names, found[..., :3], unit.string_value.strip().lower() if unit else "", float(reader.point_rate)


def read_c3d(
    path: str | Path, joint_map: JointMap | None = None, fps: float | None = None, skip: int = 0, **how
) -> MotionClip:
    """Read one clip of our 17 joints from a C3D file, which says its unit and rate; Args as of ``bvh.read_bvh``."""
    path = Path(path)
    names, points, unit, rate = read_points(path)
    with reading(path):
        skeleton = "own joint map"
        if not joint_map:
            try:
                skeleton, joint_map = match_skeleton(names)
            except ValueError as error:
                raise ValueError(f"markers on the skin are no joints; a map may take means of them: {error}") from error
        if how.get("scale", "auto") == "auto" and unit in UNITS:
            how["scale"] = unit
        return person_clip(path, skipped(points, skip), names, joint_map, fps or rate, skeleton, **how)
