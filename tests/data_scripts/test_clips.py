"""Clips of motion capture are resampled and joined to one Motion; an index names their actions."""

from dataclasses import replace

import numpy as np
import pytest
from formats.clips import MotionClip, join_clips, read_index, subject_of
from formats.kinematics import resample
from hypothesis import given
from hypothesis import strategies as st


def test_resampling():
    moving = np.arange(9.0)[:, None] * [1, 10]
    np.testing.assert_array_equal(resample(moving, 120, 30), moving[::4])
    np.testing.assert_allclose(resample(moving, 25, 50)[:, 0], np.arange(0, 8.1, 0.5))
    np.testing.assert_allclose(resample(moving, 120, 50)[:, 1], np.arange(0, 80.1, 24))
    assert resample(moving.astype("float32"), 120, 50).dtype == np.float32
    assert len(resample(moving[:1], 30, 30.1)) == 1
    for rates in ((0, 30), (30, -1), (30, np.inf), (np.nan, 30), (1e-9, 1e9)):
        with pytest.raises(ValueError, match="frame"):
            resample(moving, *rates)
    with pytest.raises(ValueError, match="found 0 frames"):
        resample(moving[:0], 30, 30)


@pytest.mark.slow
@given(st.floats(5, 240), st.floats(5, 240), st.integers(1, 50))
def test_uniform_motion_stays_uniform(fps_from, fps_to, count):
    times = np.arange(count) / fps_from
    found = resample(times, fps_from, fps_to)
    np.testing.assert_allclose(found, np.arange(len(found)) / fps_to, atol=1e-6)
    assert times[-1] - 1 / min(fps_to, fps_from) - 1e-6 <= found[-1] <= times[-1] + 1e-6


def clip_of(name, frames=8, fps=120.0):
    joints = np.random.default_rng(len(name)).normal(scale=300, size=(frames, 17, 3))
    return MotionClip(joints, fps, name, subject_of(name))


def test_clips_are_joined():
    clips = [replace(clip_of("35_01"), action="running"), clip_of("35_02", 4), clip_of("walk", 3, 30.0)]
    motion = join_clips(clips, test=["35"])
    assert motion.joints.shape == (2 + 1 + 3, 17, 3)
    assert motion.joints.dtype == np.float32
    np.testing.assert_allclose(motion.joints[1], clips[0].joints[4] - clips[0].joints[4, 0], atol=1e-3)
    assert motion.clip.tolist() == [0, 0, 1, 2, 2, 2]
    assert motion.frame.tolist() == [0, 1, 0, 0, 1, 2]
    assert motion.split.tolist() == ["test"] * 3 + ["train"] * 3
    assert motion.action.tolist() == ["running"] * 2 + ["35_02"] + ["walk"] * 3
    assert motion.subject.tolist() == ["35"] * 3 + [""] * 3
    assert join_clips(clips, test=["35_02"]).split.tolist() == ["train"] * 2 + ["test"] + ["train"] * 3
    for wrong, message in (([], "found none"), ([clips[0]] * 2, "different names, found 35_01, 35_01")):
        with pytest.raises(ValueError, match=message):
            join_clips(wrong)
    with pytest.raises(ValueError, match="--test 36: no clip or subject of that name"):
        join_clips(clips, test=["36"])


def test_the_index(tmp_path):
    (tmp_path / "index.txt").write_text("Subject 2 (various)\n02_01\twalk\r\n 2_2\twalk, turn\t120\n\n144_36\tpunch\n")
    assert read_index(tmp_path / "index.txt") == {"02_01": "walk", "02_02": "walk, turn", "144_36": "punch"}
    for text, message in (
        ("nothing\n", "found none"),
        ("1_1\ta\n01_01\tb\n", "line 2: clip 01_01 occurs twice"),
        ("\xff", "."),
    ):
        (tmp_path / "index.txt").write_text(text, encoding="latin-1")
        with pytest.raises(ValueError, match=rf"index\.txt: .*{message}"):
            read_index(tmp_path / "index.txt")
