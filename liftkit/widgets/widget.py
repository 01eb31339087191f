"""A controller shown in a notebook: the thin part between it and the browser."""

from __future__ import annotations

import asyncio
import inspect
import json
import signal
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

from liftkit.system.extras import optional
from liftkit.system.files import write_atomically
from liftkit.view import Controller
from liftkit.view.page import page_html, script, style
from liftkit.view.still import picture_svg, still_html
from liftkit.view.stored import stored, walk

with optional("notebooks"):
    import anywidget
    import traitlets

PAGE_BUDGET = 1_300_000  # bytes of what answers without a kernel: a page has at most 1.5 MB
STATES = 250  # that a page holds at most, if no browser computes its answers
RECORDED = 1000  # of a recording, which ends by itself
VIEW = "application/vnd.jupyter.widget-view+json"  # the type of an output that is a live widget
PAGE = "application/vnd.liftkit.widget+json"  # the type of an output that holds page_state()
WIDGETS: dict[str, type[Widget]] = {}  # every widget by its class's name
RUNNING: WeakSet[Widget] = WeakSet()  # those that work slice by slice


def _hear_interrupts() -> None:
    """Between two slices ipykernel ignores the notebook's stop square; from now on it ends what is running."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: [widget.stop() for widget in list(RUNNING)])


class ControlTrait(traitlets.Any):
    """A control's value as a trait: to assign it, in Python or by a link in the browser, is to set the control."""

    def validate(self, obj: Widget, value: Any) -> Any:
        if value != obj.controller.values[self.name]:
            obj.set(self.name, value)  # assigns this trait too, together with all that follows from the value
        return obj.controller.values[self.name]


