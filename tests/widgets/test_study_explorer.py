"""StudyExplorer: dots, lines and shares are the tables' own, whatever the tables lack."""

import json
import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from widget_cells import send

from liftkit import Study
from liftkit.recorded import record_history, record_results
from liftkit.study.statistics import compare_pairs
from liftkit.widgets import StudyExplorer
from liftkit.widgets.study_explorer.controller import FLAT, StudyExplorerController
from liftkit.widgets.study_explorer.tables import share_within, short_number

METRIC = "pa_mpjpe_reflection"


def table(values, metric=METRIC, **columns):
    """Results of representation -> one error per seed."""
    rows = [
        {"representation": name, "seed": seed, metric: float(value)}
        for name, errors in values.items()
        for seed, value in enumerate(errors)
    ]
    return pd.DataFrame(rows).assign(**columns)


def course(names=("a", "b"), seeds=3):
    rows = [
        {"representation": name, "seed": seed, "step": step, METRIC: 100.0 - step + seed + 10 * i, "bones": 0.1}
        for i, name in enumerate(names)
        for seed in range(seeds)
        for step in (10, 20, 30)
    ]
    return pd.DataFrame(rows)


SIX = {"a": [50, 51, 52, 53, 54, 55], "b": [60, 62, 64, 66, 68, 80]}


def panels(controller):
    return {panel.key: panel for panel in controller.panels()}


def elements(panel, attribute):
    return [e for e in ElementTree.fromstring(panel.svg).iter() if attribute in e.attrib]


def tips(panel):
    return {e.get("data-pick"): e.get("data-tip") for e in elements(panel, "data-pick")}


def words(panel):
    return [e.text for e in ElementTree.fromstring(panel.svg).iter() if e.text]


def test_by_default_the_recorded_seeds_are_shown_with_mean_and_interval():
    explorer, results = StudyExplorerController(), record_results()
    found = panels(explorer)
    assert len(tips(found["seeds"])) == len(results)
    row = results[(results.representation == "legs_torso") & (results.seed == 3)].iloc[0]
    assert tips(found["seeds"])["legs_torso,3"] == f"legs_torso, seed 3: {row[METRIC]:.3g}"
    full = results[results.representation == "full"][METRIC]
    low, high = stats.t.interval(0.95, 7, full.mean(), stats.sem(full))
    bar = next(e.get("data-tip") for e in elements(found["seeds"], "data-tip") if "mean" in e.get("data-tip"))
    assert bar == f"full: mean {full.mean():.3g} of 8, interval {low:.3g} to {high:.3g}"
    assert explorer.curves[0] == METRIC and set(explorer.curve_table().seed) == set(range(8))


def test_a_picked_dot_is_described_with_all_its_figures_and_its_curve_is_drawn():
    explorer = StudyExplorerController(table(SIX, parameters=1234, n_mpjpe=7.5), course(seeds=6))
    explorer.pick("seeds", "b,4")
    found = panels(explorer)
    lines = found["seed"].text.splitlines()
    assert lines[:2] == ["b, seed 4", "rank 5 of 6 by PA-MPJPE in mm, reflection allowed"]
    assert {"PA-MPJPE in mm, reflection allowed: 68", "N-MPJPE in mm: 7.5", "parameters: 1,234"} <= set(
        lines[2].split("; ")
    )
    assert "Picked: b, seed 4, 68." in explorer.message
    assert "b, seed 4" in words(found["convergence"]) and "a" in words(found["convergence"])
    column = elements(found["convergence"], "data-tip")[1].get("data-tip")
    assert column.splitlines() == ["step 20", "a: 82.5", "b: 92.5", "b, seed 4: 94"]
    explorer.set("show_1", False)  # its dot is gone, so its curve is
    assert "b, seed 4" not in words(panels(explorer)["convergence"]) and "Picked" not in explorer.message


