"""What depths depend on: in the data, and in what a lifter learned from them.

Four questions, from what can be seen to what can be proven: which 2D coordinates go with which true depths
(:func:`data_correlation`), and with which predicted ones (:func:`learned_correlation`); what the network computes from
what (:func:`sensitivity`); and what moves when one part of the body is taken from another clip (:func:`intervention`).
"""

from liftkit.correlation.coefficients import KINDS
from liftkit.correlation.dependence import Dependence
from liftkit.correlation.measures import data_correlation, learned_correlation, sensitivity
from liftkit.correlation.reference import supervised_reference
from liftkit.correlation.swapping import donors, intervention
from liftkit.correlation.verdicts import dependence_and_error, dependence_summary, verdicts

__all__ = [
    "KINDS",
    "Dependence",
    "data_correlation",
    "dependence_and_error",
    "dependence_summary",
    "donors",
    "intervention",
    "learned_correlation",
    "sensitivity",
    "supervised_reference",
    "verdicts",
]
