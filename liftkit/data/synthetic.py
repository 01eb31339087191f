"""The embedded data set: people of many builds, every leg task with every arm task. No download, no licence.

The true dependence is known. The legs (hips, knees, ankles) and the torso (all other joints) are built from separate
tasks and random numbers, and every person performs all combinations of tasks: at coupling 0 one person's legs and torso
are independent. They share a person's size and a camera's azimuth, which is not a dependence of movement.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from liftkit.data.body import LEG_CHANNELS, TORSO_CHANNELS, Channel, draw_bodies, place_joints
from liftkit.data.broad_movements import MOVEMENTS
from liftkit.data.cameras import Motion
from liftkit.data.movements import Task

RANDOM = "random"  # beside the names in MOVEMENTS: no movement, but poses of random joint angles
RANDOM_SPREAD = 0.12  # standard deviation near neutral, as a share of a joint's range


class _Manner(NamedTuple):
    """How C clips are performed: everything that is random about one half of the body, whatever its task."""

    start: np.ndarray  # (C, 1) cycles at the first frame
    tempo: np.ndarray  # (C, 1) factor of the task's speed
    vigour: np.ndarray  # (C, 1) factor of the task's distance from neutral
    left: np.ndarray  # (C, 1) whether the left side leads
    habit: np.ndarray  # (C, angles) a constant deviation, in spreads
    sway: np.ndarray  # (C, angles, 2) a slow deviation: its start in cycles and its frequency in Hz

    def rows(self, clips: np.ndarray) -> _Manner:
        return _Manner(*(values[clips] for values in self))


def _draw_manner(rng: np.random.Generator, clips: int) -> _Manner:
    angles = max(len(_columns(LEG_CHANNELS)), len(_columns(TORSO_CHANNELS)))
    return _Manner(
        start=rng.random((clips, 1)),
        tempo=rng.uniform(0.75, 1.25, (clips, 1)),
        vigour=rng.uniform(0.3, 1.15, (clips, 1)),
        left=rng.random((clips, 1)) < 0.5,
        habit=rng.normal(0, 1, (clips, angles)),
        sway=rng.uniform((0, 0.1), (1, 0.6), (clips, angles, 2)),
    )


def _columns(channels: dict[str, Channel]) -> list[tuple[str, int]]:
    """(name, side) of every angle; side 0 is the leading side or the middle, 1 the other side."""
    return [(name, side) for name, channel in channels.items() for side in range(1 + (channel.kind == "sided"))]


def _perform(
    tasks: dict[str, Task], channels: dict[str, Channel], chosen: np.ndarray, manner: _Manner, seconds: np.ndarray
) -> dict[str, np.ndarray]:
    """Angles in degrees of C clips, each with its ``chosen`` task, at T times: (C T,), sided ones (C T, 2)."""
    spreads = np.array([task.spread for task in tasks.values()])[chosen, None]
    angles = {}
    for column, (name, side) in enumerate(_columns(channels)):
        low, high, neutral, spread, _ = channels[name]
        start, hertz = manner.sway[:, column].T[..., None]
        deviation = manner.habit[:, column, None] + 0.6 * np.sin(2 * np.pi * (start + hertz * seconds))
        angle = neutral + spread * spreads * deviation
        for index, task in enumerate(tasks.values()):
            mine = manner.rows(chosen == index)
            curve = task.angle(name, side, mine.start + mine.tempo * seconds / task.seconds)
            if curve is not None:
                angle[chosen == index] += mine.vigour * (curve - neutral)
        angles[name, side] = np.clip(angle, low, high)
    return {name: _to_body(angles, name, channel.kind, manner.left) for name, channel in channels.items()}


def _to_body(angles: dict[tuple[str, int], np.ndarray], name: str, kind: str, left: np.ndarray) -> np.ndarray:
    """From leading and other side to left and right; tasks are written for a leading right side."""
    lead = angles[name, 0]
    if kind == "sided":
        other = angles[name, 1]
        return np.stack([np.where(left, lead, other), np.where(left, other, lead)], -1).reshape(-1, 2)
    return np.where(left & (kind == "turning"), -lead, lead).ravel()


def synthetic_motion(
    seed: int = 0,
    coupling: float = 0.0,
    *,
    movements: str = "basic",
    subjects: int = 8,
    frames: int = 20,
    fps: float = 15.0,
) -> Motion:
    """Generate people of different builds who perform every leg task with every arm task, facing +z.

    One clip for each person and combination ("walk+wave"); the last quarter of the people is the test split.
    ``coupling`` is the probability that a clip's torso copies the random draws of its legs. At any coupling the legs,
    and the torso, have the same distribution by themselves, and one seed has the same people and the same legs. The
    same arguments give the same bits in any process.

    Args:
        movements: "basic", the daily movements of the lessons; "broad", also what people do in dance, fight, climbing
            and sport: 24 leg and 24 arm tasks; see :data:`liftkit.data.broad_movements.MOVEMENTS`.
        subjects, frames, fps: people; frames of a clip; frames per second.

    Raises:
        ValueError: if an argument is out of its range.
    """
    _check(seed, coupling, movements, subjects, frames, fps)
    leg_tasks, arm_tasks = MOVEMENTS[movements]
    rng = np.random.default_rng(seed)
    bodies = draw_bodies(rng, subjects)
    who, legs, arms = np.indices((subjects, len(leg_tasks), len(arm_tasks))).reshape(3, -1)
    clips = np.arange(len(who))
    manner = _draw_manner(rng, 2 * len(clips))  # rows for all clips' legs, then for their torsos
    tied = rng.random(len(clips)) < coupling
    arms = np.where(tied, legs % len(arm_tasks), arms)

    seconds = np.arange(frames) / fps
    angles = _perform(leg_tasks, LEG_CHANNELS, legs, manner.rows(clips), seconds)
    torso_manner = manner.rows(np.where(tied, clips, clips + len(clips)))
    angles |= _perform(arm_tasks, TORSO_CHANNELS, arms, torso_manner, seconds)
    names = np.array([[f"{leg}+{arm}" for arm in arm_tasks] for leg in leg_tasks])
    return Motion(
        joints=place_joints(angles, {name: length[who].repeat(frames) for name, length in bodies.items()}),
        subject=_subjects(subjects)[who].repeat(frames),
        action=names[legs, arms].repeat(frames),
        clip=clips.astype(np.int32).repeat(frames),
        frame=np.tile(np.arange(frames, dtype=np.int32), len(clips)),
        split=_splits(subjects)[who].repeat(frames),
        fps=float(fps),
        name="synthetic" if movements == "basic" else f"synthetic-{movements}",
    )


def random_poses(seed: int = 0, *, subjects: int = 40, poses: int = 250) -> Motion:
    """Poses of people whose joint angles are drawn at random, each one on its own: nobody moves like that.

    Legs and torso of each pose are near neutral (standard deviation 12 % of each joint's range) or anywhere in the
    published ranges, with the same probability. Each pose is a clip of one frame; the last quarter of the people is the
    test split.

    Args:
        subjects, poses: people, and poses of each.
    """
    _check(seed, 0.0, "basic", subjects, max(poses, 2), 1.0)
    rng = np.random.default_rng([seed, 0x9A5])
    bodies = draw_bodies(rng, subjects)
    who = np.arange(subjects).repeat(poses)
    angles = _random_angles(rng, LEG_CHANNELS, len(who)) | _random_angles(rng, TORSO_CHANNELS, len(who))
    clips = np.arange(len(who), dtype=np.int32)
    return Motion(
        joints=place_joints(angles, {name: length[who] for name, length in bodies.items()}),
        subject=_subjects(subjects)[who],
        action=np.full(len(who), RANDOM),
        clip=clips,
        frame=np.zeros_like(clips),
        split=_splits(subjects)[who],
        fps=1.0,
        name=f"synthetic-{RANDOM}",
    )


def _random_angles(rng: np.random.Generator, channels: dict[str, Channel], count: int) -> dict[str, np.ndarray]:
    anywhere = rng.random((count, 1)) < 0.5
    angles = {}
    for name, (low, high, neutral, _, kind) in channels.items():
        size = (count, 2 if kind == "sided" else 1)
        near = rng.normal(neutral, RANDOM_SPREAD * (high - low), size).clip(low, high)
        angle = np.where(anywhere, rng.uniform(low, high, size), near)
        angles[name] = angle if kind == "sided" else angle[:, 0]
    return angles


def _subjects(count: int) -> np.ndarray:
    return np.array([f"S{number + 1}" for number in range(count)])


def _splits(count: int) -> np.ndarray:
    return np.where(np.arange(count) >= count - max(1, count // 4), "test", "train")


def _check(seed: int, coupling: float, movements: str, subjects: int, frames: int, fps: float) -> None:
    if movements not in MOVEMENTS:
        raise ValueError(f"movements must be one of {', '.join(MOVEMENTS)}, found {movements!r}")
    for name, value, least in ("seed", seed, 0), ("subjects", subjects, 2), ("frames", frames, 2):
        if not isinstance(value, Integral) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, found {value!r}")
    if not isinstance(coupling, Real) or not 0 <= coupling <= 1:
        raise ValueError(f"coupling must lie in 0 (independent) to 1 (legs determine arms), found {coupling!r}")
    if not isinstance(fps, Real) or not 0 < fps < np.inf:
        raise ValueError(f"fps must be a positive number of frames per second, found {fps!r}")
