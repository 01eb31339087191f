"""CorrelationExplorer: matrices of what goes with whose depth, linked with a skeleton, for several lifters."""

from liftkit.widgets.correlation_explorer.controller import CorrelationExplorerController
from liftkit.widgets.widget import Widget


class CorrelationExplorer(Widget):
    """See :class:`CorrelationExplorerController` for what it takes."""

    Controller = CorrelationExplorerController
