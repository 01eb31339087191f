"""RepresentationExplorer: what is told of each cut is true, and a cut of one's own is trained like any other."""

import json

import numpy as np
import pytest

from liftkit.networks import Lifter
from liftkit.representations import REPRESENTATIONS, Representation, Segment, register
from liftkit.skeleton import H36M_17
from liftkit.training import train
from liftkit.view.controls import Button
from liftkit.widgets import RepresentationExplorer
from liftkit.widgets.representation_explorer import GIVES, LOOKS, OWN, SEES, WIDTHS, RepresentationExplorerController
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


def still(explorer):
    return [(p.key, type(p)) for p in explorer.panels()]


@pytest.mark.parametrize("name", REPRESENTATIONS)
@pytest.mark.parametrize("width", [int(width) for width in WIDTHS[:3]])
def test_parameters_are_those_of_the_network(name, width):
    assert parameters(REPRESENTATIONS[name], width) == Lifter(name, width).parameter_count


def test_parameters_of_a_wide_one_with_shared_blocks():
    name = "legs_torso_shared"
    assert parameters(REPRESENTATIONS[name], 1024) == Lifter(name, 1024).parameter_count


@pytest.mark.parametrize("start", [None, "full", "left_right"])
def test_every_control_takes_its_extremes_and_shows_something(explorer, start):
    if start:
        explorer.set("representation", start)
        explorer.press("start")
    before = still(explorer)
    for control in explorer.controls():
        for value in () if isinstance(control, Button) else control.samples():
            if control.name == "representation" and start and value != OWN:
                continue  # it would take the draft's controls away
            explorer.set(control.name, value)
            assert explorer.values[control.name] == value
            assert still(explorer) == before
            json.dumps([p.still() | p.moving() for p in explorer.panels()], allow_nan=False)


def test_every_representation_is_shown(explorer):
    for name, one in REPRESENTATIONS.items():
        explorer.set("representation", name)
        body = panel(explorer, "body")
        np.testing.assert_array_equal(body.groups, one.segment_of)
        assert body.moving()["groups"][0] == -1
        assert name.replace("_", " ") == body.title
        assert explorer.message == one.description


def test_facts_tell_owners_blocks_and_parameters(explorer):
    explorer.set("representation", "left_right")
    lines = panel(explorer, "facts").text.splitlines()
    assert lines[0] == (
        "1 left owns left hip, left knee, left ankle, spine, neck, left shoulder, left elbow, left wrist; "
        "it also sees thorax, head."
    )
    assert lines[2] == "Residual blocks: 2 × 3 = 6 (nothing shared); full has 1 × 6 = 6."
    count, whole = (Lifter(name, 128).parameter_count for name in ("left_right", "full"))
    assert lines[3] == f"Parameters at width 128: {count:,}, {count / whole:.1%} of full's {whole:,}."
    explorer.set("representation", "five_parts_shared")
    assert "5 × 1 + 1 = 6 (1 shared by all)" in panel(explorer, "facts").text


def test_the_width_changes_the_numbers(explorer):
    explorer.set("width", "64")
    assert f"{Lifter('full', 64).parameter_count:,}" in panel(explorer, "table").svg
    assert "at width 64" in panel(explorer, "table").title


def test_a_row_of_the_table_is_picked(explorer):
    explorer.on_pick("table", "five_parts")
    assert explorer.values["representation"] == "five_parts"
    with pytest.raises(ValueError, match="expected one of full, .*found 'six_parts'"):
        explorer.on_pick("table", "six_parts")


def test_a_click_on_a_known_one_tells_and_changes_nothing(explorer):
    explorer.on_pick("body", "left_wrist")
    assert explorer.message == "left wrist: owned by 2 torso, seen by 2 torso."
    assert REPRESENTATIONS["legs_torso"].segment_of[H36M_17.index("left_wrist")] == 1


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_a_draft_starts_as_a_copy(explorer, name):
    explorer.set("representation", name)
    explorer.press("start")
    assert explorer.values["representation"] == OWN
    one, built = REPRESENTATIONS[name], explorer._built()
    np.testing.assert_array_equal(built.segment_of, one.segment_of)
    assert [set(s.sees) for s in built.segments] == [set(s.sees) for s in one.segments]
    assert (built.blocks, built.shared_blocks) == (one.blocks, one.shared_blocks)


def test_a_click_gives_a_joint_to_the_segment(drafting):
    assert drafting.values["click"] == GIVES
    drafting.on_pick("body", "left_wrist")  # from the torso to the legs
    assert panel(drafting, "body").groups[H36M_17.index("left_wrist")] == 0
    assert drafting.message == "left wrist: owned by 1 legs, seen by 1 legs. It is complete: Register makes it known."
    assert drafting._built().segments[0].owns == (*REPRESENTATIONS["legs_torso"].segments[0].owns, "left_wrist")


def test_the_chosen_joint_is_clicked_without_a_mouse(drafting):
    drafting.set("joint", "head")
    drafting.press("put")
    assert panel(drafting, "body").groups[H36M_17.index("head")] == 0
    assert panel(drafting, "body").picked == "head"


