"""What a widget does, without a kernel or a browser: a state, the controls that change it, and what is then shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from liftkit.view.controls import Button, Control
from liftkit.view.panels import Panel


class Controller:
    """The base of every widget's controller.

    A subclass gives ``title``, :meth:`controls` and :meth:`panels`, puts first values into ``values``, and may answer
    by methods named ``on_NAME``: of a control's new value, or of a button pressed. :meth:`on_drag`, :meth:`on_pick`
    answer the panels. While ``running`` is True the browser asks for one :meth:`tick` after another, each a slice of
    work of a tenth of a second or so: nothing runs that nobody looks at.
    """

    title = ""
    fps = 30.0  # of a film, if a control named "frame" plays one
    running = False

    def __init__(self):
        self.values: dict[str, Any] = {}
        self.message = ""  # a sentence on what happened last

    def controls(self) -> Sequence[Control]:
        """The controls, in the order in which they are shown."""
        return ()

    def panels(self) -> Sequence[Panel]:
        """What is shown now. The panels' keys, kinds and order stay; what they hold may change."""
        raise NotImplementedError

    def control(self, name: str) -> Control:
        """A control by name; ValueError naming them all where there is no such."""
        found = {control.name: control for control in self.controls()}
        if name not in found:
            raise ValueError(f"unknown control {name!r}; there are {', '.join(found) or 'none'}")
        return found[name]

    def set(self, name: str, value: Any) -> None:
        """Give a control a value, as a hand in the browser does. Raises ValueError where it cannot have it."""
        control = self.control(name)
        if isinstance(control, Button):
            raise ValueError(f"{name!r} is a button: press it")
        before, self.values[name] = self.values.get(name), control.check(value)
        try:
            getattr(self, f"on_{name}", _nothing)(self.values[name])
        except BaseException:
            self.values[name] = before
            raise

    def press(self, name: str) -> None:
        """Press a button. Raises ValueError where ``name`` is none."""
        if not isinstance(self.control(name), Button):
            raise ValueError(f"{name!r} is no button: set it to a value")
        getattr(self, f"on_{name}")()

    def on_drag(self, panel: str, joint: str, x: float, y: float) -> None:
        """A joint of a panel is pulled to a place, -1 to 1 from the middle to the edges, y down."""

    def on_pick(self, panel: str, key: str) -> None:
        """Something in a panel was clicked: a joint's name, or what a chart says by ``data-pick``."""

    def tick(self) -> None:
        """A slice of the work that goes on while ``running``."""

    def hear(self, message: Mapping[str, Any]) -> None:
        """Do what a message from the browser asks for."""
        kind = message.get("kind")
        if kind == "set":
            self.set(message["name"], message["value"])
        elif kind == "press":
            self.press(message["name"])
        elif kind == "drag":
            self.on_drag(message["panel"], message["joint"], float(message["x"]), float(message["y"]))
        elif kind == "pick":
            self.on_pick(message["panel"], message["key"])
        elif kind == "tick":
            if self.running:
                self.tick()
        else:
            raise ValueError(f"expected a message of kind set, press, drag, pick or tick, found {kind!r}")


def _nothing(value: Any) -> None:
    pass
