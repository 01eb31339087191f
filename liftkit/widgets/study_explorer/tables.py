"""The tables of a study for StudyExplorer: checked, drawn as charts and put into sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from liftkit.losses import LOSSES
from liftkit.study.statistics import compare_pairs, interval, share_reached
from liftkit.view import Chart, readable
from liftkit.view.charts import dot_chart, line_chart
from liftkit.view.charts.svg import label, root, shortened
from liftkit.view.palette import HIGHER_IS_BETTER, METRICS, SERIES, metric_label

KEYS = ("data", "test", "policy", "representation", "seed")
LOSS_COLUMNS = ("discriminator", *LOSSES)
COSTS = ("step", "parameters", "seconds")  # columns that are shown although they are not metrics
Groups = Mapping[str, pd.DataFrame]  # representation -> the rows of its seeds
SIZE = {"width": 370, "height": 250}  # of each of the three charts, in pixels
Dot = tuple[str, int] | None  # the picked one: representation and index among its rows


def metrics_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns that hold measured values, known metrics first."""
    other = {*KEYS, *COSTS}
    found = [c for c in table if c not in other and table[c].dtype.kind == "f" and np.isfinite(table[c]).any()]
    return tuple(sorted(found, key=[*METRICS, *found].index))


def checked_results(results: pd.DataFrame) -> pd.DataFrame:
    """Results with every key column. Raises ValueError if a column or metric is missing, or if a row is not unique."""
    _expect_table("results", results, ("representation", "seed"))
    if not len(results) or not metrics_of(results):
        raise ValueError(f"results: expected rows with a metric, found {len(results)} rows of {list(results.columns)}")
    results = results.assign(**{key: results[key].astype(str) if key in results else "" for key in KEYS[:-1]})
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


def share_within(values: np.ndarray, percent: np.ndarray, metric: str, reference: float) -> np.ndarray:
    """The share of values that are at most so many per cent of a reference, or its inverse where higher is better."""
    if metric not in HIGHER_IS_BETTER:
        return share_reached(values, percent / 100 * reference)
    return share_reached(-values, -reference / (percent / 100))


def empty_chart(key: str, title: str, why: str) -> Chart:
    """A chart that cannot be drawn, with the reason."""
    width, height = SIZE.values()
    shown = label(shortened(why, width - 20), width / 2, 120, "middle")
    return Chart(key, title, "", root([shown], why, width, height), span=4)


def seeds_chart(groups: Groups, metric: str, picked: Dot) -> str:
    """One dot per seed, with means and their intervals."""
    values = {name: rows[metric].to_numpy(float) for name, rows in groups.items()}
    intervals = {name: interval(found) for name, found in values.items()}
    intervals = {name: ends for name, ends in intervals.items() if np.isfinite(ends).all()}
    tips = {
        name: [f"{name}, seed {seed}: {short_number(v)}" for seed, v in zip(rows["seed"], rows[metric], strict=True)]
        for name, rows in groups.items()
    }
    axis = {"y_label": metric_label(metric).split(",")[0], "lower_is_better": metric not in HIGHER_IS_BETTER}
    return dot_chart(values, tips=tips, intervals=intervals, picked=picked, **axis, **SIZE)


def convergence_chart(history: pd.DataFrame, groups: Groups, curve: str | None, picked: Dot, chosen: str) -> Chart:
    """Means over seeds; the range of the chosen representation, or of the picked seed's, with that seed's own line."""
    title = f"Convergence: {metric_label(curve)}" if curve else "Convergence"
    if not curve or not len(history):
        return empty_chart("convergence", title, "No training history was recorded.")
    most, first = len(SERIES) - (picked is not None), picked and picked[0]
    kept = sorted(groups, key=lambda name: name != first)[:most]  # the picked one's mean is never left out
    lines, bands = {}, {}
    for name in [name for name in groups if name in kept and name in set(history["representation"])]:
        by_step = history[history["representation"] == name].groupby("step")[curve].agg(["mean", "min", "max"])
        lines[name] = (by_step.index, by_step["mean"])
        if name == (first or chosen):
            bands[name] = (by_step.index, by_step["min"], by_step["max"])
    if picked is not None:
        seed = groups[first]["seed"].iloc[picked[1]]
        own = history[(history["representation"] == first) & (history["seed"] == seed)].groupby("step")[curve].mean()
        if len(own):
            lines[f"{first}, seed {seed}"] = (own.index, own)
    caption = "line: mean over seeds"
    caption += "".join(f"; band: {readable(name)}, smallest to largest" for name in bands)
    caption += f"; {len(groups) - most} more have no line" if len(groups) > most else ""
    log = curve in LOSS_COLUMNS and bool((history[curve] > 0).all())  # on a linear axis a small loss lies on 0
    axes = {"x_label": "step", "y_label": metric_label(curve).split(",")[0], "log": log}
    svg = line_chart(lines, bands=bands, **axes, **SIZE)
    return Chart("convergence", title, caption, svg, span=4)


def short_number(value: float) -> str:
    """A number with about three digits."""
    if not np.isfinite(value):
        return "no value"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:.3g}" if abs(value) < 100 else f"{value:,.1f}"


def describe_seed(name: str, rows: pd.DataFrame, index: int, metric: str, metrics: tuple[str, ...]) -> str:
    """All figures of one seed, row ``index`` of its representation's ``rows``."""
    row, order = rows.iloc[index], rows[metric].rank(ascending=metric not in HIGHER_IS_BETTER, method="min")
    lines = [f"{readable(name)}, seed {row['seed']}"]
    if np.isfinite(row[metric]):
        lines.append(f"rank {order.iloc[index]:.0f} of {len(rows)} by {metric_label(metric)}")
    figures = [f"{metric_label(column)}: {short_number(row[column])}" for column in metrics]
    figures += [f"{column}: {short_number(row[column])}" for column in COSTS if column in row.index]
    return "\n".join([*lines, "; ".join(figures)])


def pair_p(table: pd.DataFrame, first: str, second: str, metric: str) -> float:
    """The p-value of a comparison seed by seed, not corrected; NaN below four seeds in common."""
    return compare_pairs(table.assign(data="", test=""), first, second, metric)["p"].iloc[0]


def describe_pair(
    table: pd.DataFrame, first: str, second: str, metric: str, others: Sequence[float], which: str
) -> str:
    """The comparison of two representations in a table, seed by seed, and the verdict.

    ``others``: the p-values of ``which`` comparisons besides, by all of which it is corrected.
    """
    found = compare_pairs(table.assign(data="", test=""), first, second, metric, looked_at=others).iloc[0]
    first, second, pairs = readable(first), readable(second), int(found["pairs"])
    if pairs == 0:
        return f"{first} and {second} share no seed with a value: nothing to compare."
    difference, seeds = found["difference"], "seed" if pairs == 1 else "seeds"
    more = "more" if difference >= 0 else "less"
    text = f"{metric_label(metric)}: {first} has on average {abs(difference):.3g} {more} than {second}, "
    text += f"over {pairs} {seeds} in common"
    if np.isfinite(found["low95"]):
        ends = f"{found['low95']:.3g} to {found['high95']:.3g}"
        text += f" (95 % interval of the difference {ends}, paired t, n = {pairs}; p = {found['p']:.2g})"
    if others and np.isfinite(found["low_holm"]):
        ends = f"{found['low_holm']:.3g} to {found['high_holm']:.3g}"
        text += f". Corrected for the {1 + len(others)} comparisons {which} (Holm): {ends}, p = {found['p_holm']:.2g}"
    return f'{text}. "{first} is better" (the paper: by a fifth): {found["verdict"]}.'
