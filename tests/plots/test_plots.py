"""Figures of training and of studies show the numbers of their tables."""

import numpy as np
import pandas as pd
import pytest

from liftkit.plots import convergence_figure, distribution_figure, forest_figure, history_figure, reached_figure


def test_history_shows_the_mean_and_range_over_seeds():
    history = pd.DataFrame({"step": [1, 1, 2, 2], "seed": [0, 1, 0, 1], "reprojection": [1.0, 3.0, 5.0, 9.0]})
    high, low, mean = history_figure(history).data
    assert list(high.y) == [3, 9] and list(low.y) == [1, 5] and list(mean.y) == [2, 7]
    assert mean.name == "reprojection"
    *_, error = history_figure(history.rename(columns={"reprojection": "pa_mpjpe"}), ("pa_mpjpe",)).data
    assert error.name == "PA-MPJPE in mm"


@pytest.mark.parametrize("renderer", ["notebook", "plotly_mimetype+notebook", "plotly_mimetype"])
def test_a_notebook_stores_a_figure_as_data_whatever_plotlys_renderer_is(renderer, results, monkeypatch):
    shown, history = [], pd.DataFrame({"step": [1, 2], "seed": [0, 0], "reprojection": [1.0, 3.0]})
    monkeypatch.setattr("plotly.io._renderers.ipython_display.display", lambda data, raw: shown.append(data))
    monkeypatch.setattr("plotly.io.renderers.default", renderer)
    for figure in (history_figure(history), distribution_figure(results, "pa_mpjpe")):
        figure._ipython_display_()
    assert [set(data) for data in shown] == [{"application/vnd.plotly.v1+json"}] * 2
    assert [len(data["application/vnd.plotly.v1+json"]["data"]) for data in shown] == [3, 4]


def test_history_without_rows_or_with_a_wrong_column_is_refused():
    with pytest.raises(ValueError, match="rows"):
        history_figure(pd.DataFrame({"step": []}))
    with pytest.raises(ValueError, match="magic"):
        history_figure(pd.DataFrame({"step": [1], "seed": [0]}), ("magic",))


@pytest.fixture
def results() -> pd.DataFrame:
    rows = [
        dict(data="d", test=test, representation=name, seed=seed, policy="last", pa_mpjpe=error + offset)
        for offset, test in enumerate(("t", "u"))
        for name, errors in {"full": [10.0, 12.0], "legs_torso": [8.0, 8.1]}.items()
        for seed, error in enumerate(errors)
    ]
    return pd.DataFrame(rows)


def test_a_distribution_has_a_dot_a_seed_and_a_panel_a_test_set(results):
    figure = distribution_figure(results, "pa_mpjpe")
    assert [(box.name, list(box.y)) for box in figure.data[:2]] == [("full", [10, 12]), ("legs_torso", [8, 8.1])]
    assert list(figure.data[3].y) == [9, 9.1] and list(figure.data[0].text) == ["seed 0", "seed 1"]
    assert [a.text for a in figure.layout.annotations] == ["trained on d, tested on t", "trained on d, tested on u"]


def test_a_forest_has_each_difference_with_its_corrected_interval_in_both_alignments():
    rows = {"difference": [-4.0, 1.0], "low_holm": [-7.0, -2.0], "high_holm": [-1.0, 6.0]}
    rows |= {"p": [0.005, 0.5], "p_holm": [0.01, 0.5]}
    table = pd.DataFrame(rows, index=pd.MultiIndex.from_tuples([("basic", "b"), ("broad", "c")]))
    (alone,) = forest_figure(table).data
    both = table.join((table + 1).add_prefix("pa_mpjpe_"))
    allowed, forbidden = forest_figure(both).data
    assert list(alone.x) == list(allowed.x) == [-4, 1] and list(forbidden.x) == [-3, 2]
    assert list(allowed.error_x.array) == [3, 5] and list(allowed.error_x.arrayminus) == [3, 3]
    layout = forest_figure(both).layout
    assert list(layout.yaxis.ticktext) == ["basic, b", "broad, c"]
    assert layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert "-4.0 (-7.0 to -1.0)" in allowed.text[0] and "p 0.005, corrected 0.010" in allowed.text[0]
    assert (allowed.name, forbidden.name) == ("reflection allowed", "reflection forbidden")
    with pytest.raises(ValueError, match="low_holm"):
        forest_figure(table.drop(columns="low_holm"))


