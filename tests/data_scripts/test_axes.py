"""Which axis is up and which hand the axes have is found, said or asked for."""

from functools import partial

import numpy as np
import pytest
from formats.bvh import read_bvh
from formats.meaning import TURNS, oddities, up_axis
from motion_files import bvh, joint_at
from motion_people import RIGHT, check, mirrored, person, read, tree, walking
from scripts import call_script

from liftkit.data.synthetic import synthetic_motion

cmu = partial(call_script, "cmu")


TURNED = {  # the rotation of the whole person in the file, about its root, that makes another axis point up
    "y": {}, "z": {"X": 90}, "-z": {"X": -90}, "-y": {"X": 180}, "x": {"Z": -90}, "-x": {"Z": 90},
}  # fmt: skip


@pytest.mark.parametrize("up", TURNED)
def test_the_axis_that_is_up_is_found_and_said(tmp_path, up):
    rows, names = tree()
    frames = [angles | {rows[0][0]: TURNED[up]} for angles in walking(names)]
    content = bvh(frames, tree=rows, time="0.0333333")
    clip = read(tmp_path, content)
    assert clip.up == up and clip.upright == 1
    heights = {joint: place[1] for joint, place in RIGHT.items()}
    np.testing.assert_allclose([joint_at(clip, joint, 0)[1] for joint in heights], list(heights.values()), atol=1)
    assert oddities(clip.joints) == []
    assert [note.split(",")[0] for note in clip.notes] == ([] if up == "y" else [f"up is {up}"])
    np.testing.assert_array_equal(read(tmp_path, content, up=up).joints, clip.joints)


def test_every_turn_of_the_axes_is_a_rotation():
    for up, turn in TURNS.items():
        axis = np.eye(3)["xyz".index(up[-1])] * (-1 if up[0] == "-" else 1)
        np.testing.assert_array_equal(np.array(turn) @ axis, [0, 1, 0])
        assert np.linalg.det(turn) == 1


def test_an_axis_that_is_not_clear_is_asked_for(tmp_path):
    rows, names = tree()
    frames = [angles | {rows[0][0]: {"X": 42}} for angles in walking(names)]
    with pytest.raises(ValueError, match=r"walk\.bvh: which axis is up cannot be told .*--up y"):
        read(tmp_path, bvh(frames, tree=rows))
    assert read(tmp_path, bvh(frames, tree=rows), up="y").up == "y"


@pytest.mark.slow
def test_synthetic_people_who_move_in_every_way_are_upright():
    motion = synthetic_motion()
    for clip in np.unique(motion.clip):
        joints = motion.joints[motion.clip == clip].astype(float)
        assert up_axis(joints) == "y"
        assert up_axis(joints @ np.array(TURNS["z"])) == "z"
        assert not [text for text in oddities(joints) if "T-pose" not in text]


def test_left_handed_axes_are_warned_of_and_can_be_reversed(tmp_path):
    (tmp_path / "walk.bvh").write_bytes(mirrored(person()))
    done = cmu("bvh", tmp_path / "walk.bvh", "--out", tmp_path / "out.npz", "--check")
    assert "Warning: walk: the knees bend forwards in 100% of the frames" in done.stderr
    assert "--left-handed" in done.stderr
    check(read_bvh(tmp_path / "walk.bvh", left_handed=True))


@pytest.mark.parametrize("up", TURNED)
def test_left_handed_axes_with_any_axis_up(tmp_path, up):
    rows, names = tree()
    frames = [angles | {rows[0][0]: TURNED[up]} for angles in walking(names)]
    clip = read(tmp_path, mirrored(bvh(frames, tree=rows, time="0.0333333")), left_handed=True)
    heights = {joint: place[1] for joint, place in RIGHT.items()}
    np.testing.assert_allclose([joint_at(clip, joint, 0)[1] for joint in heights], list(heights.values()), atol=1)
    assert oddities(clip.joints) == []
