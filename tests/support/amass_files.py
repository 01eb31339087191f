"""AMASS's files and a body model, made by hand."""

import numpy as np
from formats.pose_arrays import SMPL

# Metres, y up, looking towards +z, arms out: about where SMPL's joints are at rest.
REST = {
    "pelvis": (0, 0, 0), "left_hip": (0.07, -0.09, 0), "right_hip": (-0.07, -0.09, 0), "spine1": (0, 0.11, -0.02),
    "left_knee": (0.10, -0.47, 0), "right_knee": (-0.10, -0.47, 0), "spine2": (0, 0.24, 0.01),
    "left_ankle": (0.09, -0.87, -0.04), "right_ankle": (-0.09, -0.87, -0.04), "spine3": (0, 0.30, 0.02),
    "left_foot": (0.11, -0.93, 0.08), "right_foot": (-0.11, -0.93, 0.08), "neck": (0, 0.51, -0.01),
    "left_collar": (0.08, 0.42, 0), "right_collar": (-0.08, 0.42, 0), "head": (0, 0.60, 0.04),
    "left_shoulder": (0.20, 0.45, 0), "right_shoulder": (-0.20, 0.45, 0), "left_elbow": (0.46, 0.44, 0),
    "right_elbow": (-0.46, 0.44, 0), "left_wrist": (0.71, 0.45, 0), "right_wrist": (-0.71, 0.45, 0),
}  # fmt: skip
NAMES, FRAMES = SMPL[:22], 6


def about(axis, degrees):
    return np.eye(3)["xyz".index(axis)] * np.radians(degrees)


def save_model(path):
    """Each joint is the mean of two vertices beside it; the first number of the shape makes the body larger."""
    rest = np.array([REST[name] for name in NAMES])
    vertices = np.concatenate([rest + [0.01, 0.02, 0.03], rest - [0.01, 0.02, 0.03]])
    shape = np.stack([0.1 * vertices, np.zeros_like(vertices)], axis=-1)
    np.savez(path, v_template=vertices, shapedirs=shape, J_regressor=np.tile(np.eye(len(NAMES)) / 2, 2))
    return path


def save_motion(path, turns, **more):
    """AMASS's file: z up, so the root turns the model's y to z; ``turns`` of other joints by name."""
    poses = np.zeros((FRAMES, 156))
    poses[:, :3] = about("x", 90)
    for name, turn in turns.items():
        k = NAMES.index(name)
        poses[:, 3 * k : 3 * k + 3] = turn
    trans = np.array([1.0, 2.0, 0.95]) + 0.01 * np.arange(FRAMES)[:, None]
    fields = {"poses": poses, "trans": trans, "betas": np.zeros(16), "gender": "female", "mocap_framerate": 60.0}
    np.savez(path, **(fields | {"dmpls": np.zeros((FRAMES, 8))} | more))
    return path
