"""LiftingConsole: the adversarial game live, by half steps or running."""

from liftkit.widgets.lifting_console.controller import LiftingConsoleController
from liftkit.widgets.widget import Widget


class LiftingConsole(Widget):
    Controller = LiftingConsoleController
