"""Texts beside pictures: names as people read them, and poses described for screen readers."""

from __future__ import annotations

import numpy as np

from liftkit.skeleton import H36M_17

# Where a pose faces, by quarter turns from the camera on.
FACING = ("faces the camera", "faces the picture's right", "has the back to the camera", "faces the picture's left")


def readable(name: str) -> str:
    """A name with spaces for underscores."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """A text with a capital at its beginning; the rest stays as it is, unlike with ``str.capitalize``.

    >>> capital("trained on CMU")
    'Trained on CMU'
    """
    return text[:1].upper() + text[1:]


def describe(joints: np.ndarray) -> str:
    """Describe a pose (17, 2) or (17, 3), y down: posture, hands, knees and, in 3D, the direction that it faces.

    Of a pose with unknown joints (NaN) say which.
    """
    at = dict(zip(H36M_17.names, joints.astype(float), strict=True))
    if unknown := [readable(name) for name, place in at.items() if not np.isfinite(place).all()]:
        return f"unknown: {', '.join(unknown)}"
    if np.ptp(joints, axis=0).max() <= 0:
        return "all joints at one place"
    parts = [_posture(at), *(f"{side} hand {_height(at, side)}" for side in ("left", "right")), _knees(at)]
    if joints.shape[1] == 3:
        parts.append(_facing(at))
    return ", ".join(parts)


def _posture(at: dict) -> str:
    trunk, leg = at["neck"] - at["pelvis"], (at["left_ankle"] + at["right_ankle"]) / 2 - at["pelvis"]
    if abs(trunk[1]) < 0.6 * np.linalg.norm(trunk):
        return "bent over or lying"
    if trunk[1] > 0:
        return "upside down or bent far over"
    # of the height from pelvis to neck, standing legs reach 1.5 to 1.6 times down, those of a seated person 0.8 times
    return "upright" if leg[1] > 1.15 * -trunk[1] else "upright, sitting or squatting"


def _facing(at: dict) -> str:
    ahead = np.cross(at["left_hip"] - at["right_hip"], at["neck"] - at["pelvis"])
    if abs(ahead[1]) > np.hypot(ahead[0], ahead[2]):
        return "faces down" if ahead[1] > 0 else "faces up"
    return FACING[round(np.arctan2(ahead[0], -ahead[2]) / (np.pi / 2)) % 4]


def _height(at: dict, side: str) -> str:
    y = at[f"{side}_wrist"][1]
    for words, joint in (("above the head", "head"), ("between shoulders and head", "neck"), ("at the chest", "spine")):
        if y < at[joint][1]:
            return words
    return "low" if y > at["pelvis"][1] else "at the belly"


def _knees(at: dict) -> str:
    bent = []
    for side in ("left", "right"):
        thigh, shank = at[f"{side}_hip"] - at[f"{side}_knee"], at[f"{side}_ankle"] - at[f"{side}_knee"]
        lengths = max(float(np.linalg.norm(thigh) * np.linalg.norm(shank)), 1e-9)
        if np.degrees(np.arccos(np.clip(thigh @ shank / lengths, -1, 1))) < 150:
            bent.append(side)
    return "both knees bent" if len(bent) == 2 else f"{bent[0]} knee bent" if bent else "legs straight"
