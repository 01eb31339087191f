"""The tables of a study for StudyExplorer: checked, and summarised for its charts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from liftkit.study.statistics import compare_pairs, share_reached
from liftkit.view.palette import HIGHER_IS_BETTER, METRICS
from liftkit.widgets.study_explorer.sentences import COSTS

KEYS = ("data", "test", "policy", "representation", "seed")


def metrics_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns that hold measured values, known metrics first."""
    other = {*KEYS, *COSTS}
    found = [c for c in table if c not in other and table[c].dtype.kind == "f" and np.isfinite(table[c]).any()]
    known = [c for c in METRICS if c in found]
    return (*known, *(c for c in found if c not in known))


def checked_results(results: pd.DataFrame) -> pd.DataFrame:
    """Results with every key column. Raises ValueError if a column or metric is missing, or if a row is not unique."""
    _expect_table("results", results, ("representation", "seed"))
    if not len(results) or not metrics_of(results):
        raise ValueError(f"results: expected rows with a metric, found {len(results)} rows of {list(results.columns)}")
    results = results.assign(**{key: "" for key in KEYS if key not in results})
    for key in ("data", "test", "policy", "representation"):
        results[key] = results[key].astype(str)
    if (twice := results.duplicated(list(KEYS))).any():
        row = results.loc[twice, list(KEYS)].iloc[0].to_dict()
        raise ValueError(f"results: expected one row for each of {', '.join(KEYS)}, found several of {row}")
    return results.reset_index(drop=True)


def checked_history(history: pd.DataFrame | None) -> pd.DataFrame:
    """A history, or an empty one. Raises ValueError if a column that names its rows is missing."""
    if history is None or not len(history):
        return pd.DataFrame({"representation": [], "seed": [], "step": []})
    _expect_table("history", history, ("representation", "seed", "step"))
    return history.assign(representation=history["representation"].astype(str))


def _expect_table(name: str, table, columns: tuple[str, ...]) -> None:
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{name}: expected a DataFrame, found {type(table).__name__}")
    if missing := [column for column in columns if column not in table]:
        raise ValueError(f"{name}: expected the columns {', '.join(missing)} too, found {list(table.columns)}")


def share_within(values: np.ndarray, margins: np.ndarray, metric: str, best: float | None = None) -> np.ndarray:
    """The share of seeds within each margin of ``best`` (default: their own best). A seed without a value is not.

    If higher is better, the best may be ``1 + margin`` times as large.

    >>> share_within(np.array([50.0, 40.0]), np.array([0.0, 0.25]), "pck").tolist()
    [0.5, 1.0]
    """
    values = np.append(np.asarray(values, float), [] if best is None else best)
    with np.errstate(divide="ignore"):
        errors = 1 / values if metric in HIGHER_IS_BETTER else values
    if not np.isfinite(errors).any():
        return np.zeros(len(margins))
    shares = share_reached(np.where(np.isfinite(errors), errors, np.nan), margins)
    # a best that was given is one of the errors only for comparison, and always within the margin
    return shares if best is None else (shares * len(errors) - 1) / (len(errors) - 1)


@lru_cache(maxsize=256)
def compared(first: tuple[tuple[int, float], ...], second: tuple[tuple[int, float], ...]) -> dict:
    """:func:`liftkit.study.statistics.compare_pairs` of two lists of (seed, value); 0 pairs if they share no seed."""
    if not dict(first).keys() & dict(second).keys():
        return {"pairs": 0, "difference": 0.0}
    rows = [(name, *pair) for name, pairs in (("first", first), ("second", second)) for pair in pairs]
    table = pd.DataFrame(rows, columns=["representation", "seed", "value"]).assign(data="", test="")
    return compare_pairs(table, "first", "second", "value").iloc[0].to_dict()