def test_a_segment_sees_a_joint_of_another_and_then_no_longer(drafting):
    drafting.set("click", SEES)
    drafting.on_pick("body", "spine")
    assert drafting.message.startswith("spine: owned by 2 torso, seen by 1 legs and 2 torso.")
    assert "spine" in drafting._built().segments[0].sees
    assert "spine" not in drafting._built().segments[0].owns
    drafting.on_pick("body", "spine")
    assert "spine" not in drafting._built().segments[0].sees
    drafting.on_pick("body", "left_hip")  # its own: it always sees it
    assert "left_hip" in drafting._built().segments[0].sees


def test_a_click_may_only_look(drafting):
    drafting.set("click", LOOKS)
    drafting.on_pick("body", "head")
    assert drafting.message == "head: owned by 2 torso, seen by 2 torso."


def test_the_root_is_nobodys(drafting):
    drafting.on_pick("body", "pelvis")
    assert "its depth is 0" in drafting.message
    assert panel(drafting, "body").groups[0] == -1


def test_more_and_fewer_segments(drafting):
    drafting.set("segments", 4)
    assert drafting.message == "Not complete yet. my_own: no joint belongs to part_3, part_4."
    assert panel(drafting, "code").text == "# Not complete yet."
    drafting.on_pick("network", "4")
    assert drafting.values["segment"] == "4"
    drafting.set("segments", 1)
    assert drafting.values["segment"] == "1"
    assert drafting.message.startswith("Not complete yet. my_own: no segment owns spine, thorax")
    assert (panel(drafting, "body").groups == -1).sum() == 11  # the root and ten of the torso
    for joint in H36M_17.names[1:]:
        drafting.on_pick("body", joint)
    assert drafting.message.endswith("It is complete: Register makes it known.")


def test_too_many_blocks_are_told_as_a_sentence(drafting):
    drafting.set("blocks", 6)
    assert "found 2 x 6 + 0 = 12" in drafting.message
    assert "found 2 x 6 + 0 = 12" in panel(drafting, "facts").text
    drafting.press("register")
    assert drafting.message.startswith("Not registered. my_own: expected 1 to 6 residual blocks")
    assert "my_own" not in REPRESENTATIONS
    drafting.set("blocks", 2)
    drafting.set("shared_blocks", 2)
    assert "It is complete" in drafting.message


def test_one_of_ones_own_is_registered_trained_and_shown(drafting, tiny_poses):
    drafting.set("segments", 3)
    drafting.set("blocks", 2)
    drafting.set("segment", "3")
    for joint in ARMS:
        drafting.on_pick("body", joint)
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
    drafting.on_pick("body", "head")
    drafting.set("click", SEES)
    drafting.on_pick("body", "spine")
    code = panel(drafting, "code").text
    built = drafting._built()
    assert code.endswith("run = train('my_own', load_poses('synthetic'))")
    exec("\n".join(code.splitlines()[:-1]), {})
    assert REPRESENTATIONS["my_own"] == built


def test_liftkits_own_are_not_overwritten(drafting):
    before = REPRESENTATIONS["full"]
    drafting.set("name", "full")
    drafting.press("register")
    assert drafting.message == "Not registered. full is one of liftkit's own: choose another name."
    assert REPRESENTATIONS["full"] is before and drafting.drafting


def test_a_taken_name_is_refused_and_the_next_free_one_proposed(drafting):
    drafting.press("register")
    first = REPRESENTATIONS["my_own"]
    drafting.press("start")
    assert drafting.values["name"] == "my_own_2"
    drafting.set("name", "my_own")
    drafting.on_pick("body", "head")
    drafting.press("register")
    assert drafting.message.startswith("Not registered. a different representation is already called 'my_own': choose")
    assert REPRESENTATIONS["my_own"] is first


@pytest.mark.parametrize("name", ["Two Words", "1st", "<script>", "a/b", "", "a" * 31, 7])
def test_a_name_that_is_none_is_refused_and_the_old_one_stays(drafting, name):
    with pytest.raises(ValueError, match="^Name: expected"):
        drafting.set("name", name)
    assert drafting.values["name"] == "my_own"


def test_bad_input():
    with pytest.raises(ValueError, match="unknown representation 'halves'; there are full"):
        RepresentationExplorerController("halves")
    with pytest.raises(ValueError, match="expected at least one segment to draw"):
        network_chart([], 1, 0)
    with pytest.raises(ValueError, match="unknown joint 'tail'"):
        RepresentationExplorerController().on_pick("body", "tail")


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


def test_the_widget_repeats_itself_and_is_small(tmp_path):
    one, two = RepresentationExplorer(), RepresentationExplorer()
    assert repr(one) == repr(two) == "RepresentationExplorer('legs_torso' of 6 representations)"
    assert one.svg() == two.svg()
    assert one.svg().count("</text>") > 40
    assert len(json.dumps(one.state_now())) < 25_000
    assert "Who looks at which joints?" in one.to_html(tmp_path / "page.html").read_text()


def test_messages_of_the_browser_are_answered(monkeypatch):
    widget = RepresentationExplorer()
    monkeypatch.setattr(RepresentationExplorer, "raises", True)
    widget.hear({"kind": "press", "name": "start", "number": 1})
    widget.hear({"kind": "pick", "panel": "body", "key": "left_wrist", "number": 2})
    assert widget.status["number"] == 2
    assert widget.panel_body["groups"][H36M_17.index("left_wrist")] == 0
    monkeypatch.setattr(RepresentationExplorer, "raises", False)
    widget.hear({"kind": "set", "name": "name", "value": "No!", "number": 3})
    assert "small letters, digits and underscores" in widget.status["error"]["text"]
