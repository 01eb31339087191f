"""MPI-INF-3DHP: the training sequences' annot.mat and the test set's annot_data.mat, as liftkit's 17 joints in mm.

Subjects S1 to S8 train, TS1 to TS6 test. 3D is in the camera's frame (x right, y down, z away). "Universal" 3D is
everybody scaled to one height, which the field trains and evaluates on. Source: Mehta et al., Monocular 3D Human Pose
Estimation In The Wild Using Improved CNN Supervision, 3DV 2017, and the README of the data set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from formats.containers import read_h5
from formats.matlab import read_cells
from readers.camera_poses import camera_poses

from liftkit.data.people import check_agreement, check_person, pick_joints
from liftkit.poses import PoseSet
from liftkit.system.files import check_file, reading

TRAIN = tuple(f"S{n}" for n in range(1, 9))
TEST = tuple(f"TS{n}" for n in range(1, 7))
ALL_CAMERAS = tuple(range(14))
# At chest height, at knee height and two that look down: those that the data set's authors trained VNect on.
CAMERAS = (0, 1, 2, 4, 5, 6, 7, 8)
ACTIVITIES = {
    1: "Standing/Walking", 2: "Exercise", 3: "Sitting", 4: "Crouching/Reaching", 5: "On the floor", 6: "Sports",
    7: "Miscellaneous",
}  # fmt: skip

JOINTS_28 = (
    "spine3", "spine4", "spine2", "spine", "pelvis", "neck", "head", "head_top",
    "left_clavicle", "left_shoulder", "left_elbow", "left_wrist", "left_hand",
    "right_clavicle", "right_shoulder", "right_elbow", "right_wrist", "right_hand",
    "left_hip", "left_knee", "left_ankle", "left_foot", "left_toe",
    "right_hip", "right_knee", "right_ankle", "right_foot", "right_toe",
)  # fmt: skip
JOINTS_17 = (
    "head_top", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "pelvis", "spine", "head",
)  # fmt: skip
# Their neck is the base of the neck, Human3.6M's thorax; their head lies where Human3.6M has neck or nose.
JOINT_MAP = {name: name for name in JOINTS_17 if name not in ("pelvis", "head_top", "neck", "head")}
JOINT_MAP |= {"thorax": "neck", "neck": "head", "head": "head_top"}


def read_training(
    folder: str | Path, cameras: Iterable[int] = CAMERAS, universal: bool = True, every: int = 1
) -> Iterator[PoseSet]:
    """Read S1/Seq1/annot.mat and so on below ``folder``: one PoseSet per sequence and camera, in pixels.

    ``universal`` 3D is that of everybody scaled to one height. If camera.calibration lies beside an annot.mat, its 2D
    must be the projection of the true 3D.
    """
    cameras = tuple(cameras)
    if not cameras or (unknown := set(cameras) - set(ALL_CAMERAS)):
        raise ValueError(f"expected cameras of 0 to 13, found {', '.join(map(str, unknown)) if cameras else 'none'}")
    files = sorted(Path(folder).glob("S[1-8]/Seq[12]/annot.mat"))
    if not files:
        raise ValueError(f"{folder}: expected files S1/Seq1/annot.mat and so on, found none")
    for number, path in enumerate(files):
        subject, action = path.parts[-3:-1]
        with reading(path):
            found = read_cells(path, ("annot2", "annot3") + ("univ_annot3",) * universal)
            if wrong := [name for name, cells in found.items() if len(cells) != len(ALL_CAMERAS)]:
                raise ValueError(f"{wrong[0]}: expected {len(ALL_CAMERAS)} cells, found {len(found[wrong[0]])}")
            calibration = read_calibration(path.with_name("camera.calibration"))
            for camera in cameras:
                with reading(path, f"camera {camera}"):
                    x2d, true = _points(found["annot2"], camera, 2), _points(found["annot3"], camera, 3)
                    if camera in calibration:
                        check_projection(x2d, true, calibration[camera])
                    x3d = _points(found["univ_annot3"], camera, 3) if universal else true
                    if not len(x2d) == len(x3d) == len(true):
                        raise ValueError(f"expected as many frames in 2D as in 3D, found {len(x2d)} and {len(x3d)}")
                    frames = np.arange(0, len(x2d), every)
                    yield _poses(x2d[::every], x3d[::every], JOINTS_28, subject, action, number, frames, camera)


def read_test(folder: str | Path, universal: bool = True, every: int = 1) -> Iterator[PoseSet]:
    """Read TS1/annot_data.mat and so on below ``folder``: one PoseSet per sequence, valid frames only, in pixels.

    ``every``: keep frames 0, ``every``, ... of the video.
    """
    files = sorted(Path(folder).glob("**/TS[1-6]/annot_data.mat"))
    if not files:
        raise ValueError(f"{folder}: expected files TS1/annot_data.mat and so on, found none")
    truth = "univ_annot3" if universal else "annot3"
    shapes = {"annot2": (1, 17, 2), truth: (1, 17, 3), "valid_frame": (1,), "activity_annotation": (1,)}
    for number, path in enumerate(files, start=100):  # training clips have the numbers below
        with reading(path):
            found = read_h5(path, shapes)
            frames = np.flatnonzero(found["valid_frame"][:, 0])
            frames = frames[frames % every == 0]
            if not len(frames):
                raise ValueError("expected valid frames, found none")
            codes = found["activity_annotation"][frames, 0]
            if unknown := set(codes.tolist()) - set(ACTIVITIES):
                raise ValueError(f"expected activities 1 to 7, found {min(unknown)}")
            actions = np.array([ACTIVITIES[code] for code in codes.tolist()])
            x2d, x3d = found["annot2"][frames, 0], found[truth][frames, 0]
            yield _poses(x2d, x3d, JOINTS_17, path.parts[-2], actions, number, frames, 0)


def read_calibration(path: str | Path) -> dict[int, np.ndarray]:
    """Read camera.calibration: camera -> matrix (3, 3) from its frame to pixels. {} if there is no such file."""
    if not Path(path).exists():
        return {}
    with reading(path):
        text = check_file(path, 10**6).read_text(encoding="ascii")
        found = re.findall(
            r"^name[ \t]+(\d{1,2})[ \t]*$(?:(?!^name).)*?^[ \t]*intrinsic((?: +\S+){16}) *$", text, re.M | re.S
        )
        matrices = {int(name): np.array(values.split(), float).reshape(4, 4)[:3, :3] for name, values in found}
        if not text.startswith("Skeletool Camera Calibration File") or not matrices:
            raise ValueError("expected a Skeletool Camera Calibration File with lines name and intrinsic")
        return matrices


def check_projection(x2d: np.ndarray, x3d: np.ndarray, matrix: np.ndarray) -> None:
    """Raise ValueError unless 2D is the projection of 3D (mm, camera frame) within 40 of the 2048 pixels (median)."""
    seen = x3d @ matrix.T
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.median(np.linalg.norm(seen[..., :2] / seen[..., 2:] - x2d, axis=-1))
    if not off < 40:
        raise ValueError(f"2D must be 3D's projection by camera.calibration, found a median of {off:.0f} pixels off")


def _points(cells: list[np.ndarray], camera: int, coordinates: int) -> np.ndarray:
    """(F, 28 d) of one camera -> (F, 28, d)."""
    cell = cells[camera]
    if cell.ndim != 2 or cell.shape[1] != 28 * coordinates or cell.dtype.kind != "f":
        raise ValueError(f"expected floating-point numbers (F, {28 * coordinates}), found {cell.dtype} {cell.shape}")
    return cell.reshape(-1, 28, coordinates)


def _poses(x2d, x3d, names, subject: str, action, clip: int, frames: np.ndarray, camera: int) -> PoseSet:
    x2d, x3d = (pick_joints(points, names, JOINT_MAP) for points in (x2d, x3d))
    check_person(x3d)
    check_agreement(x2d, x3d)
    labels = {"subject": subject, "action": action, "split": "train" if subject in TRAIN else "test"}
    return camera_poses(x2d, x3d, frames, "mpi_inf_3dhp", clip=clip, camera=camera, **labels)
