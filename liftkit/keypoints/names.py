"""The keypoints of common detectors, by name and in order, and how Human3.6M's 17 joints follow from them.

Sources of the orders: the COCO keypoint task, OpenPose's output documentation (BODY_25, COCO), the MediaPipe pose
landmarker's documentation, Halpe-FullBody's list. Left and right are the person's in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liftkit.data.people import pick_joints
from liftkit.skeleton import H36M_17

FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
LIMBS = tuple(n for n in H36M_17.names if n.startswith(("left_", "right_")))  # 12 joints that every detector finds

_PAIRS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
COCO = (*FACE, *(f"{side}_{joint}" for joint in _PAIRS for side in ("left", "right")))


def _openpose(middle: tuple[str, ...]) -> tuple[str, ...]:
    """Nose, neck, arms, ``middle``, legs and face, right before left."""
    arms = tuple(f"{side}_{joint}" for side in ("right", "left") for joint in _PAIRS[:3])
    legs = tuple(f"{side}_{joint}" for side in ("right", "left") for joint in _PAIRS[3:])
    return ("nose", "neck_base", *arms, *middle, *legs, "right_eye", "left_eye", "right_ear", "left_ear")


OPENPOSE_18 = _openpose(())
BODY_25 = _openpose(("mid_hip",)) + tuple(
    f"{side}_{part}" for side in ("left", "right") for part in ("big_toe", "small_toe", "heel")
)
MEDIAPIPE = (
    "nose",
    *(f"{side}_eye{part}" for side in ("left", "right") for part in ("_inner", "", "_outer")),
    *("left_ear", "right_ear", "mouth_left", "mouth_right"),
    *(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist") for side in ("left", "right")),
    *(f"{side}_{finger}" for finger in ("pinky", "index", "thumb") for side in ("left", "right")),
    *(f"{side}_{joint}" for joint in ("hip", "knee", "ankle", "heel", "foot_index") for side in ("left", "right")),
)
HALPE_26 = (*COCO, "head_top", "neck_base", "mid_hip", *(f"foot_{i}" for i in range(6)))
WHOLE_BODY = (*COCO, *(f"other_{i}" for i in range(116)))  # feet, face and hands follow COCO's points

# Number of points -> their names, for formats that do not name them.
BY_COUNT = {17: COCO, 18: OPENPOSE_18, 25: BODY_25, 26: HALPE_26, 33: MEDIAPIPE, 133: WHOLE_BODY}


def tidy(name: object) -> str:
    """The name of a point in a file, in our spelling.

    >>> tidy("Left Eye"), tidy("LEFT_KNEE"), tidy("PoseLandmark.RIGHT_HIP")
    ('left_eye', 'left_knee', 'right_hip')
    """
    return str(name).split(".")[-1].strip().lower().replace(" ", "_").replace("-", "_")


def to_h36m(points: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Keypoints (F, K, 2) to Human3.6M's joints (F, 17, 2); NaN in both means missing.

    The pelvis is the midpoint of the hips. If the source has the other 16 joints, they are put in order. Otherwise the
    limbs are taken as they are, and

    - thorax: midpoint of the shoulders; spine: midpoint of pelvis and thorax;
    - head: the top of the head if the source has it (Halpe's 26 points), else thorax + 1.5 (face - thorax), where
      face is the mean of those of nose, eyes and ears that were found;
    - neck: midpoint of thorax and head.

    Human3.6M's head is the top of the head; its "neck", also called "neck/nose", is the point at the height of the
    nose between head and thorax. For a stature of 1, shoulders are at 0.82, eyes and ears at 0.93 (Drillis & Contini,
    1966): so 1.5 puts the head at 0.985 and the neck at 0.90, about 140 mm per bone. Human3.6M's two bones are also
    nearly equal (about 120 and 115 mm, from a thorax some 20 mm above the midpoint of the shoulders). OpenPose's "neck"
    is the midpoint of the shoulders, our thorax, and is not used. Raises ValueError naming points that are missing.
    """
    if set(H36M_17.names[1:]) <= set(names):
        return pick_joints(points, names, {joint: joint for joint in H36M_17.names[1:]})
    place = {name: k for k, name in enumerate(names)}
    needed = [name for name in LIMBS if name not in place]
    face = [place[name] for name in FACE if name in place]
    if needed or not (face or "head_top" in place):
        lacks = needed or [f"one of {', '.join((*FACE, 'head_top'))}"]
        raise ValueError(f"it has no keypoint {', '.join(lacks)}; it has {', '.join(names)}")
    at = {name: points[:, place[name]] for name in LIMBS}
    at["pelvis"] = (at["left_hip"] + at["right_hip"]) / 2
    at["thorax"] = (at["left_shoulder"] + at["right_shoulder"]) / 2
    at["spine"] = (at["pelvis"] + at["thorax"]) / 2
    if "head_top" in place:
        at["head"] = points[:, place["head_top"]]
    else:
        at["head"] = at["thorax"] + 1.5 * (_mean_of_found(points[:, face]) - at["thorax"])
    at["neck"] = (at["thorax"] + at["head"]) / 2
    return np.stack([at[name] for name in H36M_17.names], axis=1)


def _mean_of_found(points: np.ndarray) -> np.ndarray:
    """The mean (F, 2) of the points (F, K, 2) that are not NaN; NaN if all are."""
    found = np.isfinite(points).all(-1, keepdims=True)
    count = found.sum(1)
    return np.where(count > 0, np.where(found, points, 0).sum(1) / np.maximum(count, 1), np.nan)
