"""Panels: what reaches the browser is where the joints are."""

import json

import numpy as np
import pytest

from liftkit.data.body import standing_person
from liftkit.geometry import rotate
from liftkit.skeleton import H36M_17
from liftkit.view.panels import UNIT, Chart, Note, Pose


def person(**angles) -> np.ndarray:
    """(17, 3) somebody who faces the camera, in mm, y down, z away; angles as in liftkit.data.body."""
    return standing_person(**angles).astype(float) * [1, -1, -1]


@pytest.mark.parametrize("size", [2, 3])
def test_coordinates_lie_in_the_panel_and_place_takes_them_back(size):
    joints = person()[:, :size]
    panel = Pose("p", "P", joints=joints)
    numbers = np.array(panel.dynamic_state()["joints"]).reshape(17, size)
    assert np.abs(numbers[:, :2]).max() <= UNIT
    _, reach = panel.extent
    for joint, (x, y) in zip(joints, numbers[:, :2] / UNIT, strict=True):
        np.testing.assert_allclose(panel.place(x, y), joint[:2], atol=reach / UNIT)


def test_a_turned_pose_stays_in_its_panel():
    joints = person(shoulder_elevation=[90, 90])
    middle, reach = Pose("p", "P", joints=joints).extent
    for azimuth in np.linspace(0, 6, 20):
        assert np.abs(rotate(joints - middle, azimuth)[:, :2]).max() < reach


def test_a_given_frame_is_kept():
    panel = Pose("p", "P", joints=np.zeros((17, 2)), middle=[1, 2], reach=4)
    np.testing.assert_allclose(panel.place(0.5, -1), [3, -2])
    assert panel.dynamic_state()["joints"][:2] == [-250, -500]


def test_a_film_is_static_and_one_pose_dynamic():
    film, pose = (Pose("p", "P", joints=np.zeros((frames, 17, 2))) for frames in (3, 1))
    assert len(film.static_state()["frames"]) == 3 and film.dynamic_state()["joints"] is None
    assert "frames" not in pose.static_state() and len(pose.dynamic_state()["joints"]) == 34


def test_picked_groups_and_strength_are_plain():
    panel = Pose("p", "P", joints=person(), picked="head", groups=np.arange(17) - 1, strength=np.full(17, 1 / 3))
    state = json.loads(json.dumps(panel.dynamic_state()))
    assert state["picked"] == H36M_17.index("head")
    assert state["groups"][:2] == [-1, 0]
    assert state["strength"][0] == 0.333


@pytest.mark.parametrize("shape", [(16, 2), (17, 4), (0, 17, 2), (17,), (2, 3, 17, 2)])
def test_joints_of_another_shape(shape):
    with pytest.raises(ValueError, match="P: expected joints .F, 17, 2 or 3., found"):
        Pose("p", "P", joints=np.zeros(shape))


def test_joints_that_are_not_numbers():
    with pytest.raises(ValueError, match="P: joints must be finite"):
        Pose("p", "P", joints=np.full((17, 2), np.nan))


def test_an_unknown_place_is_null_and_leaves_the_others_where_they_are():
    joints = person()
    joints[3, 1] = np.nan  # an ankle, of which one coordinate is not known
    hidden, whole = (Pose("p", "P", joints=x, middle=(0, 0, 0), reach=1000.0) for x in (joints, person()))
    found, expected = (np.array(panel.dynamic_state()["joints"]).reshape(17, -1) for panel in (hidden, whole))
    assert set(found[3]) == {None}
    np.testing.assert_array_equal(np.delete(found, 3, 0), np.delete(expected, 3, 0))
    assert np.isfinite(Pose("p", "P", joints=joints).extent[1])


def test_doubt_is_a_percentage_per_joint_and_frame():
    doubt = np.zeros((2, 17))
    doubt[1, 16] = 1.7
    film = Pose("p", "P", joints=np.stack([person()] * 2), doubt=doubt)
    assert film.static_state()["doubts"] == [[0] * 17, [0] * 16 + [100]] and film.dynamic_state()["doubt"] is None
    one = Pose("p", "P", joints=person(), doubt=np.full(17, 0.256))
    assert one.dynamic_state()["doubt"] == [26] * 17 and "doubts" not in one.static_state()


def test_an_unknown_joint_cannot_be_picked():
    with pytest.raises(ValueError, match="unknown joint 'tail'"):
        Pose("p", "P", joints=np.zeros((17, 2)), picked="tail").dynamic_state()


def test_notes_and_charts_pass_on_how_wide_they_are():
    assert Chart("c", "C", span=6).static_state() == {"key": "c", "kind": "chart", "span": 6}
    assert Note("n", "N").static_state() == {"key": "n", "kind": "note", "span": 0, "code": False}
    assert Note("n", "N", text="x").dynamic_state() == {"title": "N", "caption": "", "text": "x"}
