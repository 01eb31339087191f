"""The synthetic people's joints and angles, by name."""

from liftkit.data.body import LEG_CHANNELS, TORSO_CHANNELS
from liftkit.skeleton import H36M_17

LEGS = [i for i, name in enumerate(H36M_17.names) if name.endswith(("hip", "knee", "ankle"))]
TORSO = [i for i in range(1, 17) if i not in LEGS]
CHANNELS = {**LEG_CHANNELS, **TORSO_CHANNELS}


def joint(motion_or_joints, name):
    return getattr(motion_or_joints, "joints", motion_or_joints)[..., H36M_17.index(name), :].astype(float)
