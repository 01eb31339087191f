"""How a 2D pose is divided into segments for lifting. Everything else derives from the table in this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from liftkit.skeleton import H36M_17, Skeleton

# The paper compares representations at no more than six residual blocks, so that capacity is comparable.
BLOCK_BUDGET = 6
# By representation: what its segments were called in stored results of earlier versions -> what they are called.
RENAMED = {name: {"torso": "column"} for name in ("five_parts", "five_parts_shared")}


@dataclass(frozen=True)
class Segment:
    """The joints of one trunk of the lifter.

    Raises:
        ValueError: if it sees no joint, names one twice or owns one that it does not see.
    """

    name: str
    sees: tuple[str, ...]  # the joints whose 2D positions are its input
    owns: tuple[str, ...] = ()  # those of them whose depth it predicts (default: all that it sees)

    def __post_init__(self):
        object.__setattr__(self, "sees", tuple(self.sees))
        object.__setattr__(self, "owns", tuple(self.owns) or self.sees)
        if not self.sees:
            raise ValueError(f"segment {self.name!r} sees no joint")
        if len(set(self.sees)) != len(self.sees):
            raise ValueError(f"segment {self.name!r} names a joint twice: {', '.join(self.sees)}")
        if blind := [joint for joint in self.owns if joint not in self.sees]:
            raise ValueError(f"segment {self.name!r} owns joints that it does not see: {', '.join(blind)}")


@dataclass(frozen=True)
class Representation:
    """A 2D pose divided into segments. They may overlap in what they see; each joint but the root has one owner.

    Raises:
        ValueError: if a joint is unknown, has two owners or none, or if there are more than six blocks in all.

    >>> REPRESENTATIONS["legs_torso"].segments[0].sees[:3]
    ('right_hip', 'right_knee', 'right_ankle')
    """

    name: str
    segments: tuple[Segment, ...]
    blocks: int  # residual blocks in the trunk of each segment
    shared_blocks: int = 0  # residual blocks behind the trunks, on their joined features; 0: nothing is shared
    description: str = ""  # for tables and menus
    skeleton: Skeleton = H36M_17

    def __post_init__(self):
        object.__setattr__(self, "segments", tuple(self.segments))
        for segment in self.segments:
            for joint in segment.sees:
                self.skeleton.index(joint)
        owned = [joint for segment in self.segments for joint in segment.owns]
        expected = self.skeleton.names[1:]
        if twice := sorted({joint for joint in owned if owned.count(joint) > 1}):
            raise ValueError(f"{self.name}: joints owned by two segments: {', '.join(twice)}")
        if self.skeleton.names[0] in owned:
            raise ValueError(f"{self.name}: the {self.skeleton.names[0]}'s depth is 0; no segment can own it")
        if missing := [joint for joint in expected if joint not in owned]:
            raise ValueError(f"{self.name}: no segment owns {', '.join(missing)}")
        total = len(self.segments) * self.blocks + self.shared_blocks
        if self.blocks < 1 or self.shared_blocks < 0 or total > BLOCK_BUDGET:
            raise ValueError(
                f"{self.name}: expected 1 to {BLOCK_BUDGET} residual blocks in all and at least one per segment, "
                f"found {len(self.segments)} x {self.blocks} + {self.shared_blocks} = {total}"
            )

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain values for JSON, without the skeleton, which is the same in all of liftkit."""
        segments = [{"name": s.name, "sees": list(s.sees), "owns": list(s.owns)} for s in self.segments]
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("segments", "skeleton")}
        return plain | {"segments": segments}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Representation:
        """The representation whose :meth:`to_dict` gave ``values``, in any version; ValueError if there is none."""
        try:
            renamed = RENAMED.get(values["name"], {})
            segments = tuple(
                Segment(renamed.get(s["name"], s["name"]), tuple(s["sees"]), tuple(s["owns"]))
                for s in values["segments"]
            )
            return cls(**{**values, "segments": segments})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a representation: {error!r}") from error

    @property
    def independent(self) -> bool:
        """Whether nothing is shared between segments."""
        return self.shared_blocks == 0

    @property
    def cut(self) -> bool:
        """Whether there are several segments and nothing is shared between them."""
        return self.independent and len(self.segments) > 1

    @cached_property
    def segment_of(self) -> np.ndarray:
        """(J,) the index of the segment that owns the joint; -1 for the root."""
        owner = {joint: s for s, segment in enumerate(self.segments) for joint in segment.owns}
        return np.array([owner.get(joint, -1) for joint in self.skeleton.names])

    @cached_property
    def loss_groups(self) -> np.ndarray:
        """(G, J) one row per part of the lifter that is trained on its own: 1 for the joints that it owns, else 0."""
        if not self.independent:
            return (self.segment_of >= 0)[None].astype(np.float32)
        return (self.segment_of == np.arange(len(self.segments))[:, None]).astype(np.float32)

    @cached_property
    def consistency_weight(self) -> np.ndarray:
        """(J,) the weight of a joint in the consistency terms, which are a mean over the joints of each loss group."""
        groups = self.loss_groups
        return (groups / groups.sum(1, keepdims=True)).sum(0)

    @cached_property
    def adversarial_share(self) -> np.ndarray:
        """(J,) the share of the adversarial term for a joint: the size of its loss group over the number of joints."""
        groups = self.loss_groups
        return (groups * groups.sum(1, keepdims=True) / groups.sum()).sum(0)


