"""A body to move: bone lengths from stature, joint ranges, forward kinematics.

World axes: x to the person's left, y up, z ahead. Angles are degrees and anatomical: flexion forwards (of the knee:
the shin backwards), abduction outwards and inward rotation are positive on both sides; leaning and turning to the left
is positive. So a mirrored person has the same angles with the sides swapped and the leans and turns negated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from liftkit.skeleton import H36M_17

WOMEN_MM, MEN_MM = (1500, 1780), (1620, 1950)  # statures

# Shares of stature. Limbs and breadths: Winter, Biomechanics and Motor Control of Human Movement, after Drillis &
# Contini (1966), breadths moved in from the skin to the joints' centres. That table has no points inside the trunk:
# ours divide the height from hip to shoulder in the manner of Human3.6M's skeleton, where the pelvis is the midpoint of
# the hips and the spine lies 233 of the 490 mm from there to the thorax.
SHARE = {
    "hip_side": 0.053, "thigh": 0.245, "shank": 0.246,
    "spine": 0.117, "thorax": 0.129, "neck": 0.053, "head": 0.057,
    "shoulder_side": 0.115, "shoulder_drop": 0.020, "upper_arm": 0.186, "forearm": 0.146,
}  # fmt: skip


class Channel(NamedTuple):
    """A joint angle in degrees."""

    low: float
    high: float
    neutral: float  # in quiet standing
    spread: float  # standard deviation of people around it
    kind: str = "sided"  # one angle per side; "middle": one angle; "turning": one angle that a mirror negates


# Ranges: American Academy of Orthopaedic Surgeons, Joint Motion: Method of Measuring and Recording (1965), but knees
# and elbows are never quite straight. The shoulder's elevation and its plane (0 sideways, 90 ahead) are the globe of
# Wu et al., J. Biomech. 38 (2005) 981-992: at plane 90 elevation is flexion (180) and, negative, extension (60); at
# plane 0 it is abduction (180). The pelvis's ranges are ours.
LEG_CHANNELS = {
    "pelvis_tilt": Channel(-25, 35, 4, 4, "middle"),
    "pelvis_list": Channel(-15, 15, 0, 2, "turning"),
    "pelvis_turn": Channel(-20, 20, 0, 3, "turning"),
    "hip_flexion": Channel(-30, 120, 10, 4),
    "hip_abduction": Channel(-30, 45, 3, 4),
    "hip_rotation": Channel(-45, 45, -5, 5),
    "knee_flexion": Channel(2, 135, 14, 5),
}
TORSO_CHANNELS = {
    "trunk_flexion": Channel(-25, 80, 3, 5, "middle"),
    "trunk_lean": Channel(-35, 35, 0, 3, "turning"),
    "trunk_turn": Channel(-45, 45, 0, 5, "turning"),
    "head_flexion": Channel(-45, 45, 12, 7, "middle"),
    "head_lean": Channel(-45, 45, 0, 4, "turning"),
    "head_turn": Channel(-60, 60, 0, 10, "turning"),
    "shoulder_elevation": Channel(-60, 180, 10, 6),
    "shoulder_plane": Channel(-30, 130, 5, 10),
    "shoulder_rotation": Channel(-90, 70, 10, 10),
    "elbow_flexion": Channel(2, 150, 25, 9),
}


def standing_angles() -> dict[str, np.ndarray]:
    """One frame of quiet standing for :func:`place_joints`: every channel's neutral angle."""
    channels = {**LEG_CHANNELS, **TORSO_CHANNELS}
    return {name: np.full((1, 2)[: 1 + (c.kind == "sided")], c.neutral) for name, c in channels.items()}


def standing_person(**angles: float | tuple[float, float]) -> np.ndarray:
    """One person in quiet standing, for pictures: (17, 3) in mm, world axes, pelvis at the origin.

    Args:
        angles: channels that differ from neutral, in degrees; of a sided one left and right, or one value for both.

    >>> raised = standing_person(shoulder_elevation=(10, 180))  # the right arm
    >>> bool(raised[H36M_17.index("right_wrist"), 1] > raised[H36M_17.index("head"), 1])
    True
    """
    neutral = standing_angles()
    changed = {name: np.broadcast_to(np.array(value, float), neutral[name].shape) for name, value in angles.items()}
    return place_joints(neutral | changed, draw_bodies(np.random.default_rng(0), 1))[0]


