"""Every control is a trait of its name: assigned, observed and linked as in ipywidgets."""

import ipywidgets
import pytest
import traitlets

from liftkit import load_poses
from liftkit.widgets import PoseViewer, Prediction, SeedLottery


@pytest.fixture
def viewer():
    return PoseViewer(load_poses("synthetic").test.select(clip=[914]).select(camera=0))


def test_an_assigned_value_is_shown_before_it_is_observed(viewer):
    seen = []
    viewer.observe(
        lambda change: seen.append((change["old"], change["new"], viewer.status["values"]["frame"])), "frame"
    )
    viewer.frame = 3
    viewer.set("frame", 4)
    viewer.handle({"kind": "set", "name": "frame", "value": 5, "number": 1})
    viewer.frame = 5
    assert seen == [(0, 3, 3), (3, 4, 4), (4, 5, 5)] and viewer.controller.values["frame"] == 5


def test_what_a_control_refuses_is_refused_and_nothing_changes(viewer):
    before, seen = viewer.frame, []
    viewer.observe(seen.append, "frame")
    with pytest.raises(ValueError, match="Frame: expected .* found 1000"):
        viewer.frame = 1000
    single = PoseViewer(viewer.controller.poses.select(slice(0, 1)))
    with pytest.raises(ValueError, match="unknown control 'frame'; there are clip"):
        single.frame = 1  # a film of one frame has no such control
    assert viewer.frame == before == viewer.status["values"]["frame"] and seen == []


def test_a_number_names_the_option_that_is_written_like_it():
    guess = Prediction("How many?", ["1", "2", "4"])
    guess.guess = 2
    assert guess.guess == guess.status["values"]["guess"] == "2"
    with pytest.raises(ValueError, match="expected one of"):
        guess.guess = 3


def test_ipywidgets_links_and_interact_drive_a_control_both_ways(viewer):
    slider, other = ipywidgets.IntSlider(max=5), PoseViewer(viewer.controller.poses)
    link, _ = (
        ipywidgets.link((slider, "value"), (viewer, "frame")),
        traitlets.dlink((viewer, "frame"), (other, "frame")),
    )
    slider.value = 2
    assert viewer.frame == other.frame == other.controller.values["frame"] == 2
    viewer.set("frame", 4)
    assert slider.value == other.frame == 4
    link.unlink()
    drive = ipywidgets.interactive(lambda frame: setattr(viewer, "frame", frame), frame=(0, 5))
    drive.children[0].value = 1
    assert viewer.frame == 1


def test_a_link_in_the_browser_sets_the_control_and_what_follows_from_it():
    lottery = SeedLottery()
    before = lottery.status["message"], lottery.svg()
    lottery.set_state({"seeds": 8})  # what the browser sends
    assert lottery.controller.values["seeds"] == lottery.status["values"]["seeds"] == 8
    assert (lottery.status["message"], lottery.svg()) != before
