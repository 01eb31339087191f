"""CycleExplorer: the numbers of networks whose answers are known, films that end where they should."""

import re

import numpy as np
import pytest
import torch
from widget_cells import panel, send

from liftkit import TrainConfig, Trainer, load_poses
from liftkit.widgets import CycleExplorer
from liftkit.widgets.cycle_explorer import ARROWS


@pytest.fixture(scope="module")
def poses():
    return load_poses("synthetic").select(slice(None, None, 97))


@pytest.fixture(scope="module")
def zero(poses):
    """Networks that say 0 to everything: every depth is 0, and so is every score."""
    run = Trainer("full", poses, (3,), TrainConfig(width=8, batch=8, prior="paper")).to_run()
    with torch.no_grad():
        for network in (run.lifter, run.discriminator):
            for parameter in network.parameters():
                parameter.zero_()
    return run


def test_the_losses_of_a_lifter_that_knows_no_depth_are_worked_out_by_hand(poses, zero):
    step = CycleExplorer(zero, poses).controller
    x, y = step.station["x2d"].T
    # the view of a flat pose keeps y up to the elevation; its depth is forgotten, and turning back shows cos² of x
    view = step.station["x2d_view"]
    np.testing.assert_allclose(view, step.station["x3d_view"][:, :2], atol=1e-6)
    assert np.abs(step.station["x3d_view"][:, 2]).max() > 0.1 and np.abs(step.station["x3d_again"][:, 2]).max() == 0
    back = step.station["x2d_back"]
    expected = {
        "reprojection": ((back - np.stack([x, y], 1))[1:] ** 2).mean(),
        "adversarial": 1.0,
        "discriminator": 1.0,
    }
    expected["quarter_turns"] = 2 * (x[1:] ** 2).mean()  # -x and x are missed by all of x, -z = 0 is met
    for name, value in expected.items():
        assert step.numbers[name] == pytest.approx(value, rel=1e-4), name
    assert step.numbers["near"] == step.numbers["far"] == step.numbers["view"] == step.numbers["real"] == 0
    weighted = 1 + 10 * expected["reprojection"] + 3 * expected["quarter_turns"]
    assert panel(step, "cycle").caption.endswith(f"= {weighted:.3f}")


@pytest.mark.parametrize("arrow", ARROWS)
def test_a_film_leads_from_one_station_to_the_next(poses, arrow):
    step = CycleExplorer(poses=poses).controller
    step.set("arrow", arrow)
    frames, way = step.film(), ARROWS[arrow]
    for frame, name in ((frames[0], way.start), (frames[-1], way.end)):
        station = step.station[name]
        np.testing.assert_allclose(frame[:, : station.shape[1]], station, atol=2e-5)
        assert station.shape[1] == 3 or np.abs(frame[:, 2]).max() == 0
    lengths = np.linalg.norm(frames, axis=-1)
    if arrow in ("turn", "turn back"):
        np.testing.assert_allclose(
            lengths, lengths[:1].repeat(len(frames), 0), atol=1e-5
        )  # a turn keeps every distance


def test_a_pose_that_was_turned_and_turned_back_by_a_consistent_lifter_would_be_the_first(poses):
    """The trained lifter is nearly so: its second lift is nearer to the first than a flat pose is."""
    step = CycleExplorer(poses=poses).controller
    flat = np.abs(step.station["x3d"][:, 2]).mean()
    assert np.abs(step.station["x3d_back"] - step.station["x3d"]).mean() < flat / 3


def test_a_click_on_an_arrow_chooses_it_and_the_text_has_its_number(poses):
    widget = CycleExplorer(poses=poses)
    marks = re.findall(r'data-pick="([^"]*)"', panel(widget.controller, "cycle").svg)
    assert sorted(marks) == sorted(ARROWS)
    send(widget, "pick", panel="cycle", key="compare")
    assert widget.status["values"]["arrow"] == "compare"
    assert f"{widget.controller.numbers['reprojection']:.4f}" in widget.message
    assert panel(widget.controller, "pose").title == "Compare"
    send(widget, "press", name="next")
    assert widget.status["values"]["arrow"] == "quarter turns"
    send(widget, "press", name="next")
    assert widget.status["values"]["arrow"] == "lift"


def test_another_view_turns_further_and_leaves_the_first_lift_alone(poses):
    step = CycleExplorer(poses=poses).controller
    before = dict(step.station), dict(step.numbers)
    step.set("view", 5)
    assert step.numbers["angle"] != before[1]["angle"] and step.numbers["quarter_turns"] == before[1]["quarter_turns"]
    np.testing.assert_array_equal(step.station["x3d"], before[0]["x3d"])
    assert 0 <= step.numbers["angle"] <= 180


@pytest.mark.parametrize(
    ("arrow", "start", "end"),
    [("lift", "2D pose", "lifted"), ("judge", "a new view", "D&#x27;s score"), ("compare", "turned back", "2D again"),
     ("quarter turns", "2D again", "+90°")],
)  # fmt: skip
def test_a_pose_goes_along_the_chosen_arrow_from_station_to_station(poses, arrow, start, end):
    """Stations are found by what stands below them in the drawing."""
    step = CycleExplorer(poses=poses).controller
    step.set("arrow", arrow)
    svg = panel(step, "cycle").svg
    words = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)</text>', svg)
    place = {text: np.array([float(x), float(y)]) for x, y, text in words}
    way = re.search(r'class="lk-travel" opacity="0" style="--x:(-?\d+)px;--y:(-?\d+)px">(.*?)</g>', svg)
    np.testing.assert_allclose([float(way[1]), float(way[2])], place[end] - place[start])
    joints = np.array(re.findall(r"[ML]([\d.]+) ([\d.]+)", way[3]), float)
    middle = (joints.min(0) + joints.max(0)) / 2
    assert np.abs(middle - place[start])[0] < 37 and 15 < place[start][1] - middle[1] < 89  # in its box, 74 px high
