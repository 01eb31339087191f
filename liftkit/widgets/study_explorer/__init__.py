"""StudyExplorer: a study's seeds as dots, their convergence and how many come close to the best, filtered, compared."""

from liftkit.widgets.study_explorer.controller import StudyExplorerController
from liftkit.widgets.widget import Widget


class StudyExplorer(Widget):
    Controller = StudyExplorerController
