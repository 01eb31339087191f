"""Widgets: what a student can touch. Each is a thin view of a controller that runs without a kernel or a browser."""

from typing import Any

from liftkit.widgets.correlation_explorer.controller import CorrelationExplorerController
from liftkit.widgets.drag_explorer import DragExplorerController
from liftkit.widgets.lifting_console.controller import LiftingConsoleController
from liftkit.widgets.pose_viewer import PoseViewerController
from liftkit.widgets.prediction import PredictionController, Revealed
from liftkit.widgets.representation_explorer.controller import RepresentationExplorerController
from liftkit.widgets.study_explorer.controller import StudyExplorerController
from liftkit.widgets.view_explorer import ViewExplorerController
from liftkit.widgets.widget import WIDGETS, Widget

__all__ = [
    "WIDGETS",
    "CorrelationExplorer",
    "DragExplorer",
    "LiftingConsole",
    "PoseViewer",
    "Prediction",
    "RepresentationExplorer",
    "StudyExplorer",
    "ViewExplorer",
    "Widget",
]


class CorrelationExplorer(Widget):
    Controller = CorrelationExplorerController


class DragExplorer(Widget):
    Controller = DragExplorerController


class LiftingConsole(Widget):
    Controller = LiftingConsoleController


class PoseViewer(Widget):
    Controller = PoseViewerController


class Prediction(Widget):
    Controller = PredictionController

    def reveal(self, result: Any, *shown: Any) -> Revealed:
        """Take the result (an option or a set of options that are right, a number, or a curve's numbers).

        Returns:
            The comparison, and below it what else is ``shown``, such as tables and texts; folded if there is no guess
            yet.

        Raises:
            ValueError: if the result is none that could have been guessed.
        """
        with self.lock:
            self.controller.reveal(result)
            self.show()
        return Revealed(self.controller.sentence(), shown, folded=self.controller.guess is None)


class RepresentationExplorer(Widget):
    Controller = RepresentationExplorerController


class StudyExplorer(Widget):
    Controller = StudyExplorerController


class ViewExplorer(Widget):
    Controller = ViewExplorerController
