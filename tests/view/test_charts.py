"""Charts of widgets: what is drawn lies where the numbers say, whatever the names are."""

import re
from functools import partial
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftkit import H36M_17
from liftkit.plots import results
from liftkit.view.charts import axes, dot_chart, heat_map, line_chart, svg
from liftkit.view.charts.lines import runs, thinned
from liftkit.view.palette import SERIES, SERIES_DASHES

NASTY = """<script>alert("1")</script> & 'two'\x00"""
line = partial(line_chart, x_label="step", y_label="loss")
dots = partial(dot_chart, y_label="error in mm")
heat = partial(heat_map, rows=["hip", "knee"], columns=["hip", "knee", "toe"], unit="mm", limits=(0, 100))
STEPS = np.arange(1000)
CHARTS = {
    "line": partial(line, {"full": (STEPS, np.sin(STEPS / 90))}, marks=[(5, "now")]),
    "log": partial(line, {"full": (STEPS, np.exp(-STEPS / 90.0))}, log=True),
    "heat": partial(heat, [[1, 2, np.nan], [3, -4, np.inf]], picked=(1, 1), limits=(-4, 4)),
    "dots": partial(dots, {"full": [1, 2, np.nan], "legs": [3.0]}, intervals={"full": (1, 2)}),
}


def named(text, name):
    """The elements of a chart with an attribute, in the order of the text."""
    return [element for element in ElementTree.fromstring(text).iter() if name in element.attrib]


def of_class(text, name):
    return [element for element in named(text, "class") if name in element.get("class").split()]


def points(path):
    return np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d")), float)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_chart_is_one_deterministic_picture_without_ids_or_scripts_and_describes_itself(chart):
    text = chart()
    assert text == chart()
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("role") == "img" and root.get("viewBox")
    assert not named(text, "id") and "<script" not in text and "http" not in text.replace(root.tag[1:-4], "")
    assert any(word in root.get("aria-label") for word in ("Line chart of loss by step", "Heat map", "Dot chart"))
    assert not re.search(r"nan|\binf\b|\de[-+]\d|\.\d{6}", text)


def test_names_are_text_and_never_markup():
    texts = [
        line({NASTY: ([0, 1], [1, 2])}, bands={NASTY: ([0, 1], [0, 1], [2, 3])}, marks=[(0, NASTY)]),
        heat_map([[1.0]], [NASTY], [NASTY], unit=NASTY, title=NASTY, limits=(0, 1)),
        dots({NASTY: [1.0]}, tips={NASTY: [NASTY]}, intervals={NASTY: (0, 2)}),
    ]
    for text in texts:
        tags = {element.tag.split("}")[1] for element in ElementTree.fromstring(text).iter()}
        assert tags <= {"svg", "style", "rect", "path", "text", "g", "circle"}
    assert named(texts[2], "data-pick")[0].get("data-pick") == NASTY.replace("\x00", "\ufffd") + ",0"
    assert named(texts[1], "data-tip")[0].get("data-tip").startswith(NASTY.replace("\x00", "\ufffd"))


def test_colours_and_dashes_are_those_of_the_figures_and_text_has_contrast():
    assert len(SERIES) == len(set(SERIES_DASHES.values())) == len(results.DASHES)
    light = int(svg.INK[1] * 2, 16) / 255
    assert 1.05 / (((light + 0.055) / 1.055) ** 2.4 + 0.05) > 4.5


def test_a_line_goes_through_its_points_with_a_gap_where_a_value_is_missing():
    path = of_class(line({"full": ([0, 1, 2, 3, 4], [0, 10, np.nan, 5, 10])}, limits=(0, 10)), "lk-line")[1]
    assert path.get("d").count("M") == 2
    (x0, y0), (x1, y1), (x3, y3), (x4, y4) = points(path)
    np.testing.assert_allclose([x1 - x0, x3 - x0], [(x4 - x0) / 4, (x4 - x0) * 3 / 4], atol=0.11)
    np.testing.assert_allclose([y4, y3], [y1, (y0 + y1) / 2], atol=0.11)
    assert y1 < y0


def test_a_logarithmic_axis_has_equal_steps_for_equal_factors():
    path = of_class(line({"full": ([0, 1, 2], [0.001, 0.1, 10])}, log=True), "lk-line")[1]
    assert np.ptp(np.diff(points(path)[:, 1])) < 0.11


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3000))
def test_thinning_keeps_ends_extremes_and_gaps(seed, n):
    rng = np.random.default_rng(seed)
    y = np.where(rng.random(n) < 0.003, np.nan, rng.normal(size=n))
    kept = thinned(y)
    assert len(kept) <= 200 and kept[0] == 0 and kept[-1] == n - 1 and (np.diff(kept) > 0).all()
    if np.isfinite(y).any():
        assert np.nanmin(y[kept]) == np.nanmin(y) and np.nanmax(y[kept]) == np.nanmax(y)
    assert np.isnan(y[kept]).any() == np.isnan(y).any()


