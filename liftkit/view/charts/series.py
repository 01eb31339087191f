"""Series of a line chart: checked, thinned, cut at their gaps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

BINS = 64  # a long line keeps up to 3 points per bin
Arrays = dict[str, tuple[np.ndarray, ...]]


def checked(named: Mapping, n: int, form: str) -> Arrays:
    """Each name's ``n`` arrays as floats, values that are not finite as NaN. Raises ValueError quoting ``form``."""
    checked_arrays = {}
    for name, arrays in named.items():
        if len(arrays) != n:
            raise ValueError(f"{name!r} must be {form}, found {len(arrays)} arrays")
        arrays = tuple(np.asarray(array, float) for array in arrays)
        shapes = [array.shape for array in arrays]
        if len(set(shapes)) > 1 or arrays[0].ndim != 1 or not arrays[0].size:
            raise ValueError(f"{name!r} must be {form} of one length above 0, found the shapes {shapes}")
        if not np.isfinite(arrays[0]).all() or (np.diff(arrays[0]) < 0).any():
            raise ValueError(f"x of {name!r} must be finite and in rising order")
        checked_arrays[str(name)] = (arrays[0], *(np.where(np.isfinite(array), array, np.nan) for array in arrays[1:]))
    return checked_arrays


def thinned(y: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Indices of the points that a line needs: both ends, and in each bin the extremes and a gap."""
    if len(y) <= 3 * bins:
        return np.arange(len(y))
    size = -(-len(y) // bins)
    padded = np.r_[y, np.full(size * bins - len(y), y[-1])].reshape(bins, size)
    gap = np.isnan(padded)
    places = [np.where(gap, np.inf, padded).argmin(1), np.where(gap, -np.inf, padded).argmax(1), gap.argmax(1)]
    kept = np.stack(places, 1) + size * np.arange(bins)[:, None]
    kept[:, 2] = np.where(gap.any(1), kept[:, 2], kept[:, 0])
    return np.unique(np.r_[0, np.minimum(kept.ravel(), len(y) - 1), len(y) - 1])


def runs(*ys: np.ndarray) -> list[np.ndarray]:
    """Indices between gaps, one array per run."""
    there = np.flatnonzero(np.isfinite(ys).all(0))
    return [run for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1) if run.size]
