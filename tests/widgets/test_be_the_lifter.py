"""BeTheLifter: distances by hand, depths that move only what hangs on the joint, one state for all that is shown."""

from dataclasses import replace

import numpy as np
import pytest
from widget_cells import panel, send

from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.widgets import BeTheLifter
from liftkit.widgets.be_the_lifter import BeTheLifterController, from_the_side, nearest_real

INDEX = H36M_17.index
X3D = np.random.default_rng(1).normal(0, 200, (6, 17, 3)).astype(np.float32)
X3D -= X3D[:, :1]
# The 2D poses of those to train on are what the first person to lift looks like from the side, and what it does not.
SIDE = np.stack([X3D[0][:, [2, 1]], X3D[1][:, [2, 1]]])
POSES = PoseSet(
    np.concatenate([X3D[:4, :, :2], SIDE]), X3D, clip=np.arange(6), split=["test"] * 4 + ["train"] * 2, units="mm"
)


@pytest.fixture
def control() -> BeTheLifterController:
    found = BeTheLifterController(POSES)
    found.set("pose", 0)
    return found


def test_distances_are_those_worked_out_by_hand():
    view = np.array([[0.0, 0], [0, 10], [4, 0]])
    real = np.array([[[0, 0], [0, 1], [1, 0]], [[0, 0], [0, 1], [0.1, 0]], [[0, 0], [0.3, 0.6], [0.4, 0]]])
    found, apart = nearest_real(view, real, 2)  # of the normalised view (0, 1) and (0.4, 0); then times 10
    assert found.tolist() == [1, 2]
    np.testing.assert_allclose(apart, [[0, 0, 3], [0, 5, 0]], atol=1e-6)


def test_the_side_view_shows_depth_to_the_right():
    assert from_the_side(np.array([[1.0, 2, 3]])).round(6).tolist() == [[3, 2]]


def test_the_truth_that_is_among_the_real_poses_has_the_score_zero(control):
    assert control.score(X3D[0].astype(float)) == pytest.approx(0, abs=1e-3)
    assert control.score(X3D[0] * [1, 1, 0]) > 50 and not control.depths.any()
    control.depths = X3D[0, :, 2].astype(float)
    assert panel(control, "near_0").caption.startswith("0 mm") and not panel(control, "near_1").caption.startswith(
        "0 mm"
    )


def test_a_pulled_joint_takes_along_what_hangs_on_it(control):
    control.drag("side", "left_knee", 0.5, -0.9)
    expected = np.zeros(17)
    expected[[INDEX("left_knee"), INDEX("left_ankle")]] = 0.5 * control.reach
    np.testing.assert_allclose(control.depths, expected, atol=1e-9)
    assert control.values["joint"] == "left_knee" and control.values["depth"] == round(0.5 * control.reach)
    np.testing.assert_allclose(control.x3d[:, :2], X3D[0, :, :2])  # the picture stays
    control.set("joint", "left_ankle")
    control.set("depth", -40)
    assert control.depths[INDEX("left_ankle")] == -40 and control.depths[INDEX("left_knee")] == 0.5 * control.reach
    control.drag("side", "thorax", 1, 0)
    assert (
        control.depths.max() == control.limit < control.reach and control.depths[INDEX("right_wrist")] == control.limit
    )
    control.press("flat")
    assert not control.depths.any() and control.values["depth"] == 0


def test_the_root_stays_and_says_so(control):
    control.drag("side", "pelvis", 0.5, 0.5)
    assert not control.depths.any() and control.message.startswith("The pelvis is the origin")
    control.pick("side", "head")
    assert control.values["joint"] == "head" and "per joint" in control.message


def test_a_wrong_person_casts_the_same_picture_with_the_same_bones(control):
    control.press("wrong")
    steps = [np.abs([x3d[j, 2] - x3d[p, 2] for p, j in H36M_17.bones]) for x3d in (control.x3d, X3D[0])]
    inside = [abs(step) for step in steps]
    assert np.isclose(*inside, atol=1e-2).mean() > 0.8  # some may be cut off at the panel's edge
    assert not np.allclose(control.depths, X3D[0, :, 2])


def test_the_truth_is_shown_when_it_is_asked_for(control):
    assert panel(control, "side").ghost is None and "truth" not in control.message
    control.set("truth", True)
    np.testing.assert_allclose(panel(control, "side").ghost, SIDE[0], atol=1e-3)
    off = np.abs(X3D[0, 1:, 2]).mean()
    assert f"{off:.0f} mm per joint off the truth and {off:.0f} mm off its mirror" in control.message
    control.set("pose", 2)
    assert control.values["truth"] is False and panel(control, "side").ghost is None


def test_it_opens_with_the_pose_whose_flat_person_is_found_out_most_clearly():
    def unlike(view):  # the least mean distance from what is seen in SIDE, by hand
        size = np.abs(view).max()
        real = SIDE / np.abs(SIDE).max((1, 2), keepdims=True)
        return size * np.sqrt(((view / size - real) ** 2).sum(-1)).mean(-1).min()

    gains = [unlike(pose[:, [2, 1]] * [0, 1]) - unlike(pose[:, [2, 1]]) for pose in X3D[:4]]
    assert BeTheLifterController(POSES).values["pose"] == int(np.argmax(gains))
    assert min(gains) < 0 < max(gains)


def test_live_view_still_picture_and_sentence_are_of_one_state():
    widget = BeTheLifter(POSES)
    send(widget, "drag", panel="side", joint="head", x=0.4, y=0)
    score = widget.controller.score(widget.controller.x3d)
    assert f"{score:.0f} mm per joint" in widget.status["message"] + widget.panel_near_0["caption"]
    assert widget.panel_near_0["caption"].startswith(f"{score:.0f} mm per joint")
    assert widget.panel_side == panel(widget.controller, "side").dynamic_state()


def test_a_page_says_that_it_cannot_be_pulled():
    assert BeTheLifter(POSES).page_state(3)["note"].endswith(", pulling by hand.")


def test_poses_without_truth_are_refused():
    with pytest.raises(ValueError, match="lifting by hand needs the true 3D poses"):
        BeTheLifterController(replace(POSES, x3d=None))
