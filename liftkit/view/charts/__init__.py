"""Charts as SVG text, drawn in Python: one source for the live view, the static picture and the saved page.

A page that shows one inserts the text, shows ``data-tip`` (which may have several lines) of what the pointer is on,
and reports ``data-pick`` of what is clicked. Names may be anything: they are escaped.
"""

from liftkit.view.charts.dots import dot_chart
from liftkit.view.charts.heat import heat_map
from liftkit.view.charts.lines import line_chart

__all__ = ["dot_chart", "heat_map", "line_chart"]
