"""Every picture of liftkit, and what widgets are written with. It needs no kernel and no anywidget."""

from liftkit.view.alt_text import capital, describe, readable  # noqa: F401
from liftkit.view.controller import Controller, Drag, Pick, Press, Set, Tick  # noqa: F401
from liftkit.view.controls import Button, Choice, Radio, Slider, TextField, Toggle  # noqa: F401
from liftkit.view.panels import Chart, Note, Panel, Pose  # noqa: F401
