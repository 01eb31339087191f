"""The keypoints of common detectors, by name and in order, and how Human3.6M's 17 joints follow from them.

Sources of the orders: the COCO keypoint task, OpenPose's output documentation (BODY_25, BODY_25B, COCO, MPI), the
MediaPipe pose landmarker's documentation, Halpe-FullBody's list, the Kinect SDK's JointType, MMPose's data sets
(CrowdPose, MPII, JHMDB, AIC). Left and right are the person's in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from liftkit.data.people import pick_joints
from liftkit.skeleton import H36M_17

FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
LONGEST_NAME = 100  # characters of a name that are looked at
LIMBS = tuple(n for n in H36M_17.names if n.startswith(("left_", "right_")))  # 12 joints that every detector finds

_PAIRS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


def _order(text: str) -> tuple[str, ...]:
    """Names with "l_" and "r_" for the sides ("lr_": both, left first); an arm and a leg are three joints each."""
    for limb, joints in ("arm", _PAIRS[:3]), ("leg", _PAIRS[3:]):
        text = re.sub(rf"\b([lr]_){limb}\b", " ".join(rf"\1{joint}" for joint in joints), text)
    text = re.sub(r"\b([lr])([lr])(_\w+)", r"\1\3 \2\3", text)
    return tuple(re.sub(r"\bl_", "left_", re.sub(r"\br_", "right_", text)).split())


COCO = _order("nose lr_eye lr_ear lr_shoulder lr_elbow lr_wrist lr_hip lr_knee lr_ankle")
_EYES = "rl_eye rl_ear"
_FEET = "l_big_toe l_small_toe l_heel r_big_toe r_small_toe r_heel"
OPENPOSE_18 = _order(f"nose neck_base r_arm l_arm r_leg l_leg {_EYES}")
BODY_25 = _order(f"nose neck_base r_arm l_arm mid_hip r_leg l_leg {_EYES} {_FEET}")
BODY_25B = (*COCO, *_order(f"neck_upper head_top {_FEET}"))
MEDIAPIPE = _order(
    "nose l_eye_inner l_eye l_eye_outer r_eye_inner r_eye r_eye_outer lr_ear mouth_left mouth_right lr_shoulder "
    "lr_elbow lr_wrist lr_pinky lr_index lr_thumb lr_hip lr_knee lr_ankle lr_heel lr_foot_index"
)
HALPE_26 = (*COCO, "head_top", "neck_base", "mid_hip", *(f"foot_{i}" for i in range(6)))
WHOLE_BODY = (*COCO, *(f"other_{i}" for i in range(116)))  # feet, face and hands follow COCO's points

# By the name that --order takes. A head that is no top of the head is "head_centre".
ORDERS: dict[str, tuple[str, ...]] = {
    "coco": COCO,
    "h36m": H36M_17.names,
    "openpose18": OPENPOSE_18,
    "body_25": BODY_25,
    "body_25b": BODY_25B,
    "openpose15": _order("head_top neck_base r_arm l_arm r_leg l_leg chest"),
    "halpe26": HALPE_26,
    "halpe136": (*HALPE_26, *(f"other_{i}" for i in range(110))),
    "wholebody": WHOLE_BODY,
    "mediapipe": MEDIAPIPE,
    "kinect20": _order("mid_hip spine neck_base head_centre l_arm l_hand r_arm r_hand l_leg l_foot r_leg r_foot"),
    "kinect25": _order(
        "mid_hip spine neck_base head_centre l_arm l_hand r_arm r_hand l_leg l_foot r_leg r_foot thorax l_hand_tip "
        "l_thumb r_hand_tip r_thumb"
    ),
    "kinect32": _order(
        "pelvis spine_navel spine_chest neck_base l_clavicle l_arm l_hand l_hand_tip l_thumb r_clavicle r_arm r_hand "
        "r_hand_tip r_thumb l_leg l_foot r_leg r_foot head_centre nose l_eye l_ear r_eye r_ear"
    ),
    "crowdpose": (*COCO[5:], "head_top", "neck_base"),
    "aic": _order("r_arm l_arm r_leg l_leg head_top neck_base"),
    "lsp": _order("r_ankle r_knee r_hip l_leg r_wrist r_elbow r_shoulder l_arm neck_base head_top"),
    "mpii": _order("r_ankle r_knee r_hip l_leg pelvis thorax neck_upper head_top r_wrist r_elbow r_shoulder l_arm"),
    "3dhp": _order("head_top neck_base r_arm l_arm r_leg l_leg pelvis spine head"),
    "trt_pose": (*COCO, "neck_base"),
    "panoptic19": _order("neck_base nose mid_hip l_arm l_leg r_arm r_leg l_eye l_ear r_eye r_ear"),
    "jhmdb": _order("neck_base belly head_centre rl_shoulder rl_hip rl_elbow rl_knee rl_wrist rl_ankle"),
}
# Number of points -> the order that is taken if a file does not name them: the first above that has so many.
BY_COUNT: dict[int, tuple[str, ...]] = {}
for _order in ORDERS.values():
    BY_COUNT.setdefault(len(_order), _order)

_SIDE = {"l": "left", "left": "left", "lft": "left", "r": "right", "right": "right", "rgt": "right", "rt": "right"}
_NOISE = set("pose poselandmark landmark landmarks keypoint keypoints kp kpt joint jnt point".split())
_PARTS = {"shldr": "shoulder", "sho": "shoulder", "elb": "elbow", "wri": "wrist", "kne": "knee", "ank": "ankle"}
_KNOWN = {*_PAIRS, *_PARTS, "eye", "ear", "foot", "toe", "heel", "hand", "big", "small"}
# Names that other lists give to points without a side.
_SAME = {
    "head_top": "top_head headtop tophead top_of_head head_vertex vertex",
    "pelvis": "root hip hips mid_hip midhip hip_center hip_centre hip_mid center_hip spine_base body_center mid_hips",
    "neck": "neck_nose",
    "head_centre": "face head_center",
    "thorax": "spine_shoulder",
    "spine": "spine_mid torso belly",
}
_ALIAS = {other: name for name, others in _SAME.items() for other in others.split()}
_GLUED = re.compile(rf"(?<![a-z])(left|right|l|r)({'|'.join(sorted(_KNOWN))})(?![a-z])")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(10_000)
def tidy(name: str) -> str:
    """The name of a point in a file, in our spelling.

    >>> tidy("Left Eye"), tidy("LEFT_KNEE"), tidy("PoseLandmark.RIGHT_HIP"), tidy("RShoulder"), tidy("hipL")
    ('left_eye', 'left_knee', 'right_hip', 'right_shoulder', 'left_hip')
    """
    words = re.split(r"[^a-z0-9]+", _GLUED.sub(r"\1_\2", _HUMPS.sub("_", str(name)[:LONGEST_NAME]).lower()))
    words = [_PARTS.get(word, word) for word in words if word]
    words = [word for word in words if word not in _NOISE] or words
    side = [_SIDE[word] for word in words if word in _SIDE][:1]
    plain = "_".join([*side, *(word for word in words if word not in _SIDE)])
    return _ALIAS.get(plain, plain)


def tidy_all(names: Sequence[object]) -> tuple[str, ...]:
    """The names of all points of a person in our spelling.

    Human3.6M's own lists call the ankles feet, and the joint between thorax and head the base of the neck.
    """
    found = [tidy(name) for name in names]
    for old, new in ("left_foot", "left_ankle"), ("right_foot", "right_ankle"), ("neck_base", "neck"):
        human36m = old != "neck_base" or {"spine", "thorax", "head"} <= set(found)
        if human36m and new not in found:
            found = [new if name == old else name for name in found]
    return tuple(found)


def to_h36m(points: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Keypoints (F, K, 2) to Human3.6M's joints (F, 17, 2); NaN in both means missing.

    The pelvis is the midpoint of the hips. If the source has the other 16 joints, they are put in order. Otherwise the
    limbs are taken as they are, and

    - thorax: midpoint of the shoulders; spine: midpoint of pelvis and thorax;
    - head: the top of the head if the source has it (Halpe's 26 points) or a "head" but no face, else
      thorax + 1.5 (face - thorax), where face is the mean of those of nose, eyes and ears that were found;
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
    face = [place[name] for name in FACE if name in place] or [place[n] for n in ("head_centre",) if n in place]
    top = "head_top" if "head_top" in place else "head" if not face else None
    if needed or not (face or top in place):
        lacks = needed or [f"one of {', '.join((*FACE, 'head_top'))}"]
        raise ValueError(f"it has no keypoint {', '.join(lacks)}; it has {', '.join(names)[:500]}")
    at = {name: points[:, place[name]] for name in LIMBS}
    at["pelvis"] = (at["left_hip"] + at["right_hip"]) / 2
    at["thorax"] = (at["left_shoulder"] + at["right_shoulder"]) / 2
    at["spine"] = (at["pelvis"] + at["thorax"]) / 2
    if top:
        at["head"] = points[:, place[top]]
    else:
        seen = np.ma.masked_invalid(points[:, face]).mean(1).filled(np.nan)
        at["head"] = at["thorax"] + 1.5 * (seen - at["thorax"])
    at["neck"] = (at["thorax"] + at["head"]) / 2
    return np.stack([at[name] for name in H36M_17.names], axis=1)


def sources(names: Sequence[str]) -> np.ndarray:
    """(17, K) which of the points each of Human3.6M's joints is made of."""
    one_each = np.repeat(np.eye(len(names))[..., None], 2, axis=2)
    return to_h36m(one_each, names)[..., 0].T != 0
