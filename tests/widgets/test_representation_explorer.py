"""RepresentationExplorer: what is shown of each representation is true."""

import json
from dataclasses import replace

import numpy as np
import pytest
from widget_cells import panel, send

from liftkit.networks import Lifter
from liftkit.representations import REPRESENTATIONS, Representation, Segment, register
from liftkit.skeleton import H36M_17
from liftkit.widgets import RepresentationExplorer
from liftkit.widgets.representation_explorer.controller import OWN, WIDTHS, RepresentationExplorerController
from liftkit.widgets.representation_explorer.draft import Draft, as_code
from liftkit.widgets.representation_explorer.network_chart import comparison_table, network_chart, parameters

pytestmark = pytest.mark.usefixtures("own_ones_forgotten")


@pytest.fixture
def explorer() -> RepresentationExplorerController:
    return RepresentationExplorerController()


@pytest.mark.parametrize("name", REPRESENTATIONS)
@pytest.mark.parametrize("width", [int(width) for width in WIDTHS[:3]])
def test_parameters_are_those_of_the_network(name, width):
    assert parameters(REPRESENTATIONS[name], width) == Lifter(name, width).parameter_count


def test_every_representation_is_shown(explorer):
    for name, one in REPRESENTATIONS.items():
        explorer.set("representation", name)
        body = panel(explorer, "body")
        np.testing.assert_array_equal(body.groups, one.segment_of)
        assert body.dynamic_state()["groups"][0] == -1
        assert name.replace("_", " ") == body.title
        assert explorer.message[1:-1] == one.description[1:] and explorer.message[0].isupper()
        assert explorer.message.endswith(".")


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


def test_bad_input():
    with pytest.raises(ValueError, match="unknown representation 'halves'; there are full"):
        RepresentationExplorerController("halves")
    with pytest.raises(ValueError, match="unknown joint 'tail'"):
        RepresentationExplorerController().pick("body", "tail")


@pytest.mark.slow
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
