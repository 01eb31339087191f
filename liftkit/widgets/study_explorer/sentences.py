"""What StudyExplorer says: metrics by name, a seed's figures, two representations compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftkit.view.palette import HIGHER_IS_BETTER, metric_label

MORE = ("step", "parameters", "seconds")  # of a seed, and no metric


def figure_text(value: float) -> str:
    """A figure as short as it may be.

    >>> figure_text(54032.0), figure_text(0.00441), figure_text(104.25), figure_text(float("nan"))
    ('54,032', '0.00441', '104.2', 'no value')
    """
    if not np.isfinite(value):
        return "no value"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:.3g}" if abs(value) < 100 else f"{value:,.1f}"


def seed_in_words(name: str, rows: pd.DataFrame, index: int, metric: str, metrics: tuple[str, ...]) -> str:
    """All figures of one seed, the row ``index`` of its representation's ``rows``, a line each."""
    row, order = rows.iloc[index], rows[metric].rank(ascending=metric not in HIGHER_IS_BETTER, method="min")
    told = [f"{name.replace('_', ' ')}, seed {row['seed']}"]
    if np.isfinite(row[metric]):
        told.append(f"rank {order.iloc[index]:.0f} of {len(rows)} by {metric_label(metric)}")
    told += [f"{metric_label(one)}: {figure_text(row[one])}" for one in metrics]
    return "\n".join([*told, *(f"{one}: {figure_text(row[one])}" for one in MORE if one in row.index)])


def pair_in_words(first: str, second: str, metric: str, found: dict) -> str:
    """What the comparison of two representations, seed by seed, says, and how sure that is."""
    first, second = first.replace("_", " "), second.replace("_", " ")
    pairs, difference = int(found["pairs"]), found["difference"]
    if pairs == 0:
        return f"{first} and {second} share no seed with a value: nothing to compare."
    way = "more" if difference >= 0 else "less"
    told = f"{metric_label(metric)}: {first} has on average {abs(difference):.3g} {way} than {second}, over {pairs} "
    told += "seed in common" if pairs == 1 else "seeds in common"
    if pairs == 1:
        return f"{told}. One pair says nothing about chance."
    told += f" (95 % interval of the difference {found['low95']:.3g} to {found['high95']:.3g}"
    told += f", permutation p = {found['p']:.2g})."
    if pairs < 6:  # 2 / 2**5 is the least p of five pairs, above 0.05
        return f"{told} With so few pairs no difference, however large, is told from chance at the 5 % level."
    if found["p"] < 0.05:
        better = (difference < 0) != (metric in HIGHER_IS_BETTER)
        return f"{told} Chance alone seldom does that: {first if better else second} is better here."
    return f"{told} Chance alone can do that; it does not show that they are alike either."
