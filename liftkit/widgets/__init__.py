"""Widgets: what a student can touch. Each is a thin view of a controller that runs without a kernel or a browser."""

from liftkit.widgets.correlation_explorer import CorrelationExplorer
from liftkit.widgets.drag_explorer import DragExplorer
from liftkit.widgets.lifting_console import LiftingConsole
from liftkit.widgets.pose_viewer import PoseViewer
from liftkit.widgets.representation_explorer.controller import RepresentationExplorer
from liftkit.widgets.study_explorer.controller import StudyExplorer
from liftkit.widgets.view_explorer import ViewExplorer
from liftkit.widgets.widget import WIDGETS, Widget

__all__ = [
    "WIDGETS",
    "CorrelationExplorer",
    "DragExplorer",
    "LiftingConsole",
    "PoseViewer",
    "RepresentationExplorer",
    "StudyExplorer",
    "ViewExplorer",
    "Widget",
]
