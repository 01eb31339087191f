"""The skeleton: joint names, the tree that joins them and the left/right pairs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Skeleton:
    """Named joints in a fixed order, the tree that joins them and their left/right pairs.

    Raises:
        ValueError: if the fields do not describe one tree.

    >>> arm = Skeleton(("shoulder", "elbow", "wrist"), (-1, 0, 1), ())
    >>> arm.bones
    ((0, 1), (1, 2))
    """

    names: tuple[str, ...]  # J different ones
    parents: tuple[int, ...]  # J indices, each of an earlier joint; -1 for the root, which comes first
    pairs: tuple[tuple[int, int], ...]  # (left, right) indices

    def __post_init__(self):
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"joint names must differ, found {self.names}")
        if len(self.parents) != len(self.names):
            raise ValueError(f"{len(self.names)} joints need as many parents, found {len(self.parents)}")
        if self.parents.count(-1) != 1 or self.parents[0] != -1:
            raise ValueError(f"the first joint, and no other, is the root (parent -1), found {self.parents}")
        for joint, parent in enumerate(self.parents[1:], start=1):
            if not 0 <= parent < joint:
                raise ValueError(f"{self.names[joint]}: its parent must come before it, found {parent}")
        paired = [joint for pair in self.pairs for joint in pair]
        if len(set(paired)) != len(paired) or not set(paired) <= set(range(len(self.names))):
            raise ValueError(f"pairs must hold indices of joints, each at most once, found {self.pairs}")

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """The index of a joint; ValueError, listing the names, if there is no such joint.

        >>> H36M_17.index("left_wrist")
        13
        """
        if name not in self.names:
            raise ValueError(f"unknown joint {name!r}; the joints are {', '.join(self.names)}")
        return self.names.index(name)

    @property
    def bones(self) -> tuple[tuple[int, int], ...]:
        """The J - 1 (parent, joint) index pairs, in joint order."""
        return tuple((parent, joint) for joint, parent in enumerate(self.parents) if parent >= 0)


def _from_tree(tree: dict[str, str | None]) -> Skeleton:
    names = tuple(tree)
    parents = tuple(-1 if parent is None else names.index(parent) for parent in tree.values())
    left = [name for name in names if name.startswith("left_")]
    pairs = tuple((names.index(name), names.index(name.replace("left_", "right_"))) for name in left)
    return Skeleton(names, parents, pairs)


# Human3.6M's 17 joints in the order that the field uses. The pelvis is the midpoint of the hips.
H36M_17 = _from_tree({
    "pelvis": None,
    "right_hip": "pelvis", "right_knee": "right_hip", "right_ankle": "right_knee",
    "left_hip": "pelvis", "left_knee": "left_hip", "left_ankle": "left_knee",
    "spine": "pelvis", "thorax": "spine", "neck": "thorax", "head": "neck",
    "left_shoulder": "thorax", "left_elbow": "left_shoulder", "left_wrist": "left_elbow",
    "right_shoulder": "thorax", "right_elbow": "right_shoulder", "right_wrist": "right_elbow",
})  # fmt: skip
