"""Statistics over seeds: means with intervals, the share that reached the optimum, and paired comparisons."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import scipy  # scipy.stats is loaded when first used: it takes a second, and a study's workers need none of it

CONFIDENCE = 0.95
REACHED = 1.05  # within 5 % of the best seed
RESAMPLES = 9999
GROUP = ["data", "test"]


def bootstrap_interval(values: Sequence[float], statistic: Callable = np.mean) -> tuple[float, float]:
    """The 95 % bootstrap interval (BCa, fixed seed) of a statistic; NaN for fewer than two values.

    >>> low, high = bootstrap_interval([1.0, 2.0, 3.0, 4.0])
    >>> 1 < low < 2.5 < high < 4
    True
    """
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    for method in ("BCa", "percentile"):  # BCa is not finite for some values
        drawn = dict(confidence_level=CONFIDENCE, n_resamples=RESAMPLES, rng=np.random.default_rng(0))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            interval = scipy.stats.bootstrap((values,), statistic, method=method, **drawn).confidence_interval
        if np.isfinite(interval.low):
            break
    return float(interval.low), float(interval.high)


def summarise(results: pd.DataFrame, metric: str = "pa_mpjpe_reflection") -> pd.DataFrame:
    """The distribution of an error over seeds: one row per data set, test set and representation.

    Args:
        results: a table as :attr:`liftkit.Study.results`, of one checkpoint policy.
        metric: a column of errors; small is good.

    Returns:
        Columns ``mean`` with ``low95`` and ``high95``, ``sd``, ``median``, ``best``, ``worst``; ``reached``, the share
        of seeds within 5 % of the representation's best one; ``reached_overall``, of the best one of all; ``mirrored``,
        the share of seeds that end with depth reversed; ``parameters``; ``seconds`` of training per seed.
    """
    check_metric(results, metric)
    rows = []
    for (data, test), table in results.groupby(GROUP, sort=False):
        best_of_all = table[metric].min()
        for representation, seeds in table.groupby("representation", sort=False):
            error = seeds[metric]
            low, high = bootstrap_interval(error)
            rows.append(
                {"data": data, "test": test, "representation": representation, "seeds": len(seeds)}
                | {"mean": error.mean(), "low95": low, "high95": high, "sd": error.std(), "median": error.median()}
                | {"best": error.min(), "worst": error.max()}
                | {"reached": (error <= REACHED * error.min()).mean()}
                | {"reached_overall": (error <= REACHED * best_of_all).mean()}
                | {"mirrored": (seeds["mirrored"] > 0.5).mean()}
                | {"parameters": int(seeds["parameters"].iloc[0]), "seconds": seeds["seconds"].mean()}
            )
    return pd.DataFrame(rows)


def compare_pairs(results: pd.DataFrame, first: str, second: str, metric: str = "pa_mpjpe_reflection") -> pd.DataFrame:
    """Two representations seed by seed: one row per data and test set.

    Returns:
        ``difference``, the mean of first minus second (negative: the first has the smaller error), with its 95 %
        bootstrap interval; ``relative``, the same as a share of the second's mean; ``effect``, Cohen's d of the pairs
        (mean by standard deviation of the differences); ``p``, two-sided, see :func:`permutation_p`.

    Raises:
        ValueError: on a name that is not in the table.
    """
    check_metric(results, metric)
    for name in (first, second):
        if name not in set(results["representation"]):
            raise ValueError(f"unknown representation {name!r}; there are {', '.join(results.representation.unique())}")
    rows = []
    for (data, test), table in results.groupby(GROUP, sort=False):
        pairs = table.pivot(index="seed", columns="representation", values=metric)[[first, second]].dropna()
        difference = pairs[first] - pairs[second]
        low, high = bootstrap_interval(difference)
        spread = difference.std()
        rows.append(
            {"data": data, "test": test, "first": first, "second": second, "pairs": len(pairs)}
            | {"difference": difference.mean(), "low95": low, "high95": high}
            | {"relative": difference.mean() / pairs[second].mean()}
            | {"effect": difference.mean() / spread if spread else float("nan"), "p": permutation_p(pairs)}
        )
    return pd.DataFrame(rows)


def permutation_p(pairs: pd.DataFrame) -> float:
    """Two-sided p-value of the difference of two columns by swapping within rows; NaN for fewer than two rows."""
    if len(pairs) < 2:
        return float("nan")
    how = dict(permutation_type="samples", vectorized=True, n_resamples=RESAMPLES, rng=np.random.default_rng(0))
    columns = tuple(pairs.to_numpy(float).T)
    return float(scipy.stats.permutation_test(columns, lambda a, b, axis: np.mean(a - b, axis=axis), **how).pvalue)


def share_reached(errors: Sequence[float], margins: Sequence[float]) -> np.ndarray:
    """For each margin (0.05: within 5 %), the share of seeds whose error is that close to the best one's.

    >>> share_reached([100.0, 104.0, 120.0], [0.0, 0.05, 0.5]).round(2).tolist()
    [0.33, 0.67, 1.0]
    """
    errors = np.asarray(errors, float)
    return (errors[None] <= (1 + np.asarray(margins, float)[:, None]) * np.nanmin(errors)).mean(1)


def check_metric(results: pd.DataFrame, metric: str) -> None:
    metrics = [column for column in results.columns if results[column].dtype.kind == "f" and column != "seconds"]
    if metric not in metrics:
        raise ValueError(f"unknown metric {metric!r}; there are {', '.join(metrics)}")
