"""StudyExplorer in sentences: the figures of a seed, two representations compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftkit.view.alt_text import readable
from liftkit.view.palette import HIGHER_IS_BETTER, metric_label

COSTS = ("step", "parameters", "seconds")  # columns that are shown although they are not metrics


def short_number(value: float) -> str:
    """A number with about three digits.

    >>> short_number(54032.0), short_number(0.00441), short_number(104.25), short_number(float("nan"))
    ('54,032', '0.00441', '104.2', 'no value')
    """
    if not np.isfinite(value):
        return "no value"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:.3g}" if abs(value) < 100 else f"{value:,.1f}"


def describe_seed(name: str, rows: pd.DataFrame, index: int, metric: str, metrics: tuple[str, ...]) -> str:
    """All figures of one seed, row ``index`` of its representation's ``rows``, one per line."""
    row, order = rows.iloc[index], rows[metric].rank(ascending=metric not in HIGHER_IS_BETTER, method="min")
    lines = [f"{readable(name)}, seed {row['seed']}"]
    if np.isfinite(row[metric]):
        lines.append(f"rank {order.iloc[index]:.0f} of {len(rows)} by {metric_label(metric)}")
    lines += [f"{metric_label(column)}: {short_number(row[column])}" for column in metrics]
    return "\n".join(lines + [f"{column}: {short_number(row[column])}" for column in COSTS if column in row.index])


def describe_pair(first: str, second: str, metric: str, found: dict) -> str:
    """The comparison of two representations, seed by seed, and how certain it is."""
    first, second = readable(first), readable(second)
    pairs, difference = int(found["pairs"]), found["difference"]
    if pairs == 0:
        return f"{first} and {second} share no seed with a value: nothing to compare."
    text = (
        f"{metric_label(metric)}: {first} has on average {abs(difference):.3g} {'more' if difference >= 0 else 'less'} "
        f"than {second}, over {pairs} {'seed' if pairs == 1 else 'seeds'} in common"
    )
    if pairs == 1:
        return f"{text}. One pair says nothing about chance."
    text += (
        f" (95 % interval of the difference {found['low95']:.3g} to {found['high95']:.3g}, "
        f"permutation p = {found['p']:.2g})."
    )
    if pairs < 6:  # 2 / 2**5 is the least p of five pairs, above 0.05
        return f"{text} With so few pairs no difference, however large, is distinguished from chance at the 5 % level."
    if found["p"] < 0.05:
        better = (difference < 0) != (metric in HIGHER_IS_BETTER)
        return f"{text} Chance alone seldom does that: {first if better else second} is better here."
    return f"{text} Chance alone can do that; it does not show that they are alike either."
