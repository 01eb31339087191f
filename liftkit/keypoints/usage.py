"""What became of a source's frames and points, as numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from liftkit.keypoints.names import FACE
from liftkit.skeleton import H36M_17


@dataclass(frozen=True)
class Usage:
    """How many frames a source has, how many show the person, how many were kept, and what was interpolated."""

    format: str
    frames: int
    without_person: int
    incomplete: int
    kept: int
    interpolated_points: int
    interpolated_frames: int
    person: str
    upside_down: int

    def __str__(self) -> str:
        who = f", person {self.person}" if self.person else ""
        text = (
            f"{self.format}{who}: {self.frames} frames, {self.kept} kept; dropped {self.without_person} without the "
            f"person and {self.incomplete} with points missing; {self.interpolated_points} points in "
            f"{self.interpolated_frames} kept frames interpolated"
        )
        if self.upside_down * 2 > self.kept:
            text += f". Warning: in {self.upside_down} frames the head is below the ankles; y must point down"
        return text

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def missing_points(points: np.ndarray, names: Sequence[str]) -> str:
    """Which of the points (F, K, 2) that Human3.6M's joints need are missing most often, and in how many frames."""
    gone = ~np.isfinite(points).all(-1)
    missing = {name: int(gone[:, k].sum()) for k, name in enumerate(names) if name in H36M_17.names}
    if face := [k for k, name in enumerate(names) if name in (*FACE, "head_top")]:
        missing["the face"] = int(gone[:, face].all(1).sum())
    most = max(missing.values())
    worst = [name for name, count in missing.items() if count == most]
    return f"{'every point' if len(worst) == len(missing) else ', '.join(worst)} missing in {most} of {len(points)}"