def test_runs_are_what_lies_between_gaps():
    assert [run.tolist() for run in runs(np.array([np.nan, 1, 2, np.nan, 3]))] == [[1, 2], [4]]


def test_a_band_lies_around_its_line_in_its_colour():
    text = line({"a": ([0, 1], [1, 1]), "b": ([0, 1], [5, 5])}, bands={"b": ([0, 1], [4, 4], [6, 6])})
    band, path = of_class(text, "lk-band")[0], of_class(text, "lk-line")[-1]
    assert "lk-s1" in band.get("class") and "lk-s1" in path.get("class")
    low, high = points(band)[:2, 1], points(band)[2:, 1]
    np.testing.assert_allclose((low + high) / 2, points(path)[:, 1], atol=0.11)


def test_tooltips_hold_x_and_every_value_there():
    tips = [e.get("data-tip") for e in named(line({"a": ([0, 5], [1, 2]), "b": ([5], [np.nan])}), "data-tip")]
    assert tips == ["step 0\na: 1", "step 5\na: 2\nb: no value"]


def test_marks_close_together_have_texts_in_rows_of_their_own():
    text = line({"a": (STEPS, STEPS)}, marks=[(500, "step five hundred"), (505, "step 505")])
    heights = {
        e.text: float(e.get("y")) for e in ElementTree.fromstring(text).iter() if (e.text or "").startswith("step")
    }
    assert heights["step five hundred"] - heights["step 505"] >= svg.SIZE


def test_ticks_can_be_given():
    text = line({"a": ([-180, 180], [0, 1])}, x_ticks=(0, 180, -180))
    found = {e.text: float(e.get("x")) for e in ElementTree.fromstring(text).iter() if e.text in ("-180", "0", "180")}
    path = points(of_class(text, "lk-line")[1])
    np.testing.assert_allclose([found["-180"], found["180"]], path[:, 0], atol=0.11)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_are_four_to_six_of_equal_distance_within_a_range_that_holds_the_data(low, span):
    high = low + span
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return
    start, end, ticks = axes.nice_ticks(low, high)
    assert 4 <= len(ticks) <= 6 and start <= low and high <= end
    step = ticks[1] - ticks[0]
    assert any(np.isclose(step / 10 ** np.floor(np.log10(step) + 1e-9), m, rtol=1e-3) for m in (1, 2, 5, 10))
    assert len(set(axes.tick_texts(ticks))) == len(ticks)


def test_numbers_and_texts_are_short():
    assert [axes.number(value) for value in (48.2041, 2.5e-6, 400128)] == ["48.2", "2.5×10⁻⁶", "400128"]
    assert [axes.number(value) for value in (9.9999e9, 0.0009999, 999.99, 0)] == ["10¹⁰", "0.001", "1000", "0"]
    assert axes.tick_texts([0, 5000, 10000]) == ["0", "5k", "10k"] and axes.tick_texts([0.5, 1.0]) == ["0.5", "1"]
    assert axes.nice_ticks(3, 97) == (3, 97, [20.0, 40.0, 60.0, 80.0])
    assert svg.safe('<b> & "c"') == "&lt;b&gt; &amp; &quot;c&quot;"


@given(st.floats(1e-9, 1e9), st.floats(1.1, 1e12))
def test_logarithmic_ticks_lie_within_a_range_that_holds_the_data(low, factor):
    start, end, ticks = axes.log_ticks(low, low * factor)
    assert start <= low * (1 + 1e-9) and low * factor <= end * (1 + 1e-9) and 2 <= len(ticks) <= 7
    assert all(start * (1 - 1e-9) <= tick <= end * (1 + 1e-9) for tick in ticks)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(width=32), min_size=1, max_size=30))
def test_any_numbers_make_a_picture_of_finite_numbers(values):
    texts = [
        line({"a": (range(len(values)), values)}),
        dots({"a": values}),
        heat_map([values], ["a"], range(len(values)), unit="", limits=(-1, 1)),
    ]
    for text in texts:
        ElementTree.fromstring(text)
        assert not re.search(r"nan|\binf\b|\de[-+]\d", text)


def test_a_heat_map_has_a_cell_a_value_darker_where_it_is_larger():
    text = heat([[0, 50, 100], [np.nan, 25, 75]])
    cells = {e.get("data-pick"): e for e in named(text, "data-pick")}
    assert list(cells) == ["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"]
    assert cells["0,1"].get("data-tip") == "hip → knee: 50.00 mm"
    assert cells["1,0"].get("data-tip") == "knee → hip: no value"
    light = {pick: sum(bytes.fromhex(e.get("fill")[1:])) for pick, e in cells.items() if e.get("fill")}
    assert sorted(light, key=light.get) == ["0,2", "1,2", "0,1", "1,1", "0,0"]


