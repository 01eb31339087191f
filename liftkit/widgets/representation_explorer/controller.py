"""What RepresentationExplorer does: shows a registered representation, or a draft that clicks change."""

from __future__ import annotations

from liftkit.data.body import standing_person
from liftkit.representations import BLOCK_BUDGET, REPRESENTATIONS, Representation, get_representation, register
from liftkit.skeleton import H36M_17
from liftkit.view import Chart, Controller, Note, Pick, Pose, Press, Set, capital, describe, readable
from liftkit.view.controls import Button, Choice, Slider, TextField
from liftkit.widgets.representation_explorer.draft import Draft, as_code
from liftkit.widgets.representation_explorer.network_chart import (
    comparison_table,
    network_chart,
    network_text,
    size_facts,
)

OWN = "your own"  # the choice that shows the draft
WIDTHS = ("64", "128", "256", "1024")
GIVES, SEES, LOOKS = "gives the joint to the segment", "lets the segment see it", "only looks at it"
FIXED = tuple(REPRESENTATIONS)  # liftkit's own


class RepresentationExplorerController(Controller):
    """Every registered representation, and one that is built joint by joint.

    The draft starts as a copy of the one that is shown and is checked by :class:`~liftkit.Representation` itself.
    Once registered, ``train`` and the other widgets know it by name.

    Args:
        representation: the name of the one that is shown first.

    Raises:
        ValueError: if the name is unknown.
    """

    title = "Who looks at which joints?"
    needs_kernel = (OWN, "start", "put", "register", "name", "segments", "blocks", "shared_blocks", "click", "segment")

    def __init__(self, representation: str = "legs_torso"):
        super().__init__()
        # arms and legs a little apart, so that no joint hides another
        self.x2d = standing_person(shoulder_elevation=40, hip_abduction=12)[:, :2] * [1, -1]
        self.values = {"representation": representation, "width": "128", "segment": "1", "joint": "left_wrist"}
        self.values |= {"click": GIVES, "name": "", "segments": 2, "blocks": 3, "shared_blocks": 0}
        self._copy(get_representation(representation))
        self.message = _sentence(get_representation(representation).description)

    @property
    def known(self) -> dict[str, Representation]:
        """The registered representations of the joints of the body that is drawn."""
        return {name: one for name, one in REPRESENTATIONS.items() if one.skeleton == H36M_17}

    @property
    def shown(self) -> Representation | None:
        """The registered representation that is shown; None for the draft."""
        return self.known.get(self.values["representation"])

    @property
    def drafting(self) -> bool:
        return self.shown is None

    def controls(self):
        found = [
            Choice("representation", "Representation", "How the pose is divided", (*self.known, OWN)),
            Choice("width", "Width", "Units of each residual block", WIDTHS),
        ]
        if not self.drafting:
            return [*found, Button("start", "Build from this", "Copy it and change the copy")]
        numbers = tuple(str(s + 1) for s in range(len(self.draft.titles)))
        return [
            *found,
            Slider("segments", "Segments", "Into how many segments the pose is divided", 1, BLOCK_BUDGET),
            Slider("blocks", "Blocks in each", "Residual blocks of each segment", 1, BLOCK_BUDGET),
            Slider("shared_blocks", "Shared blocks", "Residual blocks that all segments share", 0, BLOCK_BUDGET - 1),
            Choice("click", "A click", "What a click on a joint does", (GIVES, SEES, LOOKS)),
            Choice("segment", "Segment", "The one that the click is about", numbers),
            Choice("joint", "Joint", "To choose one without a mouse", H36M_17.names[1:], more=True),
            Button("put", "Click it", "Do with the chosen joint what a click on it does", more=True),
            TextField("name", "Name", "small letters, digits and underscores", pattern="[a-z][a-z0-9_]*"),
            Button("register", "Register", "Let training and the other widgets know it"),
        ]

    def respond(self, event):
        match event:
            case Set("width" | "representation") if not self.drafting:
                self.message = _sentence(self.shown.description)
            case Set("representation"):
                self.message = "Click joints to give them to a segment."
            case Set("segments", count):
                self.draft.resize(count)
                self.values["segment"] = str(min(int(self.values["segment"]), count))
                self.message = self._status()
            case Set("blocks" | "shared_blocks" | "name"):
                self.message = self._status()
            case Set("segment", number):
                title = readable(self.draft.titles[int(number) - 1])
                self.message = f"Clicks are now about segment {number}, {title}."
            case Press("start"):
                name = readable(self.shown.name)
                self._copy(self.shown)
                self.values["representation"] = OWN
                self.message = f"A copy of {name}. Choose a segment, then click joints to give them to it."
            case Press("put"):
                self._click(self.values["joint"])
            case Press("register"):
                self._register()
            case Pick("table", name):
                self.set("representation", name)
            case Pick("network", number) if self.drafting:
                self.set("segment", number)
            case Pick("body", joint):
                self._click(joint)

    def _copy(self, source: Representation) -> None:
        """Make the draft a copy, under a name that is free."""
        self.draft = Draft(source)
        names = ["my_own", *(f"my_own_{n}" for n in range(2, len(REPRESENTATIONS) + 2))]
        free = next(name for name in names if name not in REPRESENTATIONS)
        self.values |= {"segments": len(source.segments), "segment": "1", "name": free}
        self.values |= {"blocks": source.blocks, "shared_blocks": source.shared_blocks}

    def _click(self, joint: str) -> None:
        i, segment = H36M_17.index(joint), int(self.values["segment"]) - 1
        if i == 0:
            self.message = f"The {readable(joint)} is the origin: its depth is 0, and no segment owns it."
            return
        self.values["joint"] = joint
        change = {GIVES: self.draft.assign, SEES: self.draft.toggle_seen}.get(self.values["click"])
        if self.drafting and change:
            change(i, segment)
        self.message = self._draft().who(i) + (f" {self._status()}" if self.drafting and change else "")

    def _register(self) -> None:
        """Register the draft and show it; if that cannot be, the message gives the reason."""
        try:
            if self.values["name"] in FIXED:
                raise ValueError(f"{self.values['name']} is one of liftkit's own: choose another name")
            name = register(self.build()).name
        except ValueError as error:
            self.message = f"Not registered. {error}."
            return
        self.values["representation"] = name
        self.message = f"Registered: train({name!r}) and the other widgets know it now. The code below does the same."

    def build(self) -> Representation:
        """The draft as a representation. Raises ValueError as long as something is missing."""
        return self.draft.build(*(self.values[name] for name in ("name", "blocks", "shared_blocks")))

    def _missing(self) -> str:
        """What the draft still lacks, as a sentence; empty if nothing."""
        try:
            self.build()
        except ValueError as error:
            return f"{error}."
        return ""

    def _status(self) -> str:
        missing = self._missing()
        return f"Not complete yet. {missing}" if missing else "It is complete: Register makes it known."

    def _draft(self) -> Draft:
        """What is shown, as a draft."""
        return self.draft if self.drafting else Draft(self.shown)

    def panels(self):
        width, draft, missing = int(self.values["width"]), self._draft(), self._missing() if self.drafting else ""
        one = None if missing else self.shown or self.build()
        size = [self.values[n] if self.drafting else getattr(one, n) for n in ("blocks", "shared_blocks")]
        alt = f"{describe(self.x2d)}. {network_text(draft.parts, *size)}"
        body = Pose(
            "body", readable(one.name if self.shown else OWN), "numbers: the segment that owns a joint", self.x2d,
            alt=alt, groups=draft.owner, tips=[draft.who(i) for i in range(len(H36M_17))], pickable=True,
            picked=self.values["joint"],
        )  # fmt: skip
        lines = [*draft.describe(), *([missing] if missing else size_facts(one, width))]
        table = comparison_table(self.known, width, self.values["representation"])
        code = "# Not complete yet." if missing else as_code(one)
        return [
            body,
            Chart("network", "The lifter: from 2D joints to depths", "", network_chart(draft.parts, *size), span=5),
            Note("facts", "In words", "", "\n".join(lines), span=4),
            Chart("table", f"All representations at width {width}", "Click a row to see it.", table, span=6),
            Note("code", "The same in Python", "", code, span=6, code=True),
        ]

    def __str__(self) -> str:
        return f"{self.values['representation']!r} of {len(REPRESENTATIONS)} representations"


def _sentence(text: str) -> str:
    return text and f"{capital(text).removesuffix('.')}."
