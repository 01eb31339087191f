"""RepresentationExplorer: how a pose is divided for lifting, the network of each division, and one of one's own."""

from liftkit.widgets.representation_explorer.controller import RepresentationExplorerController
from liftkit.widgets.widget import Widget


class RepresentationExplorer(Widget):
    Controller = RepresentationExplorerController
