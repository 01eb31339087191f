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
from formats.containers import LARGEST_MEMBER, read_h5, read_members
from readers.camera_poses import camera_poses
from readers.human36m_cameras import CAMERAS, field_cameras
from readers.human36m_detections import Detections

from liftkit.data.people import check_agreement, check_person, pick_joints
from liftkit.poses import PoseSet
from liftkit.system.files import check_file, reading, unpacked_limit
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
# One of its videos is damaged, so that the field leaves the recording out. h36m-fetch has numbers in its names.
LEFT_OUT = {("S11", "Directions"), ("S11", "Directions 2")}


@dataclass(frozen=True, eq=False)
class Recording:
    """One recording of one subject, in world coordinates."""

    source: str  # the file
    subject: str
    name: str  # such as "Photo 1"
    joints: np.ndarray  # (F, 17, 3) in mm, 50 Hz


def recording_name(name: str) -> str:
    """A recording's name in the field's spelling: "TakingPhoto 1" -> "Photo 1"; else a ValueError.

    >>> recording_name("WalkingDog")
    'WalkDog'
    """
    match = re.fullmatch(r"([A-Za-z]+)(?:[ _-](\d{1,2}))?", name)
    action = match and SPELLINGS.get(match[1], match[1])
    if action not in ACTIONS:
        raise ValueError(f"unknown recording {name[:40]!r}; the actions are {', '.join(ACTIONS)}")
    return f"{action} {match[2]}" if match[2] else action


def find_recordings(folder: str | Path) -> tuple[list[Path], Iterator[Recording]]:
    """The data set's files below a folder, as downloaded, unpacked or as Martinez et al. keep them, and a reader."""
    for pattern, read in FORMS.items():
        if files := sorted(Path(folder).glob(pattern), key=lambda path: [(len(part), part) for part in path.parts]):
            return files, (recording for file in files for recording in read(file))
    raise ValueError(
        f"{folder}: expected Poses_D3_Positions_S1.tgz and so on, found none; nor what is unpacked from them "
        "(S1/MyPoseFeatures/D3_Positions/*.cdf), nor Martinez's files (S1/MyPoses/3D_positions/*.h5)"
    )


def read_archive(path: str | Path) -> Iterator[Recording]:
    """Read an official archive such as Poses_D3_Positions_S1.tgz: one CDF file per recording. Nothing is unpacked."""
    for member, content in read_members(path, ".cdf"):
        with reading(path, member):
            yield _from_cdf(path, Path(member), content)


def read_cdf_file(path: Path) -> Iterator[Recording]:
    """Read one recording of an unpacked archive, S1/MyPoseFeatures/D3_Positions/Photo.cdf."""
    with reading(path):
        yield _from_cdf(path, path, check_file(path, LARGEST_MEMBER).read_bytes())


def read_martinez(path: Path) -> Iterator[Recording]:
    """Read Martinez et al.'s S1/MyPoses/3D_positions/Photo 1.h5, "3D_positions" (96, F) in mm."""
    with reading(path):
        pose = read_h5(path, {"3D_positions": (None,)})["3D_positions"]
        if len(pose) != 96:
            raise ValueError(f"expected 3D_positions of shape (96, F), found {pose.shape}")
        yield _recording(path, path.parts[-4], path.stem, pose.T.reshape(-1, 32, 3))


FORMS = {
    "Poses_D3_Positions_S*.tgz": read_archive,
    "**/MyPoseFeatures/D3_Positions/*.cdf": read_cdf_file,
    "**/MyPoses/3D_positions/*.h5": read_martinez,
}


def _from_cdf(path: str | Path, member: Path, content: bytes) -> Recording:
    *folders, file = member.parts
    if len(folders) < 3 or folders[-2:] != ["MyPoseFeatures", "D3_Positions"]:
        raise ValueError("expected SUBJECT/MyPoseFeatures/D3_Positions/ACTION.cdf (3D in world coordinates)")
    pose = read_cdf(content, "Pose")
    if pose.ndim != 3 or pose.shape[0] != 1 or pose.shape[2] != 96:
        raise ValueError(f"expected Pose of shape (1, F, 96), found {pose.shape}")
    return _recording(path, folders[-3], file.removesuffix(".cdf"), pose.reshape(-1, 32, 3))


def read_videopose3d(path: str | Path) -> Iterator[Recording]:
    """Read VideoPose3D's data_3d_h36m.npz, {subject: {recording: (F, 32, 3) in metres, world}}; no pickle is run."""
    limit = unpacked_limit(check_file(path).stat().st_size)
    try:
        subjects = read_pickled(path, ["positions_3d"], limit)["positions_3d"]
    except ValueError as error:
        raise ValueError(f"{error}. MMPose's npz and MotionBERT's pickle are read by cmu.py arrays") from error
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


def film_recordings(
    recordings: Iterable[Recording], every: int = 1, distortion: bool = False, detections: Detections | None = None
) -> Iterator[PoseSet]:
    """Yield each recording as each of the four cameras saw it: one PoseSet in pixels per recording and camera.

    A recording is one clip for all its cameras; frames keep their numbers in the recording.

    Args:
        every: keep frames 0, ``every``, ...
        distortion: project with the lens's distortion, up to 5 pixels at the image's edge: what VideoPose3D and
            Martinez et al. call ground truth. Without it 2D and 3D fit a pinhole camera exactly.
        detections: 2D to use instead of the projection; it must be where the cameras see the 3D.
    """
    kept = (recording for recording in recordings if (recording.subject, recording.name) not in LEFT_OUT)
    for number, recording in enumerate(kept):
        frames = np.arange(0, len(recording.joints), every)
        world = recording.joints[frames].astype(float)
        for view, camera in enumerate(field_cameras(recording.subject)):
            place = recording.subject, recording.name, view
            found = None if detections is None else detections.of(*place, len(recording.joints))
            file = recording.source if found is None else detections.path
            with reading(file, f"{recording.subject}: {recording.name}: camera {view}"):
                seen = camera.see(world)
                x2d = camera.image(seen, distortion) if found is None else found[frames]
                if detections is None:
                    check_agreement(x2d, seen)
                else:
                    detections.compare(*place, found, recording.joints)
                yield _poses(x2d, seen, recording.subject, recording.name, number, frames, view)
    if detections is not None:
        detections.finish()


def read_fetched(folder: str | Path, every: int = 1, universal: bool = False) -> Iterator[PoseSet]:
    """Read what h36m-fetch wrote, S1/Directions-1/annot.h5 and so on: one PoseSet per file and camera.

    2D is the data set's own ("pose/2d"), 3D is "pose/3d" (mm, camera frame), or with ``universal`` "pose/3d-univ",
    everybody as one skeleton. ``every`` divides a frame's number; h36m-fetch has left out others already.
    """
    files = sorted(Path(folder).glob("S*/*/annot.h5"))
    if not files:
        raise ValueError(
            f"{folder}: expected files S1/Directions-1/annot.h5 and so on, found none. The data set's own files and "
            "Martinez's are read by `archives`, data_3d_h36m.npz by `videopose3d`"
        )
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
            if (subject, name) in LEFT_OUT:
                continue
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