def draw_bodies(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Draw ``count`` bodies, women and men in turn: segment name -> (count,) lengths in mm, equal on both sides."""
    # Statures fill each sex's interval evenly, one draw per slot, so that already few subjects span short to tall.
    stature = np.empty(count)
    for first, (low, high) in enumerate((WOMEN_MM, MEN_MM)):
        slots = len(stature[first::2])
        stature[first::2] = low + (high - low) * (rng.permutation(slots) + rng.random(slots)) / max(slots, 1)
    # Every segment varies independently by 3 % (sd), at most 8 %.
    own = {name: np.clip(rng.normal(1, 0.03, count), 0.92, 1.08) for name in SHARE}
    return {name: share * stature * own[name] for name, share in SHARE.items()}


def place_joints(angles: dict[str, np.ndarray], body: dict[str, np.ndarray]) -> np.ndarray:
    """Forward kinematics: channel -> degrees (F,) or, sided, (F, 2); segment -> mm (F,) -> joints (F, 17, 3) in mm."""
    # Hips, knees and ankles depend only on LEG_CHANNELS, all other joints only on TORSO_CHANNELS: the pelvis is a hinge
    # between them, not a frame that they share.
    body = {name: length[:, None] for name, length in body.items()}
    legs, torso = _legs(angles, body), _torso(angles, body)
    joints = np.concatenate([np.zeros_like(torso[:, :1]), legs, torso], 1)
    return joints[:, [_BUILT.index(name) for name in H36M_17.names]].astype(np.float32)


# The order in which the two chains come out of the functions below.
_BUILT = (
    "pelvis",
    *(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")),
    *("spine", "thorax", "neck", "head"),
    *(f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "wrist")),
)


def _legs(angles: dict[str, np.ndarray], body: dict[str, np.ndarray]) -> np.ndarray:
    """Hip, knee and ankle, left then right: (F, 6, 3), built from the knee upwards."""
    legs = _limb(body["thigh"], body["shank"], angles["knee_flexion"])
    legs = _turn(legs, y=-angles["hip_rotation"], z=angles["hip_abduction"], x=-angles["hip_flexion"])
    legs = _both_sides(_vector(body["hip_side"], 0, 0)[:, :, None] + legs)
    return _turn(legs, x=angles["pelvis_tilt"], z=angles["pelvis_list"], y=angles["pelvis_turn"])


def _torso(angles: dict[str, np.ndarray], body: dict[str, np.ndarray]) -> np.ndarray:
    """Spine, thorax, neck, head, then shoulder, elbow and wrist, left then right: (F, 10, 3)."""
    elevation, plane = angles["shoulder_elevation"], angles["shoulder_plane"]
    arms = _limb(body["upper_arm"], body["forearm"], -angles["elbow_flexion"])
    arms = _turn(_turn(arms, y=plane - angles["shoulder_rotation"], z=elevation), y=-plane)
    # The shoulder girdle rises with the arm: Inman, Saunders & Abbott, J. Bone Joint Surg. 26 (1944) 1-30.
    girdle = _vector(body["shoulder_side"], -body["shoulder_drop"], 0)[:, :, None]
    arms = _both_sides(_turn(girdle, z=0.15 * elevation) + arms)

    neck = _vector(0, body["neck"], 0)
    head = _vector(0, body["head"], 0)
    head = neck + _turn(head, x=angles["head_flexion"], z=-angles["head_lean"], y=angles["head_turn"])
    torso = np.concatenate([neck, head, arms], 1)
    flexion, lean, turn = (angles[f"trunk_{bend}"] for bend in ("flexion", "lean", "turn"))
    for bone, share in ("thorax", 0.6), ("spine", 0.4):  # each joint of the trunk takes its share of the bend
        torso = _vector(0, body[bone], 0) + np.concatenate([np.zeros_like(neck), torso], 1)
        torso = _turn(torso, x=share * flexion, z=-share * lean, y=share * turn)
    return torso


def _vector(x, y, z) -> np.ndarray:
    """Stack coordinates, numbers or arrays (...), as vectors (..., 3)."""
    return np.stack(np.broadcast_arrays(x, y, z), -1)


def _turn(points: np.ndarray, **turns: np.ndarray) -> np.ndarray:
    """Turn points (..., n, 3) by degrees (...) about one coordinate axis after the other, right-handed."""
    x = list(np.moveaxis(points, -1, 0))
    for axis, degrees in turns.items():
        angle = np.radians(degrees)[..., None]
        cos, sin = np.cos(angle), np.sin(angle)
        i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
        x[i], x[j] = cos * x[i] - sin * x[j], sin * x[i] + cos * x[j]
    return _vector(*x)


def _limb(upper: np.ndarray, lower: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Root, middle and end joint (F, 2, 3, 3) of two hanging limbs, lengths (F, 1), bent by degrees (F, 2)."""
    end = _turn(_vector(0, -lower, 0)[:, :, None], x=bend)
    middle = np.broadcast_to(_vector(0, -upper, 0)[:, :, None], end.shape)
    return np.concatenate([np.zeros_like(end), middle, middle + end], 2)


def _both_sides(limbs: np.ndarray) -> np.ndarray:
    """Limbs (F, 2, 3, 3), both built as left ones -> (F, 6, 3) with the second mirrored to the right."""
    return (limbs * np.array([[1, 1, 1], [-1, 1, 1]])[:, None]).reshape(len(limbs), 6, 3)
