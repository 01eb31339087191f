"""3D joints in an array of a common file (npz, npy, JSON, a safely read pickle), and what the user says of them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from formats.clips import MotionClip
from formats.meaning import UNITS, scaled, skipped, turned
from readers.mpi_inf_3dhp import JOINT_MAP as MPI_MAP
from readers.mpi_inf_3dhp import JOINTS_17 as MPI_17

from liftkit.data.people import check_person, pick_joints
from liftkit.keypoints.names import COCO, to_h36m
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_file, read_arrays, reading
from liftkit.system.pickles import ArrayUnpickler

LARGEST_TEXT = 2**28  # bytes of a JSON file or a pickle
PANOPTIC = (
    "neck", "nose", "pelvis", "left_shoulder", "left_elbow", "left_wrist", "left_hip", "left_knee", "left_ankle",
    "right_shoulder", "right_elbow", "right_wrist", "right_hip", "right_knee", "right_ankle",
    "left_eye", "left_ear", "right_eye", "right_ear",
)  # fmt: skip
ORDERS = {"h36m": H36M_17.names, "coco": COCO, "mpi": MPI_17, "panoptic": PANOPTIC}
# Forms whose joints are not in them: a key that only they have, and what to do.
FORMS = {
    "poses": "AMASS or AIST++: it holds a body model's angles; export joints with that model first",
    "betas": "a body model's parameters (SMPL); export joints with that model first",
    "smpl_poses": "AIST++ motions: angles of a body model; take its keypoints3d files",
    "poses2d": "3DPW: take jointPositions with --x3d",
}


def read_pose_array(
    file: str | Path,
    field: str,
    order: str,
    fps: float,
    unit: str = "auto",
    axes: str = "world",
    up: str = "auto",
    skip: int = 0,
) -> MotionClip:
    """Read one clip of our 17 joints from an array (F, K, 3 or more); what follows a joint's place is left out.

    Args:
        field: the array's name, "a/b" for b inside a; "" if the file holds only one.
        order: of the joints, one of ``ORDERS``.
        fps: frames per second.
        unit: one of ``meaning.UNITS``, or "auto".
        axes: "world", or "camera" (x right, y down, z away).
        up: the vertical axis of "world", see :func:`meaning.turned`.
        skip: frames to leave out at the start.

    Raises:
        ValueError: names the file, and the fields that it has if there is no such one.
    """
    path = Path(file)
    with reading(path):
        if order not in ORDERS or axes not in ("world", "camera") or unit not in (*UNITS, "auto"):
            raise ValueError(
                f"expected --order {', '.join(ORDERS)}, --axes world or camera, --unit auto, {', '.join(UNITS)}; found "
                f"{order}, {axes}, {unit}"
            )
        points = skipped(_numbers(_load(path), field), skip)[..., :3]
        names = ORDERS[order]
        if points.shape[1] != len(names):
            raise ValueError(f"--order {order} has {len(names)} joints, found an array of {points.shape[1]}")
        joints, unit = scaled(_joints(points, order), "auto" if unit == "auto" else UNITS[unit])
        joints, up, notes = turned(joints, "-y" if axes == "camera" else up)
        check_person(joints)
    return MotionClip(joints, fps, path.stem, "", f"order {order}, unit {unit}, up is {up}", order, up, notes)


def _joints(points: np.ndarray, order: str) -> np.ndarray:
    if order in ("h36m", "mpi"):
        mapping = MPI_MAP if order == "mpi" else {name: name for name in H36M_17.names}
        return pick_joints(points, ORDERS[order], mapping)
    return to_h36m(points, ORDERS[order])


def _load(path: Path) -> object:
    """What the file holds: arrays and numbers in dicts and lists."""
    if path.suffix == ".npz":
        return read_arrays(path)
    path = check_file(path, LARGEST_TEXT)
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    if path.suffix == ".json":
        return json.loads(path.read_bytes())
    if path.suffix in (".pkl", ".pickle"):
        with path.open("rb") as file:
            try:
                return ArrayUnpickler(file, path.stat().st_size, encoding="latin1").load()
            except pickle.UnpicklingError as error:
                raise ValueError(f"not a pickle of arrays: {error}") from error
    raise ValueError("expected a file whose name ends in .npz, .npy, .json, .pkl or .pickle")


def _numbers(thing: object, field: str) -> np.ndarray:
    """The array (F, K, 3 or more) of a field."""
    for name in filter(None, field.split("/")):
        if not isinstance(thing, Mapping) or name not in thing:
            raise ValueError(f"it has no {field}; {_content(thing)}")
        thing = thing[name]
    thing = getattr(thing, "value", thing)  # of a pickle
    if isinstance(thing, Mapping) and len(thing) == 1 and not field:
        thing = getattr(only := next(iter(thing.values())), "value", only)
    if isinstance(thing, Mapping):
        raise ValueError(f"choose an array with --x3d; {_content(thing)}")
    array = np.asarray(thing, float) if isinstance(thing, list) else np.asarray(thing)
    if array.dtype.kind not in "fiu" or array.ndim != 3 or array.shape[2] < 3 or not len(array):
        raise ValueError(f"expected numbers (frames, joints, 3), found {array.dtype} {array.shape}")
    return array.astype(float)


def _content(thing: object) -> str:
    if not isinstance(thing, Mapping):
        return f"it is a {type(thing).__name__.lstrip('_')}"
    known = next((text for key, text in FORMS.items() if key in thing), "")
    return f"it holds {', '.join(map(str, thing))[:500]}" + (f". This looks like {known}" if known else "")
