"""Millions of poses to one pose file, clip by clip, so that memory holds one clip at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from formats.parts import Parts

from liftkit.poses import FORMAT, LABELS, PoseSet, check_millimetres, check_pose_path
from liftkit.skeleton import H36M_17
from liftkit.system.files import write_arrays, write_atomically

FIELDS = ("x2d", "x3d", *(field for field, kind in LABELS.items() if kind is not str))
STRINGS = tuple(field for field, kind in LABELS.items() if kind is str)


def keep_clips(sets: Iterable[PoseSet], parts: Parts) -> None:
    """Write PoseSets as parts, a part a clip, by the clip's number; those of a clip (its cameras) come in a row.

    Raises ValueError where a clip comes twice, lies in two splits or cannot be in mm, and where PoseSets differ in
    their units or in having a 3D truth.
    """
    first, done = None, set()
    for number, group in groupby(sets, key=_clip):
        group = list(group)
        first = first or group[0].select([0])
        for poses in group:
            check_millimetres(poses)
            if (poses.units, poses.x3d is None) != (first.units, first.x3d is None):
                raise ValueError(f"{poses} differs from {first} before it in its units or in having 3D")
        there = [field for field in (*FIELDS, *STRINGS) if getattr(first, field) is not None]
        arrays = {field: np.concatenate([getattr(poses, field) for poses in group]) for field in there}
        if (arrays["split"] != arrays["split"][0]).any():
            raise ValueError(f"a clip must lie in one split, found clip {number} in several")
        if number in done:
            raise ValueError(f"the poses of a clip must come in a row, found clip {number} again after others")
        done.add(number)
        parts.keep(number, arrays | {"units": first.units, "name": first.name})


def _clip(poses: PoseSet) -> int:
    if len(numbers := np.unique(poses.clip)) > 1:
        raise ValueError(f"expected poses of one clip, found clips {', '.join(map(str, numbers[:5]))}")
    return int(numbers[0])


def write_clips(parts: Parts, path: str | Path) -> Path:
    """All parts that :func:`keep_clips` wrote, in the order of their clips, as one pose file; the name is the first's.

    Memory holds one field of one part. Raises ValueError where there is no part.
    """
    check_pose_path(path)
    if not (numbers := parts.numbers()):
        raise ValueError("there is no pose to save")
    return write_atomically(path, lambda file: write_arrays(file, _arrays([parts.path(n) for n in numbers])))


def labels_of(parts: Parts) -> Iterator[dict[str, np.ndarray]]:
    """The labels of each part: {"subject": (N,), ...}."""
    for number in parts.numbers():
        with np.load(parts.path(number), allow_pickle=False) as part:
            yield {field: part[field] for field in LABELS}


def _arrays(paths: Sequence[Path]) -> dict[str, tuple[np.dtype, tuple, Iterable[bytes]]]:
    """What :func:`liftkit.system.files.write_arrays` writes."""
    with np.load(paths[0], allow_pickle=False) as first:
        like = {field: first[field][:1] for field in FIELDS if field in first}
        units, name = str(first["units"]), str(first["name"])
    count = sum(len(clip) for clip in _pieces(paths, "clip"))
    arrays = {
        field: (array.dtype, (count, *array.shape[1:]), _bytes(paths, field, array.dtype))
        for field, array in like.items()
    }
    for field in STRINGS:
        longest = max(int(np.char.str_len(values).max()) for values in _pieces(paths, field))
        kind = np.dtype(f"U{max(1, longest)}")
        arrays[field] = (kind, (count,), _bytes(paths, field, kind))
    single = {"units": units, "name": name, "liftkit_poses": FORMAT, "joint_names": np.array(H36M_17.names)}
    for field, value in single.items():
        whole = np.asarray(value)
        arrays[field] = (whole.dtype, whole.shape, [whole.tobytes()])
    return arrays


def _pieces(paths: Sequence[Path], field: str) -> Iterator[np.ndarray]:
    for path in paths:
        with np.load(path, allow_pickle=False) as part:
            yield part[field]


def _bytes(paths: Sequence[Path], field: str, kind: np.dtype) -> Iterator[bytes]:
    return (np.ascontiguousarray(values, kind).tobytes() for values in _pieces(paths, field))
