"""Widgets: what a student can touch. Each is a thin view of a controller that runs without a kernel or a browser."""

from typing import Any

import numpy as np

from liftkit.system.extras import optional

with optional("notebooks"):  # before anything of the extras plots and study, which are part of it
    import anywidget  # noqa: F401

from liftkit.widgets.be_the_lifter import BeTheLifterController
from liftkit.widgets.claim_board import ClaimBoardController
from liftkit.widgets.correlation_explorer.controller import CorrelationExplorerController
from liftkit.widgets.cycle_explorer import CycleExplorerController
from liftkit.widgets.drag_explorer import DragExplorerController
from liftkit.widgets.lifting_console.controller import LiftingConsoleController
from liftkit.widgets.pose_viewer import PoseViewerController
from liftkit.widgets.prediction import PredictionController, Revealed
from liftkit.widgets.representation_explorer.controller import RepresentationExplorerController
from liftkit.widgets.seed_lottery import SeedLotteryController
from liftkit.widgets.shadow_explorer import ShadowExplorerController
from liftkit.widgets.study_explorer.controller import StudyExplorerController
from liftkit.widgets.swap_explorer import SwapExplorerController
from liftkit.widgets.view_explorer import ViewExplorerController
from liftkit.widgets.widget import WIDGETS, Widget, widget_of

BeTheLifter = widget_of(BeTheLifterController)
ClaimBoard = widget_of(ClaimBoardController)
CorrelationExplorer = widget_of(CorrelationExplorerController)
CycleExplorer = widget_of(CycleExplorerController)
LiftingConsole = widget_of(LiftingConsoleController)
RepresentationExplorer = widget_of(RepresentationExplorerController)
SeedLottery = widget_of(SeedLotteryController)
ShadowExplorer = widget_of(ShadowExplorerController)
StudyExplorer = widget_of(StudyExplorerController)
SwapExplorer = widget_of(SwapExplorerController)


class DragExplorer(Widget):
    Controller = DragExplorerController

    def drag(self, joint: str, x: float, y: float) -> None:
        """Pull a keypoint of the 2D panel towards (x, y), from -1 to 1 between the panel's edges, y down.

        Raises ValueError if there is no such joint, or if x or y is not finite.
        """
        with self.lock:
            self.controller.drag("x2d", joint, x, y)
            self.show()

    def moved(self) -> dict[str, np.ndarray]:
        """title -> (J,) by how many mm each joint's depth differs from that of the untouched pose."""
        return self.controller.moved()


class PoseViewer(Widget):
    Controller = PoseViewerController

    @property
    def frame_count(self) -> int:
        """The number of frames of the clip that is shown."""
        return len(self.controller.rows)


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

    def reveal_more(self, *shown: Any) -> Revealed:
        """What else gives the result away, folded if there is no guess yet."""
        return Revealed("More of the result:", shown, folded=self.controller.guess is None)


class ViewExplorer(Widget):
    Controller = ViewExplorerController

    def means(self) -> dict[str, np.ndarray]:
        """name -> (73,) the discriminator's score from -180 to 180 degrees, in steps of 5, mean over 32 poses."""
        return self.controller.means()


__all__ = ["WIDGETS", "Widget", *WIDGETS]
