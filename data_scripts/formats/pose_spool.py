"""Millions of poses into one pose file, with one PoseSet at a time in memory."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from liftkit.data.pose_files import check_millimetres, check_pose_path, save_poses
from liftkit.poses import PER_POSE, PoseSet
from liftkit.system.files import read_arrays, write_atomically


class PoseSpool:
    """Collects PoseSets in a folder of temporary files, one for each field, and writes them as one pose file.

    Args:
        folder: an empty folder; who made it removes it.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.first: PoseSet | None = None
        self.sets, self.poses = 0, 0
        self.kinds: dict[str, np.dtype] = {}  # the widest type that each field has had
        self.splits: dict[int, str] = {}  # of each clip

    def add(self, poses: PoseSet) -> None:
        """Add the poses of one or more whole clips, or of a clip as another camera saw it."""
        check_millimetres(poses)
        self.first = self.first or poses.select([0])
        if (poses.units, poses.x3d is None) != (self.first.units, self.first.x3d is None):
            raise ValueError(f"{poses} differs from {self.first} before it in its units or in having 3D")
        clips, places = np.unique(poses.clip, return_index=True)
        for clip, split in zip(clips.tolist(), poses.split[places].tolist(), strict=True):
            if self.splits.setdefault(clip, split) != split:
                raise ValueError(f"a clip must lie in one split, found clip {clip} in several")
        for field in PER_POSE:
            if (values := getattr(poses, field)) is not None:
                self.kinds[field] = np.promote_types(self.kinds.get(field, values.dtype), values.dtype)
                with (self.folder / field).open("ab") as file:
                    np.save(file, values)
        self.sets += 1
        self.poses += len(poses)

    def write(self, path: Path) -> Path:
        """Write all poses as one pose file, whole or not at all; its name is that of the first PoseSet."""
        check_pose_path(path)
        if self.first is None:
            raise ValueError("there is no pose to save")
        # The pose file of the first pose shows what else belongs into one: the format is defined only in save_poses.
        template = read_arrays(save_poses(self.first, self.folder / "first.npz"))
        return write_atomically(path, lambda file: self._write(file, template))

    def _write(self, file: IO[bytes], template: dict[str, np.ndarray]) -> None:
        # zlib's fastest level: coordinates hardly shrink further
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for field, array in template.items():
                with archive.open(f"{field}.npy", "w", force_zip64=True) as entry:
                    if field in PER_POSE:
                        self._write_field(entry, field, array.shape[1:])
                    else:
                        np.lib.format.write_array(entry, array)

    def _write_field(self, entry: IO[bytes], field: str, shape: tuple[int, ...]) -> None:
        kind, shape = self.kinds[field], (self.poses, *shape)
        header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(entry, header)
        with (self.folder / field).open("rb") as file:
            for _ in range(self.sets):
                entry.write(np.ascontiguousarray(np.load(file, allow_pickle=False), kind).tobytes())
