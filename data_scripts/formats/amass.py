"""AMASS: motion as angles of a body model (SMPL, SMPL+H, SMPL-X), and the joints that the user's own model gives them.

Source: Mahmood et al., AMASS, ICCV 2019; Loper et al., SMPL, 2015. All three models begin with the same 22 joints.
A joint at rest is a weighted mean of the vertices, which the shape moves; each turns about its parent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from formats.clips import MotionClip
from formats.kinematics import LARGEST_NUMBER, forward
from formats.meaning import skipped
from formats.pose_arrays import ORDERS, person_of
from scipy.spatial.transform import Rotation

from liftkit.system.files import read_arrays, reading

ORDER = "smpl22"
JOINTS = len(ORDERS[ORDER])
PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
RATES = ("mocap_framerate", "mocap_frame_rate")
MODEL = {"v_template": (..., 3), "shapedirs": (..., 3, ...), "J_regressor": (..., ...)}
MOTION = {"poses": (..., ...), "trans": (..., 3), "betas": (...,)}


def read_body(model: Path) -> tuple[np.ndarray, np.ndarray]:
    """The joints of a body model at rest (22, 3), in metres, and how each number of the shape moves them (22, 3, B)."""
    with reading(model):
        body = _fields(model, MODEL)
        regressor, vertices = body["J_regressor"][:JOINTS], body["v_template"]
        if len(regressor) < JOINTS or {len(vertices), len(body["shapedirs"])} != {regressor.shape[1]}:
            raise ValueError(f"expected {JOINTS} or more joints as means of the model's vertices, found another form")
        return regressor @ vertices, np.tensordot(regressor, body["shapedirs"], 1)


def read_amass(
    file: str | Path, model: str | Path, up: str = "auto", skip: int = 0, body: Callable = read_body
) -> MotionClip:
    """Read an AMASS file as one clip of our 17 joints.

    Args:
        model: the body model's npz file, or the folder with ``male/model.npz``, or ``SMPLX_MALE.npz``, and so on.
        up, skip: as of :func:`formats.pose_arrays.read_pose_arrays`.
        body: how a model is read: for many files, a function that remembers.

    Raises:
        ValueError: naming the file, if a field is missing, damaged or of another form.
    """
    path, model = Path(file), Path(model)
    with reading(path):
        motion = _fields(path, MOTION, (*RATES, "gender"))
        if not (rate := next((float(motion[name]) for name in RATES if name in motion), 0.0)) > 0:
            raise ValueError(f"expected its frames per second ({' or '.join(RATES)}), found none")
        poses, trans = motion["poses"], motion["trans"]
        if poses.shape[1] < 3 * JOINTS or len(trans) != len(poses) or not len(poses):
            expected = f"poses (frames, {3 * JOINTS} or more) and trans (frames, 3)"
            raise ValueError(f"expected {expected}, found {poses.shape} and {trans.shape}")
    if model.is_dir():
        gender = _text(motion.get("gender", "neutral"))
        of_gender = (m for m in sorted(model.glob("*.npz")) if m.stem.lower().endswith(f"_{gender}"))
        model = next(of_gender, model / gender / "model.npz")
    rest, shape = body(model)
    count = min(len(motion["betas"]), shape.shape[2])
    rest = rest + shape[..., :count] @ motion["betas"][:count]
    with reading(path):
        turn = lambda k, part: Rotation.from_rotvec(poses[part, 3 * k : 3 * k + 3]).as_matrix()  # noqa: E731
        move = lambda k, part: rest[k] - rest[PARENTS[k]] if k else rest[0] + trans[part]  # noqa: E731
        points = forward(PARENTS, turn, move, len(poses), values=poses.size)
        joints, unit, vertical, notes = person_of(skipped(points, skip), ORDER, "world", "m", up)
    about = f"unit {unit}, up is {vertical}, body model {model.parent.name}/{model.name}"
    return MotionClip(joints, rate, path.stem, path.parent.name, about, ORDER, vertical, notes)


def _fields(path: Path, shapes: dict[str, tuple], others: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """Arrays of numbers of an npz file by name, of these shapes (...: any size), and others that it may have."""
    found = read_arrays(path, (*shapes, *others))
    for name, shape in shapes.items():
        if name not in found:
            raise ValueError(f"expected {', '.join(shapes)}, found no {name}")
        array = found[name]
        fits = array.ndim == len(shape) and all(b in (..., a) for a, b in zip(array.shape, shape, strict=True))
        if not fits or array.dtype.kind not in "fiu":
            raise ValueError(f"{name}: expected numbers of {len(shape)} axes, found {array.dtype} {array.shape}")
        found[name] = array.astype(float)
        if not (np.abs(found[name]) < LARGEST_NUMBER).all():
            raise ValueError(f"{name}: expected numbers below {LARGEST_NUMBER:g}, found NaN or larger ones")
    return found


def _text(value: np.ndarray) -> str:
    text = np.asarray(value).reshape(-1)[:1].astype(str)
    return next((name for name in ("neutral", "female", "male") if text.size and name in text[0].lower()), "neutral")