class Widget(anywidget.AnyWidget):
    """Base of every widget: a :class:`Controller` whose state is mirrored to the browser.

    A subclass names its ``Controller`` and takes the same arguments. ``set`` and ``press`` do from Python what a hand
    does in the browser. Each control is also a trait of its name, as in ipywidgets: ``viewer.frame = 3``,
    ``viewer.observe(function, "frame")``, ``link``, ``jslink`` and ``interact`` work. The browser sends messages; each
    is answered by the panels' new state and its own number.
    """

    Controller: ClassVar[type[Controller]]

    shown_page: ClassVar[int] = 0  # bytes of the page that a cell's output holds beside the rest: for the course's site

    _esm = script()
    _css = style()
    scene = traitlets.Dict().tag(sync=True)  # the static state: title, controls, panels
    status = traitlets.Dict().tag(sync=True)  # values, message, error, and the number of the message that is answered

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "Controller" in vars(cls):  # traitlets makes further subclasses of its own
            WIDGETS[cls.__name__] = cls
            cls.__signature__ = inspect.signature(cls.Controller)
            cls.__doc__ = cls.__doc__ or cls.Controller.__doc__

    def __init__(self, *args: Any, **options: Any):
        self.controller = self.Controller(*args, **options)
        self.lock = threading.RLock()  # messages may arrive on another thread than the cells
        state = self.controller.state()
        self.add_traits(**{name: traitlets.Dict().tag(sync=True) for name in state if name.startswith("panel_")})
        super().__init__(**state)
        self._mirror(state)
        self.on_msg(lambda _, message, buffers: self.handle(message))

    @property
    def message(self) -> str:
        """The sentence below the panels."""
        return self.controller.message

    def set(self, name: str, value: Any) -> None:
        """Give a control a value. Raises ValueError if it does not allow the value."""
        with self.lock:
            self.controller.set(name, value)
            self.show()

    def press(self, name: str) -> None:
        """Press a button. Raises ValueError if there is none of that name."""
        with self.lock:
            self.controller.press(name)
            self.show()

    def stop(self) -> None:
        """End what is running, as the stop square of a notebook does."""
        with self.lock:
            self.controller.stop()
            self.show()

    def handle(self, message: dict[str, Any]) -> None:
        """Answer a message from the browser. An error is shown in the widget, its traceback folded below."""
        with self.lock:
            if message.get("kind") == "answers":
                return self.send({"answers": self.controller.answers()})
            error = None
            try:
                self.controller.handle(message)
                state = self.controller.state()
            except KeyboardInterrupt:  # the notebook's stop square
                self.controller.stop()
                state = self.controller.state()
            except Exception as trouble:
                self.controller.running = False
                name = type(trouble).__name__
                fault = "" if isinstance(trouble, ValueError) else f"This is a fault of the widget, not yours: {name}: "
                error = {"text": f"{fault}{trouble}", "trace": traceback.format_exc()}
                state = {"status": self.status}
            self._mirror(state, number=message.get("number", 0), error=error)

    def show(self) -> None:
        """Bring the browser up to date after a change made to the controller from Python."""
        self._mirror(self.controller.state())

    def to_html(self, path: str | Path, states: int = STATES) -> Path:
        """Write one page that answers its controls without a kernel or a network, as far as its note says.

        ``states``: how many states at most are stored, of a widget whose answers no browser computes.
        Raises ValueError as files do.
        """
        with self.lock:
            facts = {f"{type(self).__name__} when saved": self.controller}  # its controls go on from there
            content = page_html(self.controller.title, self.page_state(states), facts)
        return write_atomically(path, lambda file: file.write(content.encode()))

    def page_state(self, states: int = STATES, budget: int = PAGE_BUDGET) -> dict[str, Any]:
        """What such a page shows, and with what it answers, in about ``budget`` bytes."""
        shown, note = self.controller.for_page(budget)
        state, answers = shown.state(), shown.answers()
        if not shown.browser:
            steps = shown.recording()
            most = states if steps is None else RECORDED
            answers, lack = stored(shown, steps or walk(shown), most, budget - len(json.dumps(state)))
            note = f"{note} {lack}".strip()
            state["scene"] |= {"browser": "stored", "controls": answers.pop("controls")}
        return state | {"answers": answers, "note": note}

    def _mirror(self, state: dict[str, Any], number: int = 0, error: dict | None = None) -> None:
        state["status"] = state["status"] | {"number": number, "error": error, "running": self.controller.running}
        values = self.controller.values
        if new := [name for name in values if not self.has_trait(name)]:
            self.add_traits(**{name: ControlTrait(values[name]).tag(sync=True) for name in new})
        (RUNNING.add if self.controller.running else RUNNING.discard)(self)
        if self.controller.running:
            with suppress(RuntimeError):  # no event loop, so no kernel. Later: a message's end puts the handler back
                asyncio.get_running_loop().call_later(0.01, _hear_interrupts)
        with self.hold_sync():
            for name, value in (state | values).items():
                setattr(self, name, value)

    def _repr_mimebundle_(self, **options):
        with self.lock:
            self.show()  # what is drawn and the still picture beside it are of one moment
        data, metadata = super()._repr_mimebundle_(**options)
        data |= {"text/plain": repr(self), "text/html": still_html(self.svg(), self.controller.title)}
        if self.shown_page:
            data[PAGE] = self.page_state(budget=self.shown_page)
        return data, metadata

    def _ipython_display_(self, **options):
        """Show two outputs: a front end that cannot show the live one, or no longer, has the still one before it."""
        from IPython.display import display  # a script that writes pages needs none

        still, metadata = self._repr_mimebundle_()
        live = {VIEW: still.pop(VIEW)}
        display(still, raw=True)
        display(live, metadata=metadata, raw=True)

    def svg(self) -> str:
        """The widget as a still picture: for GitHub, for paper, and where no notebook runs."""
        return picture_svg(self.controller.title, self.controller.panels())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.controller})"


def widget_of(controller: type[Controller]) -> type[Widget]:
    """The widget of a controller, whose class is called as the widget and "Controller"."""
    name = controller.__name__.removesuffix("Controller")
    return type(Widget)(name, (Widget,), {"Controller": controller, "__module__": "liftkit.widgets"})
