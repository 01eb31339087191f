"""Movements of the synthetic people: leg tasks and arm tasks, each a few joint angles along one cycle.

The curves of walking and running follow the shape of the joint angles over the gait cycle in Winter, Biomechanics
and Motor Control of Human Movement; the other tasks were drawn by eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Angles = dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Task:
    """A periodic movement: for each angle its values in degrees, evenly spaced along one cycle.

    Angles have the names of :mod:`liftkit.data.body`; one that is not named stays neutral.

    >>> Task(2.0, {"knee_flexion": (10, 90)}).angle("knee_flexion", side=0, cycle=np.array([0, 0.25, 0.5]))
    array([10., 50., 90.])
    """

    seconds: float  # per cycle
    lead: Angles  # of the leading side and of the middle
    other: Angles | None = None  # of the other side; None: the same as the leading side, ``lag`` cycles later
    lag: float = 0.0
    spread: float = 1.0  # factor of how far performances differ

    def angle(self, name: str, side: int, cycle: np.ndarray) -> np.ndarray | None:
        """An angle of the leading (0) or other (1) side in degrees at times in cycles; None if it is neutral."""
        # The trigonometric interpolation of the values is the smoothest curve through them.
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


# fmt: off
LEG_TASKS = {
    "stand": Task(seconds=4.0, spread=1.2, lead={}),
    "walk": Task(seconds=1.1, lag=0.5, lead={
        "pelvis_turn": (5, -5), "hip_flexion": (36, 31, 20, 7, -6, -13, -4, 16, 33, 39),
        "knee_flexion": (8, 20, 21, 14, 12, 22, 46, 70, 57, 20),
    }),
    "run": Task(seconds=0.75, lag=0.5, lead={
        "pelvis_turn": (7, -7), "hip_flexion": (42, 30, 6, -14, -8, 25, 55, 56),
        "knee_flexion": (26, 46, 37, 25, 66, 118, 98, 40),
    }),
    "squat": Task(seconds=2.5, lead={
        "pelvis_tilt": (4, 12, 20, 12), "hip_flexion": (15, 70, 112, 70), "hip_abduction": (6, 10, 14, 10),
        "knee_flexion": (18, 80, 125, 80),
    }),
    "sit": Task(seconds=4.0, spread=1.6, lead={
        "pelvis_tilt": (-6, 2), "hip_flexion": (84, 90), "hip_abduction": (8,), "knee_flexion": (82, 92),
    }),
    "step": Task(seconds=1.7, lag=0.5, lead={
        "hip_flexion": (65, 55, 32, 12, 5, 14, 42, 68), "knee_flexion": (68, 58, 32, 13, 12, 38, 85, 85),
    }),
    "kick": Task(seconds=1.4, spread=1.5, lead={
        "hip_flexion": (5, -12, -20, 10, 55, 62, 40, 18), "knee_flexion": (18, 42, 80, 70, 22, 12, 30, 25),
    }, other={
        "hip_flexion": (20, 15, 10, 8, 4, 4, 12, 20), "knee_flexion": (20, 22, 26, 28, 24, 20, 20, 20),
    }),
    "jump": Task(seconds=1.5, lead={
        "pelvis_tilt": (8, 15, 5, 0, 0, 5), "hip_flexion": (40, 85, 40, 5, 12, 25),
        "knee_flexion": (55, 105, 60, 10, 20, 35),
    }),
    "lunge": Task(seconds=2.4, lead={
        "hip_flexion": (18, 60, 85, 60), "knee_flexion": (20, 65, 95, 65),
    }, other={
        "hip_flexion": (8, -8, -15, -8), "knee_flexion": (15, 50, 80, 50),
    }),
    "sidestep": Task(seconds=1.3, lag=0.5, lead={
        "pelvis_tilt": (10,), "hip_flexion": (35, 28, 24, 32), "hip_abduction": (2, 12, 22, 12),
        "knee_flexion": (58, 44, 30, 42),
    }),
    "kneel": Task(seconds=4.0, spread=1.4, lead={
        "hip_flexion": (78, 88), "knee_flexion": (86, 96),
    }, other={
        "hip_flexion": (0, 10), "knee_flexion": (92, 104),
    }),
    "balance": Task(seconds=3.0, spread=1.4, other={}, lead={
        "hip_flexion": (25, 60, 75, 50), "hip_abduction": (5, 15), "knee_flexion": (45, 75, 90, 80),
    }),
}

ARM_TASKS = {
    "rest": Task(seconds=4.0, spread=1.2, lead={}),
    "swing": Task(seconds=1.1, lag=0.5, spread=1.7, lead={
        "trunk_turn": (-6, 6), "shoulder_elevation": (-34, -3, 28, -3), "shoulder_plane": (85,),
        "elbow_flexion": (22, 34, 55, 34),
    }),
    "wave": Task(seconds=0.9, spread=1.4, other={}, lead={
        "shoulder_elevation": (85, 95), "shoulder_plane": (20,), "shoulder_rotation": (-85, -45),
        "elbow_flexion": (75, 90),
    }),
    "reach": Task(seconds=2.0, spread=1.4, other={}, lead={
        "trunk_flexion": (4, 12, 20, 12), "shoulder_elevation": (20, 65, 105, 65), "shoulder_plane": (70,),
        "elbow_flexion": (70, 45, 12, 45),
    }),
    "phone": Task(seconds=3.5, other={}, lead={
        "head_lean": (-8,), "shoulder_elevation": (35, 45), "shoulder_plane": (60,), "shoulder_rotation": (0,),
        "elbow_flexion": (132, 140),
    }),
    "drink": Task(seconds=2.8, other={}, lead={
        "head_flexion": (15, 0, -15, 0), "shoulder_elevation": (25, 45, 65, 45), "shoulder_plane": (75,),
        "shoulder_rotation": (30, 40), "elbow_flexion": (80, 110, 130, 110),
    }),
    "cross": Task(seconds=4.0, lead={
        "shoulder_elevation": (20, 28), "shoulder_plane": (70,), "shoulder_rotation": (55,),
        "elbow_flexion": (100, 112),
    }),
    "point": Task(seconds=3.0, spread=1.6, other={}, lead={
        "head_turn": (-10,), "shoulder_elevation": (75, 90, 100, 90), "shoulder_plane": (75, 60, 40, 60),
        "elbow_flexion": (12, 8),
    }),
    "carry": Task(seconds=2.5, lead={
        "trunk_flexion": (6, 28, 55, 28), "shoulder_elevation": (25, 40, 65, 40), "shoulder_plane": (85,),
        "shoulder_rotation": (20,), "elbow_flexion": (88, 65, 25, 65),
    }),
    "wipe": Task(seconds=1.4, spread=1.6, other={}, lead={
        "shoulder_elevation": (80, 105, 125, 100), "shoulder_plane": (80, 105, 85, 60), "shoulder_rotation": (20,),
        "elbow_flexion": (60, 45, 30, 50),
    }),
    "signal": Task(seconds=2.2, spread=1.8, lead={
        "shoulder_elevation": (80, 120, 155, 120), "shoulder_plane": (25,), "shoulder_rotation": (-40,),
        "elbow_flexion": (12, 35, 60, 35),
    }, other={
        "shoulder_elevation": (85, 65), "shoulder_plane": (15, 60), "shoulder_rotation": (0,),
        "elbow_flexion": (10, 70),
    }),
    "gesture": Task(seconds=2.0, lag=0.3, spread=2.0, lead={
        "shoulder_elevation": (5, 25, 45, 25), "shoulder_plane": (45,), "shoulder_rotation": (20, 0),
        "elbow_flexion": (75, 95, 60, 80),
    }),
}
# fmt: on
