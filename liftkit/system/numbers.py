"""Numbers as texts."""

import re


class Rounded(float):
    """A number whose text is never minus zero, whatever it is rounded to.

    >>> f"{Rounded(-0.004):.2f}, {Rounded(-0.04):+.1f}, {Rounded(-0.006):.2f}"
    '0.00, +0.0, -0.01'
    """

    def __format__(self, spec: str) -> str:
        text = super().__format__(spec)
        return text if re.search("[1-9a-z]", text) else format(0.0, spec)
