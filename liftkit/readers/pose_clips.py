"""Millions of poses to one pose file, clip by clip, so that memory holds one clip at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np

from liftkit.files import write_arrays, write_atomically
from liftkit.poses import FORMAT, LABELS, PoseSet, check_millimetres, check_pose_path

PIECE = 2**22  # bytes copied at a time


def save_pose_clips(clips: Iterable[PoseSet], path: str | Path) -> Path:
    """Write many PoseSets, one after another, as the one pose file of all, holding one of them in memory.

    They must agree in units and in having a 3D truth, and no clip may lie in two splits; the name is the first one's.
    Meanwhile the folder needs room for the poses uncompressed, in files without a name that go with the process.
    Raises ValueError as :func:`liftkit.poses.save_poses` does, and where there is no PoseSet or one differs.
    """
    path = Path(path)
    check_pose_path(path)
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {path.parent}")
    with ExitStack() as files:
        spool = _Spool(lambda: files.enter_context(TemporaryFile(dir=path.parent)))
        for poses in clips:
            spool.add(poses)
        return write_atomically(path, lambda file: write_arrays(file, spool.arrays()))


class _Spool:
    """The fields of many PoseSets: numbers in temporary files, strings in memory as (value, how often in a row)."""

    def __init__(self, open_file: Callable[[], IO[bytes]]):
        self.open_file, self.files, self.runs = open_file, {}, {}
        self.first, self.count, self.split_of = None, 0, {}

    def add(self, poses: PoseSet) -> None:
        check_millimetres(poses)
        first = self.first = self.first or poses.select([0])
        if (poses.units, poses.x3d is None) != (first.units, first.x3d is None):
            raise ValueError(f"{poses} differs from {first} before it in its units or in having 3D")
        for clip, at in zip(*np.unique(poses.clip, return_index=True), strict=True):
            if self.split_of.setdefault(int(clip), poses.split[at]) != poses.split[at]:
                raise ValueError(f"a clip must lie in one split, found clip {clip} in several")
        for field in ("x2d", "x3d", *LABELS):
            values = getattr(poses, field)
            if LABELS.get(field) is str:
                starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
                lengths = np.diff(np.r_[starts, len(values)])
                self.runs.setdefault(field, []).extend(zip(values[starts], lengths, strict=True))
            elif values is not None:
                if field not in self.files:
                    self.files[field] = self.open_file()
                self.files[field].write(np.ascontiguousarray(values).data)
        self.count += len(poses)

    def arrays(self) -> dict[str, tuple[np.dtype, tuple, Iterable[bytes]]]:
        """What :func:`liftkit.files.write_arrays` writes."""
        if self.first is None:
            raise ValueError("there is no pose to save")
        arrays = {}
        for field, file in self.files.items():
            like = getattr(self.first, field)
            file.seek(0)
            arrays[field] = (like.dtype, (self.count, *like.shape[1:]), iter(lambda file=file: file.read(PIECE), b""))
        for field, runs in self.runs.items():
            kind = np.dtype(f"U{max(1, *(len(value) for value, _ in runs))}")
            arrays[field] = (kind, (self.count,), _repeated(runs, kind))
        names = np.array(self.first.skeleton.names)
        single = {"units": self.first.units, "name": self.first.name, "liftkit_poses": FORMAT, "joint_names": names}
        for field, value in single.items():
            whole = np.asarray(value)
            arrays[field] = (whole.dtype, whole.shape, [whole.tobytes()])
        return arrays


def _repeated(runs: list[tuple[str, int]], kind: np.dtype) -> Iterable[bytes]:
    return (np.full(length, value, kind).tobytes() for value, length in runs)
