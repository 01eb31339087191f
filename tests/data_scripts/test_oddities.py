"""What does not move or look like a person is said: T-poses in front, odd bones, files that are read differently."""

from dataclasses import replace

import numpy as np
import pytest
from formats.bvh import read_bvh
from formats.clips import MotionClip, remarks
from formats.meaning import oddities
from motion_files import bvh
from motion_people import check, person, read, tree, walking


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_t_pose_in_front_is_said(tmp_path, count):
    rows, names = tree()
    clip = read(tmp_path, bvh([{}] * count + list(walking(names, 20)), tree=rows))
    found = [text for text in oddities(clip.joints) if "T-pose" in text]
    assert len(found) == bool(count)
    if count:
        assert f"--skip {count} " in found[0]
        rest = read_bvh(tmp_path / "walk.bvh", skip=count)
        assert oddities(rest.joints) == []


def test_bones_of_length_zero_are_said(tmp_path):
    rows, names = tree()
    rows = [(n, p, (0, 0, 0)) if n == names["forearm", 1] else (n, p, o) for n, p, o in rows]
    clip = read(tmp_path, bvh(list(walking(names)), tree=rows))
    assert "bones of length 0: left_shoulder to left_elbow" in oddities(clip.joints)[0]


@pytest.mark.parametrize("shift", [0, 3])
def test_positions_that_are_added_to_the_offsets(tmp_path, shift):
    """Every joint has position channels that hold 0, or how far it is from its offset."""
    rows, names = tree()
    plain = person(everywhere=True).decode().splitlines()
    moved = []
    for line in plain:
        words = line.split()
        if len(words) > 20:
            numbers = np.array(words, float).reshape(-1, 6)
            numbers[1:, :3] = shift / 10
            line = " ".join(map(str, numbers.ravel()))
        moved.append(line)
    clip = read(tmp_path, "\n".join(moved).encode())
    assert clip.notes == ("joint positions are added to the offsets",)
    if not shift:
        check(clip)
    assert read(tmp_path, person(everywhere=True)).notes == ()


def test_files_that_are_read_differently_are_named(tmp_path):
    clips = [
        MotionClip(read(tmp_path, person(family)).joints + k, 30, family, "", "", family)
        for k, family in enumerate(("DAZ", "Unity"))
    ]
    _, warnings = remarks(clips)
    assert warnings == [
        "the files: they are read differently: skeleton DAZ, up is y (DAZ); skeleton Unity, up is y (Unity)"
    ]
    assert remarks(clips[:1] * 3) == ([], [])


def test_a_t_pose_that_stands_long_in_front_is_said(tmp_path):
    rows, names = tree()
    clip = read(tmp_path, bvh([{}] * 50 + list(walking(names, 60)), tree=rows))
    assert "--skip 50 " in oddities(clip.joints)[0]


def test_bones_that_no_person_has_are_said(tmp_path):
    rows, names = tree()
    rows = [(n, p, (0, -250, 0)) if n == names["leg", 1] else (n, p, o) for n, p, o in rows]
    clip = read(tmp_path, bvh(list(walking(names)), tree=rows))
    assert oddities(clip.joints)[0].startswith("bones shorter or longer than people's: left_hip to left_knee;")


def test_left_and_right_exchanged_in_the_arms_are_said(tmp_path):
    content = person("DAZ")
    for part in (b"Collar", b"Shldr", b"ForeArm", b"Hand"):
        content = content.replace(b"l" + part, b"?" + part).replace(b"r" + part, b"l" + part)
        content = content.replace(b"?" + part, b"r" + part)
    assert oddities(read(tmp_path, content).joints) == ["left and right are exchanged in the legs or in the arms"]


def test_bones_whose_length_changes_and_a_motion_that_stands_still_are_said(tmp_path):
    joints = read(tmp_path, person()).joints
    assert oddities(joints[[0, 0, 0]]) == ["nothing moves: all frames are alike"]
    joints[::2, -1] = joints[::2, -2] + (joints[::2, -1] - joints[::2, -2]) / 2
    assert oddities(joints) == ["bones whose length changes by more than half: right_elbow to right_wrist"]


def test_angles_in_radians_are_said(tmp_path):
    rows, names = tree()
    frames = [
        {joint: {a: np.radians(v) for a, v in angles.items()} for joint, angles in frame.items()}
        for frame in walking(names)
    ]
    assert "are they radians?" in read(tmp_path, bvh(frames, tree=rows)).notes[0]


def test_one_motion_under_two_names_is_said(tmp_path):
    clip = read(tmp_path, person())
    assert remarks([clip, replace(clip, name="copy")])[1] == ["walk, copy: they hold the same motion"]
