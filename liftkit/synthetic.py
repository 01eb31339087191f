"""The embedded data set: people of many builds who combine leg tasks with arm tasks. No download, no licence.

The truth about dependence is known. Legs (hips, knees, ankles) and torso (all other joints) are built from two
separate sets of tasks and random numbers, which every subject combines in full. So at coupling 0, for a given
subject, the two are independent in world coordinates. They share the subject's stature, later the camera's azimuth.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from liftkit.body import LEG_CHANNELS, TORSO_CHANNELS, Channel, draw_bodies, place_joints
from liftkit.cameras import Motion


@dataclass(frozen=True)
class Task:
    """A movement: for each angle (a channel of :mod:`liftkit.body`) its values in degrees, evenly along one cycle.

    ``seconds`` a cycle; ``lead`` the middle and the leading side; ``other`` the other side, else it does as the
    leading side, ``lag`` cycles later. Angles that are not named keep their neutral value. ``spread`` widens or
    narrows how far performances differ.
    """

    seconds: float
    lead: dict[str, tuple[float, ...]]
    other: dict[str, tuple[float, ...]] | None = None
    lag: float = 0.0
    spread: float = 1.0

    def keys(self, channel: str, side: int) -> tuple[float, ...] | None:
        """The values along the cycle of the leading (0) or the other (1) side, None where nothing is said."""
        return (self.other if side and self.other is not None else self.lead).get(channel)


# Walking's and running's curves have the shape of the joint angles over the gait cycle in Winter (see liftkit.body);
# the other tasks are drawn by eye. One entry adds a task.
LEG_TASKS = {
    "stand": Task(4.0, {"hip_flexion": (8,), "knee_flexion": (10,)}, spread=1.2),
    "walk": Task(
        1.1,
        {
            "hip_flexion": (32, 28, 19, 8, -2, -7, 0, 17, 30, 35),
            "knee_flexion": (8, 19, 20, 14, 11, 19, 42, 63, 52, 18),
            "pelvis_turn": (5, -5),
        },
        lag=0.5,
    ),
    "run": Task(
        0.75,
        {
            "hip_flexion": (38, 28, 8, -8, -3, 25, 50, 50),
            "knee_flexion": (25, 42, 34, 24, 60, 105, 88, 38),
            "pelvis_turn": (7, -7),
        },
        lag=0.5,
    ),
    "squat": Task(
        2.5,
        {
            "pelvis_tilt": (4, 12, 20, 12),
            "hip_flexion": (15, 70, 112, 70),
            "hip_abduction": (6, 10, 14, 10),
            "knee_flexion": (18, 80, 125, 80),
        },
    ),
    "sit": Task(
        4.0,
        {"pelvis_tilt": (-6, 2), "hip_flexion": (84, 90), "hip_abduction": (8,), "knee_flexion": (82, 92)},
        spread=2.0,
    ),
    "step": Task(
        1.7,
        {"hip_flexion": (65, 55, 32, 12, 5, 14, 42, 68), "knee_flexion": (68, 58, 32, 13, 12, 38, 85, 85)},
        lag=0.5,
    ),
    "kick": Task(
        1.4,
        {"hip_flexion": (5, -12, -20, 10, 55, 62, 40, 18), "knee_flexion": (18, 42, 80, 70, 22, 12, 30, 25)},
        {"hip_flexion": (20, 15, 10, 8, 4, 4, 12, 20), "knee_flexion": (20, 22, 26, 28, 24, 20, 20, 20)},
    ),
    "jump": Task(
        1.5,
        {
            "pelvis_tilt": (8, 15, 5, 0, 0, 5),
            "hip_flexion": (40, 85, 40, 5, 12, 25),
            "knee_flexion": (55, 105, 60, 10, 20, 35),
        },
    ),
    "lunge": Task(
        2.4,
        {"hip_flexion": (18, 60, 85, 60), "knee_flexion": (20, 65, 95, 65)},
        {"hip_flexion": (8, -8, -15, -8), "knee_flexion": (15, 50, 80, 50)},
    ),
    "sidestep": Task(
        1.3,
        {
            "pelvis_tilt": (10,),
            "hip_flexion": (35, 28, 24, 32),
            "hip_abduction": (2, 12, 22, 12),
            "knee_flexion": (58, 44, 30, 42),
        },
        lag=0.5,
    ),
    "kneel": Task(
        4.0,
        {"hip_flexion": (78, 88), "knee_flexion": (86, 96)},
        {"hip_flexion": (0, 10), "knee_flexion": (92, 104)},
        spread=1.5,
    ),
    "balance": Task(
        3.0,
        {"hip_flexion": (25, 60, 75, 50), "hip_abduction": (5, 15), "knee_flexion": (45, 75, 90, 80)},
        {"hip_flexion": (6,), "knee_flexion": (12,)},
        spread=1.5,
    ),
}

ARM_TASKS = {
    "rest": Task(4.0, {}, spread=1.2),
    "swing": Task(
        1.1,
        {
            "trunk_turn": (-6, 6),
            "shoulder_elevation": (-25, 2, 28, 2),
            "shoulder_plane": (85,),
            "elbow_flexion": (18, 30, 48, 30),
        },
        lag=0.5,
    ),
    "wave": Task(
        0.9,
        {
            "shoulder_elevation": (85, 95),
            "shoulder_plane": (20,),
            "shoulder_rotation": (-85, -45),
            "elbow_flexion": (75, 90),
        },
        {},
        spread=1.4,
    ),
    "reach": Task(
        2.0,
        {
            "trunk_flexion": (4, 12, 20, 12),
            "shoulder_elevation": (20, 65, 105, 65),
            "shoulder_plane": (70,),
            "elbow_flexion": (70, 45, 12, 45),
        },
        {},
        spread=1.4,
    ),
    "phone": Task(
        3.5,
        {
            "head_lean": (-8,),
            "shoulder_elevation": (35, 45),
            "shoulder_plane": (60,),
            "shoulder_rotation": (0,),
            "elbow_flexion": (132, 140),
        },
        {},
    ),
    "drink": Task(
        2.8,
        {
            "head_flexion": (15, 0, -15, 0),
            "shoulder_elevation": (25, 45, 65, 45),
            "shoulder_plane": (75,),
            "shoulder_rotation": (30, 40),
            "elbow_flexion": (80, 110, 130, 110),
        },
        {},
    ),
    "cross": Task(
        4.0,
        {
            "shoulder_elevation": (25, 32),
            "shoulder_plane": (70,),
            "shoulder_rotation": (55,),
            "elbow_flexion": (100, 112),
        },
    ),
    "point": Task(
        3.0,
        {
            "shoulder_elevation": (75, 90, 100, 90),
            "shoulder_plane": (75, 60, 40, 60),
            "elbow_flexion": (12, 8),
            "head_turn": (-10,),
        },
        {},
        spread=1.6,
    ),
    "carry": Task(
        2.5,
        {
            "trunk_flexion": (6, 22, 45, 22),
            "shoulder_elevation": (25, 40, 65, 40),
            "shoulder_plane": (85,),
            "shoulder_rotation": (20,),
            "elbow_flexion": (88, 65, 25, 65),
        },
    ),
    "wipe": Task(
        1.4,
        {
            "shoulder_elevation": (80, 105, 125, 100),
            "shoulder_plane": (80, 105, 85, 60),
            "shoulder_rotation": (20,),
            "elbow_flexion": (60, 45, 30, 50),
        },
        {},
        spread=1.4,
    ),
    "signal": Task(
        2.2,
        {
            "shoulder_elevation": (90, 130, 160, 130),
            "shoulder_plane": (25,),
            "shoulder_rotation": (-40,),
            "elbow_flexion": (12, 35, 60, 35),
        },
        {
            "shoulder_elevation": (85, 75),
            "shoulder_plane": (15, 60),
            "shoulder_rotation": (0,),
            "elbow_flexion": (10, 70),
        },
        spread=1.6,
    ),
    "gesture": Task(
        2.0,
        {
            "shoulder_elevation": (30, 45, 60, 40),
            "shoulder_plane": (60,),
            "shoulder_rotation": (20, 0),
            "elbow_flexion": (75, 95, 60, 80),
        },
        lag=0.3,
        spread=2.0,
    ),
}


@dataclass(frozen=True)
class _Manner:
    """How each of C clips performs its task: all that is random about one half of the body, apart from the task."""

    start: np.ndarray  # (C,) share of the cycle at the first frame
    tempo: np.ndarray  # (C,) times the usual speed
    vigour: np.ndarray  # (C,) times the usual distance from the neutral posture
    left: np.ndarray  # (C,) whether the left side leads
    habit: np.ndarray  # (C, angles) a constant deviation, in spreads
    sway: np.ndarray  # (C, angles, 2) start and frequency (Hz) of a slow deviation

    @classmethod
    def draw(cls, rng: np.random.Generator, clips: int) -> _Manner:
        angles = 20  # as many as either half of the body needs
        return cls(
            start=rng.random(clips),
            tempo=rng.uniform(0.75, 1.25, clips),
            vigour=rng.uniform(0.65, 1.2, clips),
            left=rng.random(clips) < 0.5,
            habit=rng.normal(0, 1, (clips, angles)),
            sway=rng.uniform((0, 0.1), (1, 0.6), (clips, angles, 2)),
        )

    def take(self, other: _Manner, where: np.ndarray) -> _Manner:
        """The same, with the clips ``where`` (C,) taken from another."""
        pairs = {f.name: (getattr(self, f.name), getattr(other, f.name)) for f in fields(self)}
        return replace(self, **{n: np.where(where.reshape(-1, *[1] * (a.ndim - 1)), b, a) for n, (a, b) in pairs.items()})


def _curve(keys: tuple[float, ...], cycle: np.ndarray) -> np.ndarray:
    """The smoothest periodic curve through evenly spaced keys (trigonometric interpolation), at any cycle."""
    waves = np.fft.rfft(keys) / len(keys)
    curve = np.full(cycle.shape, waves[0].real)
    for k, wave in enumerate(waves[1:], start=1):
        wave = wave if 2 * k == len(keys) else 2 * wave
        angle = 2 * np.pi * k * cycle
        curve += wave.real * np.cos(angle) - wave.imag * np.sin(angle)
    return curve


def _perform(
    tasks: dict[str, Task], channels: dict[str, Channel], chosen: np.ndarray, manner: _Manner, seconds: np.ndarray
) -> dict[str, np.ndarray]:
    """The angles in degrees of C clips at T times, each performing its chosen task: (C T,), sided ones (C T, 2)."""
    columns = [(name, side) for name, channel in channels.items() for side in range(1 + (channel.kind == "sided"))]
    angles = {}
    for column, (name, side) in enumerate(columns):
        low, high, neutral, spread, _ = channels[name]
        start, hertz = manner.sway[:, column].T[..., None]
        own = manner.habit[:, column, None] + 0.6 * np.sin(2 * np.pi * (start + hertz * seconds))
        angle = neutral + spread * np.array([task.spread for task in tasks.values()])[chosen, None] * own
        for index, task in enumerate(tasks.values()):
            if keys := task.keys(name, side):
                mine = chosen == index
                cycle = manner.start[mine, None] + manner.tempo[mine, None] * seconds / task.seconds - side * task.lag
                angle[mine] += manner.vigour[mine, None] * (_curve(keys, cycle) - neutral)
        angles[name, side] = np.clip(angle, low, high)
    return {name: _assign(angles, name, channel.kind, manner.left[:, None]) for name, channel in channels.items()}


def _assign(angles: dict, name: str, kind: str, left: np.ndarray) -> np.ndarray:
    """Give leading and other side to left and right; where the left leads, turns go the other way."""
    lead = angles[name, 0]
    if kind == "sided":
        other = angles[name, 1]
        return np.stack([np.where(left, lead, other), np.where(left, other, lead)], -1).reshape(-1, 2)
    return np.where(left & (kind == "turning"), -lead, lead).ravel()


def synthetic_motion(
    seed: int = 0, coupling: float = 0.0, *, subjects: int = 8, frames: int = 20, fps: float = 15.0
) -> Motion:
    """People of different builds performing every leg task with every arm task, facing +z.

    Each of ``subjects`` people performs each of the 12 x 12 combinations in one clip of ``frames`` frames; the last
    quarter of the people is the test split. Actions read "walk+wave". The arms are independent of the legs, except
    that with probability ``coupling`` (0 to 1) a clip's arms take over its legs' draws: the task of the same place
    in the table, the same start, tempo, vigour, leading side and deviations. At 1 the legs determine the arms; the
    arms by themselves are distributed alike at any coupling. The same seed gives the same bodies and the same
    legs at any coupling, bit for bit in another process. Raises ValueError on arguments out of range.

    >>> synthetic_motion(frames=4).joints.shape
    (4608, 17, 3)
    """
    _check(seed, coupling, subjects, frames, fps)
    bodies_rng, legs_rng, arms_rng, tie_rng = (np.random.default_rng([seed, stream]) for stream in range(4))
    who, legs, arms = np.indices((subjects, len(LEG_TASKS), len(ARM_TASKS))).reshape(3, -1)
    tied = tie_rng.random(len(who)) < coupling
    leg_manner, arm_manner = _Manner.draw(legs_rng, len(who)), _Manner.draw(arms_rng, len(who))
    arms = np.where(tied, legs % len(ARM_TASKS), arms)
    arm_manner = arm_manner.take(leg_manner, tied)

    seconds = np.arange(frames) / fps
    angles = _perform(LEG_TASKS, LEG_CHANNELS, legs, leg_manner, seconds)
    angles |= _perform(ARM_TASKS, TORSO_CHANNELS, arms, arm_manner, seconds)
    body = {name: length[who].repeat(frames) for name, length in draw_bodies(bodies_rng, subjects).items()}
    test = np.arange(subjects) >= subjects - max(1, subjects // 4)
    actions = [[f"{leg}+{arm}" for arm in ARM_TASKS] for leg in LEG_TASKS]
    return Motion(
        joints=place_joints(angles, body),
        subject=np.array([f"S{s + 1}" for s in range(subjects)])[who].repeat(frames),
        action=np.array(actions)[legs, arms].repeat(frames),
        clip=np.arange(len(who), dtype=np.int32).repeat(frames),
        frame=np.tile(np.arange(frames, dtype=np.int32), len(who)),
        split=np.where(test, "test", "train")[who].repeat(frames),
        fps=fps,
        name="synthetic",
    )


def _check(seed: int, coupling: float, subjects: int, frames: int, fps: float) -> None:
    """Raise ValueError, naming what was found and expected, on arguments out of range."""
    for name, value, least in ("seed", seed, 0), ("subjects", subjects, 2), ("frames", frames, 2):
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} must be an integer of at least {least}, found {value!r}")
    if not 0 <= coupling <= 1:
        raise ValueError(f"coupling must lie between 0 (independent) and 1 (legs determine arms), found {coupling!r}")
    if not 0 < fps < np.inf:
        raise ValueError(f"fps must be a positive number of frames a second, found {fps!r}")