def test_a_loss_has_a_logarithmic_axis_and_an_error_a_plain_one():
    explorer = StudyExplorerController()
    assert not {"0.01", "0.1"} <= set(words(panels(explorer)["convergence"]))
    explorer.set("curve", "reprojection")
    assert {"0.001", "0.01"} <= set(words(panels(explorer)["convergence"]))


def test_names_with_commas_can_be_picked():
    explorer = StudyExplorerController(table({"a,1": [1.5, 2], "<b>": [3, 4]}))
    explorer.pick("seeds", "a,1,1")
    assert explorer.picked == ("a,1", 1) and panels(explorer)["seed"].text.startswith("a,1, seed 1")


@pytest.mark.parametrize("percent", [75, 100, 120])
def test_shares_are_of_seeds_that_reach_a_part_of_a_representations_mean(percent):
    explorer = StudyExplorerController(table(SIX))
    explorer.set("against", "the mean of b")  # 66.67
    explorer.set("percent", percent)
    count = sum(error <= 400 / 6 * percent / 100 for error in SIX["b"])
    assert panels(explorer)["reached"].caption.endswith(f"b {count} of 6")
    assert explorer.shares(np.array([percent]))["b"][0] == count / 6


def test_seeds_are_counted_at_three_quarters_of_the_flat_pose_if_that_is_known():
    results = table(SIX, data="syn", test="syn", policy="last")
    flat = pd.DataFrame([{"data": "syn", "test": "syn", "lifter": "flat", METRIC: 72.0}])
    explorer = StudyExplorerController(Study(results, course(), {}, references=flat))
    assert (explorer.values["percent"], explorer.values["against"]) == (75, FLAT)
    assert panels(explorer)["reached"].caption == "75 % = 54 mm: a 5 of 6, b 0 of 6"
    assert explorer.control("against").options == (FLAT, "the mean of a", "the mean of b")


def test_where_large_is_good_a_seed_reaches_what_is_large():
    explorer = StudyExplorerController(table({"a": [80, 60, 40]}, "pck"))  # 60 in the mean
    assert explorer.shares(np.array([75, 100, 150]))["a"].tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert "higher is better" in words(panels(explorer)["seeds"])


def test_a_seed_without_a_value_reaches_nothing():
    values, percent = np.array([np.nan, 2.0, np.inf, 3.0]), np.array([100, 150])
    assert share_within(values, percent, METRIC, 2).tolist() == [0.25, 0.5]
    assert share_within(values[:1], percent, "pck", 2).tolist() == [0, 0]


def test_numbers_have_about_three_digits():
    found = [short_number(value) for value in (54032.0, 0.00441, 104.25, float("nan"))]
    assert found == ["54,032", "0.00441", "104.2", "no value"]


def test_two_representations_are_compared_as_the_statistics_do():
    results = record_results()
    explorer = StudyExplorerController()
    expected = compare_pairs(results.assign(data="", test=""), "legs_torso", "full", METRIC).iloc[0]
    text = panels(explorer)["pair"].text
    assert f"{-expected.difference:.3g} less than full, over 8 seeds" in text
    assert f"{expected.low95:.3g} to {expected.high95:.3g}" in text
    assert f"paired t, n = 8; p = {expected.p:.2g}" in text and text.endswith(f"{expected.verdict}.")


@pytest.mark.parametrize(
    "values, fact",
    [
        ({"a": [1, 2, 3, 4, 5, 6], "b": [1, 3, 2, 5, 4, 6]}, "undecided (power"),
        ({"a": [1, 2, 3], "b": [11, 12, 14]}, "undecided (no interval below 4 seeds)"),
        ({"a": [1], "b": [11]}, "undecided (no interval below 4 seeds)"),
        ({"a": [1, np.nan], "b": [np.nan, 2]}, "no seed"),
        ({"a": [1, 2]}, "only one representation"),
    ],
)
def test_a_comparison_claims_no_more_than_it_can(values, fact):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = panels(StudyExplorerController(table(values)))["pair"].text
    assert fact in text and "supported" not in text


