"""Keypoints in numpy's files: plain arrays, and the dictionaries that VideoPose3D pickles."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from liftkit.keypoints.frames import near
from liftkit.keypoints.labels import HEIGHT_KEYS, WIDTH_KEYS, label_of, squeezed, whole
from liftkit.keypoints.names import ORDERS
from liftkit.keypoints.people import Found, Row
from liftkit.keypoints.points import FEWEST, MOST, OTHER, Points, width_of
from liftkit.system.pickles import entries, read_pickled

LARGEST = 2**27  # bytes of one array: some 300,000 frames
PICKLED = "it holds pickled objects, which are not read: save arrays of numbers of shape (frames, points, 2 or 3)"


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
    with _without_pickles():
        return _rows(np.load(path, mmap_mode="r", allow_pickle=False))


def read_npz(path: Path) -> Found:
    """The points in an npz file: one array, with scores beside it, or VideoPose3D's ``positions_2d``."""
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
    if "positions_2d" in sizes:
        return _videopose3d(path)
    names = [name for name in sizes if _of_points(name) and not OTHER.search(name)] or list(sizes)
    if len(names) != 1:
        raise ValueError(f"expected one array of keypoints, found {', '.join(names)[:300]}")
    scores = [name for name in sizes if re.search("score|conf|visib", name, re.I) and name not in names]
    for name in (*names, *scores):
        if sizes[name] > LARGEST:
            raise ValueError(f"expected at most {LARGEST:,} bytes after decompression, found {sizes[name]:,}")
    with _without_pickles(), np.load(path, allow_pickle=False) as arrays:
        found = arrays[names[0]]
        beside = [scores for scores in map(arrays.get, scores) if scores.shape == found.shape[:-1]]
        return _rows(np.concatenate([found[..., :2], beside[0][..., None]], axis=-1) if beside else found)


@contextmanager
def _without_pickles() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that Python 2 wrote
            yield
    except ValueError as error:
        raise ValueError(PICKLED if "bject" in str(error) else str(error)) from error


def _rows(array: np.ndarray, names: tuple[str, ...] | None = None, size=None) -> Found:
    shape = array.shape
    if array.dtype.kind not in "fiu" or array.ndim not in (2, 3, 4) or not array.size:
        raise ValueError(f"expected numbers of shape (frames, points, 2 or 3), found {array.dtype} of shape {shape}")
    numbers, array = _without_counts(array) if array.ndim == 2 else (None, array)
    if array.ndim == 2 and array.shape[1] > 5:
        if (width := width_of(array.shape[1])) is None:
            raise ValueError(f"expected two or three numbers for each of a usual number of points, found shape {shape}")
        array = array.reshape(shape[0], -1, width)
    array = array[None] if array.ndim == 2 else array
    array = array[:, None] if array.ndim == 3 else array
    if not (2 <= array.shape[3] <= 5 and FEWEST <= array.shape[2] <= MOST):
        raise ValueError(f"expected an array of shape (frames, points, 2 or 3), found {shape}")
    notes = []
    if array.shape[1] > 2 and all(near([Points(np.asarray(person, float)) for person in array[0]])):
        array = array.swapaxes(0, 1)
        notes.append(f"shape {shape} is taken as (people, frames, points, {shape[-1]})")
    named = "the first column counts the frames" if numbers else "no frame is named"
    notes.append(f"{named}: the array's {len(array)} rows are taken as frames")
    rows = [
        Row(frame, "", Points(np.asarray(person, float)))
        for frame, people in zip(numbers or range(len(array)), array, strict=True)
        for person in people
        if (np.isfinite(person[:, :2]) & (person[:, :2] != 0)).any()
    ]
    return Found(rows, names, len(array), "other", size, None, tuple(notes))


def _without_counts(array: np.ndarray) -> tuple[list[int] | None, np.ndarray]:
    """The numbers of the frames, if the first column of an array (F, 1 + points) counts them; and the rest."""
    first = np.asarray(array[:, 0])
    rises = len(array) > 1 and array.shape[1] > 5 and (np.diff(first) >= 1).all() and (first % 1 == 0).all()
    return (first.astype(int).tolist(), array[:, 1:]) if rises and width_of(array.shape[1] - 1) else (None, array)


def _videopose3d(path: Path) -> Found:
    found = read_pickled(path, ["positions_2d"], LARGEST, optional=["metadata"])
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
