"""A rig of cameras turns motion in world coordinates into 2D poses and their 3D truth.

World coordinates: y up, the pelvis at the origin; the left of a person who faces +z is towards +x. A camera at azimuth
0 stands where a person who faces +z looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liftkit.geometry import Camera, project, rotation_x, rotation_y, turn
from liftkit.poses import LABELS, PoseSet
from liftkit.skeleton import H36M_17, Skeleton

# The frame of a level camera that faces a person: a half turn about x, so that y points down and z away.
FACING = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Motion:
    """F frames of motion without a camera."""

    joints: np.ndarray  # (F, J, 3) in mm, world coordinates, root at the origin
    subject: np.ndarray  # (F,) strings
    action: np.ndarray  # (F,) strings
    clip: np.ndarray  # (F,) integers, one number per clip
    frame: np.ndarray  # (F,) integers
    split: np.ndarray  # (F,) strings
    fps: float  # frames per second
    name: str
    skeleton: Skeleton = H36M_17


@dataclass(frozen=True)
class Rig:
    """Cameras evenly around the person, who has a random heading in every clip, so that every azimuth occurs.

    Without ``focal`` the rig is orthographic (2D in mm), with it perspective (2D in pixels); the fields below ``focal``
    matter only then. Cameras aim at a point above the middle of the floor, and the person stands near the middle.
    """

    views: int = 4  # cameras
    jitter: float = 23.0  # degrees, how far each azimuth may be off, drawn for each clip
    tilt: float | tuple[float, float] = 10.0  # degrees an orthographic camera looks down, or lowest and highest
    focal: float | None = None  # pixels
    centre: float = 500.0  # pixels, the principal point
    distance: tuple[float, float] = (4000.0, 5500.0)  # mm, horizontal, lowest and highest
    height: tuple[float, float] = (1400.0, 1600.0)  # mm, lowest and highest
    aim: float = 900.0  # mm, the height at which cameras aim
    pelvis_height: float = 900.0  # mm
    wander: float = 700.0  # mm, how far the pelvis may be from the middle

    def __post_init__(self):
        if self.views < 1 or (self.focal is not None and self.focal <= 0):
            raise ValueError(f"a rig needs at least one view and a positive focal length, found {self}")


# 1000 x 1000 pixels and a focal length of 1145 are those of Human3.6M's four cameras.
# "wide": as strangers film, from 10 degrees below to 40 above.
RIGS = {"orthographic": Rig(), "perspective": Rig(focal=1145.0), "wide": Rig(tilt=(-10.0, 40.0))}


def film(motion: Motion, rig: str | Rig = "orthographic", seed: int = 0) -> PoseSet:
    """Film every clip with every camera of a rig; a clip stays one clip, whatever the number of cameras.

    Args:
        motion, rig: F frames, and a :class:`Rig` or a name in ``RIGS``.
        seed: of headings, jitter and positions.

    Returns:
        A PoseSet of ``views`` x F poses.

    Raises:
        ValueError: if the rig's name is unknown.

    >>> from liftkit.data.synthetic import synthetic_motion
    >>> film(synthetic_motion(), "perspective").units
    'px'
    """
    if isinstance(rig, str) and rig not in RIGS:
        raise ValueError(f"unknown rig {rig!r}; the rigs are {', '.join(RIGS)}")
    rig = RIGS[rig] if isinstance(rig, str) else rig
    rng = np.random.default_rng([seed, 0xCA3])
    _, clip = np.unique(motion.clip, return_inverse=True)
    clips, shape = clip.max() + 1, (clip.max() + 1, rig.views)
    heading = rng.uniform(0, 360, (clips, 1)) + np.arange(rig.views) * 360 / rig.views
    azimuth = np.radians(heading + rng.uniform(-rig.jitter, rig.jitter, shape))
    if rig.focal is None:
        tilt, root = np.radians(rng.uniform(*np.broadcast_to(rig.tilt, 2), shape)), None
    else:
        tilt, root = _stand(rig, azimuth, rng)
    rotation = rotation_x(tilt) @ FACING @ rotation_y(azimuth)

    x3d = turn(motion.joints[:, None], rotation.astype(np.float32)[clip])  # (F, views, J, 3)
    camera = None if root is None else Camera(rig.focal, rig.centre, root.astype(np.float32)[clip])
    labels = {name: np.repeat(getattr(motion, name), rig.views) for name in LABELS if name != "camera"}
    return PoseSet(
        x2d=project(x3d, camera).reshape(-1, *x3d.shape[-2:-1], 2),
        x3d=x3d.reshape(-1, *x3d.shape[-2:]),
        camera=np.tile(np.arange(rig.views), len(motion.joints)),
        tilt=np.degrees(tilt)[clip].ravel(),
        units="mm" if camera is None else "px",
        name=motion.name,
        skeleton=motion.skeleton,
        **labels,
    )


def _stand(rig: Rig, azimuth: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Each camera's tilt (clips, views) and the pelvis's position in its frame (clips, views, 3)."""
    distance = rng.uniform(*rig.distance, azimuth.shape)
    height = rng.uniform(*rig.height, azimuth.shape)
    tilt = np.arctan2(height - rig.aim, distance)
    radius = rig.wander * np.sqrt(rng.uniform(size=(len(azimuth), 1)))  # uniform over the disc
    angle = rng.uniform(0, 2 * np.pi, (len(azimuth), 1)) - azimuth
    # in the level frame of the camera: to its right, below it, in front of it
    level = [radius * np.cos(angle), height - rig.pelvis_height, distance - radius * np.sin(angle)]
    return tilt, np.einsum("cvij,jcv->cvi", rotation_x(tilt), np.stack(np.broadcast_arrays(*level)))
