"""Human3.6M's four cameras as they stood for each subject: from the world (z up, mm) to the image (pixels).

The numbers in ``human36m_cameras.json`` are the data set's own calibration. Source: Ionescu et al., TPAMI 2014.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

CAMERAS = ("54138969", "55011271", "58860488", "60457274")  # serial numbers, in the field's order


@dataclass(frozen=True, eq=False)
class FieldCamera:
    """One of the four cameras as it stood for one subject."""

    rotation: np.ndarray  # (3, 3) from world to camera
    place: np.ndarray  # (3,) in the world, in mm
    focal: np.ndarray  # (2,) in pixels
    centre: np.ndarray  # (2,) in pixels
    radial: np.ndarray  # (3,) the lens's radial distortion
    tangential: np.ndarray  # (2,) the lens's tangential distortion

    def see(self, world: np.ndarray) -> np.ndarray:
        """Joints (..., 3) in the world, mm -> in the camera's frame (x right, y down, z away)."""
        return (world - self.place) @ self.rotation.T

    def image(self, seen: np.ndarray, distortion: bool = False) -> np.ndarray:
        """Joints (..., 3) in the camera's frame -> (..., 2) in pixels; ValueError if one is behind the camera.

        The distortion is Human3.6M's own, with the numbers in the stored order (VideoPose3D's): its tangential part is
        half of OpenCV's.
        """
        if not (seen[..., 2] > 0).all():
            raise ValueError("every joint must be in front of the camera, found one behind it")
        flat = seen[..., :2] / seen[..., 2:]
        if distortion:
            r2 = (flat**2).sum(-1, keepdims=True)
            powers = np.concatenate([r2, r2**2, r2**3], axis=-1)
            bend = 1 + (powers @ self.radial)[..., None] + (flat @ self.tangential)[..., None]
            flat = flat * bend + self.tangential * r2
        return flat * self.focal + self.centre


@cache
def field_cameras(subject: str) -> tuple[FieldCamera, ...]:
    """The four cameras of a subject, from the data set's calibration; ValueError if the subject is unknown.

    >>> field_cameras("S1")[0].focal.round().tolist()
    [1145.0, 1144.0]
    """
    stored = json.loads(Path(__file__).with_name("human36m_cameras.json").read_text(encoding="utf-8"))
    if subject not in stored["subjects"]:
        raise ValueError(f"unknown subject {subject!r}; the subjects are {', '.join(stored['subjects'])}")
    cameras = []
    for lens, pose in zip(stored["cameras"], stored["subjects"][subject], strict=True):
        w, x, y, z = pose["orientation"]  # from camera to world
        rotation = Rotation.from_quat([x, y, z, w]).inv().as_matrix()
        inner = [np.array(lens[key]) for key in ("focal", "centre", "radial", "tangential")]
        cameras.append(FieldCamera(rotation, np.array(pose["translation"]), *inner))
    return tuple(cameras)