@pytest.mark.slow
def test_a_comparison_is_corrected_for_all_that_were_looked_at():
    first, swing = np.linspace(50, 52, 8), np.array([1, -1] * 4)
    found = {"a": first, "b": first + np.linspace(-1.0, 4.4, 8), "c": first + swing, "d": first - swing}
    explorer = StudyExplorerController(table(found))
    p = stats.ttest_rel(found["a"], found["b"]).pvalue
    assert 0.02 < p < 0.05 and f"p = {p:.2g}" in panels(explorer)["pair"].text
    assert panels(explorer)["pair"].text.endswith(": supported.") and "Corrected" not in panels(explorer)["pair"].text
    for name in ("c", "d", "b", "b"):
        explorer.set("second", name)
    text = panels(explorer)["pair"].text
    assert "Corrected for the 3 comparisons looked at so far (Holm)" in text and f"p = {3 * p:.2g}" in text
    assert "supported" not in text and "is better" not in explorer.message
    page, _ = StudyExplorerController(table(found)).for_page(10**6)  # whose reader may look at all
    assert "for the 6 comparisons possible here" in panels(page)["pair"].text


def test_a_band_is_drawn_for_the_chosen_one_alone():
    explorer = StudyExplorerController(table(SIX), course(seeds=6))
    for second in ("a", "b"):
        explorer.set("first", second)
        bands = [
            e
            for e in ElementTree.fromstring(panels(explorer)["convergence"].svg).iter()
            if "lk-band" in e.get("class", "")
        ]
        assert [e.get("class").split()[1] for e in bands] == [f"lk-s{'ab'.index(second)}"]


def test_better_is_larger_where_large_is_good():
    explorer = StudyExplorerController(table({"a": [90.5] * 8, "b": [80, 81, 82, 83, 84, 85, 86, 87]}, "pck"))
    assert panels(explorer)["pair"].text.endswith(": supported.")
    explorer.set("second", "a")
    assert "Choose two different" in panels(explorer)["pair"].text
    explorer.set("second", "b")
    explorer.set("show_1", False)
    assert "Not shown, so not compared: b." in panels(explorer)["pair"].text


def test_filters_leave_what_was_asked_for():
    one, two = table(SIX, data="syn", test="syn", policy="last"), table(SIX, data="syn", test="cmu", policy="last")
    three = table({"a": [1, 2], "b": [3, 4]}, data="cmu", test="cmu", policy="last")
    results = pd.concat([one, two, three, one.assign(policy="oracle", **{METRIC: 5.0})])
    history = pd.concat([course().assign(data="syn"), course().assign(data="cmu")])
    explorer = StudyExplorerController(Study(results, history, {}))
    assert explorer.control("test").options == ("syn", "cmu") and len(explorer.table()) == 12
    explorer.set("policy", "oracle")
    assert (explorer.table()[METRIC] == 5).all()
    explorer.set("policy", "last")
    explorer.set("data", "cmu")  # which was not tested on syn
    assert explorer.values["test"] == "cmu" and explorer.table()[METRIC].tolist() == [1, 2, 3, 4]
    assert set(explorer.curve_table().data) == {"cmu"} and set(explorer.curve_table().seed) == {0, 1}
    assert "trained on cmu, tested on cmu" in panels(explorer)["seeds"].caption


def test_mirrored_seeds_are_left_out_with_their_curves():
    explorer = StudyExplorerController(table(SIX, mirrored=[0.9, 0, 0, 0, 0, 0.4] * 2), course(seeds=6))
    explorer.set("upright", True)
    assert set(explorer.table().seed) == {1, 2, 3, 4, 5} == set(explorer.curve_table().seed)
    assert list(tips(panels(explorer)["seeds"]))[:2] == ["a,0", "a,1"]
    explorer.pick("seeds", "a,0")
    assert explorer.picked == ("a", 1)


