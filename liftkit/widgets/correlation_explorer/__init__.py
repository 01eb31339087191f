"""CorrelationExplorer: matrices of what goes with whose depth, linked with a skeleton, for several lifters."""

from liftkit.widgets.correlation_explorer.controller import CorrelationExplorerController
from liftkit.widgets.widget import Widget


class CorrelationExplorer(Widget):
    Controller = CorrelationExplorerController
