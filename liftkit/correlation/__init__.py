"""What depths depend on: in the data, and in what a lifter learned from them.

Four questions, from what can be observed to what can be proven: which 2D coordinates correlate with which true depths
(:func:`data_correlation`) and with which predicted ones (:func:`learned_correlation`); what the network computes from
what (:func:`sensitivity`); and which depths move when a part of the body comes from another clip
(:func:`intervention`).
"""

from liftkit.correlation.coefficients import KINDS as KINDS
from liftkit.correlation.dependence import Dependence as Dependence
from liftkit.correlation.measures import data_correlation as data_correlation
from liftkit.correlation.measures import learned_correlation as learned_correlation
from liftkit.correlation.measures import sensitivity as sensitivity
from liftkit.correlation.reference import supervised_reference as supervised_reference
from liftkit.correlation.swapping import donors as donors
from liftkit.correlation.swapping import intervention as intervention
from liftkit.correlation.verdicts import dependence_and_error as dependence_and_error
from liftkit.correlation.verdicts import dependence_summary as dependence_summary
from liftkit.correlation.verdicts import verdicts as verdicts