def test_the_share_reached_is_that_of_seeds_with_at_most_an_error(results):
    figure = reached_figure(results[results.test == "t"], "pa_mpjpe", flat=20)
    full, halves = figure.data
    assert (
        list(full.x) == [8, 8.1, 10, 12] and list(full.y) == [0, 0, 50, 100] and list(halves.y) == [50, 100, 100, 100]
    )
    assert figure.layout.shapes[0].x0 == 15  # three quarters of the flat pose's error


def test_convergence_shows_mean_and_range_where_there_was_a_look():
    rows = [("full", 10, 0, np.nan), ("full", 20, 0, 4.0), ("full", 20, 1, 6.0), ("legs_torso", 20, 0, 3.0)]
    history = pd.DataFrame(rows, columns=["representation", "step", "seed", "bones"])
    high, low, mean, *others = convergence_figure(history, "bones").data
    assert (list(mean.x), list(high.y), list(low.y), list(mean.y)) == ([20], [6], [4], [5])
    assert mean.name == "full" and others[2].name == "legs torso"


def test_tables_that_a_figure_cannot_show_are_refused(results):
    both = pd.concat([results, results.assign(policy="oracle")])
    with pytest.raises(ValueError, match="one checkpoint policy, found last, oracle"):
        distribution_figure(both, "pa_mpjpe")
    with pytest.raises(ValueError, match="one data and one test set"):
        reached_figure(results, "pa_mpjpe")
    with pytest.raises(ValueError, match="expected a table with rows and the columns"):
        distribution_figure(results, "pck")
    with pytest.raises(ValueError, match="expected a table with rows"):
        convergence_figure(pd.DataFrame())
    unseen = pd.DataFrame({"representation": "full", "step": [1, 2], "bones": np.nan})
    with pytest.raises(ValueError, match="'bones' was never recorded"):
        convergence_figure(unseen, "bones")


def test_names_are_text_and_a_bar_is_an_interval():
    name = "<b>5 & 6</b>"
    errors = [10.0, 12.0, 14.0, 12.0]
    rows = [dict(data=name, test="t", representation=name, seed=i, pa_mpjpe=e) for i, e in enumerate(errors)]
    figure = distribution_figure(pd.DataFrame(rows), "pa_mpjpe")
    told = [
        figure.layout.annotations[0].text,
        figure.data[0].name,
        reached_figure(pd.DataFrame(rows), "pa_mpjpe").data[0].name,
    ]
    assert all("<" not in text and "&lt;b&gt;5 &amp; 6" in text for text in told)
    mean, bar = figure.layout.shapes
    half = 3.1824463 * np.std(errors, ddof=1) / 2  # Student's t with 3 degrees of freedom, two-sided 95 %
    assert mean.y0 == mean.y1 == 12 and (bar.y0, bar.y1) == pytest.approx((12 - half, 12 + half))
    assert figure.data[0].line.width == 0  # no quartiles


def test_losses_of_several_sizes_have_a_logarithmic_axis_and_figures_no_paper_of_their_own():
    history = pd.DataFrame({"step": [1, 2], "seed": [0, 0], "adversarial": [1.0, 0.5], "reprojection": [0.01, 0.001]})
    figure = history_figure(history)
    assert figure.layout.yaxis.type == "log" and figure.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert history_figure(history.assign(reprojection=[0.0, 1.0])).layout.yaxis.type is None
