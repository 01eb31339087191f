"""DragExplorer: what moves is what the lifters' outputs change, on the scale of the untouched pose."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from browser_answers import same_answers
from known_lifters import untrained

from liftkit import load_poses, train
from liftkit.geometry import normalise
from liftkit.skeleton import H36M_17
from liftkit.widgets import DragExplorer
from liftkit.widgets.drag_explorer import TEXTS, DragExplorerController
from tests.view.test_js import needs_node

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
    full, legs_torso = explorer.message.partition("other half of the body: ")[2].split(", ")
    assert full.startswith("full moves the ") and legs_torso == "legs torso moves none."


def test_the_message_follows_the_state(explorer, runs):
    assert explorer.message == TEXTS["hint"] and "pulled" not in panels(explorer)["x2d"].caption
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
    assert explorer.message == TEXTS["hint"]


def test_the_largest_disc_is_the_largest_movement_and_the_caption_gives_its_size(explorer, monkeypatch):
    explorer.drag("x2d", "left_ankle", 0.9, 0.9)
    moved = explorer.moved()
    most = max(mm.max() for mm in moved.values())
    monkeypatch.setattr("liftkit.widgets.drag_explorer.FULL_GLOW", most / 3)  # which several joints exceed
    for i, name in enumerate(moved):
        panel = panels(explorer)[f"run_{i}"]
        np.testing.assert_allclose(panel.strength, moved[name] / most)
        assert panel.caption.endswith(f"; largest disc: {most:.0f} mm")
    monkeypatch.setattr("liftkit.widgets.drag_explorer.FULL_GLOW", 2 * most)
    assert panels(explorer)["run_0"].caption.endswith(f"; largest disc: {2 * most:.0f} mm")


def test_it_opens_with_a_strong_example():
    opened = DragExplorerController()
    torso = [i for i in range(7, 17)]  # the joints after pelvis and legs
    assert opened.values["pulled"] == "left_ankle" and opened.moved()["full"][torso].max() > 100
    assert opened.moved()["legs_torso"][torso].max() == 0
    assert DragExplorerController(poses=EVERY).values["places"] == {}


def test_reset_puts_every_keypoint_back(explorer):
    start = panels(explorer)["x2d"].joints
    explorer.drag("x2d", "left_ankle", 0.9, 0.9)
    explorer.drag("x2d", "head", -0.5, -0.9)
    assert (panels(explorer)["x2d"].joints != start).any(axis=(0, 2)).sum() == 2
    explorer.press("reset")
    np.testing.assert_array_equal(panels(explorer)["x2d"].joints, start)
    assert all((mm == 0).all() for mm in explorer.moved().values()) and explorer.message == TEXTS["hint"]


def test_only_keypoints_of_the_input_are_pulled_and_never_the_root(explorer):
    explorer.drag("run_0", "head", 0.9, 0.9)
    assert explorer.message == TEXTS["hint"] and not explorer.values["places"]
    for act in (explorer.pick, lambda *root: explorer.drag(*root, 0.9, 0.9)):
        act("x2d", "pelvis")
        assert "pelvis" in explorer.message and explorer.values["joint"] == "left_ankle"
        assert not explorer.values["places"]
    explorer.set("seed", "3")
    assert explorer.message == TEXTS["hint"]
    with pytest.raises(ValueError, match="unknown joint 'tail'"):
        explorer.drag("x2d", "tail", 0, 0)
    assert explorer.panels()


def test_a_pull_ends_where_the_bones_do(explorer):
    explorer.set("pose", 4)
    bones = np.array(H36M_17.bones)
    solid = np.linalg.norm(np.diff(POSES.x3d[4][bones], axis=1)[:, 0], axis=-1)  # mm
    for joint in ("left_ankle", "left_knee", "thorax", "right_wrist", "left_ankle"):
        for place in ((1, 1), (-1, 0.3), (0.1, -1)):
            explorer.drag("x2d", joint, *place)
            now = np.linalg.norm(np.diff(explorer.x2d[bones], axis=1)[:, 0], axis=-1) * explorer.mm
            assert (now <= solid * 1.001 + 0.5).all()
    explorer.press("reset")
    explorer.drag("x2d", "left_ankle", 1, 1)  # as far as it goes
    ankle, far = H36M_17.bones.index((5, 6)), np.linalg.norm(explorer.x2d[6] - explorer.x2d[5]) * explorer.mm
    assert far == pytest.approx(solid[ankle], rel=1e-3)
    with pytest.raises(ValueError, match="found .nan"):
        explorer.drag("x2d", "head", float("nan"), 0)


def test_without_a_truth_a_bone_is_as_long_as_it_ever_looks(runs):
    flat = DragExplorerController(runs, replace(POSES, x3d=None))
    bones, x2d = np.array(H36M_17.bones), normalise(POSES.x2d)
    longest = np.linalg.norm(np.diff(x2d[:, bones], axis=2)[:, :, 0], axis=-1).max(0)
    flat.drag("x2d", "left_ankle", 1, 1)
    ankle = H36M_17.bones.index((5, 6))
    assert np.linalg.norm(flat.x2d[6] - flat.x2d[5]) == pytest.approx(longest[ankle], rel=1e-3)


def test_with_all_seeds_each_seeds_skeleton_is_drawn_and_with_one_its_own(explorer, runs):
    explorer.drag("x2d", "left_ankle", 0.9, 0.9)
    one = panels(explorer)["run_0"]
    assert "2 seeds" in one.title and one.fan.shape == (2, 17, 3) and one.ghost is None
    explorer.set("seed", "3")
    alone = panels(explorer)["run_0"]
    assert "seed 3" in alone.title and alone.fan is None and alone.ghost is not None
    np.testing.assert_allclose(alone.joints[0], one.fan[1], atol=1e-6)


MESSAGES = [
    {"kind": "drag", "panel": "x2d", "joint": "left_ankle", "x": 0.3, "y": 0.6},
    {"kind": "drag", "panel": "x2d", "joint": "left_ankle", "x": 1, "y": 1},
    {"kind": "drag", "panel": "x2d", "joint": "thorax", "x": -1, "y": -0.2},
    {"kind": "set", "name": "seed", "value": "3"},
    {"kind": "pick", "panel": "run_1", "key": "head"},
    {"kind": "drag", "panel": "x2d", "joint": "pelvis", "x": 0, "y": 0},
    {"kind": "set", "name": "joint", "value": "right_wrist"},
    {"kind": "drag", "panel": "run_0", "joint": "right_wrist", "x": 0, "y": 0},
    {"kind": "set", "name": "seed", "value": "all"},
    {"kind": "press", "name": "reset"},
    {"kind": "set", "name": "pose", "value": 7},
    {"kind": "drag", "panel": "x2d", "joint": "right_knee", "x": -0.2, "y": -0.1},
]  # fmt: skip


@pytest.mark.slow
@needs_node
@pytest.mark.parametrize("truth", [True, False])
def test_a_browser_answers_as_the_controller_does(runs, tmp_path, truth):
    explorer = DragExplorerController(runs, POSES if truth else replace(POSES, x3d=None))
    states = same_answers(explorer, MESSAGES, tmp_path)
    assert len({state["status"]["message"] for state in states}) >= 6
    assert max(max(state["panel_run_0"]["strength"]) for state in states) > 0


@pytest.mark.slow
@needs_node
def test_a_browser_describes_poses_as_the_controller_does(runs, tmp_path):
    explorer = DragExplorerController({"full": runs["full"].select([0])}, EVERY)
    poses = [{"kind": "set", "name": "pose", "value": pose} for pose in range(100)]
    alts = [state["panel_run_0"]["alt"] for state in same_answers(explorer, poses, tmp_path)]
    assert len(set(alts)) > 10


def test_a_page_holds_the_seeds_that_fit_and_says_which(explorer):
    page, note = explorer.for_page(10**6)
    assert note == "" and page.runs.seeds == ("0", "3")
    one = sum(len(run["nets"]["0"]["content"]) for run in page.answers()["runs"])
    explorer.set("seed", "3")
    explorer.drag("x2d", "left_ankle", 0.4, 0.4)
    page, note = explorer.for_page(one + 10)
    assert "seeds 3" in note and page.values == explorer.values | {"seed": "3"} and page.runs.seeds == ("3",)
    assert page.message.partition(".")[0] == explorer.message.partition(".")[0]
    page, note = explorer.for_page(one - 10)
    assert page is explorer and "notebook" in note and "MB" in note


def test_bad_input_is_named(runs):
    with pytest.raises(ValueError, match="expected a run and a pose at least, found 0"):
        DragExplorerController({}, POSES)
    three = untrained("full", 3)
    with pytest.raises(ValueError, match="a seed in common, found a 0, 1; b 2"):
        DragExplorer({"a": three.select([0, 1]), "b": three.select([2])}, POSES)
    other = replace(POSES, skeleton=replace(H36M_17, names=("pelvis", *reversed(H36M_17.names[1:])), pairs=()))
    with pytest.raises(ValueError, match="must have the same joints"):
        DragExplorerController(runs, other)