def test_where_nothing_is_left_it_says_so():
    explorer = StudyExplorerController(table(SIX, mirrored=[0.9] * 12), course(seeds=6))
    before, message = [(panel.key, panel.static_state()) for panel in explorer.panels()], explorer.message
    explorer.set("upright", True)
    assert explorer.message == "No seed is left to show of a, b: show more."
    assert [(panel.key, panel.static_state()) for panel in explorer.panels()] == before
    assert explorer.panels()[0].svg.count("<circle") == 0 and explorer.message[:30] in explorer.panels()[0].svg
    explorer.set("upright", False)
    assert explorer.message == message
    for i in range(2):
        explorer.set(f"show_{i}", False)
    assert "no representation" in explorer.message and explorer.panels()


@pytest.mark.slow
@pytest.mark.parametrize(
    "results, history",
    [
        (table({"a": [1.5]}), None),
        (table({"a": [1.5, np.nan], "b": [np.nan, np.nan]}), course()),
        (table({"a": [1.5, np.inf]}), pd.DataFrame()),
        (table({f"r{i}": [i + 0.5, i + 1] for i in range(9)}), course([f"r{i}" for i in range(9)])),
        (table(SIX), course().assign(**{METRIC: np.nan})),
        (table(SIX), course(names=("c",))),
        (table(SIX, "own_score", mirrored=0.5), course().drop(columns=[METRIC, "bones"])),
    ],
    ids=["one seed", "NaN", "infinite", "nine", "empty curve", "other names", "own metric"],
)
def test_tables_that_lack_things_make_sensible_pictures(results, history):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer = StudyExplorerController(results, history)
        keys = [panel.key for panel in explorer.panels()]
        for name, rows in results.groupby("representation", sort=False):
            explorer.pick("seeds", f"{name},{len(rows) - 1}")
            assert [panel.key for panel in explorer.panels()] == keys
    assert "nan" not in explorer.message and len(tips(panels(explorer)["seeds"])) == len(results)


def test_without_a_history_the_place_of_the_curves_says_so():
    explorer = StudyExplorerController(table(SIX))
    assert any("recorded" in text for text in words(panels(explorer)["convergence"]))
    assert "curve" not in [control.name for control in explorer.controls()]


REFUSED = {
    "no table": (lambda: StudyExplorerController({"a": 1}), "results: expected a DataFrame, found dict"),
    "no seed": (lambda: StudyExplorerController(table(SIX).drop(columns="seed")), "expected the columns seed too"),
    "empty": (lambda: StudyExplorerController(table(SIX).iloc[:0]), "expected rows with a metric, found 0 rows"),
    "no metric": (lambda: StudyExplorerController(table({"a": [np.nan]})), "found 1 rows of"),
    "twice": (
        lambda: StudyExplorerController(pd.concat([table(SIX)] * 2)),
        "expected one row for each of data, test, policy, representation, seed, found several of .*'seed': 0",
    ),
    "history": (lambda: StudyExplorerController(table(SIX), course().drop(columns="step")), "history: .* step too"),
}


@pytest.mark.parametrize("call, message", REFUSED.values(), ids=REFUSED)
def test_tables_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.slow
def test_the_widget_answers_the_browser_is_always_the_same_and_leaves_the_tables():
    results, history = record_results(), record_history()
    before = results.copy(), history.copy()
    one, other = StudyExplorer(results, history), StudyExplorer()
    assert repr(one).startswith("StudyExplorer(40 rows of full, legs_torso") and one.svg() == other.svg()
    assert len(json.dumps(one.controller.state())) < 80_000
    send(one, "pick", panel="seeds", key="full,2")
    assert one.panel_seed["text"].startswith("full, seed 2")
    send(one, "set", name="against", value="the mean of five parts")
    assert one.panel_reached["title"].endswith("the mean of five parts")
    pd.testing.assert_frame_equal(results, before[0])
    pd.testing.assert_frame_equal(history, before[1])
