"""A pose file: its one format, and beside it the record of its sources: checksums, choices, versions."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from liftkit.geometry import hip_midpoint
from liftkit.poses import PER_POSE, PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_new, read_arrays, write_atomically
from liftkit.system.provenance import provenance

PELVIS_OFF = 0.01  # of the size of a pose: so far the pelvis may lie from the midpoint of the hips
FORMAT = 1  # of pose files; files of this number or a lower one are read
REQUIRED = ("liftkit_poses", "joint_names", "x2d", "units")  # without these a pose file cannot be understood


def save_poses(poses: PoseSet, path: str | Path) -> Path:
    """Write a PoseSet as one compressed npz file without pickles, whole or not at all.

    Raises:
        ValueError: if the folder is missing, the name does not end in .npz or the 3D cannot be in mm.

    >>> folder = getfixture("tmp_path")
    >>> load_pose_file(save_poses(PoseSet(np.zeros((2, 17, 2), "float32")), folder / "two.npz"))
    PoseSet 'poses': 2 poses, 2D in px, no 3D
    """
    check_pose_path(path)
    check_millimetres(poses)
    arrays = {f.name: getattr(poses, f.name) for f in fields(poses) if f.name != "skeleton"}
    arrays = {name: array for name, array in arrays.items() if array is not None}
    arrays |= {"liftkit_poses": FORMAT, "joint_names": np.array(poses.skeleton.names)}
    return write_atomically(path, lambda file: np.savez_compressed(file, **arrays))


def check_pose_path(path: str | Path) -> None:
    """Raise ValueError unless the name ends in .npz."""
    if Path(path).suffix != ".npz":
        raise ValueError(f"a pose file's name ends in .npz, found {Path(path).name!r}")


def load_pose_file(path: str | Path) -> PoseSet:
    """Read and check a file that :func:`save_poses` wrote, in this version or an earlier one.

    Labels and a name that the file lacks get their defaults, see :class:`PoseSet`.

    Raises:
        ValueError: naming the file, the field, what was found and what was expected.
    """
    arrays = read_arrays(path)
    try:
        return _from_arrays(arrays)
    except ValueError as error:
        raise ValueError(f"{path}: {str(error)[:1000]}") from error  # damaged names may be long


def _from_arrays(arrays: dict[str, np.ndarray]) -> PoseSet:
    if missing := sorted(set(REQUIRED) - set(arrays)):
        raise ValueError(f"not a liftkit pose file: expected the fields {', '.join(missing)}, found {sorted(arrays)}")
    found = arrays.pop("liftkit_poses").tolist()
    if type(found) is not int or found > FORMAT:
        raise ValueError(f"this liftkit reads pose files up to format {FORMAT}, found {found!r}")
    names = tuple(map(str, arrays.pop("joint_names").ravel()))
    if names != H36M_17.names:
        raise ValueError(
            f"joint_names must be {', '.join(H36M_17.names)} in this order, found {', '.join(names)[:500]}"
        )
    if unknown := sorted(set(arrays) - {*REQUIRED, "name", *PER_POSE}):
        raise ValueError(f"unknown fields {', '.join(unknown)}; a newer liftkit may have written them")
    poses = PoseSet(**{field: str(a) if field in ("units", "name") else a for field, a in arrays.items()}, copy=False)
    check_millimetres(poses)
    return _with_pelvis_between_hips(poses)


def _with_pelvis_between_hips(poses: PoseSet) -> PoseSet:
    """Move a pelvis that lies elsewhere, as in files of the first version, to the midpoint of the hips, and say so."""
    points = poses.x2d if poses.x3d is None else poses.x3d
    with np.errstate(over="ignore", invalid="ignore"):  # the sizes of huge numbers
        points = points[np.isfinite(points).all((1, 2))]  # of 2D poses joints may be missing
        distance = np.median(np.linalg.norm(points[:, 0] - hip_midpoint(points), axis=-1)) if len(points) else 0
        size = np.median(np.linalg.norm(np.ptp(points, axis=1), axis=-1)) if len(points) else 0
    if distance <= PELVIS_OFF * size:
        return poses
    unit = poses.units if poses.x3d is None else "mm"
    warnings.warn(
        f"{poses.name}: the pelvis lay {distance:.3g} {unit} from the midpoint of the hips (median), moved there",
        stacklevel=4,
    )
    x2d, x3d = poses.x2d.copy(), None if poses.x3d is None else poses.x3d.copy()
    x2d[:, 0] = hip_midpoint(x2d)
    if x3d is not None:
        x3d -= hip_midpoint(x3d)[:, None]
        x3d[:, 0] = 0
    return replace(poses, x2d=x2d, x3d=x3d, copy=False)


def check_millimetres(poses: PoseSet) -> None:
    """Raise ValueError if the 3D cannot be in mm."""
    if poses.x3d is not None:
        reach = float(np.median(np.maximum(poses.x3d.max((1, 2)), -poses.x3d.min((1, 2)))))
        if not 100 < reach < 10_000:
            raise ValueError(f"x3d must be in mm (a person reaches about 900), found a median reach of {reach:.3g}")


def checksum(path: Path) -> dict[str, object]:
    """A file's name, size and SHA-256; for a folder, those of each file in it."""
    if path.is_dir():
        return {"folder": path.name, "files": [checksum(p) for p in sorted(path.iterdir()) if p.is_file()]}
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def outputs(out: Path) -> tuple[Path, Path]:
    """The paths of a pose file and its record, checked to be new and writable: call it before long work."""
    record = out.with_suffix(".json")
    check_pose_path(out)
    check_new(out, *([] if _left_alone(record) else [record]))
    return out, record


def _left_alone(record: Path) -> bool:
    """Whether this is a record whose pose file was never put in place, because the conversion was killed."""
    try:
        return {"inputs", "provenance"} <= json.loads(record.read_bytes()).keys()
    except (OSError, ValueError, AttributeError):
        return False


def save_with_record(
    write: Callable[[Path], object], out: Path, inputs: Iterable[Path], about: Mapping[str, object]
) -> None:
    """Let ``write(out)`` write a pose file after the record of its ``inputs``: there are no poses without their record.

    What fails leaves neither. What is killed can leave only a record, which the next call replaces.
    """
    out, record = outputs(out)
    about = {**about, "inputs": [checksum(path) for path in inputs], "provenance": provenance()}
    content = json.dumps(about, indent=1).encode() + b"\n"
    write_atomically(record, lambda file: file.write(content))
    try:
        write(out)
    except BaseException:
        record.unlink()
        raise
