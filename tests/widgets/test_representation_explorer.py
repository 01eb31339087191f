"""RepresentationExplorer: what is shown of each representation is true; one of one's own is trained like any other."""

import json
from dataclasses import replace

import numpy as np
import pytest
from widget_cells import samples, send

from liftkit.networks import Lifter
from liftkit.representations import REPRESENTATIONS, Representation, Segment, register
from liftkit.skeleton import H36M_17
from liftkit.training import train
from liftkit.widgets import RepresentationExplorer
from liftkit.widgets.representation_explorer.controller import (
    GIVES,
    LOOKS,
    OWN,
    SEES,
    WIDTHS,
    RepresentationExplorerController,
)
from liftkit.widgets.representation_explorer.draft import Draft, as_code
from liftkit.widgets.representation_explorer.network_chart import comparison_table, network_chart, parameters

LEGS = [f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")]
ARMS = [f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "wrist")]


@pytest.fixture(autouse=True)
def own_ones_forgotten():
    known = dict(REPRESENTATIONS)
    yield
    REPRESENTATIONS.clear()
    REPRESENTATIONS.update(known)


@pytest.fixture
def explorer() -> RepresentationExplorerController:
    return RepresentationExplorerController()


@pytest.fixture
def drafting(explorer) -> RepresentationExplorerController:
    explorer.press("start")
    return explorer


def panel(explorer, key):
    return next(panel for panel in explorer.panels() if panel.key == key)


@pytest.mark.parametrize("name", REPRESENTATIONS)
@pytest.mark.parametrize("width", [int(width) for width in WIDTHS[:3]])
def test_parameters_are_those_of_the_network(name, width):
    assert parameters(REPRESENTATIONS[name], width) == Lifter(name, width).parameter_count


def test_every_control_of_a_draft_takes_its_extremes_and_shows_something(drafting):
    before = [(p.key, type(p)) for p in drafting.panels()]
    for control in drafting.controls():
        if control.name != "representation":  # it would take the draft's controls away
            for value in samples(control):
                drafting.set(control.name, value)
                assert drafting.values[control.name] == value
                assert [(p.key, type(p)) for p in drafting.panels()] == before


def test_every_representation_is_shown(explorer):
    for name, one in REPRESENTATIONS.items():
        explorer.set("representation", name)
        body = panel(explorer, "body")
        np.testing.assert_array_equal(body.groups, one.segment_of)
        assert body.dynamic_state()["groups"][0] == -1
        assert name.replace("_", " ") == body.title
        assert explorer.message == one.description


def test_facts_name_owners_blocks_and_parameters(explorer):
    explorer.set("representation", "left_right")
    left, _, blocks, parameters = panel(explorer, "facts").text.splitlines()
    owned = "left hip, left knee, left ankle, spine, neck, left shoulder, left elbow, left wrist"
    assert left.startswith("1 left owns " + owned) and left.endswith("sees thorax, head.")
    assert "2 × 3 = 6" in blocks and "full has 1 × 6 = 6" in blocks
    count, whole = (Lifter(name, 128).parameter_count for name in ("left_right", "full"))
    assert all(figure in parameters for figure in ("128", f"{count:,}", f"{count / whole:.1%}", f"{whole:,}"))
    explorer.set("representation", "five_parts_shared")
    assert "5 × 1 + 1 = 6" in panel(explorer, "facts").text


def test_the_width_changes_the_numbers(explorer):
    explorer.set("width", "64")
    assert f"{Lifter('full', 64).parameter_count:,}" in panel(explorer, "table").svg
    assert "at width 64" in panel(explorer, "table").title


def test_a_row_of_the_table_is_picked(explorer):
    explorer.pick("table", "five_parts")
    assert explorer.values["representation"] == "five_parts"
    with pytest.raises(ValueError, match="expected one of full, .*found 'six_parts'"):
        explorer.pick("table", "six_parts")


def test_a_click_on_a_known_one_names_the_owner_and_changes_nothing(explorer):
    explorer.pick("body", "left_wrist")
    assert explorer.message == "left wrist: owned by 2 torso, seen by 2 torso."
    assert REPRESENTATIONS["legs_torso"].segment_of[H36M_17.index("left_wrist")] == 1


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_a_draft_starts_as_a_copy(explorer, name):
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


def test_bad_input():
    with pytest.raises(ValueError, match="unknown representation 'halves'; there are full"):
        RepresentationExplorerController("halves")
    with pytest.raises(ValueError, match="unknown joint 'tail'"):
        RepresentationExplorerController().pick("body", "tail")


def test_the_network_is_drawn_as_it_is():
    one = REPRESENTATIONS["legs_torso_shared"]
    svg = network_chart(Draft(one).parts, one.blocks, one.shared_blocks)
    assert svg.count('class="lk-band lk-s0"') == svg.count('class="lk-band lk-s1"') == 2
    assert svg.count(">shared</text>") == 2
    assert ">16</text>" in svg  # one layer of depths after the shared blocks
    apart = network_chart(Draft(REPRESENTATIONS["legs_torso"]).parts, 3, 0)
    assert ">6</text>" in apart and ">10</text>" in apart and "shared</text>" not in apart
    assert "2 segments of 3 residual blocks, nothing shared" in apart


def test_names_from_elsewhere_are_only_text():
    name = "<script>alert(1)</script>"
    segments = (Segment('<b>"all"</b>', H36M_17.names[1:]),)
    register(Representation(name, segments, 1, description="<i>"))
    explorer = RepresentationExplorerController()
    explorer.set("representation", name)
    drawn = "".join(panel(explorer, key).svg for key in ("network", "table"))
    assert "<script" not in drawn and "<b>" not in drawn and "<i>" not in drawn
    assert name not in comparison_table(REPRESENTATIONS, 64, name)
    widget = RepresentationExplorer(name)
    assert "<script>" not in widget.svg()
    namespace = {}
    exec("\n".join(as_code(REPRESENTATIONS[name]).splitlines()[:-1]), namespace)  # quotes do not end the text


def test_a_shown_one_that_is_forgotten_leaves_the_draft(explorer):
    register(Representation("once", REPRESENTATIONS["full"].segments, 1))
    explorer.set("representation", "once")
    del REPRESENTATIONS["once"]
    assert explorer.drafting
    assert panel(explorer, "body").title == OWN


def test_one_of_other_joints_is_not_offered(explorer):
    other = replace(H36M_17, names=("root", *H36M_17.names[1:]), pairs=())
    register(Representation("other", REPRESENTATIONS["full"].segments, 1, skeleton=other))
    assert "other" not in explorer.control("representation").options
    assert 'data-pick="other"' not in panel(explorer, "table").svg


def test_the_widget_repeats_itself_and_is_small(tmp_path):
    one, two = RepresentationExplorer(), RepresentationExplorer()
    assert repr(one) == repr(two) == "RepresentationExplorer('legs_torso' of 6 representations)"
    assert one.svg() == two.svg()
    assert one.svg().count("</text>") > 40
    assert len(json.dumps(one.controller.state())) < 25_000
    assert "Who looks at which joints?" in one.to_html(tmp_path / "page.html").read_text()


def test_messages_of_the_browser_are_answered():
    widget = RepresentationExplorer()
    send(widget, "press", name="start")
    send(widget, "pick", panel="body", key="left_wrist")
    assert widget.panel_body["groups"][H36M_17.index("left_wrist")] == 0
    widget.handle({"kind": "set", "name": "name", "value": "No!", "number": 3})
    assert "small letters, digits and underscores" in widget.status["error"]["text"]
