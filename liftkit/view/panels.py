"""What a widget shows, side by side: poses, charts and notes, as plain numbers and texts for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view.alt_text import describe
from liftkit.view.palette import side_of
from liftkit.view.png import png_data

UNIT = 1000  # coordinates travel as whole numbers, this many from a panel's middle to its edge: UNIT of js/space.js


@dataclass(frozen=True)
class Panel:
    """A place in the widget: ``key`` names it in code, ``title`` stands above it, ``caption`` below."""

    key: str
    title: str
    caption: str = ""
    span: int = field(default=0, kw_only=True)  # twelfths of a row; 0: a quarter

    static: ClassVar = ("key", "span")  # names of the fields that each state holds as they are
    dynamic: ClassVar = ("title", "caption")

    def static_state(self) -> dict[str, Any]:
        """What stays while the widget is used."""
        return {"kind": type(self).__name__.lower()} | {name: getattr(self, name) for name in self.static}

    def dynamic_state(self) -> dict[str, Any]:
        """What may change at any moment."""
        return {name: getattr(self, name) for name in self.dynamic}


@dataclass(frozen=True, eq=False)
class Pose(Panel):
    """A skeleton or a film; 3D ones turn together. Raises ValueError if joints have another shape or none is known."""

    joints: np.ndarray = None  # (J, 2) or (J, 3), or (F, J, ...) for a film; y down, z away; NaN: a joint is not drawn
    skeleton: Skeleton = H36M_17
    alt: str = ""  # the pose in words; "": as liftkit.view.alt_text describes it
    reach: float | None = None  # half the panel's height in the joints' unit; None: so that every frame fits
    middle: Sequence[float] | None = None  # (2,) or (3,), the panel's centre; None: the middle of all frames
    doubt: np.ndarray | None = None  # as joints without coordinates, in [0, 1]: how faint each joint's bone is
    strength: np.ndarray | None = None  # (J,) in [0, 1], how much each joint glows
    tips: Sequence[str] | None = None  # one text per joint, shown on hover
    groups: Sequence[int] | None = None  # (J,) numbers that colour joints and bones, shown from 1 on; negative: none
    ghost: np.ndarray | None = None  # (J, 2) or (J, 3), or one per frame of a film, drawn faintly behind
    # (K, J, 2) or (K, J, 3), or so many per frame of a film: skeletons drawn instead; ``joints`` is their middle
    fan: np.ndarray | None = None
    notes: Sequence[str] | None = None  # of a film, one per frame: its caption
    picture: np.ndarray | None = None  # behind 2D joints whose unit are its pixels: see liftkit.view.png
    picture_frame: int | None = None  # of a film, the only frame that it belongs to
    draggable: bool = False  # joints can be pulled
    pickable: bool = False  # joints can be clicked
    picked: str | None = None  # the joint that is chosen: keys move it
    look: tuple[float, float] | None = None  # azimuth and elevation from where a 3D pose is seen at first; None: START
    static = ("key", "draggable", "pickable", "span", "look")
    dynamic = ("title", "caption", "alt")

    def __post_init__(self):
        joints = np.asarray(self.joints, float)
        joints = joints[None] if joints.ndim == 2 else joints
        count = len(self.skeleton)
        if joints.ndim != 3 or joints.shape[1] != count or joints.shape[2] not in (2, 3) or not len(joints):
            raise ValueError(f"{self.title}: expected joints (F, {count}, 2 or 3), found {np.shape(self.joints)}")
        known = np.isfinite(joints).all(-1)
        if np.isinf(joints).any() or not known.any():
            raise ValueError(f"{self.title}: joints must be finite, or NaN where they are unknown, and some known")
        object.__setattr__(self, "joints", np.where(known[..., None], joints, np.nan))
        if not self.alt and self.skeleton == H36M_17:
            object.__setattr__(self, "alt", describe(self.joints[0]))
        if self.doubt is not None:
            doubt = np.nan_to_num(np.asarray(self.doubt, float)).reshape(len(joints), count).clip(0, 1)
            object.__setattr__(self, "doubt", doubt)

    @cached_property
    def extent(self) -> tuple[np.ndarray, float]:
        """The centre and half the height of what the panel shows, in the joints' unit."""
        low, high = np.nanmin(self.joints, (0, 1)), np.nanmax(self.joints, (0, 1))
        middle = (low + high) / 2 if self.middle is None else np.asarray(self.middle, float)
        if self.reach is not None:
            return middle, float(self.reach)
        offsets = self.joints - middle
        # turned about the vertical, a 3D pose sweeps over its distance from the axis
        across = np.abs(offsets[..., 0]) if offsets.shape[-1] == 2 else np.linalg.norm(offsets[..., ::2], axis=-1)
        return middle, max(1.1 * float(max(np.nanmax(np.abs(offsets[..., 1])), np.nanmax(across))), 1e-9)

    def place(self, x: float, y: float) -> np.ndarray:
        """A point of the panel, -1 to 1 between its edges and y down, in the joints' unit: (2,)."""
        middle, reach = self.extent
        return middle[:2] + reach * np.array([x, y])

    def static_state(self) -> dict[str, Any]:
        names = self.skeleton.names
        state = {
            "names": list(names),
            "bones": [[p, j] for p, j in self.skeleton.bones],
            "sides": [side_of(name) for name in names],
            "size": self.joints.shape[-1],
        }
        film = {"frames": self._whole(self.joints), "doubts": self._doubts()} if len(self.joints) > 1 else {}
        ghosts, fans, notes = self._moving("ghost", 3), self._moving("fan", 4), self.notes
        film |= {} if ghosts is None else {"ghosts": self._whole(ghosts)}
        film |= {} if fans is None else {"fans": [self._whole(fan) for fan in fans]}
        film |= {} if notes is None else {"notes": list(notes)}
        return super().static_state() | state | film

    def dynamic_state(self) -> dict[str, Any]:
        state = {
            "joints": self._whole(self.joints)[0] if len(self.joints) == 1 else None,
            "doubt": self._doubts()[0] if self.doubt is not None and len(self.joints) == 1 else None,
            "strength": None if self.strength is None else np.round(np.asarray(self.strength, float), 3).tolist(),
            "tips": None if self.tips is None else list(self.tips),
            "groups": None if self.groups is None else [int(group) for group in self.groups],
            "ghost": None if (ghost := self._moving("ghost", 2)) is None else self._whole(ghost[None])[0],
            "fan": None if (fan := self._moving("fan", 3)) is None else self._whole(fan),
            "picture": None if self.picture is None else self._picture(),
            "picked": None if self.picked is None else self.skeleton.index(self.picked),
        }
        return super().dynamic_state() | state

    def _moving(self, name: str, dimensions: int) -> np.ndarray | None:
        """An array that may belong to one pose or to every frame of a film, if it has so many dimensions."""
        found = getattr(self, name)
        return None if found is None or np.ndim(found) != dimensions else np.asarray(found, float)

    def _picture(self) -> dict[str, Any]:
        """The picture's data, where it lies in the panel (x, y, width, height) and the frame that it belongs to."""
        (middle, reach), (height, width) = self.extent, np.shape(self.picture)[:2]
        box = np.round([*(-middle[:2] / reach), width / reach, height / reach], 4).tolist()
        return {"src": png_data(self.picture), "box": box, "frame": self.picture_frame}

    def _doubts(self) -> list[list[int]] | None:
        """Per frame the doubt of each joint in whole percent."""
        return None if self.doubt is None else np.rint(100 * self.doubt).astype(int).tolist()

    def _whole(self, joints: np.ndarray) -> list[list[int | None]]:
        """Joints (F, J, d) as the browser gets them: per frame a flat list of whole numbers; None: unknown."""
        middle, reach = self.extent
        numbers = np.rint((joints - middle) / reach * UNIT).reshape(len(joints), -1)
        known = np.isfinite(numbers)
        return np.where(known, np.where(known, numbers, 0).astype(int).astype(object), None).tolist()


@dataclass(frozen=True)
class Chart(Panel):
    """A picture that Python drew, as SVG text: see :mod:`liftkit.view.charts`."""

    svg: str = ""
    dynamic = ("title", "caption", "svg")


@dataclass(frozen=True)
class Note(Panel):
    """Sentences, one per line, or, with ``code``, lines of Python to be copied."""

    text: str = ""
    code: bool = False
    static = ("key", "span", "code")
    dynamic = ("title", "caption", "text")
