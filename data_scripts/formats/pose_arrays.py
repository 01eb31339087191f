"""3D joints in an array of a common file (npz, npy, JSON, a safely read pickle), and what the user says of them."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from formats.clips import MotionClip
from formats.joint_maps import match_skeleton
from formats.kinematics import LARGEST_NUMBER
from formats.meaning import UNITS, oddities, scaled, skipped, turned
from readers.camera_poses import camera_poses
from readers.human36m_detections import difference, spread
from readers.mpi_inf_3dhp import JOINT_MAP as MPI_MAP
from readers.mpi_inf_3dhp import JOINTS_17 as MPI_17

from liftkit.data.people import check_agreement, check_person, pick_joints
from liftkit.keypoints.names import ORDERS as DETECTED
from liftkit.keypoints.names import to_h36m
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_file, read_arrays, reading, unpacked_limit
from liftkit.system.pickles import ArrayUnpickler, read_pickled

LARGEST_TEXT = 2**28  # bytes of a JSON file
FEWEST_PIXELS = 10  # that a person is large
_PARTS = ("ankle", "knee", "hip", "wrist", "elbow", "shoulder")
ASPSET = (
    *(f"{side}_{part}" for side in ("right", "left") for part in _PARTS),
    *("head_top", "head", "neck", "spine", "pelvis"),
)
SMPL = (
    "pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot "
    "neck left_collar right_collar head left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist "
    "left_hand right_hand"
).split()
ORDERS: dict[str, Sequence[str]] = {"h36m": H36M_17.names, "mpi": MPI_17, "panoptic": DETECTED["panoptic19"]}
ORDERS["aspset"] = ASPSET
# Fit3D's (also HumanSC3D's, CHI3D's) joints3d_25: Human3.6M's 17, then two points of each foot and hand.
ORDERS["fit3d"] = (*H36M_17.names, *(f"{part}_{k}" for part in ("foot", "hand") for k in range(4)))
ORDERS |= {"smpl": SMPL, "smpl22": SMPL[:22]} | {name: names for name, names in DETECTED.items() if name != "h36m"}
# Our joint -> a joint of the order, if it has a trunk; otherwise the trunk follows from shoulders, hips and face.
MAPS = {"mpi": MPI_MAP, "aspset": MPI_MAP, "smpl": match_skeleton(SMPL)[1], "smpl22": match_skeleton(SMPL[:22])[1]}
# What is known by a key that only it has, and what to do.
FORMS = {
    "smpl_poses": "AIST++'s motions, angles of a body model; take its keypoints3d (--x3d keypoints3d --order coco)",
    "poses2d": "3DPW: --x3d jointPositions/0 --order smpl --source-fps 30",
    "mocap_framerate": "AMASS, which data_scripts/cmu.py amass reads with your body model's file",
    "mocap_frame_rate": "AMASS, which data_scripts/cmu.py amass reads with your body model's file",
    "betas": "a body model's parameters (SMPL); export joints with that model first (--order smpl)",
    "bodies": "one frame of Panoptic; join its joints19 to an array (frames, 19, 4) first (--order panoptic)",
    "positions_3d": "VideoPose3D's Human3.6M, which data_scripts/human36m.py videopose3d reads",
    "positions_2d": "VideoPose3D's detections, which data_scripts/human36m.py videopose3d --detections reads",
    "joints_mm": "positions, which `positions` reads",
    "imgname": "MMPose's Human3.6M: --x3d S --x2d part --order h36m --axes camera",
    "joints_2.5d_image": "MotionBERT's Human3.6M, of which the test part is in mm: --x3d test/joints_2.5d_image "
    "--x2d test/joint_2d --order h36m --axes camera",
    "joint3d_image": "MotionBERT's training part, in pixels in depth, too; take VideoPose3D's data_3d_h36m.npz instead",
}


def read_pose_arrays(
    file: str | Path,
    field: str,
    order: str,
    fps: float,
    unit: str = "auto",
    axes: str = "world",
    up: str = "auto",
    skip: int = 0,
) -> list[MotionClip]:
    """Read clips of our 17 joints from arrays (F, K, 3 or more) or (F, 3 K); what follows a joint's place is left out.

    Args:
        field: the array's name, "a/b" for b inside a, "*/b" for several, one clip each; "" if there is only one.
        order: of the joints, one of ``ORDERS``; if they make no person in it, a ValueError names one in which they do.
        unit: one of ``meaning.UNITS``, or "auto".
        axes: "world", whose vertical is ``up`` (:func:`meaning.turned`), or "camera" (x right, y down, z away).
    """
    path, clips = Path(file), []
    for place, points in _arrays(path, field, order, axes, unit, 3):
        with reading(path, place):
            joints, found, vertical, notes = person_of(skipped(points, skip), order, axes, unit, up)
        about = f"order {order}, unit {found}, up is {vertical}"
        clips.append(MotionClip(joints, fps, _name(path, field, place), "", about, order, vertical, notes))
    return clips


def read_views(file: str | Path, x3d: str, x2d: str, order: str, unit: str, first: int = 0) -> Iterator[PoseSet]:
    """Read 3D in the camera's frame with its own 2D in pixels: one PoseSet for each array that the fields name.

    As of :func:`read_pose_arrays`; ``x2d`` names arrays (F, K, 2 or more), ``first`` is the first clip's number.
    """
    path = Path(file)
    flat = [points for _, points in _arrays(path, x2d, order, "camera", unit, 2)]
    for number, (place, points) in enumerate(_arrays(path, x3d, order, "camera", unit, 3)):
        with reading(path, place):
            seen = person_of(points, order, "camera", unit)[0] * [1.0, -1.0, -1.0]  # down and away again
            shown = _joints(flat[number], order) if number < len(flat) else seen[:0, :, :2]
            if len(shown) != len(seen):
                raise ValueError(f"expected as many frames in 2D as in 3D, found {len(shown)} and {len(seen)}")
            _check_2d(shown, seen)
            labels = {"clip": first + number, "action": _name(path, x3d, place), "subject": "", "split": "train"}
            yield camera_poses(shown, seen, np.arange(len(seen)), path.stem, camera=0, **labels)


def _check_2d(shown: np.ndarray, seen: np.ndarray) -> None:
    """Refuse 2D that is no pixels or has other axes than the 3D; warn of 2D that shows other poses."""
    if (size := np.median(np.ptp(shown, axis=1).max(-1))) < FEWEST_PIXELS:
        raise ValueError(f"the 2D must be in pixels, found people of a size of {size:.3g}")
    check_agreement(shown, seen)
    flat, solid = (x[..., :2] - x[..., :2].mean(1, keepdims=True) for x in (shown, seen))
    of_size = [x / np.maximum(np.linalg.norm(x, axis=-1).mean(1), 1e-9)[:, None, None] * 1000 for x in (flat, solid)]
    at = spread(len(seen))
    if found := difference(of_size[0], of_size[1][at], at, {})[0]:
        warnings.warn(found[0], stacklevel=2)


def _name(path: Path, field: str, place: str) -> str:
    found = [key for key, name in zip(place.split("/"), field.split("/"), strict=False) if "*" in name]
    return "/".join([path.stem, *found])


def person_of(points: np.ndarray, order: str, axes: str, unit: str, up: str = "auto"):
    """Points in an order as joints in mm, y up, their unit, the axis that was up, and notes."""

    def read(order: str):
        joints, found = scaled(_joints(points, order), unit)
        joints, vertical, notes = turned(joints, "-y" if axes == "camera" else up)
        check_person(joints)
        return joints, found, vertical, notes

    def sound(order: str) -> bool:
        try:
            return not oddities(read(order)[0])
        except ValueError:
            return False

    others = [name for name, names in ORDERS.items() if len(names) == points.shape[1] and name != order]
    if not sound(order) and (better := next(filter(sound, others), "")):
        raise ValueError(f"the joints make no person in the order {order}; they do with --order {better}")
    return read(order)


def _joints(points: np.ndarray, order: str) -> np.ndarray:
    return pick_joints(points, ORDERS[order], MAPS[order]) if order in MAPS else to_h36m(points, ORDERS[order])


def _load(path: Path, field: str) -> object:
    """What the file holds: arrays and numbers in dicts and lists."""
    if path.suffix.lower() == ".npz":
        try:
            return read_arrays(path)
        except ValueError as error:
            if "pickled objects" not in str(error) or not field:
                raise
            return read_pickled(path, [field.split("/")[0]], unpacked_limit(path.stat().st_size))
    if path.suffix.lower() == ".json":
        return json.loads(check_file(path, LARGEST_TEXT).read_bytes())
    if check_file(path).suffix.lower() == ".npy":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that Python 2 wrote
            return np.load(path, allow_pickle=False)
    with path.open("rb") as file:
        try:
            return ArrayUnpickler(file, path.stat().st_size, encoding="latin1").load()
        except pickle.UnpicklingError as error:
            raise ValueError(f"not a pickle of arrays: {error}") from error


def _arrays(path: Path, field: str, order: str, axes: str, unit: str, wide: int) -> list[tuple[str, np.ndarray]]:
    """The place and the array (F, K, wide) of each part of a file that a field names."""
    with reading(path):
        if order not in ORDERS or axes not in ("world", "camera") or unit not in (*UNITS, "auto"):
            raise ValueError(
                f"expected --order {', '.join(ORDERS)}, --axes world or camera, --unit auto, {', '.join(UNITS)}; found "
                f"{order}, {axes}, {unit}"
            )
        whole = _load(path, field)
        found = [("", getattr(whole, "value", whole))]
        if isinstance(whole, Mapping) and len(whole) == 1 and not field:
            found = _inside(whole, "*")
        for name in filter(None, field.split("/")):
            found = [
                (f"{above}/{key}".strip("/"), thing) for above, outer in found for key, thing in _inside(outer, name)
            ]
        if not found:
            raise ValueError(f"it has no {field}; {_content(whole)}")
        arrays, left = [], unpacked_limit(path.stat().st_size)
        for place, thing in found:
            if isinstance(thing, Mapping):
                raise ValueError(f"choose an array with --x3d; {_content(thing)}")
            if (left := left - 8 * _size(thing)) < 0:  # a pickle may refer to one list a million times
                raise ValueError("it names many more numbers than it holds; refused")
            arrays.append((place, _numbers(thing, order, wide)))
        return arrays


def _inside(outer: object, name: str) -> list[tuple[str, object]]:
    """(key, content) of what a dict or a list holds under a name or a pattern."""
    items = (
        outer.items() if isinstance(outer, Mapping) else enumerate(outer) if isinstance(outer, (list, tuple)) else ()
    )
    fitting = [(str(key), thing) for key, thing in items if str(key) == name or fnmatchcase(str(key), name)]
    return [(key, getattr(thing, "value", thing)) for key, thing in fitting]  # of a pickle


def _size(thing: object) -> int:
    """How many numbers an array or a list of equal lists has."""
    if isinstance(thing, (list, tuple)):
        return len(thing) * _size(thing[0]) if thing else 0
    return getattr(thing, "size", 1)


def _numbers(thing: object, order: str, wide: int) -> np.ndarray:
    array, count = np.asarray(thing, float) if isinstance(thing, list) else np.asarray(thing), len(ORDERS[order])
    if array.ndim == 2 and array.shape[1] == wide * count:
        array = array.reshape(-1, count, wide)
    if array.dtype.kind not in "fiu" or array.ndim != 3 or array.shape[2] < wide or not len(array):
        raise ValueError(f"expected numbers (frames, joints, {wide}), found {array.dtype} {array.shape}")
    if array.shape[1] != count:
        raise ValueError(f"--order {order} has {count} joints, found an array of {array.shape[1]}")
    array = array[..., :wide].astype(float)
    if len(bad := np.flatnonzero(~(np.abs(array) < LARGEST_NUMBER).all((1, 2)))):
        raise ValueError(f"expected numbers below {LARGEST_NUMBER:g}, found NaN or larger ones first in frame {bad[0]}")
    return array


def _content(thing: object) -> str:
    if not isinstance(thing, Mapping):
        return f"it is a {type(thing).__name__.lstrip('_')}"
    keys = {*thing, *(key for inner in thing.values() if isinstance(inner, Mapping) for key in inner)}
    known = next((text for key, text in FORMS.items() if key in keys), "")
    return f"it holds {', '.join(map(str, thing))[:500]}" + (f". This looks like {known}" if known else "")
