"""Widgets: what a student can touch. Each is a thin view of a controller that runs without a kernel or a browser."""

from liftkit.widgets.be_the_lifter import BeTheLifterController
from liftkit.widgets.correlation_explorer.controller import CorrelationExplorerController
from liftkit.widgets.drag_explorer import DragExplorerController
from liftkit.widgets.lifting_console.controller import LiftingConsoleController
from liftkit.widgets.pose_viewer import PoseViewerController
from liftkit.widgets.representation_explorer.controller import RepresentationExplorerController
from liftkit.widgets.seed_lottery import SeedLotteryController
from liftkit.widgets.shadow_explorer import ShadowExplorerController
from liftkit.widgets.study_explorer.controller import StudyExplorerController
from liftkit.widgets.swap_explorer import SwapExplorerController
from liftkit.widgets.view_explorer import ViewExplorerController
from liftkit.widgets.widget import WIDGETS, Widget

__all__ = [
    "WIDGETS",
    "BeTheLifter",
    "CorrelationExplorer",
    "DragExplorer",
    "LiftingConsole",
    "PoseViewer",
    "RepresentationExplorer",
    "SeedLottery",
    "ShadowExplorer",
    "StudyExplorer",
    "SwapExplorer",
    "ViewExplorer",
    "Widget",
]


class BeTheLifter(Widget):
    Controller = BeTheLifterController


class CorrelationExplorer(Widget):
    Controller = CorrelationExplorerController


class DragExplorer(Widget):
    Controller = DragExplorerController


class LiftingConsole(Widget):
    Controller = LiftingConsoleController


class PoseViewer(Widget):
    Controller = PoseViewerController


class RepresentationExplorer(Widget):
    Controller = RepresentationExplorerController


class SeedLottery(Widget):
    Controller = SeedLotteryController


class ShadowExplorer(Widget):
    Controller = ShadowExplorerController


class StudyExplorer(Widget):
    Controller = StudyExplorerController


class SwapExplorer(Widget):
    Controller = SwapExplorerController


class ViewExplorer(Widget):
    Controller = ViewExplorerController
