"""Correlation coefficients over N poses: places (N, R, k) of k coordinates, depths (N, C) -> (R, C).

NaN for constant columns. With one coordinate those of Pearson and Spearman have a sign. With two they are the multiple
correlation: how well the best linear combination of both predicts the depth, from 0 to 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

DISTANCE_POSES = 1000  # evenly spaced ones, because the distance correlation needs all pairs of poses
TINY = 1e-6  # of the scale of a coordinate; what is below is rounding


def pearson(places: np.ndarray, depths: np.ndarray) -> np.ndarray:
    """Pearson's correlation; for two coordinates the multiple correlation."""
    z = _unit(depths - depths.mean(0))
    first, *rest = np.moveaxis(places - places.mean(0), -1, 0)
    along = _unit(first).T @ z
    if not rest:
        return along
    # The part of the second coordinate that is orthogonal to the first (Gram-Schmidt).
    e = np.nan_to_num(_unit(first))
    scale = np.sqrt((rest[0] ** 2).sum(0))
    beyond = rest[0] - e * (e * rest[0]).sum(0)
    across = _unit(beyond, TINY * np.maximum(scale, TINY)).T @ z
    both = np.sqrt(np.clip(np.nan_to_num(along) ** 2 + np.nan_to_num(across) ** 2, 0, 1))
    return np.where(np.isnan(along) & np.isnan(across), np.nan, both)


def spearman(places: np.ndarray, depths: np.ndarray) -> np.ndarray:
    """:func:`pearson` of the ranks: 1 for every rising relation, linear or not."""
    return pearson(_ranks(places), _ranks(depths))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Per column of values (N, ...) their ranks; equal ones share the mean of theirs."""
    return pd.DataFrame(values.reshape(len(values), -1)).rank().to_numpy().reshape(values.shape)


def distance(places: np.ndarray, depths: np.ndarray) -> np.ndarray:
    """Distance correlation, bias-corrected: 0 only without any dependence, linear, monotone or other."""
    # The signed square root of the coefficient of Szekely & Rizzo, J. Multivariate Analysis 117 (2013) 193-213.
    few = np.linspace(0, len(places) - 1, min(len(places), DISTANCE_POSES)).astype(int)
    a = np.stack([_centred_distances(places[few, r]) for r in range(places.shape[1])])
    b = np.stack([_centred_distances(depths[few, c, None]) for c in range(depths.shape[1])])
    a, b = (m.reshape(len(m), -1) for m in (a, b))
    squared = _unit(a.T).T @ _unit(b.T)
    return np.sign(squared) * np.sqrt(np.abs(squared))


def _centred_distances(points: np.ndarray) -> np.ndarray:
    """(N, k) -> (N, N): distances between all pairs, minus the means of row and column (U-centred)."""
    points = points.astype(np.float32)
    d = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    n, rows = len(d), d.sum(0)
    if d.max() <= TINY:
        return np.zeros_like(d)
    d += rows.sum() / ((n - 1) * (n - 2)) - rows[:, None] / (n - 2) - rows[None] / (n - 2)
    np.fill_diagonal(d, 0)
    return d


def _unit(columns: np.ndarray, least: np.ndarray | float = 0.0) -> np.ndarray:
    """(N, ...) each column divided by its length; NaN if that is not above ``least``."""
    length = np.sqrt((columns**2).sum(0))
    return columns / np.where(length > least, length, np.nan)


KINDS = {"pearson": pearson, "spearman": spearman, "distance": distance}
WRITTEN = {"pearson": "Pearson", "spearman": "Spearman", "distance": "distance"}  # in a sentence
