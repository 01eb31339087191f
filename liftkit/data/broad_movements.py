"""What the broad synthetic people do beside the basic tasks: dance, fight, climb, sit on the floor, stretch, play ball.

All of it was drawn by eye, from stills of the resulting skeleton, within the ranges of :mod:`liftkit.data.body`; a
value near the end of its range is an end that a limber person reaches. docs/movements.md lists every task.
"""

from liftkit.data.movements import ARM_TASKS, LEG_TASKS, Task

# fmt: off
BROAD_LEG_TASKS = {
    # Dance: a turn on one leg, the foot of the other at its knee.
    "pirouette": Task(seconds=2.0, lead={
        "pelvis_turn": (-18, 0, 18, 0), "pelvis_list": (-6,), "hip_flexion": (62, 70), "hip_abduction": (42,),
        "hip_rotation": (-42,), "knee_flexion": (112, 122),
    }, other={
        "hip_flexion": (4,), "hip_abduction": (6,), "hip_rotation": (-20,), "knee_flexion": (5, 10),
    }),
    # Dance: one leg raised straight behind; the pelvis tilts with it.
    "arabesque": Task(seconds=3.0, lead={
        "pelvis_tilt": (6, 24, 34, 24), "pelvis_list": (0, -8, -14, -8), "hip_flexion": (-4, -22, -29, -22),
        "hip_rotation": (-25,), "knee_flexion": (14, 7, 5, 7),
    }, other={
        "hip_flexion": (10, 27, 37, 27), "hip_abduction": (3, 10, 14, 10), "hip_rotation": (-15,),
        "knee_flexion": (10, 7, 6, 7),
    }),
    # Dance: a jump with one leg straight ahead and the other straight behind.
    "leap": Task(seconds=1.6, spread=1.4, lead={
        "hip_flexion": (10, 55, 104, 75, 30, 5), "knee_flexion": (40, 60, 12, 10, 35, 55),
    }, other={
        "hip_flexion": (20, -6, -29, -22, 10, 35), "hip_abduction": (8,), "knee_flexion": (45, 15, 8, 20, 60, 70),
    }),
    # Fight: a straight leg kicked as high as the head; the pelvis tips back.
    "high_kick": Task(seconds=1.5, spread=1.4, lead={
        "pelvis_tilt": (4, 0, -8, -20, -22, -10, 0, 4), "hip_flexion": (-14, 2, 60, 108, 112, 70, 22, -6),
        "knee_flexion": (35, 65, 70, 20, 10, 30, 48, 40),
    }, other={
        "hip_flexion": (12, 8, 0, -6, -6, 0, 6, 10), "hip_rotation": (-25,),
        "knee_flexion": (22, 20, 16, 12, 12, 16, 20, 22),
    }),
    # Fight: one leg ahead, the weight going up and down.
    "stance": Task(seconds=0.9, spread=1.6, lead={
        "pelvis_turn": (10, 16), "hip_flexion": (34, 46), "hip_abduction": (14,), "hip_rotation": (-12,),
        "knee_flexion": (32, 52),
    }, other={
        "hip_flexion": (-10, -2), "hip_abduction": (16,), "hip_rotation": (-28,), "knee_flexion": (30, 46),
    }),
    # Climbing: the knees drawn up in turn, turned outwards.
    "climb": Task(seconds=2.4, lag=0.5, lead={
        "pelvis_list": (-10, 10), "hip_flexion": (108, 84, 42, 8, 22, 74), "hip_abduction": (38, 30, 14, 6, 16, 32),
        "hip_rotation": (-30, -25, -15, -5, -15, -28), "knee_flexion": (122, 84, 40, 8, 52, 112),
    }),
    # Hanging: both knees drawn up and let down.
    "tuck": Task(seconds=3.0, lead={
        "pelvis_tilt": (6, -8, -22, -8), "hip_flexion": (2, 50, 102, 50), "knee_flexion": (8, 62, 118, 62),
    }),
    # Both feet on the floor, the seat near the heels.
    "crouch": Task(seconds=3.2, spread=1.3, lead={
        "pelvis_tilt": (6, 16), "hip_flexion": (104, 116), "hip_abduction": (16, 26), "hip_rotation": (-15,),
        "knee_flexion": (122, 132),
    }),
    # On both knees: upright, and down between the heels. Shins that stay level need a knee bent 90 degrees more than
    # the thigh leans.
    "kneel_both": Task(seconds=3.6, lead={
        "pelvis_tilt": (0, 4, 8, 4), "hip_flexion": (4, 28, 52, 28), "hip_rotation": (0, 15, 34, 15),
        "knee_flexion": (92, 114, 133, 114),
    }),
    # On the floor, legs straight ahead, closed and spread.
    "sit_long": Task(seconds=4.0, spread=1.3, lead={
        "pelvis_tilt": (-12, -6), "hip_flexion": (80, 86), "hip_abduction": (2, 18, 36, 18), "hip_rotation": (-12,),
        "knee_flexion": (20, 8, 5, 8),
    }),
    # On the floor, cross-legged, one shin before the other.
    "sit_crossed": Task(seconds=4.0, spread=1.2, lead={
        "pelvis_tilt": (-16, -8), "hip_flexion": (96, 104), "hip_abduction": (43,), "hip_rotation": (-43,),
        "knee_flexion": (104, 110),
    }, other={
        "hip_flexion": (98, 104), "hip_abduction": (40,), "hip_rotation": (-43,), "knee_flexion": (126, 132),
    }),
    # Stretching: one leg straight out to the side, the other bent below the body.
    "side_lunge": Task(seconds=2.6, lead={
        "pelvis_tilt": (6, 12, 18, 12), "pelvis_list": (0, -7, -14, -7), "hip_flexion": (12, 24, 34, 24),
        "hip_abduction": (6, 26, 36, 26), "hip_rotation": (0, 15, 30, 15), "knee_flexion": (10, 6, 5, 6),
    }, other={
        "hip_flexion": (18, 62, 92, 62), "hip_abduction": (6, 18, 26, 18), "hip_rotation": (-20,),
        "knee_flexion": (18, 76, 116, 76),
    }),
}

