"""Coefficients of correlation against scipy, the published formulas and what must not change them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from liftkit.correlation import KINDS
from liftkit.correlation.coefficients import distance, pearson, spearman


def test_pearson_and_spearman_agree_with_scipy():
    x, z = np.random.default_rng(0).normal(size=(2, 40))
    z += x**3
    for ours, theirs in ((pearson, stats.pearsonr), (spearman, stats.spearmanr)):
        assert ours(x[:, None, None], z[:, None]).item() == pytest.approx(theirs(x, z).statistic)


def test_two_coordinates_together_are_the_multiple_correlation():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(50, 1, 2)) @ np.array([[1, 0.9], [0, 0.3]])
    z = x[:, 0] @ [1.0, -2.0] + rng.normal(size=50)
    design = np.column_stack([np.ones(50), x[:, 0]])
    left = z - design @ np.linalg.lstsq(design, z, rcond=None)[0]
    assert pearson(x, z[:, None]).item() == pytest.approx(np.sqrt(1 - left.var() / z.var()))


def test_a_constant_coordinate_adds_nothing_to_the_other():
    x, z = np.random.default_rng(2).normal(size=(2, 30))
    both = np.stack([x, np.zeros(30)], -1)[:, None]
    assert pearson(both, z[:, None]).item() == pytest.approx(abs(stats.pearsonr(x, z).statistic))
    assert pearson(both[..., ::-1], z[:, None]).item() == pytest.approx(abs(stats.pearsonr(x, z).statistic))


def test_distance_correlation_is_szekely_and_rizzos():
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(30, 2)), rng.normal(size=30)
    z += (x**2).sum(1)

    def centred(points):
        d = np.linalg.norm(points[:, None] - points[None], axis=-1)
        n = len(d)
        u = np.zeros_like(d)
        for i in range(n):
            for j in range(n):
                if i != j:
                    u[i, j] = d[i, j] - d[i].sum() / (n - 2) - d[:, j].sum() / (n - 2) + d.sum() / ((n - 1) * (n - 2))
        return u

    a, b = centred(x), centred(z[:, None])
    squared = (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())
    assert distance(x[:, None], z[:, None]).item() == pytest.approx(np.sqrt(squared), rel=1e-4)


def test_distance_correlation_sees_what_pearson_does_not():
    x = np.random.default_rng(4).uniform(-1, 1, 400)
    assert abs(pearson(x[:, None, None], (x**2)[:, None]).item()) < 0.15
    assert distance(x[:, None, None], (x**2)[:, None]).item() > 0.4


@pytest.mark.slow
@given(st.integers(0, 10**6), st.floats(0.1, 100), st.floats(-100, 100), st.sampled_from(sorted(KINDS)))
def test_no_coefficient_changes_with_unit_or_origin(seed, scale, shift, kind):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(20, 2, 2)), rng.normal(size=(20, 3))
    before, after = KINDS[kind](x, z), KINDS[kind](scale * x + shift, scale * z - shift)
    np.testing.assert_allclose(before, after, atol=2e-3)
    assert np.abs(before).max() <= 1 + 1e-6
