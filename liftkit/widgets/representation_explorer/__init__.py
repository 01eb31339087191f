"""RepresentationExplorer: how a pose is cut for lifting, what the networks of each cut are, and a cut of one's own."""

from __future__ import annotations

import numpy as np

from liftkit.data.body import standing_person
from liftkit.representations import BLOCK_BUDGET, REPRESENTATIONS, Representation, get_representation, register
from liftkit.skeleton import H36M_17
from liftkit.view.alt_text import describe, readable
from liftkit.view.controller import Controller
from liftkit.view.controls import Button, Choice, Slider, TextField
from liftkit.view.panels import Chart, Note, Panel, Pose
from liftkit.widgets.representation_explorer.draft import Draft, as_code
from liftkit.widgets.representation_explorer.network_chart import (
    blocks_of,
    comparison_table,
    in_words,
    network_chart,
    parameters,
)
from liftkit.widgets.widget import Widget

OWN = "your own"  # the choice that shows the draft
WIDTHS = ("64", "128", "256", "1024")
GIVES, SEES, LOOKS = "gives the joint to the segment", "lets the segment see it", "only looks at it"
FIXED = tuple(REPRESENTATIONS)  # liftkit's own


class RepresentationExplorerController(Controller):
    """Every registered representation, and one that is built joint by joint.

    ``representation``: the name of the one that is shown first. The draft starts as a copy of what is shown, is
    checked by :class:`~liftkit.Representation` itself, and once registered is one that ``train`` and the other
    widgets know by name. Raises ValueError on an unknown name.
    """

    title = "Who looks at which joints?"

    def __init__(self, representation: str = "legs_torso"):
        super().__init__()
        self.x2d = _standing()
        self.values = {"representation": representation, "width": "128", "segment": "1", "joint": "left_wrist"}
        self.values |= {"click": GIVES, "name": "", "segments": 2, "blocks": 3, "shared_blocks": 0}
        self._copy(get_representation(representation))
        self.message = "Choose a representation, or press the button to build your own from it."

    @property
    def shown(self) -> Representation | None:
        """The registered representation that is looked at; None for the draft."""
        return REPRESENTATIONS.get(self.values["representation"])

    @property
    def drafting(self) -> bool:
        return self.shown is None

    def controls(self):
        known = tuple(REPRESENTATIONS)
        found = [
            Choice("representation", "Representation", "How the pose is cut", (*known, OWN)),
            Choice("width", "Width", "Units of each residual block", WIDTHS),
        ]
        if not self.drafting:
            return [*found, Button("start", "Build from this", "Copy it and change the copy")]
        numbers = tuple(str(s + 1) for s in range(len(self.draft.titles)))
        return [
            *found,
            Slider("segments", "Segments", "Into how many parts the pose is cut", 1, BLOCK_BUDGET),
            Slider("blocks", "Blocks in each", "Residual blocks of one segment alone", 1, BLOCK_BUDGET),
            Slider("shared_blocks", "Shared blocks", "Residual blocks of all together", 0, BLOCK_BUDGET - 1),
            Choice("click", "A click", "What a click on a joint does", (GIVES, SEES, LOOKS)),
            Choice("segment", "Segment", "The one that the click is about", numbers),
            Choice("joint", "Joint", "For those who use no mouse", H36M_17.names[1:]),
            Button("put", "Click it", "Do with the chosen joint what a click on it does"),
            TextField("name", "Name", "small letters, digits and underscores", pattern="[a-z][a-z0-9_]*"),
            Button("register", "Register", "Let training and the other widgets know it"),
        ]

    def on_representation(self, value: str) -> None:
        self.message = "Click joints to give them to a segment." if value == OWN else self.shown.description

    def on_start(self) -> None:
        source = self.shown
        self._copy(source)
        self.values["representation"] = OWN
        self.message = f"A copy of {readable(source.name)}. Choose a segment, then click joints to give them to it."

    def on_segments(self, value: int) -> None:
        self.draft.resize(value)
        if int(self.values["segment"]) > value:
            self.values["segment"] = str(value)
        self.message = self._state()

    def on_blocks(self, value: int) -> None:
        self.message = self._state()

    on_shared_blocks = on_name = on_blocks

    def on_segment(self, value: str) -> None:
        self.message = f"Clicks are now about segment {value}, {readable(self.draft.titles[int(value) - 1])}."

    def on_put(self) -> None:
        self.on_pick("body", self.values["joint"])

    def on_pick(self, panel: str, key: str) -> None:
        if panel == "table":
            self.set("representation", key)
        elif panel == "network" and self.drafting:
            self.set("segment", key)
        elif panel == "body":
            self._click(key)

    def _click(self, joint: str) -> None:
        i, s = H36M_17.index(joint), int(self.values["segment"]) - 1
        if i == 0:
            self.message = f"The {readable(joint)} is the origin: its depth is 0, and no segment owns it."
            return
        self.values["joint"] = joint
        if not self.drafting or self.values["click"] == LOOKS:
            self.message = self._who(i)
        else:
            (self.draft.give if self.values["click"] == GIVES else self.draft.show)(i, s)
            self.message = f"{self._who(i)} {self._state()}"

    def on_register(self) -> None:
        """Register the draft, and show it; a sentence says why where that cannot be."""
        try:
            if self.values["name"] in FIXED:
                raise ValueError(f"{self.values['name']} is one of liftkit's own: choose another name")
            done = register(self._built())
        except ValueError as trouble:
            self.message = f"Not registered. {_sentence(trouble)}"
            return
        self.values["representation"] = done.name
        self.message = (
            f"Registered: train({done.name!r}) and the other widgets know it now. The code below does the same."
        )

    def panels(self) -> list[Panel]:
        one, width = self.shown, int(self.values["width"])
        parts = self.draft.parts if one is None else Draft(one).parts
        blocks, shared = (self.values[n] if one is None else getattr(one, n) for n in ("blocks", "shared_blocks"))
        title = readable(OWN if one is None else one.name)
        owner = self.draft.owner if one is None else one.segment_of
        told = in_words(parts, blocks, shared)
        tips = [self._who(i) for i in range(len(H36M_17))]
        body = Pose("body", title, "numbers: the segment that owns a joint", self.x2d, f"{describe(self.x2d)}. {told}",
                    groups=owner, tips=tips, pickable=True, picked=self.values["joint"])  # fmt: skip
        trouble = ""
        if one is None:
            try:
                one = self._built()
            except ValueError as error:
                trouble = _sentence(error)
        table = comparison_table(REPRESENTATIONS, width, self.values["representation"])
        drawn = network_chart(parts, blocks, shared)
        code = as_code(one) if one else "# Not complete yet."
        return [
            body,
            Chart("network", "The lifter: from 2D joints to depths", "", drawn, wide=True),
            Note("facts", "In words", "", _facts(parts, one, width, trouble), wide=True),
            Chart("table", f"All representations at width {width}", "Click a row to see it.", table, wide=True),
            Note("code", "The same in Python", "", code, wide=True, code=True),
        ]

    def _copy(self, source: Representation) -> None:
        self.draft = Draft(source)
        taken = (f"my_own_{n}" if n > 1 else "my_own" for n in range(1, len(REPRESENTATIONS) + 2))
        self.values |= {"segments": len(source.segments), "segment": "1", "blocks": source.blocks}
        self.values |= {"shared_blocks": source.shared_blocks}
        self.values["name"] = next(name for name in taken if name not in REPRESENTATIONS)

    def _built(self) -> Representation:
        return self.draft.build(*(self.values[name] for name in ("name", "blocks", "shared_blocks")))

    def _state(self) -> str:
        try:
            self._built()
        except ValueError as trouble:
            return f"Not complete yet. {_sentence(trouble)}"
        return "It is complete: Register makes it known."

    def _who(self, i: int) -> str:
        """Who owns and who sees a joint, as a sentence."""
        draft, name = self.draft if self.drafting else Draft(self.shown), H36M_17.names[i]
        if i == 0:
            return f"{readable(name)}: the origin"
        seen = [f"{s + 1} {readable(title)}" for s, (title, sees, _) in enumerate(draft.parts) if name in sees]
        owner = draft.owner[i]
        owned = "owned by no segment yet" if owner < 0 else f"owned by {owner + 1} {readable(draft.titles[owner])}"
        return f"{readable(name)}: {owned}, seen by {' and '.join(seen) or 'none'}."

    def __str__(self) -> str:
        return f"{self.values['representation']!r} of {len(REPRESENTATIONS)} representations"


