"""A small example of every widget, as the code of a notebook's cell."""

SETUP = """\
from liftkit import load_poses, load_record
from liftkit.widgets import *

few = load_poses("synthetic").select(slice(None, None, 97))  # some seen and some unseen people
"""
CELLS = {
    "PoseViewer": "PoseViewer(few.test, {'full': load_record('full'), 'flat': few.test.x3d * [1, 1, 0]})",
    "ViewExplorer": "ViewExplorer(poses=few.test)",
    "LiftingConsole": "LiftingConsole(few)",
    "DragExplorer": "DragExplorer(poses=few.test)",
    "CorrelationExplorer": "CorrelationExplorer(poses=few.test)",
    "RepresentationExplorer": "RepresentationExplorer()",
    "StudyExplorer": "StudyExplorer()",
}
