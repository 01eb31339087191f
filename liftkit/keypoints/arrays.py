"""Keypoints in numpy's files: plain arrays, and the dictionaries that VideoPose3D pickles."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from liftkit.keypoints.labels import HEIGHT_KEYS, WIDTH_KEYS, label_of, squeezed, whole
from liftkit.keypoints.names import ORDERS
from liftkit.keypoints.people import Found, Row
from liftkit.keypoints.points import FEWEST, MOST, OTHER, Points
from liftkit.system.pickles import entries, read_pickled

LARGEST = 2**27  # bytes of one array: some 300,000 frames


def is_pose_file(path: Path) -> bool:
    """Whether an npz file says that it holds poses of liftkit, or cannot be opened as another one."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return True
    return "liftkit_poses.npy" in names or not any(map(_of_points, names))


def _of_points(member: str) -> bool:
    name = squeezed(member.removesuffix(".npy"))
    return any(word in name for word in ("keypoint", "kpt", "positions2d", "pose2d", "poses2d", "joints2d", "landmark"))


def read_npy(path: Path) -> Found:
    """The points in an array (F, K, 2 or more), (F, people, K, 2 or more), (K, 2 or more) or (F, 2 K)."""
    try:
        return _rows(np.load(path, mmap_mode="r", allow_pickle=False))
    except ValueError as error:
        pickled = "it holds pickled objects, which are not read: save an array of numbers"
        raise ValueError(pickled if "objects" in str(error) else str(error)) from error


def read_npz(path: Path) -> Found:
    """The points in an npz file: one array, or VideoPose3D's ``positions_2d`` with its ``metadata``."""
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
    if "positions_2d" in sizes:
        return _videopose3d(path, ["positions_2d"] + ["metadata"] * ("metadata" in sizes))
    names = [name for name in sizes if _of_points(name) and not OTHER.search(name)] or list(sizes)
    if len(names) != 1:
        raise ValueError(f"expected one array of keypoints, found {', '.join(names)[:300]}")
    if sizes[names[0]] > LARGEST:
        raise ValueError(f"expected at most {LARGEST:,} bytes after decompression, found {sizes[names[0]]:,}")
    with np.load(path, allow_pickle=False) as arrays:
        return _rows(arrays[names[0]])


def _rows(array: np.ndarray, names: tuple[str, ...] | None = None, size=None) -> Found:
    shape = array.shape
    if array.dtype.kind not in "fiu" or array.ndim not in (2, 3, 4) or not array.size:
        raise ValueError(f"expected numbers of shape (frames, points, 2 or 3), found {array.dtype} of shape {shape}")
    if array.ndim == 2 and shape[1] > 5:
        wide = next((d for d in (3, 2) if shape[1] % d == 0), None)
        if wide is None:
            raise ValueError(f"expected two or three numbers for each point, found shape {shape}")
        array = array.reshape(shape[0], -1, wide)
    array = array[None] if array.ndim == 2 else array
    array = array[:, None] if array.ndim == 3 else array
    if not (2 <= array.shape[3] <= 5 and FEWEST <= array.shape[2] <= MOST):
        raise ValueError(f"expected an array of shape (frames, points, 2 or 3), found {shape}")
    rows = [
        Row(frame, "", Points(np.asarray(person, float)))
        for frame, people in enumerate(array)
        for person in people
        if (np.isfinite(person[:, :2]) & (person[:, :2] != 0)).any()
    ]
    note = f"no frame is named: the array's {len(array)} rows are taken as frames"
    return Found(rows, names, len(array), "other", size, None, (note,))


def _videopose3d(path: Path, fields: list[str]) -> Found:
    found = read_pickled(path, fields, LARGEST)
    films = [
        (f"{subject} {action}", getattr(camera, "value", None))
        for subject, actions in entries(found["positions_2d"], "films").items()
        for action, cameras in entries(actions, "actions").items()
        for camera in (cameras if isinstance(cameras, list) else [cameras])
    ]
    if len(films) != 1:
        raise ValueError(f"expected one film, found {len(films)}: {', '.join(name for name, _ in films[:8])[:300]}")
    if not isinstance(films[0][1], np.ndarray):
        raise ValueError(f"expected an array of points, found {type(films[0][1]).__name__}")
    about = found.get("metadata", {})
    about = about if isinstance(about, dict) else {}
    videos = about.get("video_metadata")
    sizes = [v for v in videos.values() if isinstance(v, dict)] if isinstance(videos, dict) else []
    width, height = (whole(label_of(sizes[0], keys)) if sizes else None for keys in (WIDTH_KEYS, HEIGHT_KEYS))
    names = ORDERS.get(str(about.get("layout_name")))
    return _rows(films[0][1], names, (width, height) if width and height else None)