def _standing() -> np.ndarray:
    """(17, 2) somebody who faces the reader, arms and legs a little apart so that no joint hides another, y down."""
    return standing_person(shoulder_elevation=40, hip_abduction=12)[:, :2] * [1, -1]


def _facts(parts, one: Representation | None, width: int, trouble: str) -> str:
    lines = []
    for s, (title, sees, owns) in enumerate(parts):
        also = ", ".join(readable(joint) for joint in sees if joint not in owns)
        owned = ", ".join(map(readable, owns)) or "no joint"
        lines.append(f"{s + 1} {readable(title)} owns {owned}{also and f'; it also sees {also}'}.")
    if one is None:
        return "\n".join([*lines, trouble])
    shared = f"{one.shared_blocks} shared by all" if one.shared_blocks else "nothing shared"
    lines.append(f"Residual blocks: {blocks_of(one)} ({shared}); full has {blocks_of(REPRESENTATIONS['full'])}.")
    count, whole = (parameters(r, width) for r in (one, REPRESENTATIONS["full"]))
    return "\n".join([*lines, f"Parameters at width {width}: {count:,}, {count / whole:.1%} of full's {whole:,}."])


def _sentence(trouble: ValueError) -> str:
    return f"{str(trouble).rstrip('.')}."


class RepresentationExplorer(Widget):
    """See :class:`RepresentationExplorerController` for what it takes."""

    Controller = RepresentationExplorerController
