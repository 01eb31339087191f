"""What a motion file does not say: its unit, its axes, and whether what was read moves as a person does."""

from __future__ import annotations

import numpy as np
from formats.kinematics import LARGEST_NUMBER

from liftkit.data.body import SHARE
from liftkit.data.people import person_height
from liftkit.priors import knees_bend_backwards
from liftkit.skeleton import H36M_17

UNITS = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1000.0, "inch": 25.4, "CMU (inch / 0.45)": 25.4 / 0.45}  # mm per unit
HEIGHTS = (1200.0, 2100.0)  # mm from ankle to head: so narrow that no height fits two units

# From a file's axes to ours, for each axis that may be up: rotations, so that left and right stay what they are.
TURNS = {
    "y": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "z": [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
    "x": [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
    "-y": [[1, 0, 0], [0, -1, 0], [0, 0, -1]],
    "-z": [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
    "-x": [[0, 1, 0], [-1, 0, 0], [0, 0, 1]],
}
CLEAR = 0.8  # the second axis has at most this share of the first
BENT = np.radians(15)  # of a knee: from here on the side to which it bends is no accident
NO_LENGTH = 1.0  # mm
MOST_SKIPPED, STILL = 30, 1.0  # frames at the start; more only if they stand still, moving so few mm each
JUMP, TIMES = 200.0, 3.0  # mm of the joint that moves most, and times what it moves in the other frames
# Our joint -> the segment of ``SHARE`` that ends there, and how many times shorter or longer a person's may be.
SEGMENTS = {
    "hip": ("hip_side", 2.5), "knee": ("thigh", 1.6), "ankle": ("shank", 1.6), "spine": ("spine", 2.5),
    "thorax": ("thorax", 2.5), "neck": ("neck", 4.0), "head": ("head", 4.0), "shoulder": ("shoulder_side", 2.0),
    "elbow": ("upper_arm", 1.6), "wrist": ("forearm", 2.2),
}  # fmt: skip
BONES = [(k, parent) for k, parent in enumerate(H36M_17.parents) if parent >= 0]
MOST_VARIED = 0.5  # of a bone's length over the frames, of nine in ten of them
# Ankle to head along the bones, in shares of stature: what lengths are compared with.
PERSON = sum(SHARE[name] for name in ("shank", "thigh", "hip_side", "spine", "thorax", "neck", "head"))


def unit_of(height: float) -> str:
    """The unit (a name in ``UNITS``) in which a person of this height, ankle to head along the bones, has human size.

    >>> unit_of(160.0), unit_of(1.6)
    ('cm', 'm')
    """
    low, high = HEIGHTS
    fitting = [name for name, mm in UNITS.items() if low < height * mm < high]
    if len(fitting) != 1:
        raise ValueError(
            f"the unit is unknown: from ankle to head along the bones the person measures {height:.4g}, which is "
            f"{low:.0f} to {high:.0f} mm in none of {', '.join(UNITS)}. Give the scale in mm per unit "
            "(--scale; of `arrays` --unit)"
        )
    return fitting[0]


def skipped(points: np.ndarray, skip: int) -> np.ndarray:
    """The points (F, ...) without ``skip`` frames at the start; ValueError if there are no more."""
    if skip >= len(points):
        raise ValueError(f"expected more than the {skip} frames that are skipped (--skip), found {len(points)}")
    return points[skip:]


def scaled(joints: np.ndarray, scale: float | str) -> tuple[np.ndarray, str]:
    """Joints in mm, and the unit that they had: ``scale`` mm, or for "auto" the one that fits the person's height."""
    unit = unit_of(person_height(joints)) if scale == "auto" else str(scale)
    try:
        mm = UNITS.get(unit) or float(scale)
    except ValueError:
        mm = 0
    if not 0 < mm < LARGEST_NUMBER:
        raise ValueError(f"--scale must be auto, {', '.join(UNITS)}, or a number of mm per unit, found {scale}")
    return joints * mm, unit if unit in UNITS else f"{scale if isinstance(scale, str) else f'{scale:.4g}'} mm"


def turned(joints: np.ndarray, up: str = "auto", left_handed: bool = False) -> tuple[np.ndarray, str, tuple[str, ...]]:
    """Joints (F, 17, 3) with y up, right-handed; the axis that was up; and a note if another than y was found.

    ``up``: one of ``TURNS``, or "auto", :func:`up_axis`. ``left_handed`` axes: x is reversed when y is up.
    """
    if up not in (*TURNS, "auto"):
        raise ValueError(f"up must be auto, {', '.join(TURNS)}, found {up!r}")
    found = up_axis(joints) if up == "auto" else up
    notes = (f"up is {found}, the direction from the ankles to the head (--up)",) if found not in (up, "y") else ()
    joints = joints if found == "y" else joints @ np.array(TURNS[found], float).T
    return (joints * [-1.0, 1.0, 1.0] if left_handed else joints), found, notes


def up_axis(joints: np.ndarray) -> str:
    """The axis nearest to the mean direction from the ankles to the head; ValueError if two are as near."""
    with np.errstate(over="ignore", invalid="ignore"):  # damage is refused later
        upwards = _at(joints, "head") - (_at(joints, "left_ankle") + _at(joints, "right_ankle")) / 2
        mean = (upwards / np.maximum(np.linalg.norm(upwards, axis=-1, keepdims=True), 1e-9)).mean(0)
    if not np.isfinite(mean).all():
        return "y"
    second, first = np.argsort(abs(mean))[1:]
    if abs(mean[second]) >= CLEAR * abs(mean[first]):
        raise ValueError(
            "which axis is up cannot be told from the direction from the ankles to the head, in the mean "
            f"({mean[0]:.2f}, {mean[1]:.2f}, {mean[2]:.2f}); give it (--up y)"
        )
    return ("-" if mean[first] < 0 else "") + "xyz"[first]


def perhaps_radians(angles: np.ndarray) -> tuple[str, ...]:
    """A note if no angle of a file in degrees is above 2 pi, though the person moves."""
    largest = float(np.abs(angles).max(initial=0))
    if not 0.1 < largest < 2 * np.pi:
        return ()
    return (f"no angle is above {largest:.3g} degrees; are they radians? Those must be converted first",)


def oddities(joints: np.ndarray) -> list[str]:
    """What does not look like a person's motion, in joints (F, 17, 3) in mm, y up: one sentence each."""
    found = []
    feet = np.maximum(_at(joints, "left_ankle")[:, 1], _at(joints, "right_ankle")[:, 1])
    if (upside := (_at(joints, "head")[:, 1] <= feet).mean()) > 0.5:
        found.append(f"the head is mostly below a foot, in {upside:.0%} of the frames. Is another axis up (--up)?")
    if (forwards := _forwards(joints)) > 0.5:
        found.append(
            f"the knees bend forwards in {forwards:.0%} of the frames in which they bend: the axes are left-handed, or "
            "left and right are exchanged (--left-handed reverses x)"
        )
    hips, shoulders = (_at(joints, f"left_{part}") - _at(joints, f"right_{part}") for part in ("hip", "shoulder"))
    if len(joints) and np.median((hips * shoulders).sum(-1)) < 0:
        found.append("left and right are exchanged in the legs or in the arms")
    found += _odd_bones(joints)
    if len(joints) > 1 and not (np.abs(np.diff(joints, axis=0)) > 1e-3).any():
        found.append("nothing moves: all frames are alike")
    if skip := standing_apart(joints):
        frames = "frame 0 stands" if skip == 1 else f"frames 0 to {skip - 1} stand"
        found.append(f"{frames} apart from the motion, as a T-pose in front does; --skip {skip} leaves them out")
    return found


def _at(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[:, H36M_17.index(name)]


def _forwards(joints: np.ndarray) -> float:
    """The share of the frames with a bent knee in which the shins fold forwards; 0 if there is none."""
    bend = np.zeros(len(joints))
    for side in ("left", "right"):
        hip, knee, ankle = (_at(joints, f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        lengths = np.linalg.norm(knee - hip, axis=-1) * np.linalg.norm(ankle - knee, axis=-1)
        cosine = ((knee - hip) * (ankle - knee)).sum(-1) / np.maximum(lengths, 1e-9)
        bend = np.maximum(bend, np.arccos(np.clip(cosine, -1, 1)))
    bent = joints[bend > BENT]
    return 1 - float(np.mean(knees_bend_backwards(bent))) if len(bent) else 0.0


def _odd_bones(joints: np.ndarray) -> list[str]:
    """Bones without length, of a length that people do not have, and of lengths that change: a sentence for each."""
    places, parents = map(list, zip(*BONES, strict=True))
    low, lengths, high = np.quantile(
        np.linalg.norm(joints[:, places] - joints[:, parents], axis=-1), [0.05, 0.5, 0.95], 0
    )
    segments = [SEGMENTS[H36M_17.names[k].removeprefix("left_").removeprefix("right_")] for k in places]
    usual, times = np.array([(SHARE[segment], most) for segment, most in segments]).T
    usual *= person_height(joints) / PERSON
    empty = lengths < NO_LENGTH
    kinds = {
        "bones of length 0: {}; a joint map (--map) may name other joints": empty,
        "bones shorter or longer than people's: {}; are these other joints, or in another order?": ~empty
        & (np.abs(np.log(np.maximum(lengths, NO_LENGTH) / usual)) > np.log(times)),
        "bones whose length changes by more than half: {}": ~empty & (high - low > MOST_VARIED * lengths),
    }
    names = np.array([f"{H36M_17.names[p]} to {H36M_17.names[k]}" for k, p in BONES])
    return [text.format(", ".join(names[odd])) for text, odd in kinds.items() if odd.any()]


def standing_apart(joints: np.ndarray) -> int:
    """How many frames at the start, ``MOST_SKIPPED`` or all still, a jump separates from the motion; 0 if none does."""
    steps = np.linalg.norm(np.diff(joints - joints[:, :1], axis=0), axis=-1).max(1)
    if len(steps) < 3:
        return 0
    still = int(np.argmax(steps > STILL))
    first = int(np.argmax(steps[: min(max(MOST_SKIPPED, still + 1), max(len(steps) // 2, still + 1))]))
    others = np.quantile(np.delete(steps, first), 0.95)
    return first + 1 if steps[first] > max(JUMP, TIMES * others) else 0
