"""DragExplorer: what moves is what the lifters' outputs change, on the scale of the untouched pose."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from liftkit import load_poses, train
from liftkit.geometry import normalise
from liftkit.skeleton import H36M_17
from liftkit.widgets.drag_explorer import HINT, DragExplorerController

EVERY = load_poses("synthetic").test
POSES = EVERY.select(np.arange(0, len(EVERY), 400))
ANKLE, WRIST = H36M_17.index("left_ankle"), H36M_17.index("left_wrist")


@pytest.fixture(scope="module")
def runs():
    how = dict(width=16, batch=8, steps=3, device="cpu")
    return {name: train(name, POSES, (0, 3), **how) for name in ("full", "legs_torso")}


@pytest.fixture
def explorer(runs):
    return DragExplorerController(runs, POSES)


def panels(explorer):
    return {panel.key: panel for panel in explorer.panels()}


@pytest.mark.parametrize("seed", ["all", "3"])
def test_movements_are_those_of_the_lifters_depths_in_mm(explorer, runs, seed):
    explorer.set("pose", 4)
    explorer.set("seed", seed)
    explorer.drag("x2d", "left_ankle", 0.3, 0.6)
    before = torch.from_numpy(normalise(POSES.x2d[[4]])).expand(2, 1, 17, 2)
    after = before.clone()
    after[:, 0, ANKLE] = torch.from_numpy(panels(explorer)["x2d"].place(0.3, 0.6))
    size = np.abs(POSES.x3d[4, :, :2]).max()  # mm of a normalised depth of 1
    for name, run in runs.items():
        with torch.no_grad():
            mm = (run.lifter(after) - run.lifter(before))[:, 0].abs().numpy() * size
        expected = mm.mean(0) if seed == "all" else mm[1]
        np.testing.assert_allclose(explorer.moved()[name], expected, rtol=1e-3, atol=0.05)


def test_legs_do_not_move_a_torso_that_is_lifted_apart_and_the_message_says_so(explorer):
    explorer.drag("x2d", "left_ankle", 0.9, 0.9)
    moved = explorer.moved()
    assert moved["legs_torso"][WRIST] == 0 < moved["full"][WRIST]
    full, legs_torso = (text for text in explorer.message.split(". ") if "other half" in text)
    assert "full moves the" in full and "legs torso moves no depth" in legs_torso


def test_the_message_follows_the_state(explorer, runs):
    assert explorer.message == HINT and "pulled" not in panels(explorer)["x2d"].caption
    explorer.drag("x2d", "left_ankle", 0.9, 0.9)
    both = explorer.message
    explorer.set("seed", "0")
    alone = DragExplorerController({name: run.select([0]) for name, run in runs.items()}, POSES)
    alone.drag("x2d", "left_ankle", 0.9, 0.9)
    assert explorer.message == alone.message != both
    explorer.set("joint", "head")  # chosen, not yet pulled
    assert explorer.message == alone.message and panels(explorer)["run_0"].picked == "head"
    assert panels(explorer)["x2d"].caption == "pulled: left ankle"
    explorer.set("pose", 2)
    assert explorer.message == HINT


def test_reset_puts_every_keypoint_back(explorer):
    start = panels(explorer)["x2d"].joints
    explorer.drag("x2d", "left_ankle", 0.9, 0.9)
    explorer.drag("x2d", "head", -0.5, -0.9)
    assert (panels(explorer)["x2d"].joints != start).any(axis=(0, 2)).sum() == 2
    explorer.press("reset")
    np.testing.assert_array_equal(panels(explorer)["x2d"].joints, start)
    assert all((mm == 0).all() for mm in explorer.moved().values()) and explorer.message == HINT


def test_only_keypoints_of_the_input_are_pulled_and_never_the_root(explorer):
    explorer.drag("run_0", "head", 0.9, 0.9)
    explorer.drag("x2d", "pelvis", 0.9, 0.9)
    explorer.pick("x2d", "pelvis")
    assert explorer.message == HINT and explorer.values["joint"] == "left_ankle"
    with pytest.raises(ValueError, match="unknown joint 'tail'"):
        explorer.drag("x2d", "tail", 0, 0)
    assert explorer.panels()


def test_bad_input_is_named(runs):
    with pytest.raises(ValueError, match="expected a run and a pose at least, found 0"):
        DragExplorerController({}, POSES)
    other = replace(POSES, skeleton=replace(H36M_17, names=("pelvis", *reversed(H36M_17.names[1:])), pairs=()))
    with pytest.raises(ValueError, match="must have the same joints"):
        DragExplorerController(runs, other)
