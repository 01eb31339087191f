"""What people do: leg tasks and arm tasks, each a few joint angles along one cycle of the movement.

The curves of walking and running follow the shape of the joint angles over the gait cycle in Winter, Biomechanics
and Motor Control of Human Movement; the other tasks are drawn by eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Angles = dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Task:
    """A movement that repeats itself: for each angle its values in degrees, evenly spaced along one cycle.

    ``seconds`` a cycle; ``lead`` the angles of the leading side and of the middle, by the names in
    :mod:`liftkit.data.body`; ``other`` those of the other side, or None if that does the same ``lag`` cycles later.
    An angle that is not named stays neutral. ``spread`` widens how far performances differ.

    >>> Task(2.0, {"knee_flexion": (10, 90)}).angle("knee_flexion", side=0, cycle=np.array([0, 0.25, 0.5]))
    array([10., 50., 90.])
    """

    seconds: float
    lead: Angles
    other: Angles | None = None
    lag: float = 0.0
    spread: float = 1.0

    def angle(self, name: str, side: int, cycle: np.ndarray) -> np.ndarray | None:
        """An angle of the leading (0) or other (1) side, in degrees, at times counted in cycles; None if neutral.

        The curve is the smoothest one through the values: their trigonometric interpolation.
        """
        values = (self.lead if side == 0 or self.other is None else self.other).get(name)
        if values is None:
            return None
        waves = np.fft.rfft(values) / len(values)
        curve = np.full(np.shape(cycle), waves[0].real)
        for k, wave in enumerate(waves[1:], start=1):
            turn = 2 * np.pi * k * (cycle - side * self.lag)
            both = 1 if 2 * k == len(values) else 2  # the highest frequency of an even count has no mirror image
            curve += both * (wave.real * np.cos(turn) - wave.imag * np.sin(turn))
        return curve


LEG_TASKS = {
    "stand": Task(4.0, {}, spread=1.2),
    "walk": Task(
        1.1,
        {
            "pelvis_turn": (5, -5),
            "hip_flexion": (36, 31, 20, 7, -6, -13, -4, 16, 33, 39),
            "knee_flexion": (8, 20, 21, 14, 12, 22, 46, 70, 57, 20),
        },
        lag=0.5,
    ),
    "run": Task(
        0.75,
        {
            "pelvis_turn": (7, -7),
            "hip_flexion": (42, 30, 6, -14, -8, 25, 55, 56),
            "knee_flexion": (26, 46, 37, 25, 66, 118, 98, 40),
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
        spread=1.6,
    ),
    "step": Task(
        1.7, {"hip_flexion": (65, 55, 32, 12, 5, 14, 42, 68), "knee_flexion": (68, 58, 32, 13, 12, 38, 85, 85)}, lag=0.5
    ),
    "kick": Task(
        1.4,
        {"hip_flexion": (5, -12, -20, 10, 55, 62, 40, 18), "knee_flexion": (18, 42, 80, 70, 22, 12, 30, 25)},
        {"hip_flexion": (20, 15, 10, 8, 4, 4, 12, 20), "knee_flexion": (20, 22, 26, 28, 24, 20, 20, 20)},
        spread=1.5,
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
        spread=1.4,
    ),
    "balance": Task(
        3.0,
        {"hip_flexion": (25, 60, 75, 50), "hip_abduction": (5, 15), "knee_flexion": (45, 75, 90, 80)},
        {},
        spread=1.4,
    ),
}

ARM_TASKS = {
    "rest": Task(4.0, {}, spread=1.2),
    "swing": Task(
        1.1,
        {
            "trunk_turn": (-6, 6),
            "shoulder_elevation": (-34, -3, 28, -3),
            "shoulder_plane": (85,),
            "elbow_flexion": (22, 34, 55, 34),
        },
        lag=0.5,
        spread=1.7,
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
            "shoulder_elevation": (20, 28),
            "shoulder_plane": (70,),
            "shoulder_rotation": (55,),
            "elbow_flexion": (100, 112),
        },
    ),
    "point": Task(
        3.0,
        {
            "head_turn": (-10,),
            "shoulder_elevation": (75, 90, 100, 90),
            "shoulder_plane": (75, 60, 40, 60),
            "elbow_flexion": (12, 8),
        },
        {},
        spread=1.6,
    ),
    "carry": Task(
        2.5,
        {
            "trunk_flexion": (6, 28, 55, 28),
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
        spread=1.6,
    ),
    "signal": Task(
        2.2,
        {
            "shoulder_elevation": (80, 120, 155, 120),
            "shoulder_plane": (25,),
            "shoulder_rotation": (-40,),
            "elbow_flexion": (12, 35, 60, 35),
        },
        {
            "shoulder_elevation": (85, 65),
            "shoulder_plane": (15, 60),
            "shoulder_rotation": (0,),
            "elbow_flexion": (10, 70),
        },
        spread=1.8,
    ),
    "gesture": Task(
        2.0,
        {
            "shoulder_elevation": (5, 25, 45, 25),
            "shoulder_plane": (45,),
            "shoulder_rotation": (20, 0),
            "elbow_flexion": (75, 95, 60, 80),
        },
        lag=0.3,
        spread=2.0,
    ),
}
