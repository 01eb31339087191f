"""Human3.6M: its own archives, h36m-fetch's and VideoPose3D's files, one recording at a time, as liftkit's 17 joints.

World coordinates: mm, z up. Subjects S1, S5, S6, S7, S8 train and S9, S11 test (the field's protocols). Cameras are
numbered from 0 in the order of ``CAMERAS``. Source: Ionescu et al., Human3.6M, TPAMI 2014.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from formats.cdf import read_cdf
from formats.containers import read_h5, read_members
from readers.camera_poses import camera_poses
from readers.human36m_cameras import CAMERAS, field_cameras

from liftkit.data.people import check_agreement, check_person, pick_joints
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.system.files import reading
from liftkit.system.pickles import entries, float_array, read_pickled

SPLITS = dict.fromkeys(("S1", "S5", "S6", "S7", "S8"), "train") | dict.fromkeys(("S9", "S11"), "test")
ACTIONS = (
    "Directions", "Discussion", "Eating", "Greeting", "Phoning", "Photo", "Posing", "Purchases", "Sitting",
    "SittingDown", "Smoking", "Waiting", "WalkDog", "WalkTogether", "Walking",
)  # fmt: skip
# Other spellings of the same actions, in the archives and h36m-fetch.
SPELLINGS = {"TakingPhoto": "Photo", "WalkingDog": "WalkDog", "WalkingTogether": "WalkTogether"}

# The 32 joints of every Human3.6M file in their order. ".end" is the tip of a chain; thumbs and tips do not move.
JOINTS_32 = (
    "Hips", "RightUpLeg", "RightLeg", "RightFoot", "RightToeBase", "RightToeBase.end",
    "LeftUpLeg", "LeftLeg", "LeftFoot", "LeftToeBase", "LeftToeBase.end",
    "Spine", "Spine1", "Neck", "Head", "Head.end",
    "LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand", "LeftHandThumb", "LeftHandThumb.end",
    "LeftWrist", "LeftWrist.end",
    "RightShoulder", "RightArm", "RightForeArm", "RightHand", "RightHandThumb", "RightHandThumb.end",
    "RightWrist", "RightWrist.end",
)  # fmt: skip
# Indices 0 1 2 3 6 7 8 12 13 14 15 17 18 19 25 26 27: the field's 17.
JOINT_MAP = {
    "right_hip": "RightUpLeg", "right_knee": "RightLeg", "right_ankle": "RightFoot",
    "left_hip": "LeftUpLeg", "left_knee": "LeftLeg", "left_ankle": "LeftFoot",
    "spine": "Spine1", "thorax": "Neck", "neck": "Head", "head": "Head.end",
    "left_shoulder": "LeftArm", "left_elbow": "LeftForeArm", "left_wrist": "LeftHand",
    "right_shoulder": "RightArm", "right_elbow": "RightForeArm", "right_wrist": "RightHand",
}  # fmt: skip
LEFT_OUT = {("S11", "Directions")}  # one of its videos is damaged; the field leaves the recording out
LEFT_AND_RIGHT = [[left for left, _ in H36M_17.pairs], [right for _, right in H36M_17.pairs]]


@dataclass(frozen=True, eq=False)
class Recording:
    """One recording of one subject, in world coordinates."""

    source: str  # the file
    subject: str
    name: str  # such as "Photo 1"
    joints: np.ndarray  # (F, 17, 3) in mm, 50 Hz


def recording_name(name: str) -> str:
    """A recording's name in the field's spelling: "TakingPhoto 1" -> "Photo 1".

    Raises:
        ValueError: lists the actions if this is none of them.

    >>> recording_name("WalkingDog")
    'WalkDog'
    """
    match = re.fullmatch(r"([A-Za-z]+)(?:[ _-](\d{1,2}))?", name)
    action = match and SPELLINGS.get(match[1], match[1])
    if action not in ACTIONS:
        raise ValueError(f"unknown recording {name[:40]!r}; the actions are {', '.join(ACTIONS)}")
    return f"{action} {match[2]}" if match[2] else action


def read_archive(path: str | Path) -> Iterator[Recording]:
    """Read an official archive such as Poses_D3_Positions_S1.tgz: one CDF file per recording, variable "Pose".

    Nothing is unpacked to the disk.

    Raises:
        ValueError: names archive and member if one is damaged, lies outside the archive or holds something else.
    """
    for member, content in read_members(path, ".cdf"):
        *folders, file = Path(member).parts
        with reading(path, member):
            if len(folders) < 3 or folders[-2:] != ["MyPoseFeatures", "D3_Positions"]:
                raise ValueError("expected SUBJECT/MyPoseFeatures/D3_Positions/ACTION.cdf (3D in world coordinates)")
            pose = read_cdf(content, "Pose")
            if pose.ndim != 3 or pose.shape[0] != 1 or pose.shape[2] != 96:
                raise ValueError(f"expected Pose of shape (1, F, 96), found {pose.shape}")
            recording = _recording(path, folders[-3], file.removesuffix(".cdf"), pose.reshape(-1, 32, 3))
        if (recording.subject, recording.name) not in LEFT_OUT:
            yield recording


def read_videopose3d(path: str | Path) -> Iterator[Recording]:
    """Read VideoPose3D's data_3d_h36m.npz: {subject: {recording: (F, 32, 3) in metres, world}}.

    Nothing in its pickle is run.

    Raises:
        ValueError: names file and place.
    """
    subjects = read_pickled(path, ["positions_3d"])["positions_3d"]
    with reading(path, "positions_3d"):
        subjects = entries(subjects, "subjects")
    for subject in sorted(subjects, key=lambda name: (len(name), name)):
        with reading(path, subject):
            recordings = entries(subjects[subject], "recordings")
        for name in sorted(recordings):
            with reading(path, f"{subject}: {name}"):
                metres = float_array(recordings[name], (None, 32, 3))
                with np.errstate(over="ignore", invalid="ignore"):  # huge numbers have a huge height
                    joints = metres * np.float32(1000)
                yield _recording(path, subject, name, joints)


def _recording(source: str | Path, subject: str, name: str, joints32: np.ndarray) -> Recording:
    if subject not in SPLITS:
        raise ValueError(f"unknown subject {subject[:40]!r}; the subjects are {', '.join(SPLITS)}")
    if joints32.dtype.kind != "f":
        raise ValueError(f"expected floating-point numbers, found {joints32.dtype}")
    joints = pick_joints(joints32, JOINTS_32, JOINT_MAP)
    check_person(joints)
    return Recording(str(source), subject, recording_name(name), joints.astype(np.float32, copy=False))


class Detections:
    """Detected 2D joints of VideoPose3D's data_2d_h36m_*.npz: {subject: {recording: 4 of (F, 17, 2) in pixels}}.

    Cameras are in the order of ``CAMERAS``, frames start with the recording's first, at 50 Hz. Joints must be in the
    order of the 17, as in "gt", "cpn_ft_h36m_dbb" and "detectron_ft_h36m": the file's list of left and right joints
    is compared, so that other joints, such as COCO's, are refused.

    Raises:
        ValueError: names file and place.
    """

    def __init__(self, path: str | Path):
        self.path = path
        found = read_pickled(path, ["positions_2d", "metadata"])
        with reading(path, "metadata"):
            pairs = [list(side) for side in entries(found["metadata"], "metadata").get("keypoints_symmetry", ())]
            if pairs != LEFT_AND_RIGHT:
                raise ValueError(
                    f"expected Human3.6M's 17 joints, left and right {LEFT_AND_RIGHT}, found keypoints_symmetry {pairs}"
                )
        with reading(path, "positions_2d"):
            self.subjects = entries(found["positions_2d"], "subjects")

    def of(self, recording: Recording, camera: int) -> np.ndarray:
        """(F, 17, 2) float32 in pixels for all frames of a recording; further frames of the video are left out.

        The pelvis is the midpoint of the detected hips.
        """
        with reading(self.path, f"{recording.subject}: {recording.name}: camera {camera}"):
            views = entries(self.subjects.get(recording.subject), "recordings").get(recording.name)
            views = getattr(views, "value", views)  # a list, or an array of objects
            if not isinstance(views, (list, tuple)) or len(views) != len(CAMERAS):
                raise ValueError(f"expected a list of {len(CAMERAS)} arrays, one per camera")
            x2d = float_array(views[camera], (None, 17, 2))
            if len(x2d) < len(recording.joints):
                raise ValueError(f"expected at least {len(recording.joints)} frames as in 3D, found {len(x2d)}")
            return pick_joints(x2d[: len(recording.joints)], H36M_17.names, {name: name for name in H36M_17.names})


def film_recordings(
    recordings: Iterable[Recording], every: int = 1, distortion: bool = False, detections: Detections | None = None
) -> Iterator[PoseSet]:
    """Yield each recording as each of the four cameras saw it: one PoseSet in pixels per recording and camera.

    A recording is one clip for all its cameras; frames keep their numbers in the recording.

    Args:
        every: keep frames 0, ``every``, ...
        distortion: project with the lens's distortion, up to 5 pixels at the image's edge: what VideoPose3D and
            Martinez et al. call ground truth. Without it 2D and 3D fit a pinhole camera exactly.
        detections: 2D to use instead of the projection.

    Raises:
        ValueError: names file and recording.
    """
    for number, recording in enumerate(recordings):
        frames = np.arange(0, len(recording.joints), every)
        world = recording.joints[frames].astype(float)
        for view, camera in enumerate(field_cameras(recording.subject)):
            found = None if detections is None else detections.of(recording, view)[frames]
            file = recording.source if found is None else detections.path
            with reading(file, f"{recording.subject}: {recording.name}: camera {view}"):
                seen = camera.see(world)
                x2d = camera.image(seen, distortion) if found is None else found
                check_agreement(x2d, seen)
                yield _poses(x2d, seen, recording.subject, recording.name, number, frames, view)


def read_fetched(folder: str | Path, every: int = 1, universal: bool = False) -> Iterator[PoseSet]:
    """Read what h36m-fetch wrote, S1/Directions-1/annot.h5 and so on: one PoseSet per file and camera.

    2D is the data set's own ("pose/2d"), 3D is "pose/3d" (mm, camera frame).

    Args:
        every: keep frames whose number in the recording, from 0, it divides; h36m-fetch has left out others already.
        universal: 3D is "pose/3d-univ", everybody as one skeleton.

    Raises:
        ValueError: names file and place.
    """
    files = sorted(Path(folder).glob("S*/*/annot.h5"))
    if not files:
        raise ValueError(f"{folder}: expected files S1/Directions-1/annot.h5 and so on, found none")
    truth = "pose/3d-univ" if universal else "pose/3d"
    shapes = {"pose/2d": (32, 2), truth: (32, 3), "camera": (), "frame": (), "subject": ()}
    for number, path in enumerate(files):
        with reading(path):
            found = read_h5(path, shapes)
            subject, name = path.parts[-3], recording_name(path.parts[-2])
            if subject not in SPLITS or (found["subject"] != int(subject[1:])).any():
                raise ValueError(f"expected the folder's subject, one of {', '.join(SPLITS)}, found another")
            if unknown := set(np.unique(found["camera"]).tolist()) - set(map(int, CAMERAS)):
                raise ValueError(f"expected cameras {', '.join(CAMERAS)}, found {min(unknown)}")
            x2d, x3d = (pick_joints(found[field], JOINTS_32, JOINT_MAP) for field in ("pose/2d", truth))
            check_person(x3d)
            frame = found["frame"] - 1  # they count from 1
            for view, serial in enumerate(CAMERAS):
                chosen = np.flatnonzero((found["camera"] == int(serial)) & (frame % every == 0))
                if len(chosen):
                    check_agreement(x2d[chosen], x3d[chosen])
                    yield _poses(x2d[chosen], x3d[chosen], subject, name, number, frame[chosen], view)


def _poses(x2d, x3d, subject: str, name: str, number: int, frames: np.ndarray, view: int) -> PoseSet:
    action = name.split(" ")[0]  # "Photo 1" is a recording of "Photo"
    labels = {"subject": subject, "action": action, "split": SPLITS[subject]}
    return camera_poses(x2d, x3d, frames, "human36m", clip=number, camera=view, **labels)
