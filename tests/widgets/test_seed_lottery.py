"""SeedLottery: means, intervals and counts as they are worked out by hand, and the rule for few seeds."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from widget_cells import panel, send

from liftkit.recorded import record_results
from liftkit.widgets import SeedLottery
from liftkit.widgets.seed_lottery import MANY, SeedLotteryController, evaluate_draw


def results(**columns) -> pd.DataFrame:
    rows = [(name, seed, value) for name, values in columns.items() for seed, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["representation", "seed", "mpjpe"]).assign(mpjpe=lambda t: t.mpjpe.astype(float))


# Seed by seed a minus b is 3, -1, -1, 3: b is better by 1 on average, but two seeds of four say the opposite.
FOUR = results(a=[13, 10, 10, 13], b=[10, 11, 11, 10])


def lottery(table=FOUR, **options) -> SeedLotteryController:
    return SeedLotteryController(table, "mpjpe", **options)


def test_a_draws_mean_and_interval_are_students():
    values, picks = np.array([[1.0, 10], [2, 10], [3, 10], [6, 14]]), np.array([0, 1, 1, 2])
    expected = stats.t.interval(0.95, 3, loc=2, scale=stats.sem([1, 2, 2, 3]))
    np.testing.assert_allclose(evaluate_draw(values, picks)[0], [2, *expected, 0], rtol=1e-6)  # it holds the mean, 3
    np.testing.assert_array_equal(evaluate_draw(values, picks)[1], [10, 10, 10, 1])  # not 11


def test_there_is_no_interval_below_four_seeds_and_so_no_miss():
    assert np.isnan(evaluate_draw(np.ones((5, 1)), np.array([0, 1, 2]))[0, 1:3]).all()
    control = lottery()
    control.set("seeds", 3)
    control.press("many")
    assert control.misses == [0, 0, 0]
    assert "Below 4 seeds there is no interval" in control.message and "missed" not in control.message
    assert "interval" not in panel(control, "dance").svg.split("<g class")[1]
    control.set("seeds", 4)
    assert "The interval of the difference" in control.message


def test_luck_wins_as_often_as_it_must():
    control = lottery()
    control.set("seeds", 1)
    for _ in range(6):
        control.press("many")
    assert len(control.draws) == 1 + 6 * MANY
    assert control.wrong.mean() == pytest.approx(0.5, abs=0.06)  # two seeds of four
    control.set("seeds", 4)  # wrong if all four draws are -1; nobody wins if one of them is 3
    for _ in range(6):
        control.press("many")
    assert control.wrong.mean() == pytest.approx(1 / 16, abs=0.03)


@pytest.mark.slow
def test_the_intervals_misses_are_counted_as_all_possible_draws_have_them():
    control, values = lottery(), np.array([3.0, -1, -1, 3])
    ends = [stats.t.interval(0.95, 3, np.mean(d), max(stats.sem(d), 1e-12)) for d in product(values, repeat=4)]
    expected = np.mean([not low <= 1 <= high for low, high in ends])
    for _ in range(6):
        control.press("many")
    assert control.misses[2] / len(control.draws) == pytest.approx(expected, abs=0.05) and expected > 0.1


def test_what_is_said_fits_what_is_drawn():
    control = lottery(results(a=[13, 13, 13, 13], b=[10, 10, 10, 10]))
    assert "b is better by 3 mm, as over all seeds" in control.message and "It leaves out 0" in control.message
    control = lottery(results(a=[10, 10], b=[11, 8]), seed=1)
    control.set("seeds", 1)
    while control.wrong[-1]:
        control.press("draw")
    while not control.wrong[-1]:
        control.press("draw")
    assert "a is better by 1 mm, but over all 2 seeds b is better" in control.message
    assert f"Draws so far: {len(control.draws)}, of which {control.wrong.sum()} (" in control.message
    assert panel(control, "dance").svg.count(", wrong winner") == control.wrong[-40:].sum()


def test_a_share_that_is_better_if_higher_is_won_by_the_higher():
    table = results(a=[90, 91, 92, 93], b=[80, 81, 82, 83]).rename(columns={"mpjpe": "pck"})
    assert "a is better by 10, as" in SeedLotteryController(table, "pck").message
    assert "b is better by 10" in lottery(table.rename(columns={"pck": "mpjpe"})).message


def test_a_colour_is_one_representation_and_a_miss_is_thick_and_has_none():
    control = lottery(results(a=[1, 1], b=[2, 2], c=[3, 3]))
    control.set("first", "c")
    control.set("second", "b")
    groups = re.findall(r'<g class="lk-(s\d)"', panel(control, "drawn").svg)
    assert groups == ["s2", "s2", "s1", "s1"]  # c and b: the third and the second of three
    control = lottery()
    control.press("many")
    bars = panel(control, "dance").svg.split("<g ")[1:]
    missed = [bar for bar in bars if "a miss" in bar]
    assert 0 < len(missed) < len(bars) == 40
    for bar in bars:
        look = ('stroke-width="5"' in bar, "lk-s5" in bar)
        assert look == ((True, False) if bar in missed else (False, True))


def test_choosing_the_other_one_twice_changes_places():
    control = lottery()
    assert control.pair == ["a", "b"]
    control.set("first", "b")
    assert control.pair == ["b", "a"] == [control.values["first"], control.values["second"]]
    assert len(control.draws) == 1
    control.set("second", "b")
    assert control.pair == ["a", "b"]


def test_the_recorded_seeds_are_drawn_and_the_same_seed_draws_alike():
    one, other = SeedLottery(), SeedLottery()
    for widget in (one, other):
        send(widget, "press", name="many")
    assert one.svg() == other.svg()
    control, table = one.controller, record_results()
    assert sorted(control.table.index) == list(range(8)) and set(control.names) == set(table["representation"])
    means = table.groupby("representation")["pa_mpjpe_reflection"].mean()
    first, second = control.pair
    assert control.columns[:, 2].mean() == pytest.approx(means[first] - means[second])
    assert one.status["message"] == control.message and f"Draws so far: {MANY + 1}," in one.status["message"]


@pytest.mark.parametrize(
    ("table", "match"),
    [
        (results(a=[1, 2]), "two representations with at least two seeds in common, found 1 .a. with 2"),
        (results(a=[1], b=[2]), "found 2 .a, b. with 1 seeds"),
        (pd.concat([FOUR, FOUR]), "one row for each representation and seed: choose one data set"),
        (FOUR.rename(columns={"mpjpe": "auc"}), "unknown metric 'mpjpe'; there are auc"),
    ],
)
def test_bad_results_are_refused(table, match):
    with pytest.raises(ValueError, match=match):
        lottery(table)
