"""The tables of a study as StudyExplorer reads them: checked, filtered, and cut into what its charts draw."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from liftkit.study.statistics import bootstrap_interval, compare_pairs, share_reached
from liftkit.view.palette import HIGHER_IS_BETTER, METRICS

KEYS = ("data", "test", "policy", "representation", "seed")
NO_METRIC = {*KEYS, "step", "parameters", "seconds"}


def numbers(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns that hold measured numbers, known metrics first."""
    found = [c for c in table if c not in NO_METRIC and table[c].dtype.kind == "f" and np.isfinite(table[c]).any()]
    known = [c for c in METRICS if c in found]
    return (*known, *(c for c in found if c not in known))


def checked_results(results: pd.DataFrame) -> pd.DataFrame:
    """Results with every key column, one row each. Raises ValueError naming what is missing or twice there."""
    _expect_table("results", results, ("representation", "seed"))
    if not len(results) or not numbers(results):
        raise ValueError(f"results: expected rows with a metric, found {len(results)} rows of {list(results.columns)}")
    results = results.assign(**{key: "" for key in KEYS if key not in results})
    for key in ("data", "test", "policy", "representation"):
        results[key] = results[key].astype(str)
    if (twice := results.duplicated(list(KEYS))).any():
        row = results.loc[twice, list(KEYS)].iloc[0].to_dict()
        raise ValueError(f"results: expected one row for each of {', '.join(KEYS)}, found several of {row}")
    return results.reset_index(drop=True)


def checked_history(history: pd.DataFrame | None) -> pd.DataFrame:
    """History, or an empty one; ValueError where it lacks the columns that name its rows."""
    if history is None or not len(history):
        return pd.DataFrame({"representation": [], "seed": [], "step": []})
    _expect_table("history", history, ("representation", "seed", "step"))
    return history.assign(representation=history["representation"].astype(str))


def _expect_table(name: str, table, columns: tuple[str, ...]) -> None:
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{name}: expected a DataFrame, found {type(table).__name__}")
    if missing := [column for column in columns if column not in table]:
        raise ValueError(f"{name}: expected the columns {', '.join(missing)} too, found {list(table.columns)}")


def reached(values: np.ndarray, margins: np.ndarray, metric: str, best: float | None = None) -> np.ndarray:
    """The share of seeds within each margin of ``best``, by default their own best; without a value is not reached.

    Where large is good, the best may be ``1 + margin`` times as large.

    >>> reached(np.array([50.0, 40.0]), np.array([0.0, 0.25]), "pck").tolist()
    [0.5, 1.0]
    """
    values = np.append(np.asarray(values, float), [] if best is None else best)
    with np.errstate(divide="ignore"):
        errors = 1 / values if metric in HIGHER_IS_BETTER else values
    if not np.isfinite(errors).any():
        return np.zeros(len(margins))
    errors = np.where(np.isfinite(errors), errors, np.nan)
    if best is None:
        return share_reached(errors, margins)
    # the best of all stands in the row for comparison alone, and always reaches itself
    return (share_reached(errors, margins) * len(errors) - 1) / (len(errors) - 1)


@lru_cache(maxsize=256)
def interval(values: tuple[float, ...]) -> tuple[float, float] | None:
    """The 95 % bootstrap interval of the mean; None where there is none, as of one seed."""
    low, high = bootstrap_interval(values)
    return (low, high) if np.isfinite([low, high]).all() else None


@lru_cache(maxsize=256)
def compared(first: tuple[tuple[int, float], ...], second: tuple[tuple[int, float], ...]) -> dict:
    """:func:`liftkit.study.statistics.compare_pairs` of two lists of (seed, value)."""
    rows = [(name, *pair) for name, pairs in (("first", first), ("second", second)) for pair in pairs]
    table = pd.DataFrame(rows, columns=["representation", "seed", "value"]).assign(data="", test="")
    return compare_pairs(table, "first", "second", "value").iloc[0].to_dict()