BROAD_ARM_TASKS = {
    # Dance, cheering: both arms from the sides to overhead, the back arched.
    "raise": Task(seconds=2.4, spread=1.4, lead={
        "trunk_flexion": (4, -6, -20, -6), "head_flexion": (14, 0, -28, 0), "shoulder_elevation": (14, 90, 166, 90),
        "shoulder_plane": (25,), "shoulder_rotation": (0, -30, -50, -30), "elbow_flexion": (25, 15, 35, 15),
    }),
    # Fight: straight punches, right and left in turn; the trunk turns with the fist.
    "punch": Task(seconds=1.1, lag=0.5, lead={
        "trunk_turn": (-30, 0, 30, 0), "trunk_flexion": (10,), "head_turn": (26, 0, -26, 0),
        "shoulder_elevation": (32, 74, 90, 52),
        "shoulder_plane": (60, 85, 98, 80), "shoulder_rotation": (20, 35, 45, 30), "elbow_flexion": (132, 55, 8, 95),
    }),
    # Fight: both fists before the face; the trunk ducks from side to side.
    "guard": Task(seconds=1.6, spread=1.2, lead={
        "trunk_flexion": (10, 22, 10, 22), "trunk_lean": (-26, 0, 26, 0), "trunk_turn": (14, 22), "head_flexion": (20,),
        "head_lean": (18, 0, -18, 0), "shoulder_elevation": (40, 50), "shoulder_plane": (75,),
        "shoulder_rotation": (25,), "elbow_flexion": (132, 140),
    }, other={
        "shoulder_elevation": (58, 68), "shoulder_plane": (88,), "shoulder_rotation": (22,),
        "elbow_flexion": (108, 118),
    }),
    # Hanging from a bar and pulling up: elbows out to the sides.
    "hang": Task(seconds=3.4, lead={
        "head_flexion": (-5, -15, -25, -15), "shoulder_elevation": (174, 130, 88, 130), "shoulder_plane": (20,),
        "shoulder_rotation": (-70,), "elbow_flexion": (6, 72, 128, 72),
    }),
    # Climbing: the hands reach up in turn; the trunk leans away from the higher one.
    "haul": Task(seconds=2.4, lag=0.5, lead={
        "trunk_lean": (14, 0, -14, 0), "trunk_turn": (12, 0, -12, 0), "head_flexion": (-24,),
        "shoulder_elevation": (174, 140, 92, 120), "shoulder_plane": (60, 68, 72, 68), "shoulder_rotation": (-22,),
        "elbow_flexion": (10, 72, 118, 82),
    }),
    # Bending down, hands to the floor.
    "bend": Task(seconds=3.2, lead={
        "trunk_flexion": (8, 52, 79, 52), "head_flexion": (12, 26, 6, 26), "shoulder_elevation": (14, 54, 90, 54),
        "shoulder_plane": (80,), "elbow_flexion": (20, 12, 8, 12),
    }),
    # Lifting from the floor to the chest and overhead.
    "lift": Task(seconds=3.4, lead={
        "trunk_flexion": (79, 55, 14, -8, 10, 48), "head_flexion": (-20, -5, 5, -20, 5, -5),
        "shoulder_elevation": (86, 56, 48, 164, 60, 58), "shoulder_plane": (80,), "shoulder_rotation": (5,),
        "elbow_flexion": (10, 46, 122, 18, 116, 52),
    }),
    # A throw with one arm: wound up behind the turned trunk, released ahead, followed through across the body.
    "throw": Task(seconds=1.6, lead={
        "trunk_turn": (-20, -43, -32, 12, 43, 18), "trunk_flexion": (2, -10, -14, 14, 42, 20),
        "trunk_lean": (0, -8, 4, 24, 12, 4), "head_turn": (20, 46, 38, 0, -24, -10),
        "shoulder_elevation": (40, 82, 96, 108, 66, 32), "shoulder_plane": (40, 0, -18, 45, 105, 75),
        "shoulder_rotation": (0, -58, -86, -40, 30, 15), "elbow_flexion": (62, 96, 104, 38, 14, 42),
    }, other={
        "shoulder_elevation": (62, 88, 82, 48, 20, 32), "shoulder_plane": (70,),
        "elbow_flexion": (30, 16, 30, 80, 90, 60),
    }),
    # An overhead serve or smash: the other arm tosses, the back arches, the racket arm strikes overhead.
    "serve": Task(seconds=1.8, lead={
        "trunk_turn": (-8, -34, -38, 8, 40, 14), "trunk_lean": (0, 12, 26, 14, -6, -4),
        "trunk_flexion": (4, -12, -23, 4, 44, 24), "head_flexion": (0, -30, -42, -12, 20, 12),
        "head_turn": (8, 34, 38, 0, -30, -10), "head_lean": (0, 0, -10, 12, 4, 0),
        "shoulder_elevation": (30, 78, 108, 166, 96, 38), "shoulder_plane": (40, 5, 5, 50, 100, 65),
        "shoulder_rotation": (0, -60, -84, -35, 20, 10), "elbow_flexion": (32, 82, 130, 14, 16, 26),
    }, other={
        "shoulder_elevation": (52, 132, 160, 78, 30, 30), "shoulder_plane": (75,),
        "elbow_flexion": (14, 10, 10, 62, 84, 46),
    }),
    # A two-handed stroke with bat, club or racket, from one side to the other.
    "bat": Task(seconds=1.7, lead={
        "trunk_turn": (-44, -30, 10, 44, 36, -12), "trunk_lean": (-8, -4, -14, -6, 0, -4),
        "trunk_flexion": (8, 14, 20, 8, 8, 8), "head_turn": (54, 40, 0, -34, -26, 18),
        "shoulder_elevation": (70, 58, 55, 85, 70, 60), "shoulder_plane": (55, 70, 95, 120, 110, 80),
        "shoulder_rotation": (0, 10, 10, 10, 10, 5), "elbow_flexion": (112, 70, 14, 30, 60, 90),
    }, other={
        "shoulder_elevation": (82, 62, 55, 72, 70, 65), "shoulder_plane": (122, 112, 90, 50, 65, 105),
        "shoulder_rotation": (10, 10, 10, 0, 0, 10), "elbow_flexion": (35, 18, 12, 112, 90, 55),
    }),
    # Stretching: the trunk bent to one side, the arm of the long side overhead.
    "side_bend": Task(seconds=3.2, lead={
        "trunk_lean": (-4, 20, 34, 20), "head_lean": (0, 18, 32, 18), "shoulder_elevation": (50, 115, 165, 115),
        "shoulder_plane": (12,), "shoulder_rotation": (-50,), "elbow_flexion": (30, 20, 36, 20),
    }, other={
        "shoulder_elevation": (20, 26), "shoulder_plane": (20,), "elbow_flexion": (20, 60),
    }),
    # Stretching: the trunk twisted to both sides, arms outstretched, the head going along.
    "twist": Task(seconds=2.4, spread=1.3, lead={
        "trunk_turn": (-44, 0, 44, 0), "head_turn": (-40, 0, 40, 0), "shoulder_elevation": (82, 92),
        "shoulder_plane": (20, 40), "shoulder_rotation": (0,), "elbow_flexion": (12, 24),
    }),
}
# fmt: on

MOVEMENTS = {
    "basic": (LEG_TASKS, ARM_TASKS),
    "broad": (LEG_TASKS | BROAD_LEG_TASKS, ARM_TASKS | BROAD_ARM_TASKS),
}
