"""ShadowExplorer: every person that is shown casts the same shadow and has bones of the same lengths."""

from dataclasses import replace

import numpy as np
import pytest
from widget_cells import panel, send

from liftkit.geometry import mirror
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17, Skeleton
from liftkit.widgets import ShadowExplorer
from liftkit.widgets.shadow_explorer import ShadowExplorerController, flip_steps

ARM = Skeleton(("shoulder", "elbow", "wrist"), (-1, 0, 1), ())
ARM_X3D = np.array([[0, 0, 0], [30, 0, 20], [30, 10, 50]], np.float32)
POSES = PoseSet(np.random.default_rng(3).normal(0, 300, (2, 17, 2)).astype(np.float32), units="mm")
X3D = np.random.default_rng(4).normal(0, 300, (2, 17, 3)).astype(np.float32)
X3D -= X3D[:, :1]
POSES = replace(POSES, x3d=X3D)


def arm() -> ShadowExplorerController:
    return ShadowExplorerController(PoseSet(ARM_X3D[None, :, :2], ARM_X3D[None], units="mm", skeleton=ARM))


@pytest.fixture
def control() -> ShadowExplorerController:
    return ShadowExplorerController(POSES)


def lengths(x3d: np.ndarray) -> np.ndarray:
    return np.array([np.linalg.norm(x3d[j] - x3d[p]) for p, j in H36M_17.bones])


# (flipped, depths of shoulder, elbow and wrist): steps of 20 and 30 mm, by hand
@pytest.mark.parametrize(
    ("flipped", "depths"), [((), (0, 20, 50)), (("elbow",), (0, -20, 10)), (("elbow", "wrist"), (0, -20, -50))]
)
def test_what_hangs_on_a_flipped_bone_goes_with_it(flipped, depths):
    assert flip_steps(ARM_X3D, set(flipped), ARM)[:, 2].tolist() == list(depths)


def test_neither_the_shadow_nor_a_length_changes_and_every_bone_flipped_is_the_mirror(control):
    for _ in range(5):
        control.press("shuffle")
        np.testing.assert_array_equal(control.x3d[:, :2], X3D[0, :, :2])
        np.testing.assert_allclose(lengths(control.x3d), lengths(X3D[0]), rtol=1e-6)
    control.press("reset")
    control.press("mirror")
    np.testing.assert_allclose(control.x3d, mirror(X3D[0]), atol=1e-4)


def test_the_picture_stays_while_the_side_view_moves(control):
    before = panel(control, "x2d"), panel(control, "side").joints, panel(control, "side").extent[1]
    control.pick("x2d", "left_knee")
    shadow, side = panel(control, "x2d"), panel(control, "side")
    assert control.flipped == {"left_knee"} and control.values["bone"] == "left_knee"
    assert "<circle" in shadow.svg and "<circle" not in before[0].svg
    lines = [[part.split('"')[0] for part in svg.split(' d="')[1:]] for svg in (before[0].svg, shadow.svg)]
    assert shadow.svg.split("stroke-width:8")[0].rsplit("data-pick=", 1)[1].startswith('"left_knee"')
    assert lines[0] == lines[1] and len(lines[0]) == 2 * 16
    moved = np.abs(side.joints - before[1]).max((0, 2)) > 1e-9
    assert [H36M_17.names[i] for i in np.flatnonzero(moved)] == ["left_knee", "left_ankle"]
    assert side.extent[1] == before[2] and (np.abs(side.joints) <= before[2]).all()


def test_people_are_counted_once_each():
    one = arm()
    assert "4 people share this shadow, 2 to the 2" in one.message and "the true person" in one.message
    for bone in ("elbow", "wrist", "elbow", "wrist", "elbow"):
        one.set("bone", bone)
        one.press("flip")
    assert len(one.people) == 4  # flipped: none, elbow, both, wrist; then none and elbow again
    assert "met 4 of them" in one.message and "1 of 2 bones flipped" in one.message
    one.press("mirror")
    assert one.flipped == {"wrist"} and len(one.people) == 4


def test_it_is_said_who_is_shown(control):
    assert "65,536 people" in control.message and "Now you see the true person" in control.message
    control.press("mirror")
    assert "the mirror of the true person" in control.message
    control.press("flip")
    assert "neither" in control.message and "15 of 16" in control.message
    control.set("pose", 1)
    assert "Now you see the true person" in control.message and len(control.people) == 1


def test_a_bone_without_a_step_makes_nobody_else():
    level = ARM_X3D.copy()
    level[2, 2] = level[1, 2]
    one = ShadowExplorerController(PoseSet(level[None, :, :2], level[None], units="mm", skeleton=ARM))
    one.set("bone", "wrist")
    one.press("flip")
    assert not one.flipped and len(one.people) == 1 and "2 people share this shadow, 2 to the 1" in one.message


def test_the_same_seed_shuffles_alike():
    found = []
    for seed in (5, 5, 6):
        one = ShadowExplorerController(POSES, seed=seed)
        one.press("shuffle")
        found.append(one.flipped)
    assert found[0] == found[1] != found[2]


def test_bad_input_is_refused(control):
    with pytest.raises(ValueError, match="needs the true 3D poses"):
        ShadowExplorerController(replace(POSES, x3d=None))
    with pytest.raises(ValueError, match="Bone to the: expected one of .*, found 'tail'"):
        control.pick("x2d", "tail")
    assert not control.flipped


def test_live_view_still_picture_and_sentence_are_of_one_state():
    widget = ShadowExplorer(POSES)
    send(widget, "pick", panel="x2d", key="head")
    assert widget.panel_x2d == panel(widget.controller, "x2d").dynamic_state()
    assert "1 of 16 bones flipped" in widget.status["message"] and "<circle" in widget.svg()