def test_a_value_that_is_rounded_to_nothing_has_no_sign():
    tips = re.findall('data-tip="a → b: ([^"]*)"', heat_map([[-0.004]], ["a"], ["b"], unit="mm", limits=(-1, 1)))
    assert tips == ["0.00 mm"] and axes.tick_texts([-1.0, -1e-17, 1.0]) == ["-1", "0", "1"]


def test_the_colours_of_signs_are_lightest_at_zero():
    cells = named(heat([[-2, 0, 1], [0, 0, 0]], limits=(-2, 2)), "data-pick")
    minus, zero, plus = (tuple(bytes.fromhex(e.get("fill")[1:])) for e in cells[:3])
    assert min(zero) > 240 and minus[1] > max(minus[0], minus[2]) and plus[1] < min(plus[0], plus[2])


@pytest.mark.parametrize(
    "picked, sides", [((1, 2), (1, 1)), ((1, None), (3, 1)), ((None, 0), (1, 2)), (None, None), ((None, None), None)]
)
def test_what_is_picked_is_outlined(picked, sides):
    boxes = of_class(heat(np.ones((2, 3)), picked=picked), "lk-strong")
    assert [(float(b.get("width")) / 40, float(b.get("height")) / 40) for b in boxes] == ([sides] if sides else [])


def test_a_map_of_all_joints_is_small_text():
    matrix = np.random.default_rng(0).normal(size=(17, 17)) * 100
    for limits in ((0, 400), (-400, 400)):
        text = heat_map(matrix, H36M_17.names, H36M_17.names, unit="mm", limits=limits, title="2D to depth")
        assert len(text.encode()) < 40_000


def test_dots_lie_at_their_values_and_do_not_cover_each_other():
    rng = np.random.default_rng(0)
    groups = {f"legs_torso_{i}": np.r_[rng.normal(50, 3, 20), [50] * 5] for i in range(8)}
    text = dots(groups)
    found = named(text, "data-pick")
    place = np.array([[float(e.get("cx")), float(e.get("cy"))] for e in found])
    values = np.concatenate([*groups.values()])
    slope, start = np.polyfit(values, place[:, 1], 1)
    assert slope < 0 and np.abs(place[:, 1] - slope * values - start).max() < 0.11
    apart = np.linalg.norm(place[:, None] - place, axis=-1) + 100 * np.eye(len(place))
    radius = np.array([float(e.get("r")) for e in found])
    assert (apart >= radius[:, None] + radius - 0.2).all()


def test_a_value_that_is_not_finite_stays_to_be_seen_and_picked():
    picks = {e.get("data-pick"): e.get("data-tip") for e in named(dots({"a": [1, np.nan, 2]}), "data-pick")}
    assert set(picks) == {"a,0", "a,1", "a,2"} and picks["a,1"] == "a 1: no value"


def test_the_mean_and_its_interval_are_drawn_to_scale():
    text = dots({"a": [10, 20, 60]}, intervals={"a": (20, 50)})
    bar, mean = of_class(text, "lk-band")[0], of_class(text, "lk-strong")[0]
    top, tall = float(bar.get("y")), float(bar.get("height"))
    assert points(mean)[0, 1] == pytest.approx(top + tall * 2 / 3, abs=0.2)
    heights = [float(dot.get("cy")) for dot in named(text, "data-pick")]
    np.testing.assert_allclose([top, top + tall], np.interp([50, 20], [10, 20, 60], heights), atol=0.2)


REFUSED = {
    "no series": (lambda: line({}), "expected 1 to 6 series.* found 0"),
    "too many series": (lambda: line({str(i): ([0], [0]) for i in range(7)}), "found 7"),
    "lengths": (lambda: line({"a": ([0, 1], [0])}), r"'a' must .*found the shapes \[\(2,\), \(1,\)\]"),
    "empty series": (lambda: line({"a": ([], [])}), "length above 0"),
    "x backwards": (lambda: line({"a": ([1, 0], [0, 1])}), "rising"),
    "x missing": (lambda: line({"a": ([0, np.nan], [0, 1])}), "finite"),
    "a matrix of another shape": (
        lambda: heat(np.ones((3, 2))),
        r"expected a matrix \(2, 3\).* found the shape \(3, 2\)",
    ),
    "an empty matrix": (lambda: heat_map(np.ones((0, 0)), [], [], unit="", limits=(0, 1)), r"shape \(0, 0\)"),
    "no groups": (lambda: dots({}), "expected groups"),
    "an empty group": (lambda: dots({"a": []}), r"found the shapes \{'a': \(0,\)\}"),
}


@pytest.mark.parametrize("call, words", REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_input_stays_as_it_was():
    x, y = np.arange(3.0), np.array([1.0, np.inf, 2.0])
    line({"a": (x, y)})
    assert y[1] == np.inf and x.tolist() == [0, 1, 2]
