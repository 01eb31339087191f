"""CorrelationExplorer: the maps are the analysis's own, and what is picked is the same everywhere."""

import json
import re
import warnings
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from widget_cells import send

from liftkit import data_correlation, intervention, learned_correlation, load_poses, sensitivity, train
from liftkit.widgets import CorrelationExplorer
from liftkit.widgets.correlation_explorer.controller import ALL, FROM, REMINDER, TO, CorrelationExplorerController
from liftkit.widgets.correlation_explorer.matrices import Matrices, describe_cell


@pytest.fixture(scope="module")
def poses():
    every = load_poses("synthetic").test
    return every.select(np.arange(0, len(every), 160))  # fewer than any kind takes


@pytest.fixture(scope="module")
def runs(poses):
    how = dict(width=16, batch=8, steps=5, device="cpu")
    return {name: train(name, poses, (0, 3), **how) for name in ("full", "legs_torso", "five_parts")}


@pytest.fixture
def explorer(runs, poses):
    return CorrelationExplorerController({name: runs[name] for name in ("full", "legs_torso")}, poses)


def panels(controller):
    return {panel.key: panel for panel in controller.panels()}


def outlined(panel):
    """Which parts of a map are outlined, as (columns wide, rows high) of cells."""
    root = ElementTree.fromstring(panel.svg)
    boxes = [e for e in root.iter() if "lk-strong" in e.get("class", "").split()]
    scale = next(e.get("transform") for e in root.iter() if "scale(" in e.get("transform", ""))
    cell = float(scale.split("scale(")[1].rstrip(")"))
    return [(round(float(b.get("width")) / cell), round(float(b.get("height")) / cell)) for b in boxes]


