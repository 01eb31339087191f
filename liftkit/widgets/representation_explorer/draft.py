"""A representation while it is being built: who owns which joint so far, and what is missing."""

from __future__ import annotations

import numpy as np

from liftkit.representations import BLOCK_BUDGET, Representation, Segment
from liftkit.view import readable


class Draft:
    """Up to six segments; each joint is owned by one of them or by none yet, and seen by any number."""

    def __init__(self, source: Representation):
        self.skeleton = source.skeleton
        self.owner = source.segment_of.copy()  # (J,) the index of the segment that owns a joint; -1: none, or the root
        self.titles = [segment.name for segment in source.segments]
        self.extra = set()  # (joint, segment) of joints that a segment sees without owning them
        for s, segment in enumerate(source.segments):
            self.extra |= {(self.skeleton.index(joint), s) for joint in segment.sees if joint not in segment.owns}

    def resize(self, count: int) -> None:
        """Change the number of segments. Joints of removed ones are then owned by none."""
        self.titles = self.titles[:count]
        while len(self.titles) < count:
            free = (f"part_{n}" for n in range(len(self.titles) + 1, 2 * BLOCK_BUDGET + 2))
            self.titles.append(next(title for title in free if title not in self.titles))
        self.owner = np.where(self.owner < count, self.owner, -1)
        self.extra = {(joint, segment) for joint, segment in self.extra if segment < count}

    def assign(self, joint: int, segment: int) -> None:
        """Let a segment own a joint; its previous owner then neither owns nor sees it."""
        self.owner[joint] = segment
        self.extra.discard((joint, segment))

    def toggle_seen(self, joint: int, segment: int) -> None:
        """Let a segment see a joint of another one, or not any more. It always sees its own."""
        if self.owner[joint] != segment:
            self.extra ^= {(joint, segment)}

    @property
    def parts(self) -> list[tuple[str, list[str], list[str]]]:
        """Title, joints seen and joints owned of each segment, complete or not."""
        found, names = [], self.skeleton.names
        for s, title in enumerate(self.titles):
            owns = [name for name, owner in zip(names, self.owner, strict=True) if owner == s]
            sees = [name for i, name in enumerate(names) if name in owns or (i, s) in self.extra]
            found.append((title, sees, owns))
        return found

    def who(self, joint: int) -> str:
        """Who owns and who sees a joint, as a sentence."""
        name = self.skeleton.names[joint]
        if joint == 0:
            return f"{readable(name)}: the origin"
        seen = [f"{s + 1} {readable(title)}" for s, (title, sees, _) in enumerate(self.parts) if name in sees]
        owner = self.owner[joint]
        owned = "owned by no segment yet" if owner < 0 else f"owned by {owner + 1} {readable(self.titles[owner])}"
        return f"{readable(name)}: {owned}, seen by {' and '.join(seen) or 'none'}."

    def describe(self) -> list[str]:
        """One sentence per segment: which joints it owns, and which it sees besides."""
        lines = []
        for s, (title, sees, owns) in enumerate(self.parts):
            owned = ", ".join(map(readable, owns)) or "no joint"
            also = ", ".join(readable(joint) for joint in sees if joint not in owns)
            lines.append(f"{s + 1} {readable(title)} owns {owned}{also and f'; it also sees {also}'}.")
        return lines

    def build(self, name: str, blocks: int, shared_blocks: int) -> Representation:
        """The representation. Raises ValueError as long as something is missing."""
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
    description = f"description={representation.description!r}"
    lines += [")", f"register(Representation({representation.name!r}, segments, {blocks}, {description}))"]
    return "\n".join([*lines, f"run = train({representation.name!r}, load_poses('synthetic'))"])
