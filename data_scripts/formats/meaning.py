"""What a motion file does not say: its unit, its axes, and whether what was read moves as a person does."""

from __future__ import annotations

import numpy as np
from formats.kinematics import LARGEST_NUMBER

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
MOST_SKIPPED = 30  # frames
JUMP, TIMES = 200.0, 3.0  # mm of the joint that moves most, and times what it moves in the other frames


def unit_of(height: float) -> str:
    """The unit (a name in ``UNITS``) in which a person of this height, ankle to head along the bones, has human size.

    Raises:
        ValueError: if there is none.

    >>> unit_of(160.0), unit_of(1.6)
    ('cm', 'm')
    """
    low, high = HEIGHTS
    fitting = [name for name, mm in UNITS.items() if low < height * mm < high]
    if len(fitting) != 1:
        raise ValueError(
            f"the unit is unknown: from ankle to head along the bones the person measures {height:.4g}, which is "
            f"{low:.0f} to {high:.0f} mm in none of {', '.join(UNITS)}. Give the scale in mm per unit (--scale)"
        )
    return fitting[0]


def scaled(joints: np.ndarray, scale: float | str) -> tuple[np.ndarray, str]:
    """Joints in mm, and the unit that they had: ``scale`` mm, or for "auto" the one that fits the person's height."""
    unit = unit_of(person_height(joints)) if scale == "auto" else f"{scale} mm"
    mm = UNITS[unit] if scale == "auto" else float(scale)
    if not 0 < mm < LARGEST_NUMBER:
        raise ValueError(f"the scale must be a positive number of mm per unit, found {scale}")
    return joints * mm, unit


def turned(joints: np.ndarray, up: str = "auto", left_handed: bool = False) -> tuple[np.ndarray, str, tuple[str, ...]]:
    """Joints (F, 17, 3) with y up, right-handed; the axis that was up; and a note if another than y was found.

    Args:
        up: "x", "y", "z", "-x", "-y", "-z", or "auto": the axis nearest to the mean direction from the ankles to the
            head.
        left_handed: the file's axes are left-handed, so that x is reversed.

    Raises:
        ValueError: if ``up`` is none of these, or no axis is clearly up.
    """
    if up not in (*TURNS, "auto"):
        raise ValueError(f"up must be auto, {', '.join(TURNS)}, found {up!r}")
    found = up_axis(joints) if up == "auto" else up
    notes = (f"up is {found}, the direction from the ankles to the head (--up)",) if found not in (up, "y") else ()
    joints = joints * [-1.0, 1.0, 1.0] if left_handed else joints
    return (joints if found == "y" else joints @ np.array(TURNS[found], float).T), found, notes


def up_axis(joints: np.ndarray) -> str:
    """The axis nearest to the mean direction from the ankles to the head; ValueError if two are as near."""
    with np.errstate(over="ignore", invalid="ignore"):  # damage is refused later
        upwards = _at(joints, "head") - (_at(joints, "left_ankle") + _at(joints, "right_ankle")) / 2
        mean = (upwards / np.maximum(np.linalg.norm(upwards, axis=-1, keepdims=True), 1e-9)).mean(0)
    if not np.isfinite(mean).all():
        return "y"
    second, first = np.argsort(abs(mean))[1:]
    if abs(mean[second]) > CLEAR * abs(mean[first]):
        raise ValueError(
            "which axis is up cannot be told from the direction from the ankles to the head, in the mean "
            f"({mean[0]:.2f}, {mean[1]:.2f}, {mean[2]:.2f}); give it (--up y)"
        )
    return ("-" if mean[first] < 0 else "") + "xyz"[first]


def oddities(joints: np.ndarray) -> list[str]:
    """What does not look like a person's motion, in joints (F, 17, 3) in mm, y up: one sentence each."""
    found = []
    if (upside := _upside_down(joints).mean()) > 0.5:
        found.append(f"the head is mostly below a foot, in {upside:.0%} of the frames. Is another axis up (--up)?")
    if (forwards := _forwards(joints)) > 0.5:
        found.append(
            f"the knees bend forwards in {forwards:.0%} of the frames in which they bend: the axes are left-handed, or "
            "left and right are exchanged (--left-handed reverses x)"
        )
    if short := _without_length(joints):
        found.append(f"bones of length 0: {', '.join(short)}; a joint map (--map) may name other joints")
    if skip := standing_apart(joints):
        frames = "frame 0 stands" if skip == 1 else f"frames 0 to {skip - 1} stand"
        found.append(f"{frames} apart from the motion, as a T-pose in front does; --skip {skip} leaves them out")
    return found


def _at(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[:, H36M_17.index(name)]


def _upside_down(joints: np.ndarray) -> np.ndarray:
    feet = np.maximum(_at(joints, "left_ankle")[:, 1], _at(joints, "right_ankle")[:, 1])
    return _at(joints, "head")[:, 1] <= feet


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


def _without_length(joints: np.ndarray) -> list[str]:
    pairs = [(k, parent) for k, parent in enumerate(H36M_17.parents) if parent >= 0]
    lengths = {pair: np.median(np.linalg.norm(joints[:, pair[0]] - joints[:, pair[1]], axis=-1)) for pair in pairs}
    return [f"{H36M_17.names[p]} to {H36M_17.names[k]}" for (k, p), length in lengths.items() if length < NO_LENGTH]


def standing_apart(joints: np.ndarray) -> int:
    """How many frames at the start, at most ``MOST_SKIPPED``, a jump separates from the motion; 0 if none does."""
    steps = np.linalg.norm(np.diff(joints - joints[:, :1], axis=0), axis=-1).max(1)
    if len(steps) < 3:
        return 0
    first = int(np.argmax(steps[: min(MOST_SKIPPED, len(steps) // 2)]))
    others = np.quantile(np.delete(steps, first), 0.95)
    return first + 1 if steps[first] > max(JUMP, TIMES * others) else 0
