"""A representation while it is being built: who owns which joint so far, and what is still missing."""

from __future__ import annotations

import numpy as np

from liftkit.representations import BLOCK_BUDGET, Representation, Segment
from liftkit.skeleton import Skeleton


class Draft:
    """Up to six segments, each joint owned by one of them or by none yet, and seen by as many as one likes.

    ``owner`` (J,): the index of the segment that owns a joint, -1 for none (always so for the root). ``extra``: pairs
    (joint, segment) of joints that a segment sees without owning them.
    """

    def __init__(self, source: Representation):
        self.skeleton: Skeleton = source.skeleton
        index = self.skeleton.index
        self.owner = source.segment_of.copy()
        self.titles = [segment.name for segment in source.segments]
        self.extra = {
            (index(joint), s)
            for s, segment in enumerate(source.segments)
            for joint in segment.sees
            if joint not in segment.owns
        }

    def resize(self, count: int) -> None:
        """Have ``count`` segments. The joints of those that go are then owned by none."""
        self.titles = self.titles[:count]
        while len(self.titles) < count:
            free = (f"part_{n}" for n in range(len(self.titles) + 1, 2 * BLOCK_BUDGET + 2))
            self.titles.append(next(title for title in free if title not in self.titles))
        self.owner = np.where(self.owner < count, self.owner, -1)
        self.extra = {(joint, segment) for joint, segment in self.extra if segment < count}

    def give(self, joint: int, segment: int) -> None:
        """Let a segment own a joint, and its owner until now neither own nor see it."""
        self.owner[joint] = segment
        self.extra.discard((joint, segment))

    def show(self, joint: int, segment: int) -> None:
        """Let a segment see a joint of another, or no longer. Its own it always sees."""
        if self.owner[joint] != segment:
            self.extra ^= {(joint, segment)}

    @property
    def parts(self) -> list[tuple[str, list[str], list[str]]]:
        """Title, joints seen and joints owned of each segment, complete or not."""
        names = self.skeleton.names
        owned = [[name for i, name in enumerate(names) if self.owner[i] == s] for s in range(len(self.titles))]
        return [
            (title, [n for i, n in enumerate(names) if self.owner[i] == s or (i, s) in self.extra], owned[s])
            for s, title in enumerate(self.titles)
        ]

    def build(self, name: str, blocks: int, shared_blocks: int) -> Representation:
        """The representation. Raises ValueError, as it does, while something is missing."""
        if idle := [title for title, _, owns in self.parts if not owns]:
            raise ValueError(f"{name}: no joint belongs to {', '.join(idle)}")
        segments = tuple(Segment(title, tuple(sees), tuple(owns)) for title, sees, owns in self.parts)
        return Representation(name, segments, blocks, shared_blocks, "built by hand", self.skeleton)


def as_code(representation: Representation) -> str:
    """Python that registers a representation and trains it."""
    lines = ["from liftkit import Representation, Segment, load_poses, register, train", "", "segments = ("]
    for segment in representation.segments:
        own = "" if segment.owns == segment.sees else f", owns={segment.owns!r}"
        lines.append(f"    Segment({segment.name!r}, {segment.sees!r}{own}),")
    blocks = f"blocks={representation.blocks}, shared_blocks={representation.shared_blocks}"
    told = f"description={representation.description!r}"
    lines += [")", f"register(Representation({representation.name!r}, segments, {blocks}, {told}))"]
    return "\n".join([*lines, f"run = train({representation.name!r}, load_poses('synthetic'))"])
