"""SwapExplorer: the swap is that of `intervention`, and separate lifters do not move what was not swapped."""

from dataclasses import replace

import numpy as np
import pytest
from known_lifters import LEGS, TORSO, linear_run, untrained
from widget_cells import panel, send

from liftkit.correlation import intervention
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.widgets import SwapExplorer
from liftkit.widgets.swap_explorer import DIFFERENCE, STEPS, SWAP, A, B, SwapExplorerController

X3D = np.random.default_rng(2).normal(0, 300, (2, 17, 3)).astype(np.float32)
X3D -= X3D[:, :1]
X3D[:, [1, 4]] = [[-100, 0, 0], [100, 0, 0]]  # both face the camera
TWO = PoseSet(X3D[..., :2], X3D, clip=[0, 1], units="mm", name="two")
RUN, WEIGHTS = linear_run()


@pytest.fixture
def control() -> SwapExplorerController:
    return SwapExplorerController({"full": RUN, "apart": untrained("legs_torso")}, TWO)


def test_the_movement_is_what_a_linear_lifter_must_give(control):
    scale = np.abs(X3D[0, :, :2]).max()
    swap = (X3D[1] - X3D[0])[1:, :2] * np.isin(np.arange(16), LEGS)[:, None]  # (16, 2) in mm
    for seed in (0, 1):
        control.set("seed", str(seed))
        expected = np.abs(np.einsum("ik,ikj->j", swap / scale, WEIGHTS[seed])) * scale
        np.testing.assert_allclose(control.moved()["full"][1:], expected, rtol=1e-3, atol=1e-2)


def test_it_is_the_librarys_intervention(control):
    both = []
    for pose in (0, 1):
        control.set("pose", pose)
        both.append(control.moved())
    for name, run in control.runs.items():
        expected = intervention(run, TWO, within=("camera", "facing")).table(0).loc["legs"]
        np.testing.assert_allclose(np.mean([moved[name] for moved in both], 0)[1:], expected, rtol=1e-4, atol=1e-4)
        assert control.mean_moved(name) == pytest.approx(expected.iloc[TORSO].mean())


def test_separate_lifters_move_nothing_of_the_torso(control):
    torso = 1 + np.array(TORSO)
    assert (control.moved()["apart"][torso] == 0).all() and (control.moved()["full"][torso] > 0).all()
    control.set("step", DIFFERENCE)
    assert (
        "With apart, B's legs move A's own joints by 0 mm on average (mean over many such swaps: 0 mm)"
        in control.message
    )
    assert not panel(control, "run_1").strength.any() and panel(control, "run_0").strength[torso].all()
    assert not panel(control, "run_0").strength[1 + np.array(LEGS)].any()


def test_next_goes_through_the_steps_and_each_shows_its_person(control):
    legs, torso = (1 + np.array(part) for part in (LEGS, TORSO))
    scale, seen = np.abs(X3D[0, :, :2]).max(), []
    a, b = (pose[:, :2] / scale for pose in X3D)
    for step in STEPS:
        assert control.values["step"] == step
        x2d = panel(control, "x2d").joints[0]
        np.testing.assert_allclose(x2d[torso], a[torso], atol=1e-6)
        np.testing.assert_allclose(x2d[legs], (b if step in (SWAP, DIFFERENCE) else a)[legs], atol=1e-6)
        np.testing.assert_allclose(panel(control, "donor").joints[0], b, atol=1e-6)
        lifted = panel(control, "run_0").joints[0, :, :2]
        np.testing.assert_allclose(lifted, b if step == B else x2d, atol=1e-6)
        assert (panel(control, "run_0").ghost is None) == (step in (A, B))
        seen.append((panel(control, "run_0").title, control.message))
        control.press("next")
    assert control.values["step"] == A and len(set(seen)) == 4


def test_the_numbers_are_told_at_the_last_step_only(control):
    note = panel(control, "moved").text
    control.set("step", DIFFERENCE)
    moved, names = control.moved()["full"], H36M_17.names
    first = panel(control, "moved").text.splitlines()[0]
    most = max((1 + j for j in TORSO), key=lambda j: moved[j])
    assert first.startswith(f"full: {names[most].replace('_', ' ')} {moved[most]:.0f}, ") and "full" not in note
    assert first.count(",") == len(TORSO) - 1 and "ankle" not in first


def test_another_seed_shows_another_network(control):
    before = panel(control, "run_0")
    control.set("seed", "1")
    after = panel(control, "run_0")
    assert "seed 0" in before.title and "seed 1" in after.title and not np.allclose(before.joints, after.joints)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="expected a run and a pose at least, found 0"):
        SwapExplorerController({}, TWO)
    with pytest.raises(ValueError, match="a seed in common, found a 0; b 1"):
        SwapExplorerController({"a": untrained("full").select([0]), "b": untrained("full").select([1])}, TWO)
    with pytest.raises(ValueError, match="no pose has a donor"):
        SwapExplorerController({"full": RUN}, replace(TWO, clip=np.zeros(2, np.int32)))


@pytest.mark.slow
def test_the_recorded_lifters_show_the_papers_difference():
    widget = SwapExplorer()
    for _ in range(3):
        send(widget, "press", name="next")
    full, apart = (widget.controller.mean_moved(name) for name in ("full", "legs_torso"))
    assert full > 5 and apart == 0
    assert f"{full:.0f} mm)" in widget.status["message"] and widget.svg() == widget.svg()
