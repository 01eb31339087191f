"""Numbers as texts: what is rounded to nothing has no sign."""

import math

import pytest

from liftkit.system.numbers import Rounded


@pytest.mark.parametrize(
    "value, spec, text",
    [
        (-0.004, ".2f", "0.00"),
        (-0.006, ".2f", "-0.01"),
        (-0.0, "g", "0"),
        (-0.4, ".0f", "0"),
        (-0.04, "+.1f", "+0.0"),
        (-1e-7, "g", "-1e-07"),
        (-0.004, ".0%", "0%"),
        (math.nan, ".2f", "nan"),
        (-math.inf, ".2f", "-inf"),
        (-1234.5, ",.0f", "-1,234"),
    ],
)
def test_a_rounded_number_is_never_minus_zero(value, spec, text):
    assert format(Rounded(value), spec) == text