REPRESENTATIONS: dict[str, Representation] = {}


def register(representation: Representation) -> Representation:
    """Add a representation to ``REPRESENTATIONS``: training, studies, widgets and tables then know its name.

    Returns:
        The representation. Registering the same one again does nothing.

    Raises:
        ValueError: if a different representation has this name.

    >>> legs, torso = REPRESENTATIONS["legs_torso"].segments
    >>> register(Representation("deep_legs", (legs, torso), blocks=2)).name
    'deep_legs'
    >>> del REPRESENTATIONS["deep_legs"]
    """
    known = REPRESENTATIONS.setdefault(representation.name, representation)
    if known != representation:
        raise ValueError(
            f"a different representation is already called {representation.name!r}: "
            f"choose another name, or take that one out by del REPRESENTATIONS[{representation.name!r}]"
        )
    return representation


def get_representation(representation: str | Representation) -> Representation:
    """The registered representation of this name (ValueError if unknown); a Representation is returned as it is."""
    if isinstance(representation, Representation):
        return representation
    if representation not in REPRESENTATIONS:
        raise ValueError(f"unknown representation {representation!r}; there are {', '.join(REPRESENTATIONS)}")
    return REPRESENTATIONS[representation]


def _limb(side: str, *joints: str) -> tuple[str, ...]:
    return tuple(f"{side}_{joint}" for joint in joints)


_RIGHT_LEG, _LEFT_LEG = (_limb(side, "hip", "knee", "ankle") for side in ("right", "left"))
_LEFT_ARM, _RIGHT_ARM = (_limb(side, "shoulder", "elbow", "wrist") for side in ("left", "right"))
_COLUMN = ("spine", "thorax", "neck", "head")

_FULL = (Segment("body", H36M_17.names[1:]),)
_LEGS_TORSO = (Segment("legs", _RIGHT_LEG + _LEFT_LEG), Segment("torso", _COLUMN + _LEFT_ARM + _RIGHT_ARM))
_FIVE_PARTS = (
    Segment("right_leg", _RIGHT_LEG),
    Segment("left_leg", _LEFT_LEG),
    Segment("column", _COLUMN),
    Segment("left_arm", _LEFT_ARM),
    Segment("right_arm", _RIGHT_ARM),
)
# Both sides see the spine and the head (LInKs); each owns half of them, so that every joint has one owner.
_LEFT_RIGHT = (
    Segment("left", _LEFT_LEG + _COLUMN + _LEFT_ARM, _LEFT_LEG + ("spine", "neck") + _LEFT_ARM),
    Segment("right", _RIGHT_LEG + _COLUMN + _RIGHT_ARM, _RIGHT_LEG + ("thorax", "head") + _RIGHT_ARM),
)

for _representation in (
    Representation("full", _FULL, 6, 0, "the whole pose, one network"),
    Representation("legs_torso", _LEGS_TORSO, 3, 0, "legs and torso, nothing shared: the paper's winner"),
    Representation("legs_torso_shared", _LEGS_TORSO, 2, 2, "legs and torso, joined halfway (split-combine)"),
    Representation("five_parts", _FIVE_PARTS, 1, 0, "five parts, nothing shared"),
    Representation("five_parts_shared", _FIVE_PARTS, 1, 1, "five parts, joined before the last block"),
    Representation("left_right", _LEFT_RIGHT, 3, 0, "left and right side, both seeing spine and head (after LInKs)"),
):
    register(_representation)

PAPER = ("full", "legs_torso", "legs_torso_shared", "five_parts", "five_parts_shared")  # the five that are compared
