"""ViewExplorer: views as training makes them, scores as the run's discriminator gives them, from every side."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from browser_answers import same_answers
from widget_cells import samples, send

from liftkit import load_poses, load_record
from liftkit.config import TrainConfig
from liftkit.geometry import mirror, normalise, project, rotate, rotation_x, rotation_y
from liftkit.losses import Cycle
from liftkit.priors import PRIORS, get_prior
from liftkit.run import Run
from liftkit.skeleton import H36M_17
from liftkit.training import Trainer
from liftkit.widgets import ViewExplorer
from liftkit.widgets.view_explorer import CIRCLE, FLAT, LIFTED, TRUE, ViewExplorerController
from tests.view.test_js import needs_node

EVERY = load_poses("synthetic").test
POSES = EVERY.select(np.arange(0, len(EVERY), 400))


@pytest.fixture(scope="module", params=PRIORS)
def run(request) -> Run:
    config = TrainConfig(width=16, batch=8, prior=request.param, dropout=0.3)
    return Trainer("legs_torso", POSES, (4, 7), config, "cpu").run(5).to_run()


@pytest.fixture
def control(run) -> ViewExplorerController:
    return ViewExplorerController(run, POSES)


@pytest.fixture(scope="module")
def recorded() -> ViewExplorerController:
    return ViewExplorerController(load_record("legs_torso"))


def at(azimuth: float) -> int:
    return int(np.abs(CIRCLE - azimuth).argmin())


# Views and scores are those of training.


@pytest.mark.parametrize("azimuth", [-120.0, 0.0, 45.0, 155.0])
def test_a_view_is_what_the_prior_draws_at_that_azimuth(run, control, azimuth):
    u = torch.tensor([[[(azimuth / run.config.azimuth + 1) / 2, 0.5]]], dtype=torch.float64)
    drawn = get_prior(run.config.prior)(u, run.config)[0, 0, 0].numpy()
    np.testing.assert_allclose(control.rotations(np.array([azimuth]))[0], drawn, atol=1e-6)


def test_views_are_about_the_images_vertical_or_the_worlds_and_then_tipped(run, control):
    control.set("elevation", 30)
    angle, tilt, tip = math.radians(70), math.radians(10), math.radians(30)
    pose = POSES.x3d[:1].astype(float)
    if run.config.prior == "paper":
        expected = rotate(pose, angle, tip)
    else:
        world = rotation_x(np.array(tilt)) @ rotation_y(np.array(angle)) @ rotation_x(np.array(-tilt))
        expected = pose @ (rotation_x(np.array(tip)) @ world).T
    found = pose @ control.rotations(np.array([70.0]))[0].T
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("azimuth", [-150.0, 35.0])
def test_scores_are_those_of_a_cycle_in_eval_mode(run, control, azimuth):
    control.set("pose", 5)
    x2d = torch.from_numpy(normalise(POSES.x2d[[5]])).expand(2, 1, 17, 2)
    u = torch.full((2, 1, 2), 0.5)
    u[..., 0] = (azimuth / run.config.azimuth + 1) / 2
    with torch.no_grad():
        cycle = Cycle(run.lifter, x2d, get_prior(run.config.prior)(u, run.config))
        expected = run.discriminator(cycle.x2d_view)[:, 0].numpy()
    assert control.curves[LIFTED][at(azimuth)] == pytest.approx(expected.mean(), abs=1e-5)
    for member, seed in enumerate(("4", "7")):
        control.set("seed", seed)
        assert control.curves[LIFTED][at(azimuth)] == pytest.approx(expected[member], abs=1e-5)
        np.testing.assert_allclose(control.x2d[0], x2d[0, 0], atol=1e-6)


def test_from_the_front_all_depths_are_the_same_picture(control):
    control.set("azimuth", 0)
    control.set("depth", -1.0)
    assert len(control.now) == 4
    assert np.ptp(list(control.now.values())) < 1e-6
    assert np.ptp([curve[at(0)] for curve in control.curves.values()]) < 1e-6
    assert "From the front all are the same picture" in control.message
    control.set("elevation", 20)
    assert np.ptp(list(control.now.values())) > 1e-6


def test_the_present_score_is_the_curves_at_the_present_azimuth(control):
    for azimuth in (-180, -35, 90, 180):
        control.set("azimuth", azimuth)
        for name, score in control.now.items():
            assert score == pytest.approx(control.curves[name][at(azimuth)], abs=1e-6)
    assert f"{control.now[LIFTED]:.2f}" in control.message and "from 180°" in control.message


def test_the_mean_curve_is_the_mean_of_its_poses_curves():
    run = Trainer("full", POSES, (1,), TrainConfig(width=16, batch=8), "cpu").run(2).to_run()
    few = POSES.select(np.arange(6))
    control = ViewExplorerController(run, few)
    control.set("depth", 0.5)
    curves = []
    for pose in range(6):
        control.set("pose", pose)
        curves.append(control.curves)
    for name, mean in control.means().items():
        np.testing.assert_allclose(mean, np.mean([curve[name] for curve in curves], axis=0), atol=1e-5)


def test_depth_is_scaled_as_chosen(control):
    control.set("azimuth", 90)
    lifted = control.versions[LIFTED]
    control.set("depth", -1.0)
    assert control.shown == "lifted x -1"
    np.testing.assert_allclose(control.versions["lifted x -1"], mirror(lifted), atol=1e-6)
    view = project(mirror(lifted) @ control.rotations(np.array([90.0]))[0].T)
    np.testing.assert_allclose(control.panels()[2].fan, view, atol=1e-5)
    control.set("seed", "7")
    np.testing.assert_allclose(control.panels()[2].joints[0], view[1], atol=1e-5)
    assert control.panels()[2].fan is None
    control.set("depth", 0.0)
    assert control.shown == FLAT and (control.versions[FLAT][..., 2] == 0).all() and len(control.curves) == 3
    if control.run.config.prior == "paper":
        assert np.abs(control.views[FLAT][..., 0]).max() < 1e-6  # as thin as paper
    control.set("depth", 1.0)
    assert control.shown == LIFTED and len(control.curves) == 3


def test_the_true_depth_is_on_the_networks_scale(control):
    control.set("pose", 3)
    truth = POSES.x3d[3] / np.abs(POSES.x3d[3, :, :2]).max()
    np.testing.assert_allclose(control.versions[TRUE][0], truth, atol=1e-4)


# What the recorded networks know.


def test_a_wrong_depth_is_found_out_from_the_side_on_average(recorded):
    recorded.set("seed", "all")
    recorded.set("depth", 0.5)
    means = recorded.means()
    sides = [at(-90), at(90)]
    for name in (LIFTED, FLAT, "lifted x 0.5"):
        assert (means[TRUE][sides] - means[name][sides] > 0.05).all()
        assert (means[name][at(0)] - means[name][sides] > 0.05).all()
    assert np.ptp(means[TRUE]) < 0.15  # true poses look equally real from everywhere


def test_what_it_opens_with_prefers_the_truth_over_the_circle_of_views():
    opened = ViewExplorerController()
    scores = {}
    for factor in (0.5, -1.0):  # half as deep, and mirrored
        opened.set("depth", factor)
        scores |= {name: float(curve.mean()) for name, curve in opened.means().items()}  # 32 poses of unseen people
    assert scores[TRUE] > 0.7 and max(score for name, score in scores.items() if name != TRUE) < scores[TRUE] - 0.15
    assert max(scores[name] for name in (FLAT, "lifted x -1")) < 0.2 and scores["lifted x 0.5"] < 0.4
    assert opened.curves[TRUE].mean() > opened.curves[LIFTED].mean() + 0.15  # and so does the pose that is shown


@pytest.mark.slow
def test_the_default_is_small_and_the_same_each_time():
    one, two = ViewExplorer(), ViewExplorer()
    for widget in (one, two):
        send(widget, "set", name="azimuth", value=-45)
        send(widget, "set", name="depth", value=0.5)
    assert one.svg() == two.svg() and repr(one) == repr(two)
    assert repr(one) == "ViewExplorer(legs_torso, 1 seed, 23,040 poses of 'synthetic')"
    assert len(json.dumps(one.controller.state(), allow_nan=False)) < 60_000


# Without a kernel.

MESSAGES = [{"kind": "set", "name": name, "value": value} for name, value in [
    ("azimuth", -45), ("depth", 0.3), ("seed", "7"), ("azimuth", 180), ("pose", 4), ("azimuth", 33), ("elevation", 20),
    ("depth", 1), ("azimuth", -180), ("elevation", 0), ("depth", 0), ("azimuth", 0), ("seed", "all"), ("depth", -0.7),
]]  # fmt: skip


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("truth", [True, False])
def test_a_browser_answers_as_the_controller_does(run, tmp_path, truth):
    few = POSES.select(np.arange(6))
    control = ViewExplorerController(run, few if truth else replace(few, x3d=None))
    states = same_answers(control, MESSAGES, tmp_path)
    assert len({state["status"]["message"] for state in states}) > 10
    assert len({state["panel_mean"]["svg"] for state in states}) > 10


def test_a_page_holds_the_seeds_that_fit_and_says_which(control):
    page, note = control.for_page(10**6)
    assert note == "" and page.run.seeds == (4, 7) and page.values == control.values
    control.set("seed", "7")
    page, note = control.for_page(60_000)
    assert page.run.seeds == (7,) and "seeds 7" in note and page.values == control.values
    page, note = control.for_page(10)
    assert page is control and "notebook" in note


# Hands on the controls.


@pytest.mark.slow
def test_every_control_changes_what_is_shown(control):
    for one in control.controls():
        shown = []
        for value in samples(one):
            control.set(one.name, value)
            panels = {panel.key: panel for panel in control.panels()}
            shown.append((panels["circle"].svg, control.message, panels["view"].joints.tobytes()))
        charts, messages, views = (set(found) for found in zip(*shown, strict=True))
        assert len(charts) == len(shown) and len(messages) > 1
        assert len(views) > 1 or one.name == "seed"


def test_the_charts_mark_the_azimuth_and_the_skeletons_keep_their_size(control):
    control.set("azimuth", -60)
    panels = {panel.key: panel for panel in control.panels()}
    assert all("marked at -60" in panels[key].svg for key in ("circle", "mean"))
    assert panels["view"].title == "lifted, from -60°" and panels["true_view"].title == "true depth, from -60°"
    assert panels["view"].caption == f"score {control.now[LIFTED]:.2f}, mean of 2 seeds"
    assert len(panels["view"].fan) == len(panels["x3d"].fan) == 2 and panels["true_view"].fan is None
    reaches = {panel.extent[1] for key, panel in panels.items() if key not in ("circle", "mean")}
    assert len(reaches) == 1
    assert panels["circle"].caption == "mean of 2 seeds, each drawn above"
    control.set("seed", "7")
    assert control.panels()[-1].caption == "seed 7"
    assert control.panels()[2].caption == f"score {control.now[LIFTED]:.2f}"


def test_without_a_truth_there_are_fewer_panels_and_curves(run):
    control = ViewExplorerController(run, replace(POSES, x3d=None))
    assert [panel.key for panel in control.panels()] == ["x2d", "x3d", "view", "circle", "mean"]
    assert list(control.curves) == [LIFTED, FLAT] and list(control.means()) == [LIFTED, FLAT]
    assert "true" not in control.message


@pytest.mark.parametrize("name, value", [("azimuth", 200), ("depth", 3), ("seed", "9"), ("pose", -1)])
def test_what_a_control_cannot_have_is_refused(control, name, value):
    message = control.message
    with pytest.raises(ValueError, match=f"expected .*found '?{value}"):
        control.set(name, value)
    assert control.message == message and control.values[name] != value


def test_what_is_no_run_or_of_another_skeleton_is_named(run):
    with pytest.raises(ValueError, match="expected a Run and a PoseSet, found str and ndarray"):
        ViewExplorerController("full", POSES.x2d)
    names = tuple(reversed(H36M_17.names[1:]))
    other = replace(POSES, skeleton=replace(H36M_17, names=("pelvis", *names), pairs=()), name="other")
    with pytest.raises(ValueError, match="the same joints, found pelvis, right_hip.* and pelvis, right_wrist"):
        ViewExplorerController(run, other)


def test_a_score_that_is_rounded_to_nothing_has_no_sign(control, monkeypatch):
    monkeypatch.setattr(control, "_scores", lambda views: np.full(views.shape[:-2], -0.004))
    control.set("azimuth", 40)
    captions = [panel.caption for panel in control.panels() if panel.key in ("view", "true_view")]
    assert "score of 0.00 " in control.message and all(caption.startswith("score 0.00") for caption in captions)
    assert "-0.00" not in control.message
