"""A controller shown in a notebook: the thin part between it and the browser."""

from __future__ import annotations

import inspect
import threading
import traceback
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from liftkit.system.files import write_atomically
from liftkit.view.controller import Controller
from liftkit.view.page import page_html, script, style
from liftkit.view.still import picture_svg

WIDGETS: dict[str, type[Widget]] = {}  # every widget by its class's name


class Widget(anywidget.AnyWidget):
    """What every widget of liftkit is: a :class:`Controller`, and its state mirrored to the browser.

    A subclass names its ``Controller`` and takes the same arguments. ``set``, ``press`` do from Python what a hand
    does in the browser. The browser asks by messages, each answered by the changed panels and the message's number.
    """

    Controller: ClassVar[type[Controller]]
    raises: ClassVar[bool] = False  # tests: a callback's error goes up instead of into the widget

    _esm = script()
    _css = style()
    scene = traitlets.Dict().tag(sync=True)  # what stays
    frame = traitlets.Dict().tag(sync=True)  # values, the message, an error, the number of the answered message

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "Controller" in vars(cls):  # traitlets makes further subclasses of its own
            WIDGETS[cls.__name__] = cls
            cls.__signature__ = inspect.signature(cls.Controller)

    def __init__(self, *args: Any, **options: Any):
        self.controller = self.Controller(*args, **options)
        self.lock = threading.RLock()  # messages may arrive on another thread than the cells
        panels = self.controller.panels()
        self.add_traits(**{f"panel_{panel.key}": traitlets.Dict().tag(sync=True) for panel in panels})
        super().__init__(**self._told(panels))
        self.on_msg(lambda _, message, buffers: self.hear(message))

    def set(self, name: str, value: Any) -> None:
        """Give a control a value. Raises ValueError where it cannot have it."""
        with self.lock:
            self.controller.set(name, value)
            self.show()

    def press(self, name: str) -> None:
        """Press a button. Raises ValueError where there is none of that name."""
        with self.lock:
            self.controller.press(name)
            self.show()

    def hear(self, message: dict[str, Any]) -> None:
        """Answer a message from the browser. An error is shown in the widget, in words, and below as a traceback."""
        with self.lock:
            error = None
            try:
                self.controller.hear(message)
                told = self.state_now()
            except Exception as trouble:
                self.controller.running = False
                if self.raises:
                    raise
                error = {"text": _in_words(trouble), "trace": traceback.format_exc()}
                told = {"frame": self.frame}
            self._mirror(told, number=message.get("number", 0), error=error)

    def show(self) -> None:
        """Bring the browser up to date after a change made to the controller from Python."""
        self._mirror(self.state_now())

    def to_html(self, path: str | Path) -> Path:
        """Write one page that turns and plays without a kernel or a network. Raises ValueError as files do."""
        content = page_html(self.controller.title, self.state_now(), f"<p>{escape(repr(self))}</p>").encode()
        return write_atomically(path, lambda file: file.write(content))

    def state_now(self) -> dict[str, Any]:
        """What the browser is told, as plain numbers and texts."""
        return self._told(self.controller.panels())

    def _told(self, panels) -> dict[str, Any]:
        control = self.controller
        scene = {
            "title": control.title,
            "fps": control.fps,
            "controls": [one.told() for one in control.controls()],
            "panels": [panel.still() for panel in panels],
        }
        frame = {"values": dict(control.values), "message": control.message, "running": control.running, "error": None}
        return {"scene": scene, "frame": frame} | {f"panel_{panel.key}": panel.moving() for panel in panels}

    def _mirror(self, told: dict[str, Any], number: int = 0, error: dict | None = None) -> None:
        told["frame"] = told["frame"] | {"number": number, "error": error, "running": self.controller.running}
        with self.hold_sync():
            for name, value in told.items():
                setattr(self, name, value)

    def _repr_mimebundle_(self, **options):
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        picture = {"text/plain": repr(self), "image/svg+xml": self.svg()}
        return {**(data or {}), **picture}, metadata

    def svg(self) -> str:
        """The widget as a still picture: for GitHub, for paper, and where no notebook runs."""
        return picture_svg(self.controller.title, self.controller.panels())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.controller})"


def _in_words(trouble: Exception) -> str:
    if isinstance(trouble, ValueError):
        return str(trouble)
    return f"This is a fault of the widget, not yours: {type(trouble).__name__}: {trouble}"
