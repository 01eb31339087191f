"""What a widget does, without a kernel or a browser: its values, the controls that change them, the panels it shows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from liftkit.view.controls import Button, Control
from liftkit.view.panels import Panel


@dataclass(frozen=True)
class Set:
    name: str  # of a control
    value: Any  # its new value, which is already in ``values``


@dataclass(frozen=True)
class Press:
    name: str  # of a button


@dataclass(frozen=True)
class Drag:
    panel: str
    joint: str
    x: float  # where it was pulled to, from -1 to 1 between the panel's edges
    y: float  # down


@dataclass(frozen=True)
class Pick:
    panel: str
    key: str  # what was clicked: a joint's name, or the ``data-pick`` of a chart's element


@dataclass(frozen=True)
class Tick:
    """The browser has drawn the last slice of work and asks for the next."""


Event = Set | Press | Drag | Pick | Tick


class Controller:
    """Base of every widget's controller.

    A subclass gives ``title``, :meth:`controls` and :meth:`panels`, puts first values into ``values`` and answers
    events in :meth:`respond`. While ``running`` is True the browser sends one :class:`Tick` after another, each
    answered by about a tenth of a second of work, so that nothing runs that nobody sees.
    """

    title = ""
    fps = 30.0  # of the film, if a control named "frame" plays one
    running = False
    needs_kernel: ClassVar[tuple[str, ...]] = ()  # controls, and options of controls, that no stored page answers
    browser = ""  # the module of ``js`` that answers events as this controller does, if there is one

    def __init__(self):
        self.values: dict[str, Any] = {}
        self.message = ""  # a sentence on what happened last

    def controls(self) -> Sequence[Control]:
        """The controls, in the order in which they are shown."""
        return ()

    def panels(self) -> Sequence[Panel]:
        """What is shown now. The panels' keys, kinds and order stay; their content may change."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """The whole state for the browser as plain numbers and texts: ``scene``, ``status`` and ``panel_KEY`` each."""
        panels = self.panels()
        scene = {
            "title": self.title,
            "fps": self.fps,
            "browser": self.browser,
            "controls": [control.state() for control in self.controls()],
            "panels": [panel.static_state() for panel in panels],
        }
        status = {"values": dict(self.values), "message": self.message, "running": self.running, "error": None}
        return {"scene": scene, "status": status} | {f"panel_{panel.key}": panel.dynamic_state() for panel in panels}

    def answers(self) -> dict[str, Any] | None:
        """What the module ``browser`` needs to answer, as plain values for JSON; None if that would be too much."""
        return None

    def for_page(self, budget: int) -> tuple[Controller, str]:
        """The controller that a page of its own shows, whose :meth:`answers` take at most ``budget`` bytes.

        And a sentence on what such a page cannot do, and why; empty if it can do all.
        """
        return self, ""

    def recording(self) -> Iterable[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] | None:
        """The steps, as of :func:`liftkit.view.stored.walk`, that a page plays back; None: every control is tried."""
        return None

    def respond(self, event: Event) -> None:
        """Answer an event, with one ``match``. If it raises on a :class:`Set`, the control's old value comes back."""

    def control(self, name: str) -> Control:
        """A control by name. Raises ValueError listing the names if there is none."""
        found = {control.name: control for control in self.controls()}
        if name not in found:
            raise ValueError(f"unknown control {name!r}; there are {', '.join(found) or 'none'}")
        return found[name]

    def set(self, name: str, value: Any) -> None:
        """Give a control a value. Raises ValueError if the control is a button or does not allow the value."""
        control = self.control(name)
        if isinstance(control, Button):
            raise ValueError(f"{name!r} is a button: press it")
        before, self.values[name] = self.values.get(name), control.check(value)
        try:
            self.respond(Set(name, self.values[name]))
        except BaseException:
            self.values[name] = before
            raise

    def press(self, name: str) -> None:
        """Press a button. Raises ValueError if the control is not a button."""
        if not isinstance(self.control(name), Button):
            raise ValueError(f"{name!r} is not a button: set it to a value")
        self.respond(Press(name))

    def drag(self, panel: str, joint: str, x: float, y: float) -> None:
        """Pull a joint of a panel to (x, y), from -1 to 1 between the panel's edges, y down.

        Raises ValueError if x or y is not a finite number.
        """
        x, y = float(x), float(y)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"{joint}: expected a place from -1 to 1, found ({x}, {y})")
        self.respond(Drag(panel, joint, x, y))

    def pick(self, panel: str, key: str) -> None:
        """Click something in a panel: a joint by its name, a chart's element by its ``data-pick``."""
        self.respond(Pick(panel, key))

    def tick(self) -> None:
        """Do the next slice of work, if ``running``."""
        if self.running:
            self.respond(Tick())

    def stop(self) -> None:
        """End what is running, as the stop square of a notebook does."""
        self.running = False

    def handle(self, message: Mapping[str, Any]) -> None:
        """Do what a message from the browser asks for. Raises ValueError if the message is not understood."""
        match message:
            case {"kind": "set", "name": name, "value": value}:
                self.set(name, value)
            case {"kind": "press", "name": name}:
                self.press(name)
            case {"kind": "drag", "panel": panel, "joint": joint, "x": x, "y": y}:
                self.drag(panel, joint, x, y)
            case {"kind": "pick", "panel": panel, "key": key}:
                self.pick(panel, key)
            case {"kind": "tick"}:
                self.tick()
            case _:
                expected = "a message of kind set, press, drag, pick or tick with its fields"
                raise ValueError(f"expected {expected}, found {dict(message)}")
