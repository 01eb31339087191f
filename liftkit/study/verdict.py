"""How a claim is judged: the words supported, contradicted and undecided, by one rule."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from liftkit.system.extras import optional

ALPHA = 0.05  # two-sided level of a test, of one comparison or of a whole block
SIZE = 0.2  # by which share of the other's mean error the paper claims to be better (arXiv 2209.00618, abstract)
LEAST_SEEDS = 4  # fewer have no interval
MIRRORED = 0.05  # a seed is called mirrored from this share of poses on
SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"
HIGHER_IS_BETTER = {"pck", "auc"}  # all other metrics are errors


def verdict(low: float, high: float, size: float, n: int, sd: float, level: float = ALPHA) -> str:
    """Judge the claim "A is better than B by ``size``".

    Args:
        low, high: interval of A's advantage over B, corrected for the number of comparisons; above 0: A is better.
        size: of the claimed advantage, in the unit of the interval.
        n, sd: seeds in common, and the standard deviation of their differences, for the power.
        level: of the interval, two-sided.

    Returns:
        "supported" if the interval lies above 0; "contradicted" if it lies below 0 or below ``size``; else "undecided"
        with the power of so many seeds to see ``size``, if it is above 0.

    Raises:
        ValueError: if ``size`` is negative.

    >>> verdict(1, 9, 10, 8, 5), verdict(-4, 6, 10, 8, 5), verdict(-1, 11, 10, 8, 7)
    ('supported', 'contradicted', 'undecided (power 0.93)')
    """
    if np.isnan(low) or np.isnan(high):
        return f"{UNDECIDED} (no interval below {LEAST_SEEDS} seeds)"
    if not size >= 0:
        raise ValueError(f"the size of a claimed advantage must be 0 or more, found {size}")
    if low > 0:
        return SUPPORTED
    if high < size:
        return CONTRADICTED
    return f"{UNDECIDED} (power {power(size, sd, n, level):.2f})" if size else UNDECIDED


def scipy_special() -> ModuleType:
    """``scipy.special``, which only statistics need: scipy takes 140 MB, and scipy.stats a second to load."""
    with optional("study"):
        from scipy import special
    return special


def power(size: float, sd: float, n: int, level: float = ALPHA) -> float:
    """The probability that a two-sided paired t test of ``n`` differences finds a true mean of ``size``.

    By the noncentral t distribution; ``sd`` is the standard deviation of the differences. NaN for fewer than two.

    >>> round(power(0.5, 1.0, 34), 3)
    0.808
    """
    if n < 2 or not sd > 0:
        return 1.0 if n > 1 and sd == 0 else float("nan")
    special = scipy_special()
    critical, shift = special.stdtrit(n - 1, 1 - level / 2), size / sd * np.sqrt(n)
    # The lower tail by its mirror image. Far out in a tail nctdtr is NaN (scipy 1.17), there 0 and 1 to 16 digits.
    missed, above = (special.nctdtr(n - 1, way, critical) for way in (shift, -shift))
    return float(2 - np.nan_to_num(missed, nan=0.0) - np.nan_to_num(above, nan=1.0))


def both_alignments(allowed: str, forbidden: str) -> str:
    """One verdict out of those with reflection allowed and forbidden; first of all whether they disagree.

    >>> both_alignments("supported", "contradicted")
    'alignments disagree: supported with reflection allowed, contradicted with reflection forbidden'
    """
    if allowed == forbidden:
        return allowed
    start = "" if allowed.split()[0] == forbidden.split()[0] else "alignments disagree: "
    return f"{start}{allowed} with reflection allowed, {forbidden} with reflection forbidden"


def describe_mirrored(mean: float, low: float, high: float, most: float, seeds: int) -> str:
    """The share of poses that are mirrored in words: over ``seeds`` its mean and interval, and that of the worst seed.

    >>> describe_mirrored(0.01, 0.0, 0.03, 0.04, 8)
    'no seed mirrored'
    """
    if most < MIRRORED:
        return "no seed mirrored"
    interval = "" if np.isnan(low) else f" ({100 * low:.0f} to {100 * high:.0f}; 95 %, t, n = {seeds})"
    return f"{100 * mean:.0f} % of poses mirrored{interval}, {100 * most:.0f} % in the worst seed"
