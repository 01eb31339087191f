"""What depths depend on: in the data, and in what a lifter learned from them.

Four measures, from what can be observed to what can be proven: ``data_correlation``, ``learned_correlation``,
``sensitivity`` (what the network computes from what), and ``intervention`` (which depths move when a part is swapped).
"""

from liftkit.correlation.coefficients import KINDS as KINDS
from liftkit.correlation.dependence import Dependence as Dependence
from liftkit.correlation.measures import data_correlation as data_correlation
from liftkit.correlation.measures import learned_correlation as learned_correlation
from liftkit.correlation.measures import sensitivity as sensitivity
from liftkit.correlation.swapping import donors as donors
from liftkit.correlation.swapping import intervention as intervention
from liftkit.correlation.verdicts import dependence_and_error as dependence_and_error
from liftkit.correlation.verdicts import dependence_summary as dependence_summary
from liftkit.correlation.verdicts import verdicts as verdicts