def tip(panel, row, column):
    return next(
        e.get("data-tip") for e in ElementTree.fromstring(panel.svg).iter() if e.get("data-pick") == f"{row},{column}"
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pearson", "spearman", "distance", "sensitivity", "intervention"])
def test_maps_are_what_the_analysis_gives(explorer, runs, poses, kind):
    explorer.set("kind", kind)
    few = poses
    if kind == "sensitivity":
        expected = {name: sensitivity(runs[name], few) for name in explorer.runs}
    elif kind == "intervention":
        expected = {name: intervention(runs[name], few, "joints") for name in explorer.runs}
    else:
        expected = {name: learned_correlation(runs[name], few, kind) for name in explorer.runs}
    for i, (name, found) in enumerate(expected.items()):
        np.testing.assert_allclose(explorer.shown(name), found.mean, rtol=1e-5, atol=1e-6)
        explorer.set("seed", "3")
        np.testing.assert_allclose(explorer.shown(name), found.values[1], rtol=1e-5, atol=1e-6)
        explorer.set("seed", "mean")
        panel = panels(explorer)[f"map_{i}"]
        assert panel.title.startswith(name.replace("_", " ")) and found.what in panel.title
        assert tip(panel, 5, 12).startswith(f"left ankle → left wrist: {found.mean[5, 12]:.2f}")


@pytest.mark.slow
def test_excess_is_beyond_the_data_and_has_colours_for_both_signs(explorer, runs, poses):
    explorer.set("kind", "excess of pearson")
    expected = learned_correlation(runs["full"], poses).excess.mean
    np.testing.assert_allclose(explorer.shown("full"), expected, atol=1e-6)
    low, high = explorer.limits("full")
    assert low == -high < 0 and explorer.limits("data")[0] == 0


@pytest.mark.slow
def test_the_data_have_a_map_that_goes_with_the_kind(explorer, poses):
    for kind, expected in (("spearman", "spearman"), ("excess of spearman", "spearman"), ("sensitivity", "pearson")):
        explorer.set("kind", kind)
        np.testing.assert_allclose(explorer.shown("data"), data_correlation(poses, expected).mean, atol=1e-6)
        assert panels(explorer)["map_data"].title == f"Data: {expected.title()} correlation with the true depth"


@pytest.mark.slow
def test_what_is_compared_shares_its_range_of_colours(explorer):
    largest = max(np.abs(explorer.shown(name)).max() for name in ("full", "legs_torso", "data"))
    assert {explorer.limits(name) for name in ("full", "legs_torso", "data")} == {(0.0, float(largest))}
    explorer.set("kind", "intervention")
    assert explorer.limits("full") == explorer.limits("legs_torso") != explorer.limits("data")


def test_only_what_is_shown_is_computed_and_once(explorer):
    assert set(explorer.matrices.kept) == {("full", "pearson"), ("legs_torso", "pearson"), ("data", "pearson")}
    explorer.set("kind", "sensitivity")
    first = explorer.matrices.get("full", "sensitivity")
    explorer.set("kind", "pearson")
    explorer.set("kind", "sensitivity")
    assert explorer.matrices.get("full", "sensitivity") is first and len(explorer.matrices.kept) == 5


def test_legs_and_torso_lifted_apart_do_not_move_each_other_and_that_is_said(explorer):
    explorer.set("kind", "intervention")
    explorer.pick("map_1", "5,12")  # left ankle, left wrist
    assert explorer.shown("legs_torso")[5, 12] == 0 < explorer.shown("full")[5, 12]
    assert "the left wrist moves by 0.0 mm." in explorer.message and REMINDER not in explorer.message
    assert "Legs torso cannot depend here" in explorer.message and "Full cannot" not in explorer.message
    assert "nothing above 0" in panels(explorer)["map_1"].caption
    assert "nothing above 0" not in panels(explorer)["map_0"].caption


def test_the_strongest_pair_between_legs_and_torso_is_the_largest_there(explorer):
    legs, torso, values = slice(0, 6), slice(6, 16), explorer.shown("full")
    largest = max(values[legs, torso].max(), values[torso, legs].max())
    assert panels(explorer)["map_0"].caption.endswith(f", {largest:.2f}.")


def test_a_correlation_reminds_that_it_does_not_prove_dependence(explorer):
    explorer.pick("map_0", "5,12")
    share = 100 * explorer.shown("data")[5, 12] ** 2
    assert f"{share:.0f} %" in explorer.message.split("Data: ")[1]
    assert explorer.message.endswith(REMINDER)


def test_a_picked_cell_is_outlined_in_every_map_whichever_way_is_asked(explorer):
    explorer.pick("map_0", "5,12")
    assert (explorer.values["joint"], explorer.values["partner"]) == ("left_ankle", "left_wrist")
    assert explorer.cell == (5, 12)
    assert all(set(outlined(panel)) == {(1, 1)} for key, panel in panels(explorer).items() if "map" in key)
    explorer.set("direction", TO)
    assert explorer.cell == (12, 5)  # now the ankle's depth
    explorer.pick("map_data", "5,12")
    assert (explorer.values["joint"], explorer.values["partner"], explorer.cell) == (
        "left_wrist",
        "left_ankle",
        (5, 12),
    )


def boxed(panel) -> list[tuple[int, int, int, int]]:
    """The dashed boxes of a map, as first row, first column, rows and columns of cells."""
    root = ElementTree.fromstring(panel.svg)
    scale = next(e.get("transform") for e in root.iter() if "scale(" in e.get("transform", ""))
    left, top, cell = map(float, re.findall(r"[-\d.]+", scale))
    found = [e.get("d") for e in root.iter() if "lk-mark" in e.get("class", "").split()]
    places = [map(float, re.match(r"M([-\d.]+) ([-\d.]+)h([-\d.]+)v([-\d.]+)", d).groups()) for d in found]
    return [tuple(round(n / cell) for n in (y - top, x - left, tall, wide)) for x, y, wide, tall in places]


def test_maps_have_the_boxes_of_the_segments(explorer, runs, poses):
    found = panels(explorer)  # legs are the first six of 16 joints
    assert {tuple(boxed(found[key])) for key in ("map_0", "map_1", "map_data")} == {((0, 0, 6, 6), (6, 6, 10, 10))}
    five = CorrelationExplorerController({"five_parts": runs["five_parts"]}, poses)
    assert len(boxed(panels(five)["map_0"])) == 5


def test_a_picked_joint_is_a_row_or_a_column_of_every_map_and_glows_on_every_skeleton(explorer):
    explorer.pick("pose_1", "right_knee")
    assert explorer.values["joint"] == "right_knee" and explorer.cell == (1, None)
    found = panels(explorer)
    assert all(set(outlined(found[key])) == {(16, 1)} for key in ("map_0", "map_1", "map_data"))
    for i, name in enumerate(explorer.runs):
        expected = explorer.shown(name)[1] / explorer.limits(name)[1]
        np.testing.assert_allclose(found[f"pose_{i}"].strength, [0, *np.abs(expected)])
        assert found[f"pose_{i}"].picked == "right_knee" and found[f"pose_{i}"].pickable
    explorer.set("direction", TO)
    found = panels(explorer)
    assert set(outlined(found["map_0"])) == {(1, 16)}
    np.testing.assert_allclose(found["pose_0"].strength[1:], explorer.shown("full")[:, 1] / explorer.limits("full")[1])
    assert "the depth of the right knee" in found["pose_0"].tips[5]


def test_choosing_a_joint_asks_for_all_others_and_the_root_is_refused_in_words(explorer):
    explorer.pick("map_0", "5,12")
    explorer.set("joint", "head")
    assert explorer.values["partner"] == ALL and explorer.cell == (9, None)
    explorer.pick("pose_0", "pelvis")
    assert explorer.values["joint"] == "head" and "pelvis" in explorer.message


def test_of_three_runs_two_are_chosen(runs, poses):
    explorer = CorrelationExplorerController(runs, poses)
    assert [panel.key for panel in explorer.panels()] == ["map_0", "map_1", "map_data", "pose_0", "pose_1"]
    assert ("five_parts", "pearson") not in explorer.matrices.kept
    explorer.set("right", "five_parts")
    assert panels(explorer)["map_1"].title.startswith("five parts: ")
    assert [c.name for c in explorer.controls()][1:3] == ["left", "right"]


def test_one_run_alone_has_one_map_and_without_3d_there_is_none_of_the_data(runs, poses):
    flat = replace(poses, x3d=None)
    explorer = CorrelationExplorerController({"full": runs["full"]}, flat)
    assert list(panels(explorer)) == ["map_0", "pose_0"]
    assert explorer.control("kind").options == ("pearson", "spearman", "distance", "sensitivity", "intervention")
    for kind in explorer.control("kind").options:
        explorer.set("kind", kind)
        assert np.isfinite(explorer.shown("full")).all()


def test_where_nothing_changes_there_is_no_value_no_warning_and_no_glow(runs, poses):
    x2d, x3d = poses.x2d.copy(), poses.x3d.copy()
    x2d[:, 7], x3d[:, 7] = x2d[:, 0], x3d[:, 0]  # the spine
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer = CorrelationExplorerController({"full": runs["full"]}, replace(poses, x2d=x2d, x3d=x3d))
        explorer.set("joint", "spine")
        found = panels(explorer)
    assert "16 cells without a value" in found["map_0"].caption and "31 cells" in found["map_data"].caption
    assert found["pose_0"].strength.tolist() == [0] * 17 and found["pose_0"].caption == "no other joint glows"
    explorer.pick("map_0", "6,0")
    assert "there is no value for the 2D place of the spine" in explorer.message


def test_what_cannot_be_computed_leaves_all_as_it_was(runs, poses):
    alone = poses.select(slice(0, 8))
    alone = replace(alone, clip=np.zeros(len(alone), int))
    explorer = CorrelationExplorerController({"full": runs["full"]}, alone)
    message = explorer.message
    with pytest.raises(ValueError, match="no pose has a donor"):
        explorer.set("kind", "intervention")
    assert (explorer.values["kind"], explorer.message) == ("pearson", message)
    assert explorer.panels()


def test_input_that_does_not_fit_is_refused(runs, poses):
    with pytest.raises(ValueError, match="expected a run and a pose at least, found 0"):
        CorrelationExplorerController({}, poses)
    with pytest.raises(ValueError, match="at least 4 poses, found full and 3 poses"):
        CorrelationExplorerController({"full": runs["full"]}, poses.select(slice(0, 3)))
    with pytest.raises(ValueError, match="none called 'data'"):
        CorrelationExplorerController({"data": runs["full"]}, poses)
    with pytest.raises(ValueError, match="runs by title, such as {'mine': run}, found Run"):
        CorrelationExplorerController(runs["full"], poses)


def test_a_cell_is_described_with_its_unit(runs, poses):
    pulled = describe_cell("sensitivity", "left_ankle", "left_wrist", 0.25)
    assert pulled == "pull the left ankle by 1 mm in 2D and the depth of the left wrist moves by 0.25 mm"
    assert describe_cell("sensitivity", "head", "spine", 0.321).endswith("the depth of the spine moves by 0.32 mm")
    assert "0.20 below" in describe_cell("excess of distance", "head", "spine", -0.2)
    assert "25 %" in describe_cell("spearman", "head", "spine", -0.5)
    cannot_depend = Matrices(runs, poses).cannot_depend
    assert cannot_depend("legs_torso", "left_ankle", "head") and not cannot_depend("legs_torso", "neck", "head")
    assert not cannot_depend("full", "left_ankle", "head")


def test_the_widget_answers_the_browser_and_is_small_and_always_the_same(runs, poses):
    one, other = (CorrelationExplorer(runs, poses) for _ in range(2))
    assert repr(one) == "CorrelationExplorer(full, legs_torso, five_parts on 144 poses of 'synthetic')"
    assert one.svg() == other.svg() and len(json.dumps(one.controller.state())) < 200_000
    send(one, "pick", panel="map_1", key="2,3")
    assert one.status["values"]["partner"] == "left_hip"
    assert one.panel_pose_0["picked"] == 3 and one.panel_map_0["svg"] != other.panel_map_0["svg"]


@pytest.mark.slow
def test_by_default_the_recorded_runs_are_compared():
    explorer = CorrelationExplorerController()
    assert list(explorer.runs) == ["full", "legs_torso"] and explorer.values["direction"] == FROM
    assert len(explorer.control("seed").options) == 9
