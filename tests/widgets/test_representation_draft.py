"""RepresentationExplorer: one of one's own is drawn up joint by joint, registered, and trained like any other."""

import numpy as np
import pytest
from widget_cells import panel, samples

from liftkit.networks import Lifter
from liftkit.representations import REPRESENTATIONS
from liftkit.skeleton import H36M_17
from liftkit.training import train
from liftkit.widgets.representation_explorer.controller import GIVES, LOOKS, OWN, SEES, RepresentationExplorerController
from liftkit.widgets.representation_explorer.network_chart import parameters

pytestmark = pytest.mark.usefixtures("own_ones_forgotten")

LEGS = [f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")]
ARMS = [f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "wrist")]


@pytest.fixture
def drafting() -> RepresentationExplorerController:
    explorer = RepresentationExplorerController()
    explorer.press("start")
    return explorer


def test_every_control_of_a_draft_takes_its_extremes_and_shows_something(drafting):
    before = [(p.key, type(p)) for p in drafting.panels()]
    for control in drafting.controls():
        if control.name != "representation":  # it would take the draft's controls away
            for value in samples(control):
                drafting.set(control.name, value)
                assert drafting.values[control.name] == value
                assert [(p.key, type(p)) for p in drafting.panels()] == before


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_a_draft_starts_as_a_copy(name):
    explorer = RepresentationExplorerController()
    explorer.set("representation", name)
    explorer.press("start")
    assert explorer.values["representation"] == OWN
    one, built = REPRESENTATIONS[name], explorer.build()
    np.testing.assert_array_equal(built.segment_of, one.segment_of)
    assert [set(s.sees) for s in built.segments] == [set(s.sees) for s in one.segments]
    assert (built.blocks, built.shared_blocks) == (one.blocks, one.shared_blocks)


def test_a_click_gives_a_joint_to_the_segment(drafting):
    assert drafting.values["click"] == GIVES
    drafting.pick("body", "left_wrist")  # from the torso to the legs
    assert panel(drafting, "body").groups[H36M_17.index("left_wrist")] == 0
    assert "owned by 1 legs, seen by 1 legs" in drafting.message and "It is complete" in drafting.message
    assert drafting.build().segments[0].owns == (*REPRESENTATIONS["legs_torso"].segments[0].owns, "left_wrist")


def test_the_chosen_joint_is_clicked_without_a_mouse(drafting):
    drafting.set("joint", "head")
    drafting.press("put")
    assert panel(drafting, "body").groups[H36M_17.index("head")] == 0
    assert panel(drafting, "body").picked == "head"


def test_a_segment_sees_a_joint_of_another_and_then_no_longer(drafting):
    drafting.set("click", SEES)
    drafting.pick("body", "spine")
    assert drafting.message.startswith("spine: owned by 2 torso, seen by 1 legs and 2 torso.")
    assert "spine" in drafting.build().segments[0].sees
    assert "spine" not in drafting.build().segments[0].owns
    drafting.pick("body", "spine")
    assert "spine" not in drafting.build().segments[0].sees
    drafting.pick("body", "left_hip")  # its own: it always sees it
    assert "left_hip" in drafting.build().segments[0].sees


def test_a_click_may_only_look(drafting):
    drafting.set("click", LOOKS)
    drafting.pick("body", "head")
    assert drafting.message == "head: owned by 2 torso, seen by 2 torso."


def test_the_root_is_no_segments(drafting):
    drafting.pick("body", "pelvis")
    assert "its depth is 0" in drafting.message
    assert panel(drafting, "body").groups[0] == -1


def test_more_and_fewer_segments(drafting):
    drafting.set("segments", 4)
    assert "no joint belongs to part_3, part_4" in drafting.message
    assert panel(drafting, "code").text == "# Not complete yet."
    drafting.pick("network", "4")
    assert drafting.values["segment"] == "4"
    drafting.set("segments", 1)
    assert drafting.values["segment"] == "1"
    assert "no segment owns spine, thorax" in drafting.message
    assert (panel(drafting, "body").groups == -1).sum() == 11  # the root and ten of the torso
    for joint in H36M_17.names[1:]:
        drafting.pick("body", joint)
    assert "It is complete" in drafting.message


def test_too_many_blocks_are_refused(drafting):
    drafting.set("blocks", 6)
    assert "found 2 x 6 + 0 = 12" in drafting.message
    assert "found 2 x 6 + 0 = 12" in panel(drafting, "facts").text
    drafting.press("register")
    assert "expected 1 to 6 residual blocks" in drafting.message
    assert "my_own" not in REPRESENTATIONS
    drafting.set("blocks", 2)
    drafting.set("shared_blocks", 2)
    assert "It is complete" in drafting.message


def test_one_of_ones_own_is_registered_trained_and_shown(drafting, tiny_poses):
    drafting.set("segments", 3)
    drafting.set("blocks", 2)
    drafting.set("segment", "3")
    for joint in ARMS:
        drafting.pick("body", joint)
    drafting.set("name", "arms_apart")
    drafting.press("register")
    one = REPRESENTATIONS["arms_apart"]
    assert [set(s.owns) for s in one.segments] == [set(LEGS), {"spine", "thorax", "neck", "head"}, set(ARMS)]
    assert drafting.values["representation"] == "arms_apart"
    assert "train('arms_apart')" in drafting.message
    assert 'data-pick="arms_apart"' in panel(drafting, "table").svg
    run = train("arms_apart", tiny_poses, steps=1, width=16, batch=8)
    assert run.representation == one
    assert parameters(one, 64) == Lifter(one, 64).parameter_count


def test_the_code_does_the_same(drafting):
    drafting.pick("body", "head")
    drafting.set("click", SEES)
    drafting.pick("body", "spine")
    code = panel(drafting, "code").text
    built = drafting.build()
    assert code.endswith("run = train('my_own', load_poses('synthetic'))")
    exec("\n".join(code.splitlines()[:-1]), {})
    assert REPRESENTATIONS["my_own"] == built


def test_liftkits_own_are_not_overwritten(drafting):
    before = REPRESENTATIONS["full"]
    drafting.set("name", "full")
    drafting.press("register")
    assert "full is one of liftkit's own" in drafting.message
    assert REPRESENTATIONS["full"] is before and drafting.drafting


def test_a_taken_name_is_refused_and_the_next_free_one_proposed(drafting):
    drafting.press("register")
    first = REPRESENTATIONS["my_own"]
    drafting.press("start")
    assert drafting.values["name"] == "my_own_2"
    drafting.set("name", "my_own")
    drafting.pick("body", "head")
    drafting.press("register")
    assert "already called 'my_own'" in drafting.message
    assert REPRESENTATIONS["my_own"] is first


@pytest.mark.parametrize("name", ["Two Words", "1st", "<script>", "a/b", "", "a" * 31, 7])
def test_a_name_that_is_none_is_refused_and_the_old_one_stays(drafting, name):
    with pytest.raises(ValueError, match="^Name: expected"):
        drafting.set("name", name)
    assert drafting.values["name"] == "my_own"
